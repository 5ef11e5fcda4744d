import Events
import MQTT
import Testing

@Suite struct LimitTests {
    private func limits(_ change: (inout MQTTLimits) -> Void) -> MQTTLimits {
        var limits = MQTTLimits()
        change(&limits)
        return limits
    }

    @Test("The session silent longest makes room") func theSessionSilentLongestMakesRoom() {
        let listener = Listener(limits { $0.sessions = 2 })
        let first = listener.session
        let second = listener.open(2)
        listener.use(first)
        listener.send(Connect(clientID: "one").bytes)
        let third = listener.open(3)
        #expect(listener.analyzer.sessionCount == 2)
        #expect(listener.analyzer.counters.sessionsEvicted == 1)
        listener.use(first)
        #expect(listener.send(pingreq)["mqtt.clientid"] == ["one"])
        // A message of one that was given up is still an event.
        listener.use(second)
        let stray = listener.send(Connect(version: 5, clientID: "stray").bytes)
        #expect(stray["mqtt.clientid"] == ["stray"])
        #expect(listener.send(publish("t"))["mqtt.session.midstream"] == ["true"])
        #expect(listener.analyzer.counters.orphanMessages == 2)
        listener.use(third)
        listener.close()
        listener.close()
        #expect(listener.analyzer.sessionCount == 1)
    }

    @Test("Retained topics") func retainedTopics() {
        let listener = Listener(version: 4, limits { $0.retainedTopics = 2 })
        for topic in ["a", "b", "a", "c"] { listener.send(publish(topic, "x", retain: true)) }
        #expect(listener.analyzer.counters.retainedTopicsEvicted == 1)
        #expect(listener.send(publish("a", "x", retain: true))["mqtt.retained"] == ["replace"])
        #expect(listener.send(publish("b", "x", retain: true))["mqtt.retained"] == ["set"])
    }

    @Test("Client identifiers") func clientIdentifiers() {
        let listener = Listener(limits { $0.clientIDs = 1 })
        listener.send(Connect(clientID: "one").bytes)
        listener.open(2)
        listener.send(Connect(clientID: "two").bytes)
        #expect(listener.analyzer.counters.clientIDsEvicted == 1)
        listener.open(3)
        #expect(listener.send(Connect(clientID: "one").bytes)["mqtt.session.takeover"] == ["false"])
    }

    @Test("Long identities") func longIdentities() {
        let listener = Listener(limits { $0.identityBytes = 4 })
        #expect(listener.send(Connect(clientID: "abcdef", userName: "uvwxyz").bytes)["mqtt.clientid"] == ["abcdef"])
        let shown = listener.send(pingreq)
        #expect(shown["mqtt.clientid"] == ["abcd"])
        #expect(shown["mqtt.username"] == ["uvwx"])
        #expect(listener.analyzer.counters.identitiesShortened == 2)
    }

    @Test("Topic aliases") func topicAliases() {
        let listener = Listener(version: 5, limits { ($0.topicAliases, $0.topicAliasBytes) = (2, 10) })
        func send(_ topic: String, _ alias: UInt16) -> Shown {
            listener.send(publish(topic, version: 5, [Property(35, "topic_alias", .uint16(alias))]))
        }
        _ = send("aaaa", 1)
        _ = send("bbbb", 2)
        _ = send("c", 3)
        #expect(listener.analyzer.counters.topicAliasesDropped == 1)
        // It was introduced, only not kept: no violation.
        #expect(send("", 3)["mqtt.topic"] == nil)
        #expect(send("", 3).violations == [])
        // Too long for the bytes: what it stood for is forgotten.
        _ = send("ddddddd", 1)
        #expect(send("", 1)["mqtt.topic"] == nil)
        #expect(send("", 2)["mqtt.topic"] == ["bbbb"])
        #expect(listener.analyzer.counters.topicAliasesDropped == 2)
    }

    @Test("Pending subscribes") func pendingSubscribes() {
        let listener = Listener(version: 4, limits { $0.pendingSubscribes = 2 })
        for id in 1...3 as ClosedRange<UInt16> { listener.send(subscribe([("t\(id)", 0)], id: id)) }
        #expect(listener.analyzer.counters.pendingSubscribesEvicted == 1)
        let first = listener.send(subscribeAnswer(9, [0], id: 1), .toClient)
        #expect(first["mqtt.granted.topic"] == nil)
        #expect(first.violations == [])
        #expect(listener.send(subscribeAnswer(9, [0], id: 2), .toClient)["mqtt.granted.topic"] == ["t2"])
        #expect(listener.send(subscribeAnswer(9, [0], id: 3), .toClient)["mqtt.granted.topic"] == ["t3"])
    }

    @Test("Filters beyond the bytes keep their class") func filtersBeyondTheBytesKeepTheirClass() {
        let listener = Listener(version: 4, limits { $0.pendingFilterBytes = 6 })
        listener.send(subscribe([("abcd", 0), ("+", 0), ("#", 0)]))
        #expect(listener.analyzer.counters.filtersDropped == 2)
        let shown = listener.send(subscribeAnswer(9, [0, 0, 0]), .toClient)
        #expect(shown["mqtt.granted.topic"] == ["abcd"])
        #expect(shown["mqtt.granted.wildcard"] == ["none", "single", "all"])
        #expect(shown["mqtt.session.wildcard"] == ["all"])
        #expect(shown.violations == [])
    }

    @Test("Classes are bounded too") func classesAreBoundedToo() {
        let listener = Listener(version: 4, limits { $0.pendingFilters = 1 })
        listener.send(subscribe([("a", 0), ("#", 0)]))
        let shown = listener.send(subscribeAnswer(9, [0, 0]), .toClient)
        #expect(shown["mqtt.granted.wildcard"] == ["none"])
        #expect(shown.violations == [])
    }

    @Test("Messages are counted by type") func messagesAreCountedByType() {
        let listener = Listener(version: 4)
        for _ in 0..<3 { listener.send(publish("t")) }
        #expect(listener.analyzer.counters.messages[3] == 3)
        #expect(listener.analyzer.counters.messages[1] == 1)
    }
}
