import Events
import MQTT
import Testing

/// A property of the CONNACK or of the CONNECT, and what it forbids.
struct Term: CustomTestStringConvertible {
    let name: String
    var connect: [Property] = []
    var connack: [Property] = []
    /// Lawful under it.
    let lawful: [UInt8]
    /// Forbidden by it.
    let forbidden: [UInt8]
    var direction = Direction.toServer
    let violation: String

    var testDescription: String { name }
}

private func sub(_ filter: String, _ list: [Property] = []) -> [UInt8] { subscribe([(filter, 0)], version: 5, list) }

private let terms = [
    Term(
        name: "Maximum QoS", connack: [Property(36, "", .byte(1))], lawful: publish("t", qos: 1, version: 5),
        forbidden: publish("t", qos: 2, id: 2, version: 5), violation: "MQTT-3.2.2-11"),
    Term(
        name: "Retain Available", connack: [Property(37, "", .byte(0))], lawful: publish("t", "x", version: 5),
        forbidden: publish("t", "x", retain: true, version: 5), violation: "MQTT-3.2.2-14"),
    Term(
        name: "Maximum Packet Size of the server", connack: [Property(39, "", .uint32(12))],
        lawful: publish("t", "123456", version: 5), forbidden: publish("t", "1234567", version: 5),
        violation: "MQTT-3.2.2-15"),
    Term(
        name: "Maximum Packet Size of the client", connect: [Property(39, "", .uint32(12))],
        lawful: publish("t", "123456", version: 5), forbidden: publish("t", "1234567", version: 5),
        direction: .toClient,
        violation: "MQTT-3.1.2-24"),
    Term(
        name: "Wildcard Subscription Available", connack: [Property(40, "", .byte(0))], lawful: sub("a/b"),
        forbidden: sub("a/+"), violation: "MQTT-3.2.2.3.11"),
    Term(
        name: "Subscription Identifier Available", connack: [Property(41, "", .byte(0))], lawful: sub("a"),
        forbidden: sub("a", [Property(11, "", .variable(3))]), violation: "MQTT-3.2.2.3.12"),
    Term(
        name: "Shared Subscription Available", connack: [Property(42, "", .byte(0))], lawful: sub("a"),
        forbidden: sub("$share/g/a"), violation: "MQTT-3.2.2.3.13"),
    Term(
        name: "Request Problem Information", connect: [Property(23, "", .byte(0))],
        lawful: disconnect(code: 0x8B, [Sample.reason]),
        forbidden: subscribeAnswer(9, [0], id: 7, version: 5, [Sample.reason]),
        direction: .toClient, violation: "MQTT-3.1.2-29"),
]

@Suite struct TermsTests {
    @Test("What is agreed upon holds", arguments: terms) func whatIsAgreedUponHolds(_ term: Term) {
        for isForbidden in [false, true] {
            let listener = conversation(5, connect: term.connect, connack: term.connack)
            if term.violation == "MQTT-3.1.2-29" { listener.send(subscribe([("a", 0)], id: 7, version: 5)) }
            let shown = listener.send(isForbidden ? term.forbidden : term.lawful, term.direction)
            #expect(shown.violations == (isForbidden ? [term.violation] : []))
            // Without the property it is lawful.
            let free = conversation(5)
            if term.violation == "MQTT-3.1.2-29" { free.send(subscribe([("a", 0)], id: 7, version: 5)) }
            #expect(free.send(term.forbidden, term.direction).violations == [])
        }
    }

    /// Who does not wait for the CONNACK cannot know what it says (3.1.4).
    @Test("a client that did not wait for the CONNACK is not held to its limits") func aClientAheadIsNotHeldToIt() {
        let listener = Listener()
        listener.send(Connect(version: 5).bytes)
        listener.send(publish("t", qos: 1, id: 1, version: 5))
        let list = [Property(36, "", .byte(0)), Property(33, "", .uint16(1))]
        listener.send(connack(5, list), .toClient)
        #expect(listener.send(publish("t", qos: 1, id: 2, version: 5)).violations == [])
    }

    @Test("Receive maximum of the server") func receiveMaximumOfTheServer() {
        let listener = conversation(5, connack: [Property(33, "", .uint16(2))])
        #expect(listener.send(publish("t", qos: 1, id: 1, version: 5)).violations == [])
        #expect(listener.send(publish("t", qos: 2, id: 2, version: 5)).violations == [])
        #expect(listener.send(publish("t", qos: 0, version: 5)).violations == [])
        #expect(listener.send(publish("t", qos: 1, id: 3, version: 5)).violations == ["MQTT-3.3.4-7", "MQTT-4.9.0-2"])
        listener.send(answer(4, id: 1), .toClient)
        listener.send(answer(5, id: 2, code: 0x87), .toClient)
        #expect(listener.send(publish("t", qos: 1, id: 4, version: 5)).violations == [])
        #expect(listener.send(publish("t", qos: 1, id: 5, version: 5)).violations == ["MQTT-3.3.4-7", "MQTT-4.9.0-2"])
    }

