import Events
import Testing

private let reason = Property(31, "", .text("abcdefghijklmnopq"))
private let user = Property(38, "", .pair("key", "abcdefghijklm"))
private let method = Property(21, "", .text("m"))

/// A packet that a Maximum Packet Size of 20 holds without the properties, and the numbers of 5.0 for both.
private struct Explained {
    let name: String
    var steps: [(bytes: [UInt8], direction: Direction)] = []
    let direction: Direction
    let packet: ([Property]) -> [UInt8]
    let statements: (reason: String, user: String)

    func story(_ property: Property, _ statement: String) -> Story {
        let limit = Property(39, "", .uint32(20))
        let isToClient = direction == .toClient
        return Story(
            name: "\(name) \(statement)", connect: [method] + (isToClient ? [limit] : []),
            connack: [method] + (isToClient ? [] : [limit]), steps: steps, broken: packet([property]),
            lawful: packet([]), direction: direction,
            violations: [isToClient ? "MQTT-3.1.2-24" : "MQTT-3.2.2-15", statement], isOfTerms: true)
    }
}

private let one = publish("t", qos: 1, version: 5)
private let two = publish("t", qos: 2, version: 5)

/// What both sides send.
private func ofBoth(_ side: Direction) -> [Explained] {
    var all = [
        Explained(
            name: "PUBACK", steps: [(one, side.reversed)], direction: side, packet: { answer(4, code: 0, $0) },
            statements: ("MQTT-3.4.2-2", "MQTT-3.4.2-3"))
    ]
    all.append(
        Explained(
            name: "PUBREC", steps: [(two, side.reversed)], direction: side, packet: { answer(5, code: 0, $0) },
            statements: ("MQTT-3.5.2-2", "MQTT-3.5.2-3")))
    all.append(
        Explained(
            name: "PUBREL", steps: [(two, side), (answer(5), side.reversed)], direction: side,
            packet: { answer(6, code: 0, $0) }, statements: ("MQTT-3.6.2-2", "MQTT-3.6.2-3")))
    all.append(
        Explained(
            name: "PUBCOMP", steps: [(two, side.reversed), (answer(5), side), (answer(6), side.reversed)],
            direction: side, packet: { answer(7, code: 0, $0) }, statements: ("MQTT-3.7.2-2", "MQTT-3.7.2-3")))
    all.append(
        Explained(
            name: "DISCONNECT", direction: side, packet: { disconnect(code: 0x81, $0) },
            statements: ("MQTT-3.14.2-3", "MQTT-3.14.2-4")))
    let isClient = side == .toServer
    all.append(
        Explained(
            name: "AUTH", steps: isClient ? [] : [(auth(code: 0x19, [method]), .toServer)], direction: side,
            packet: { auth(code: isClient ? 0x19 : 0x18, [method] + $0) },
            statements: ("MQTT-3.15.2-2", "MQTT-3.15.2-3")))
    return all
}

private func ofTheServer() -> [Explained] {
    [
        Explained(
            name: "SUBACK", steps: [(subscribe([("a", 0)], version: 5), .toServer)], direction: .toClient,
            packet: { subscribeAnswer(9, [0], version: 5, $0) }, statements: ("MQTT-3.9.2-1", "MQTT-3.9.2-2")),
        Explained(
            name: "UNSUBACK", steps: [(unsubscribe(["a"], version: 5), .toServer)], direction: .toClient,
            packet: { subscribeAnswer(11, [0], version: 5, $0) }, statements: ("MQTT-3.11.2-1", "MQTT-3.11.2-2")),
    ]
}

private let stories: [Story] = (ofBoth(.toServer) + ofBoth(.toClient) + ofTheServer()).flatMap {
    [$0.story(reason, $0.statements.reason), $0.story(user, $0.statements.user)]
}

/// What explains a packet must not make it too long.
@Suite struct DiagnosticTests {
    @Test("a reason string or user property must not make a packet too long", arguments: stories)
    func explanationsThatDoNotFit(_ story: Story) { check(story) }

    @Test("Explanations of ACONNACK") func explanationsOfACONNACK() {
        let limit = Property(39, "", .uint32(20))
        for (property, name) in [(reason, "MQTT-3.2.2-19"), (user, "MQTT-3.2.2-20")] {
            let shown = Listener().begin(5, connect: [limit], connack: [property])
            #expect(shown.connack.violations == ["MQTT-3.1.2-24", name])
            #expect(Listener().begin(5, connack: [property]).connack.violations == [])
        }
    }

    /// What is too long without them is too long, and no more is said of a PUBLISH.
    @Test("A publish is not explained") func aPublishIsNotExplained() {
        let listener = conversation(5, connect: [Property(39, "", .uint32(20))])
        let long = publish("t", "01234567890123456789", version: 5, [user])
        #expect(listener.send(long, .toClient).violations == ["MQTT-3.1.2-24"])
    }
}
