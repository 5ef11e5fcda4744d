import Events
import Testing

private func alias(_ number: UInt16) -> [UInt8] { publish("t", version: 5, [Property(35, "", .uint16(number))]) }

private let maximum = Property(34, "", .uint16(2))

private func identified(_ filter: String, _ id: Int, packetID: UInt16 = 1) -> [UInt8] {
    subscribe([(filter, 0)], id: packetID, version: 5, [Property(11, "", .variable(id))])
}

private func granted(_ packetID: UInt16 = 1, _ version: UInt8 = 5) -> [UInt8] {
    subscribeAnswer(9, [0], id: packetID, version: version)
}

private let aliasStories = [
    Story(
        name: "an alias above the server's maximum", connack: [maximum], broken: alias(3), lawful: alias(2),
        direction: .toServer, violations: ["MQTT-3.3.2-9", "MQTT-3.2.2-17"], isOfTerms: true),
    Story(
        name: "an alias though the server takes none", broken: alias(1), lawful: publish("t", version: 5),
        direction: .toServer, violations: ["MQTT-3.3.2-9", "MQTT-3.2.2-18"], isOfTerms: true),
    Story(
        name: "an alias above the client's maximum", connect: [maximum], broken: alias(3), lawful: alias(2),
        direction: .toClient, violations: ["MQTT-3.3.2-11", "MQTT-3.1.2-26"], isOfTerms: true),
    Story(
        name: "an alias though the client takes none", broken: alias(1), lawful: publish("t", version: 5),
        direction: .toClient, violations: ["MQTT-3.3.2-11", "MQTT-3.1.2-27"], isOfTerms: true),
]

private let subscriptionStories = [
    Story(
        name: "no subscription identifier", steps: [(identified("a/#", 7), .toServer), (granted(), .toClient)],
        broken: publish("a/b", version: 5), lawful: publish("a/b", version: 5, [Property(11, "", .variable(7))]),
        direction: .toClient, violations: ["MQTT-3.3.4-3"]),
    Story(
        name: "one of two subscription identifiers is enough",
        steps: [
            (identified("a/#", 7), .toServer), (granted(), .toClient), (identified("+/b", 8, packetID: 2), .toServer),
            (granted(2), .toClient),
        ],
        broken: publish("a/b", version: 5), lawful: publish("a/b", version: 5, [Property(11, "", .variable(8))]),
        direction: .toClient, violations: ["MQTT-3.3.4-3"]),
    Story(
        name: "# takes in $SYS", version: 4,
        steps: [(subscribe([("#", 0)]), .toServer), (granted(1, 4), .toClient)],
        broken: publish("$SYS/a", "x", retain: true), lawful: publish("SYS/a", "x", retain: true),
        direction: .toClient, violations: ["MQTT-4.7.2-1"]),
    Story(
        name: "+/a takes in $SYS/a",
        steps: [(subscribe([("$share/g/+/a", 0)], version: 5), .toServer), (granted(), .toClient)],
        broken: publish("$SYS/a", "x", retain: true, version: 5),
        lawful: publish("a/a", "x", retain: true, version: 5), direction: .toClient, violations: ["MQTT-4.7.2-1"]),
]

private func one(_ version: UInt8, dup: Bool = false) -> [UInt8] {
    publish("t", "x", qos: 1, dup: dup, id: 5, version: version)
}

private func two(_ version: UInt8, dup: Bool = false) -> [UInt8] {
    publish("t", "x", qos: 2, dup: dup, id: 5, version: version)
}

private let handshakeStories = [
    Story(
        name: "sent again after PUBACK refused it",
        steps: [(one(5), .toServer), (answer(4, id: 5, code: 0x87), .toClient)],
        broken: one(5, dup: true), lawful: one(5), direction: .toServer, violations: ["MQTT-4.4.0-2"]),
    Story(
        name: "sent again after PUBREC refused it",
        steps: [(two(5), .toClient), (answer(5, id: 5, code: 0x97), .toServer)],
        broken: two(5, dup: true), lawful: two(5), direction: .toClient, violations: ["MQTT-4.4.0-2"]),
    Story(
        name: "DUP at first of QoS 1", broken: one(5, dup: true), lawful: one(5), direction: .toClient,
        violations: ["MQTT-3.3.1-3", "MQTT-4.3.2-2"]),
    Story(
        name: "DUP at first of QoS 2", broken: two(5, dup: true), lawful: two(5), direction: .toClient,
        violations: ["MQTT-3.3.1-3", "MQTT-4.3.3-2"]),
    Story(
        name: "PUBLISH after PUBREL",
        steps: [(two(5), .toServer), (answer(5, id: 5), .toClient), (answer(6, id: 5), .toServer)],
        broken: two(5, dup: true), lawful: answer(6, id: 5), direction: .toServer,
        violations: ["MQTT-4.3.3-6", "MQTT-4.4.0-1"]),
    Story(
        name: "PUBREL for nothing", broken: answer(6, id: 5), lawful: answer(6, id: 5, code: 0x92),
        direction: .toServer,
        violations: ["MQTT-2.2.1-5", "MQTT-4.3.3-4"]),
    Story(
        name: "PUBREL for QoS 1", version: 4, steps: [(one(4), .toServer)], broken: answer(6, id: 5),
        lawful: publish("t"), direction: .toServer, violations: ["MQTT-4.3.3-1"]),
    Story(
        name: "PUBCOMP for nothing", broken: answer(7, id: 5), lawful: answer(7, id: 5, code: 0x92),
        direction: .toClient, violations: ["MQTT-2.2.1-5", "MQTT-4.3.3-11"]),
    Story(
        name: "PUBCOMP instead of PUBREC", version: 4, steps: [(two(4), .toServer)], broken: answer(7, id: 5),
        lawful: answer(5, id: 5), direction: .toClient, violations: ["MQTT-4.3.3-2"]),
]

