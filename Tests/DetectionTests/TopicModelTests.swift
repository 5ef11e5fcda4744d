import TestSupport
import Testing

@testable import Detection

/// Topic filters against a comparison level by level.
@Suite struct TopicModelTests {
    @Test("topic filters match as a comparison level by level says") func filtersEqualANaiveMatcher() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let levels = ["a", "b", "", "ab", "$SYS", "A"]
            let topic = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                levels.randomElement(using: &random) ?? ""
            }
            var filter = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (levels + ["+", "+"]).randomElement(using: &random) ?? ""
            }
            if Bool.random(using: &random) { filter.append("#") }
            let isShared = Int.random(in: 0..<4, using: &random) == 0
            let text = Array(((isShared ? ["$share", "group"] : []) + filter).joined(separator: "/").utf8)
            let name = Array(topic.joined(separator: "/").utf8)
            let found = name.span.bytes.fitsTopicFilter(text.span.bytes)
            // An empty topic is none, and a filter that is empty matches none.
            let wanted = !name.isEmpty && filter != [""] && naive(topic[...], filter[...], isFirst: true)
            #expect(found == wanted, "seed \(seed), \(topic), \(filter)")
            if found != wanted { return }
        }
    }

    /// MQTT 5.0, 4.7.1 and 4.7.2.
    private func naive(_ topic: ArraySlice<String>, _ filter: ArraySlice<String>, isFirst: Bool) -> Bool {
        let isHidden = isFirst && topic.first?.first == "$"
        switch filter.first {
        case nil: return topic.isEmpty
        case "#": return !isHidden
        case "+": return !isHidden && !topic.isEmpty && naive(topic.dropFirst(), filter.dropFirst(), isFirst: false)
        case let level?:
            return topic.first == level && naive(topic.dropFirst(), filter.dropFirst(), isFirst: false)
        }
    }
}
