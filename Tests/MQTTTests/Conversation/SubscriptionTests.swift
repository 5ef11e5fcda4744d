import Events
import MQTT
import TestSupport
import Testing

@Suite struct SubscriptionTests {
    /// MQTT 5.0, 4.7.1 to 4.7.3, and examples of 4.8.2.
    @Test(
        "Filters take in topics",
        arguments: [
            ("sport/tennis/player1/#", "sport/tennis/player1", true),
            ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
            ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true),
            ("sport/tennis/player1/#", "sport/tennis/player10", false), ("sport/#", "sport", true), ("#", "a/b", true),
            ("sport/tennis/+", "sport/tennis/player1", true), ("sport/tennis/+", "sport/tennis/player1/ranking", false),
            ("sport/+", "sport", false), ("sport/+", "sport/", true), ("+/+", "/finance", true),
            ("/+", "/finance", true),
            ("+", "/finance", false), ("#", "$SYS/x", false), ("+/monitor/Clients", "$SYS/monitor/Clients", false),
            ("$SYS/#", "$SYS/", true), ("$SYS/monitor/+", "$SYS/monitor/Clients", true), ("a/b", "a/b", true),
            ("a/b", "A/b", false), ("a/b", "a/b/", false), ("a", "a/b", false), ("a/+/c/#", "a/b/c", true),
            ("a/+/c/#", "a/b/c/d/e", true), ("+/+/+", "a/b", false), ("$share/g/sport/+", "sport/x", true),
            ("$share/g/sport/+", "$share/g/sport/x", false), ("$share/g/#", "$SYS/x", false), ("/#", "/", true),
        ])
    func filtersTakeInTopics(_ filter: String, _ topic: String, _ isIn: Bool) {
        let listener = conversation(5)
        listener.send(subscribe([(filter, 0)], version: 5))
        listener.send(subscribeAnswer(9, [0], version: 5), .toClient)
        let shown = listener.send(publish(topic, "x", version: 5), .toClient)
        #expect(shown["mqtt.delivery.filter"] == (isIn ? [filter] : nil))
        #expect(shown["mqtt.delivery.matched"] == ["\(isIn)"])
        #expect(listener.send(publish(topic, "x", version: 5))["mqtt.delivery.matched"] == nil)
    }

    @Test("Outcomes are told apart") func outcomesAreToldApart() {
        let listener = conversation(5)
        listener.send(subscribe([("a", 2), ("b", 1), ("$share/g/c", 1), ("d", 0)], version: 5))
        let shown = listener.send(subscribeAnswer(9, [1, 0x87, 1, 0], version: 5), .toClient)
        #expect(shown["mqtt.granted.topic"] == ["a", "$share/g/c", "d"])
        #expect(shown["mqtt.granted.qos"] == ["1", "1", "0"])
        #expect(shown["mqtt.refused.topic"] == ["b"])
        #expect(shown["mqtt.session.subscriptions"] == ["3"])
        #expect(shown["mqtt.session.filters"] == ["4"])
        #expect(listener.send(publish("b", version: 5), .toClient)["mqtt.delivery.matched"] == ["false"])
        #expect(listener.send(publish("c", version: 5), .toClient)["mqtt.delivery.filter"] == ["$share/g/c"])
    }

    @Test("a delivery may come before its SUBACK") func deliveriesMayComeBeforeTheSuback() {
        let listener = conversation()
        #expect(listener.send(publish("a"), .toClient)["mqtt.delivery.matched"] == ["false"])
        listener.send(subscribe([("a/#", 0)]))
        let early = listener.send(publish("a"), .toClient)
        #expect(early["mqtt.delivery.matched"] == ["true"])
        #expect(early["mqtt.delivery.filter"] == nil)
        #expect(listener.send(publish("b"), .toClient)["mqtt.delivery.matched"] == ["false"])
    }

    @Test("a delivery may still come after the UNSUBSCRIBE", arguments: [4, 5] as [UInt8])
    func whatWasEndedMayStillCome(_ version: UInt8) {
        let listener = conversation(version)
        listener.send(subscribe([("a", 0), ("b", 0)], version: version))
        listener.send(subscribeAnswer(9, [0, 0], version: version), .toClient)
        listener.send(unsubscribe(["a", "x"], id: 2, version: version))
        #expect(listener.send(publish("a", version: version), .toClient)["mqtt.delivery.filter"] == ["a"])
        let codes: [UInt8] = version == 5 ? [0, 0x11] : []
        let answer = listener.send(subscribeAnswer(11, codes, id: 2, version: version), .toClient)
        #expect(answer["mqtt.session.subscriptions"] == ["1"])
        let shown = listener.send(publish("a", version: version), .toClient)
        #expect(shown["mqtt.delivery.filter"] == nil)
        #expect(shown["mqtt.delivery.matched"] == nil)
        #expect(listener.send(publish("c", version: version), .toClient)["mqtt.delivery.matched"] == ["false"])
        // Again asked for, again there.
        listener.send(subscribe([("a", 0)], id: 3, version: version))
        listener.send(subscribeAnswer(9, [0], id: 3, version: version), .toClient)
        #expect(listener.send(publish("a", version: version), .toClient)["mqtt.delivery.matched"] == ["true"])
    }

    @Test("A refused unsubscribe ends nothing") func aRefusedUnsubscribeEndsNothing() {
        let listener = conversation(5)
        listener.send(subscribe([("a", 0)], version: 5))
        listener.send(subscribeAnswer(9, [0], version: 5), .toClient)
        listener.send(unsubscribe(["a"], id: 2, version: 5))
        listener.send(subscribeAnswer(11, [0x87], id: 2, version: 5), .toClient)
        #expect(listener.send(publish("a", version: 5), .toClient)["mqtt.delivery.matched"] == ["true"])
    }

    @Test("nothing is called unmatched unless the whole session was seen") func nothingIsFalseWithoutTheWhole() {
        let gap = conversation()
        gap.gap()
        let unseen = conversation(4, isClean: false, isPresent: true)
        let old = conversation(3, isClean: false)
        let midstream = Listener(isFromStart: false)
        midstream.send(connack(4), .toClient)
        for listener in [gap, unseen, old, midstream] {
            #expect(listener.send(publish("a", "x"), .toClient)["mqtt.delivery.matched"] == nil)
        }
    }

    @Test("subscriptions beyond the limit are not held against the server")
    func whatDoesNotFitIsNotHeldAgainstTheServer() {
        var limits = MQTTLimits()
        limits.subscriptions = 2
        let listener = Listener(limits)
        listener.begin()
        listener.send(subscribe([("a", 0), ("b", 0), ("c", 0)]))
        listener.send(subscribeAnswer(9, [0, 0, 0]), .toClient)
        #expect(listener.analyzer.counters.subscriptionsDropped == 1)
        #expect(listener.send(publish("a"), .toClient)["mqtt.delivery.matched"] == ["true"])
        #expect(listener.send(publish("c"), .toClient)["mqtt.delivery.matched"] == nil)
    }

    /// Random subscriptions and their ends, held against a dictionary and a matcher that goes level by level.
    @Test("random subscriptions agree with a dictionary and a naive matcher") func randomSubscriptions() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        func pick(_ words: [String]) -> String { words[Int.random(in: 0..<words.count, using: &random)] }
        for round in 0..<30 {
            let listener = conversation(5)
            var model: Set<String> = []
            var ended: Set<String> = []
            for step in 0..<150 {
                let levels = (0..<Int.random(in: 1...3, using: &random)).map { _ in pick(["a", "b", "", "+"]) }
                let filter = (levels + (Bool.random(using: &random) ? ["#"] : [])).joined(separator: "/")
                if filter.isEmpty { continue }
                let id = UInt16(step + 1)
                if Int.random(in: 0..<3, using: &random) == 0 {
                    let isRefused = Bool.random(using: &random)
                    listener.send(unsubscribe([filter], id: id, version: 5))
                    listener.send(subscribeAnswer(11, [isRefused ? 0x80 : 0], id: id, version: 5), .toClient)
                    if !isRefused, model.remove(filter) != nil { ended.insert(filter) }
                } else {
                    let isRefused = Int.random(in: 0..<4, using: &random) == 0
                    listener.send(subscribe([(filter, 1)], id: id, version: 5))
                    listener.send(subscribeAnswer(9, [isRefused ? 0x87 : 1], id: id, version: 5), .toClient)
                    if !isRefused {
                        model.insert(filter)
                        ended.remove(filter)
                    }
                }
                let topic = "x" + (0..<2).map { _ in "/" + pick(["a", "b", ""]) }.joined()
                for name in [topic, String(topic.dropFirst(2)), "a"] where !name.isEmpty {
                    let shown = listener.send(publish(name, version: 5), .toClient)
                    let place = Comment(rawValue: "seed \(seed) round \(round) step \(step) topic \(name)")
                    let matching = model.filter { matches($0, name) }
                    #expect(Set(shown["mqtt.delivery.filter"] ?? []) == matching, place)
                    let isEnded = ended.contains { matches($0, name) }
                    let expected = !matching.isEmpty ? ["true"] : isEnded ? nil : ["false"]
                    #expect(shown["mqtt.delivery.matched"] == expected, place)
                }
            }
        }
    }

    /// Level by level, as 4.7.1 says it.
    private func matches(_ filter: String, _ topic: String) -> Bool {
        var filters = filter.split(separator: "/", omittingEmptySubsequences: false)[...]
        var topics = topic.split(separator: "/", omittingEmptySubsequences: false)[...]
        while let first = filters.popFirst() {
            if first == "#" { return true }
            guard let level = topics.popFirst() else { return false }
            if first != "+", first != level { return false }
            if topics.isEmpty, filters == ["#"] { return true }
        }
        return topics.isEmpty
    }
}