/// The smallest conversations that break the statements which take one, each beside one that does not.
@Suite struct StoryTests {
    @Test("Stories", arguments: aliasStories + subscriptionStories + handshakeStories) func stories(_ story: Story) {
        check(story)
    }

    /// A subscription that had no identifier, or another, may still be answered; so may one that is being made.
    @Test("Messages on their way need no identifier") func messagesOnTheirWayNeedNoIdentifier() {
        let plain = publish("a", version: 5)
        let renamed = conversation(5)
        renamed.send(subscribe([("a", 0)], version: 5))
        renamed.send(granted(), .toClient)
        renamed.send(identified("a", 3, packetID: 2))
        #expect(renamed.send(plain, .toClient).violations == [])
        renamed.send(granted(2), .toClient)
        #expect(renamed.send(plain, .toClient).violations == [])
        let overlapping = conversation(5)
        overlapping.send(identified("a", 3))
        overlapping.send(granted(), .toClient)
        overlapping.send(subscribe([("+", 0)], id: 2, version: 5))
        overlapping.send(granted(2), .toClient)
        #expect(overlapping.send(plain, .toClient).violations == [])
        #expect(overlapping.send(publish("b", version: 5), .toClient).violations == [])
    }

    /// The identifiers of a session outlive its connection, and topic aliases stand for their topics.
    @Test("Identifiers outlive the connection") func identifiersOutliveTheConnection() {
        let keep = Property(17, "", .uint32(600))
        let listener = conversation(5, isClean: false, connect: [keep])
        listener.send(identified("a", 3))
        listener.send(granted(), .toClient)
        listener.close()
        listener.open()
        listener.begin(5, isClean: false, isPresent: true, connect: [keep, maximum])
        let named = publish("a", version: 5, [Property(35, "", .uint16(1)), Property(11, "", .variable(3))])
        #expect(listener.send(named, .toClient).violations == [])
        let short = publish("", version: 5, [Property(35, "", .uint16(1))])
        #expect(listener.send(short, .toClient).violations == ["MQTT-3.3.4-3"])
    }

    @Test("Dollar topics that were asked for") func dollarTopicsThatWereAskedFor() {
        let system = publish("$SYS/a", "x", retain: true)
        let listener = conversation()
        listener.send(subscribe([("#", 0)]))
        listener.send(granted(1, 4), .toClient)
        listener.send(subscribe([("$SYS/#", 0)], id: 2))
        #expect(listener.send(system, .toClient).violations == [])
        listener.send(granted(2, 4), .toClient)
        #expect(listener.send(system, .toClient).violations == [])
        listener.send(unsubscribe(["$SYS/#"], id: 3))
        listener.send(subscribeAnswer(11, [], id: 3), .toClient)
        #expect(listener.send(system, .toClient).violations == [])
        // Nobody subscribed to anything: who knows what the broker knows.
        #expect(conversation().send(system, .toClient).violations == [])
    }

    @Test(
        "a server that sends more after it refused a client identifier is in violation",
        arguments: [
            (4, 2, ["MQTT-3.2.2-5", "MQTT-3.1.3-9"]), (4, 5, ["MQTT-3.2.2-5"]),
            (5, 0x85, ["MQTT-3.2.2-7", "MQTT-3.1.3-8"]),
        ] as [(UInt8, UInt8, [String])])
    func afterAnIdentifierWasRefused(_ version: UInt8, _ code: UInt8, _ names: [String]) {
        for hasGap in [false, true] {
            let listener = Listener()
            listener.send(Connect(version: version).bytes)
            #expect(listener.send(connack(version, code: code), .toClient).violations == [])
            if hasGap { listener.gap() }
            #expect(listener.send(pingresp, .toClient).violations == (hasGap ? [] : names))
        }
    }
}
