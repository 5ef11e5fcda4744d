import Bytes
import Events
import TestSupport
import Testing

/// Topic filters against a comparison level by level.
@Suite struct TopicFilterTests {
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

    /// The examples of MQTT 5.0, 4.7.1 and 4.8.2, and filters that break the rules.
    @Test(
        "topic filters of the specification, and malformed ones",
        arguments: [
            ("sport/tennis/player1/#", "sport/tennis/player1", true), ("sport/tennis/+", "sport/tennis/player1", true),
            ("sport/tennis/+", "sport/tennis/player1/ranking", false), ("sport/+", "sport", false),
            ("sport/+", "sport/", true), ("+/+", "/finance", true), ("+", "/finance", false), ("#", "$SYS/a", false),
            ("$SYS/#", "$SYS/a", true), ("$share/g/sport/+", "sport/a", true), ("$share/g/#", "$SYS/a", false),
            // Without a third slash it is no shared subscription.
            ("$share/g", "$share/g", true), ("$share/g/", "", false), ("$share//a", "a", true),
            ("a/#/b", "a/x/b", false), ("a/#/b", "a/#/b", true), ("a+", "ab", false), ("+a/b", "x/b", false),
            ("a#", "a", false), ("", "", false),
        ]) func filtersOfTheSpecification(_ filter: String, _ topic: String, _ expected: Bool)
    {
        let (filter, topic) = (Array(filter.utf8), Array(topic.utf8))
        #expect(topic.span.bytes.fitsTopicFilter(filter.span.bytes) == expected)
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
