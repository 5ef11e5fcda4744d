import MQTT
import Testing

@Suite struct FilterTests {
    @Test(
        "Classes",
        arguments: [
            ("#", MQTTWildcard.all), ("+/#", .all), ("$share/g/#", .all), ("$share/g/+/#", .all),
            // `/#` leaves out every topic that does not begin with a separator, `+/+/#` those of one level.
            ("/#", .multi), ("+/+/#", .multi), ("a/#", .multi), ("+/a/#", .multi), ("$SYS/#", .multi),
            ("a/+/#", .multi),
            ("+", .single), ("+/+", .single), ("a/+/b", .single), ("/+", .single), ("$share/g/+", .single),
            ("a", .none), ("a/b", .none), ("/", .none), ("", .none), ("$share/g/a", .none), ("$share/g", .none),
            // A wildcard that is not a level of its own is none.
            ("a#", .none), ("##", .none), ("#/a", .none), ("a+", .none), ("++/a", .none), ("+a/#", .multi),
            ("#/#", .multi),
        ])
    func classes(_ filter: String, _ expected: MQTTWildcard) {
        let bytes = Array(filter.utf8)
        #expect(MQTTTopicFilter(bytes.span.bytes).wildcard == expected, "\(filter)")
    }

    /// The class `all` is given to exactly those filters that match every topic of a set of ordinary ones.
    @Test("All means every ordinary topic") func allMeansEveryOrdinaryTopic() {
        let topics = ["a", "a/b", "/", "/a", "a/", "//", "a/b/c", "/a/b/c/d"]
        let levels = ["a", "+", "#", ""]
        for first in levels {
            for second in levels + ["-"] {
                for third in levels + ["-"] {
                    let filter = [first, second, third].filter { $0 != "-" }.joined(separator: "/")
                    // `#` may only stand at the end.
                    if filter.dropLast().contains("#") { continue }
                    let matchesAll = topics.allSatisfy { matches(filter, $0) }
                    let bytes = Array(filter.utf8)
                    #expect((MQTTTopicFilter(bytes.span.bytes).wildcard == .all) == matchesAll, "\(filter)")
                }
            }
        }
    }

    /// 4.7.1 of MQTT 3.1.1, written out.
    private func matches(_ filter: String, _ topic: String) -> Bool {
        let filter = filter.split(separator: "/", omittingEmptySubsequences: false)
        let topic = topic.split(separator: "/", omittingEmptySubsequences: false)
        for (index, level) in filter.enumerated() {
            if level == "#" { return topic.count >= index }
            guard index < topic.count, level == "+" || level == topic[index] else { return false }
        }
        return filter.count == topic.count
    }

    @Test(
        "System",
        arguments: [
            ("$SYS", true), ("$SYS/broker/version", true), ("$SYS/#", true), ("$share/g/$SYS/#", true),
            ("$SYSTEM/a", false),
            ("a/$SYS", false), ("#", false), ("$share/$SYS/a", false), ("$sys/a", false),
        ])
    func system(_ filter: String, _ expected: Bool) {
        let bytes = Array(filter.utf8)
        #expect(MQTTTopicFilter(bytes.span.bytes).isSystem == expected)
    }

    @Test("Fields of filters") func fieldsOfFilters() {
        let filters: [(String, UInt8)] = [("a/+", 0), ("$share/grp/#", 1), ("$share/x/$SYS/#", 0), ("b", 0)]
        let shown = Listener(version: 4).send(subscribe(filters))
        #expect(shown["mqtt.topic"] == filters.map(\.0))
        #expect(shown["mqtt.filter.wildcard"] == ["single", "all", "multi", "none"])
        #expect(shown["mqtt.filter.share"] == ["grp", "x"])
        #expect(shown["mqtt.topic.levels"] == ["2", "3", "4", "1"])
        #expect(shown["mqtt.topic.sys"] == ["true"])
        #expect(Listener(version: 4).send(subscribe([("#", 0)]))["mqtt.topic.sys"] == ["false"])
    }

    @Test("Levels", arguments: [("a", "1"), ("a/b", "2"), ("/", "2"), ("/a/b", "3"), ("$SYS/broker/load", "3")])
    func levels(_ topic: String, _ count: String) {
        let shown = Listener(version: 4).send(publish(topic))
        #expect(shown["mqtt.topic.levels"] == [count])
        #expect(shown["mqtt.topic.sys"] == ["\(topic.hasPrefix("$SYS"))"])
    }
}