    @Test("Receive maximum of the client") func receiveMaximumOfTheClient() {
        let listener = conversation(5, connect: [Property(33, "", .uint16(1))])
        #expect(listener.send(publish("t", qos: 2, id: 1, version: 5), .toClient).violations == [])
        listener.send(answer(5, id: 1))
        listener.send(answer(6, id: 1), .toClient)
        #expect(
            listener.send(publish("t", qos: 1, id: 2, version: 5), .toClient).violations == [
                "MQTT-3.3.4-9", "MQTT-4.9.0-2",
            ])
        listener.send(answer(7, id: 1))
        listener.send(answer(4, id: 2))
        #expect(listener.send(publish("t", qos: 1, id: 3, version: 5), .toClient).violations == [])
        // The client's own is another matter.
        #expect(listener.send(publish("t", qos: 1, id: 4, version: 5)).violations == [])
        #expect(listener.send(publish("t", qos: 1, id: 5, version: 5)).violations == [])
    }

    @Test("Keep alive") func keepAlive() {
        let listener = conversation(keepAlive: 10)
        listener.wait(milliseconds: 15_000)
        let shown = listener.send(pingreq)
        #expect(shown.violations == [])
        #expect(shown["mqtt.session.overdue"] == ["false"])
        #expect(shown["mqtt.session.keepalive"] == ["10"])
        listener.wait(milliseconds: 15_001)
        #expect(listener.send(pingresp, .toClient).violations == [])
        let late = listener.send(pingreq)
        #expect(late.violations == ["MQTT-3.1.2-23"])
        #expect(late["mqtt.session.overdue"] == ["true"])
        let free = conversation(keepAlive: 0)
        free.wait(milliseconds: 1_000_000_000)
        #expect(free.send(pingreq).violations == [])
        #expect(free.send(pingreq)["mqtt.session.overdue"] == nil)
        listener.gap()
        listener.wait(milliseconds: 60_000)
        #expect(listener.send(pingreq).violations == [])
    }

    @Test("The servers keep alive holds") func theServersKeepAliveHolds() {
        let listener = conversation(5, connack: [Property(19, "", .uint16(2))], keepAlive: 600)
        listener.wait(milliseconds: 3001)
        let shown = listener.send(pingreq)
        #expect(shown["mqtt.session.keepalive"] == ["2"])
        #expect(shown.violations == ["MQTT-3.1.2-20", "MQTT-3.1.2-21", "MQTT-3.2.2-21"])
        // A long packet may have been on its way.
        listener.wait(milliseconds: 60_000)
        #expect(listener.send(publish("t", String(repeating: "x", count: 600), version: 5)).violations == [])
    }

    @Test(
        "Clients without an identifier",
        arguments: [
            (5, true, [] as [Property], [Property(18, "", .text("auto"))], [] as [String]),
            (5, true, [], [], ["MQTT-3.2.2-16", "MQTT-3.1.3-7"]), (4, true, [], [], []),
            (4, false, [], [], ["MQTT-3.1.3-8"]),
        ] as [(UInt8, Bool, [Property], [Property], [String])])
    func clientsWithoutAnIdentifier(
        _ version: UInt8, _ isClean: Bool, _ connect: [Property], _ connack: [Property], _ expected: [String]
    ) {
        let shown = Listener().begin(version, clientID: "", isClean: isClean, connect: connect, connack: connack)
        #expect(shown.connack.violations == expected)
    }

    @Test("Response information") func responseInformation() {
        let answer = [Property(26, "", .text("r/"))]
        #expect(Listener().begin(5, connack: answer).connack.violations == ["MQTT-3.1.2-28"])
        #expect(Listener().begin(5, connect: [Property(25, "", .byte(1))], connack: answer).connack.violations == [])
    }

    @Test("Wills that the server cannot keep") func willsThatTheServerCannotKeep() {
        func violations(_ qos: UInt8, _ isRetained: Bool, _ list: [Property]) -> [String] {
            let listener = Listener()
            listener.send(Connect(version: 5, will: ("w", [1], qos, isRetained, [])).bytes)
            return listener.send(connack(5, list), .toClient).violations
        }
        #expect(violations(2, false, [Property(36, "", .byte(1))]) == ["MQTT-3.2.2-12"])
        #expect(violations(1, false, [Property(36, "", .byte(1))]) == [])
        #expect(violations(0, true, [Property(37, "", .byte(0))]) == ["MQTT-3.2.2-13"])
        #expect(violations(0, true, [Property(37, "", .byte(1))]) == [])
    }

    @Test(
        "After a refusal the server closes",
        arguments: [(4, 5, "MQTT-3.2.2-5"), (5, 0x87, "MQTT-3.2.2-7")] as [(UInt8, UInt8, String)])
    func afterARefusalTheServerCloses(_ version: UInt8, _ code: UInt8, _ name: String) {
        let listener = Listener()
        listener.send(Connect(version: version).bytes)
        #expect(listener.send(connack(version, code: code), .toClient).violations == [])
        #expect(listener.send(pingresp, .toClient).violations == [name])
    }

    @Test("Expiry of the session") func expiryOfTheSession() {
        func expiry(_ version: UInt8, _ isClean: Bool, _ connect: [Property], _ connack: [Property]) -> [String]? {
            Listener().begin(version, isClean: isClean, connect: connect, connack: connack).connack[
                "mqtt.session.expiry"]
        }
        let (ten, nine) = (Property(17, "", .uint32(10)), Property(17, "", .uint32(9)))
        #expect(expiry(4, true, [], []) == ["0"])
        #expect(expiry(4, false, [], []) == ["4294967295"])
        #expect(expiry(5, false, [], []) == ["0"])
        #expect(expiry(5, true, [ten], []) == ["10"])
        #expect(expiry(5, true, [ten], [nine]) == ["9"])
        let listener = conversation(5, connect: [ten])
        #expect(listener.send(disconnect(code: 0, [nine]))["mqtt.session.expiry"] == ["9"])
        let none = conversation(5).send(disconnect(code: 0, [nine]))
        #expect(none["mqtt.session.expiry"] == ["0"])
        #expect(none.violations == ["MQTT-3.14.2.2.2"])
    }
}
