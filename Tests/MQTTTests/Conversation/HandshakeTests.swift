import Events
import MQTT
import TestSupport
import Testing

/// A hand-shake as a script.
struct Script: CustomTestStringConvertible {
    let name: String
    var version: UInt8 = 4
    let steps: [Step]

    var testDescription: String { "\(name) in version \(version)" }
}

private func one(_ id: UInt16 = 5, dup: Bool = false, _ version: UInt8 = 4) -> [UInt8] {
    publish("t", "x", qos: 1, dup: dup, id: id, version: version)
}

private func two(_ id: UInt16 = 5, dup: Bool = false, _ version: UInt8 = 4) -> [UInt8] {
    publish("t", "x", qos: 2, dup: dup, id: id, version: version)
}

private let (puback, pubrec, pubrel, pubcomp): (UInt8, UInt8, UInt8, UInt8) = (4, 5, 6, 7)

/// What both sides may do, written for a client that publishes.
private let lawful: [Script] = [
    Script(
        name: "QoS 1",
        steps: [
            Step(one(), .toServer, "new"), Step(answer(puback, id: 5), .toClient, "matched"),
            Step(one(), .toServer, "new"), Step(answer(puback, id: 5), .toClient, "matched"),
        ]),
    Script(
        name: "QoS 2",
        steps: [
            Step(two(), .toServer, "new"), Step(answer(pubrec, id: 5), .toClient, "matched"),
            Step(answer(pubrel, id: 5), .toServer, "matched"), Step(answer(pubcomp, id: 5), .toClient, "matched"),
            Step(two(), .toServer, "new"),
        ]),
    Script(
        name: "both sides use one identifier",
        steps: [
            Step(one(), .toServer, "new"), Step(two(), .toClient, "new"),
            Step(answer(puback, id: 5), .toClient, "matched"), Step(answer(pubrec, id: 5), .toServer, "matched"),
            Step(answer(pubrel, id: 5), .toClient, "matched"), Step(answer(pubcomp, id: 5), .toServer, "matched"),
        ]),
    Script(
        name: "repeated before 5.0, answered twice",
        steps: [
            Step(one(), .toServer, "new"), Step(one(dup: true), .toServer, "repeated"),
            Step(answer(puback, id: 5), .toClient, "matched"), Step(one(), .toServer, "new"),
            Step(answer(puback, id: 5), .toClient, "matched"), Step(answer(puback, id: 5), .toClient, "matched"),
        ]),
    Script(
        name: "repeated before PUBREL",
        steps: [
            Step(two(), .toServer, "new"), Step(answer(pubrec, id: 5), .toClient, "matched"),
            Step(two(dup: true), .toServer, "repeated"), Step(answer(pubrec, id: 5), .toClient, "repeated"),
            Step(answer(pubrel, id: 5), .toServer, "matched"), Step(answer(pubrel, id: 5), .toServer, "repeated"),
            Step(answer(pubcomp, id: 5), .toClient, "matched"), Step(answer(pubcomp, id: 5), .toClient, "matched"),
        ]),
    Script(
        name: "refused", version: 5,
        steps: [
            Step(one(5, 5), .toServer, "new"), Step(answer(puback, id: 5, code: 0x87), .toClient, "refused"),
            Step(two(6, 5), .toServer, "new"), Step(answer(pubrec, id: 6, code: 0x97), .toClient, "refused"),
            Step(two(6, 5), .toServer, "new"),
        ]),
    Script(
        name: "an unknown identifier is said to be unknown", version: 5,
        steps: [
            Step(answer(pubrel, id: 5, code: 0x92), .toServer, "unknown"),
            Step(answer(pubcomp, id: 5, code: 0x92), .toClient, "refused"),
        ]),
]

extension [Step] {
    fileprivate var mirrored: [Step] { map(\.mirrored) }
}

/// What is forbidden, with the statements of MQTT 3.1.1 and 5.0.
private let broken: [Script] = [
    Script(
        name: "reused by the client",
        steps: [Step(one(), .toServer, "new"), Step(one(), .toServer, "reused", ["MQTT-2.3.1-2", "MQTT-4.3.2-1"])]),
    Script(
        name: "reused by the client", version: 5,
        steps: [
            Step(one(5, 5), .toServer, "new"), Step(one(5, 5), .toServer, "reused", ["MQTT-2.2.1-3", "MQTT-4.3.2-1"]),
        ]),
    Script(
        name: "reused by the server",
        steps: [Step(two(), .toClient, "new"), Step(one(), .toClient, "reused", ["MQTT-2.3.1-4", "MQTT-4.3.2-1"])]),
    Script(
        name: "reused by the server", version: 5,
        steps: [
            Step(two(5, 5), .toClient, "new"), Step(two(5, 5), .toClient, "reused", ["MQTT-2.2.1-4", "MQTT-4.3.3-1"]),
        ]),
    Script(
        name: "a SUBSCRIBE with the identifier of a PUBLISH",
        steps: [
            Step(one(), .toServer, "new"), Step(subscribe([("a", 0)], id: 5), .toServer, nil, ["MQTT-2.3.1-2"]),
        ]),
    Script(
        name: "a PUBLISH with the identifier of a SUBSCRIBE", version: 5,
        steps: [
            Step(subscribe([("a", 0)], id: 5, version: 5), .toServer, nil),
            Step(one(5, 5), .toServer, "new", ["MQTT-2.2.1-3", "MQTT-4.3.2-1"]),
        ]),
    Script(name: "PUBACK for nothing", steps: [Step(answer(puback, id: 9), .toClient, "unknown", ["MQTT-2.3.1-6"])]),
    Script(
        name: "PUBACK for nothing", version: 5,
        steps: [Step(answer(puback, id: 9), .toServer, "unknown", ["MQTT-2.2.1-5"])]),
    Script(
        name: "PUBREL for nothing, and who answers is not to blame",
        steps: [
            Step(answer(pubrel, id: 9), .toServer, "unknown", ["MQTT-2.3.1-6", "MQTT-4.3.3-1"]),
            Step(answer(pubcomp, id: 9), .toClient, "matched"),
        ]),
    Script(
        name: "PUBREC for nothing, and who answers is not to blame",
        steps: [
            Step(answer(pubrec, id: 9), .toClient, "unknown", ["MQTT-2.3.1-6"]),
            Step(answer(pubrel, id: 9), .toServer, "resumed"), Step(answer(pubcomp, id: 9), .toClient, "matched"),
        ]),
    Script(
        name: "PUBCOMP for nothing",
        steps: [Step(answer(pubcomp, id: 9), .toClient, "unknown", ["MQTT-3.7.2", "MQTT-4.3.3-2"])]),
    Script(
        name: "PUBACK for QoS 2",
        steps: [
            Step(two(), .toServer, "new"),
            Step(answer(puback, id: 5), .toClient, "mismatched", ["MQTT-4.3.3-2", "MQTT-3.3.4-1"]),
        ]),
    Script(
        name: "PUBACK for QoS 2", version: 5,
        steps: [
            Step(two(5, 5), .toServer, "new"),
            Step(answer(puback, id: 5), .toClient, "mismatched", ["MQTT-4.3.3-8", "MQTT-3.3.4-1"]),
        ]),
    Script(
        name: "PUBREC for QoS 1", version: 5,
        steps: [
            Step(one(5, 5), .toClient, "new"),
            Step(answer(pubrec, id: 5), .toServer, "mismatched", ["MQTT-4.3.2-4", "MQTT-3.3.4-1", "MQTT-4.5.0-2"]),
        ]),
    Script(
        name: "repeated after PUBREL",
        steps: [
            Step(two(), .toServer, "new"), Step(answer(pubrec, id: 5), .toClient, "matched"),
            Step(answer(pubrel, id: 5), .toServer, "matched"),
            Step(two(dup: true), .toServer, "repeated", ["MQTT-4.3.3-1"]),
        ]),
    Script(
        name: "repeated on one connection", version: 5,
        steps: [
            Step(one(5, 5), .toServer, "new"), Step(one(5, dup: true, 5), .toServer, "repeated", ["MQTT-4.4.0-1"]),
        ]),
    Script(
        name: "DUP of the server without a first time",
        steps: [Step(one(dup: true), .toClient, "unseen", ["MQTT-3.3.1-3", "MQTT-4.3.2-1"])]),
    Script(name: "DUP of the client without a first time", steps: [Step(one(dup: true), .toServer, "unseen")]),
    Script(
        name: "PUBACK out of order",
        steps: [
            Step(one(5), .toClient, "new"), Step(one(6), .toClient, "new"), Step(one(7), .toClient, "new"),
            Step(answer(puback, id: 6), .toServer, "matched"),
            Step(answer(puback, id: 5), .toServer, "matched", ["MQTT-4.6.0-2"]),
            Step(answer(puback, id: 7), .toServer, "matched"),
        ]),
    Script(
        name: "PUBREC and PUBREL out of order",
        steps: [
            Step(two(5), .toClient, "new"), Step(two(6), .toClient, "new"),
            Step(answer(pubrec, id: 6), .toServer, "matched"),
            Step(answer(pubrec, id: 5), .toServer, "matched", ["MQTT-4.6.0-3"]),
            Step(two(1), .toServer, "new"), Step(two(2), .toServer, "new"),
            Step(answer(pubrec, id: 2), .toClient, "matched"), Step(answer(pubrec, id: 1), .toClient, "matched"),
            Step(answer(pubrel, id: 1), .toServer, "matched"),
            Step(answer(pubrel, id: 2), .toServer, "matched", ["MQTT-4.6.0-4"]),
        ]),
    Script(
        name: "UNSUBACK for nothing",
        steps: [Step(subscribeAnswer(11, [], id: 3), .toClient, "unknown", ["MQTT-2.3.1-7", "MQTT-3.10.4-4"])]),
    Script(
        name: "UNSUBACK for nothing", version: 5,
        steps: [
            Step(subscribeAnswer(11, [0], id: 3, version: 5), .toClient, "unknown", ["MQTT-2.2.1-6", "MQTT-3.10.4-5"])
        ]),
]

private let mirrored = lawful.map {
    Script(name: $0.name + ", the server publishing", version: $0.version, steps: $0.steps.mirrored)
}

@Suite struct HandshakeTests {
    @Test("Scripts", arguments: lawful + mirrored + broken) func scripts(_ script: Script) {
        let listener = conversation(script.version)
        for (number, step) in script.steps.enumerated() {
            let shown = listener.send(step.bytes, step.direction)
            #expect(shown["mqtt.handshake"]?.first == step.handshake, "step \(number)")
            #expect(shown.violations == step.violations, "step \(number)")
        }
    }

    /// What breaks a rule where all is known breaks none where it is not.
    @Test("nothing is called unmatched unless the whole session was seen", arguments: lawful + mirrored + broken)
    func nothingIsFalseWithoutTheWhole(_ script: Script) {
        let gap = conversation(script.version)
        gap.gap()
        let midstream = Listener(isFromStart: false)
        let unseen = conversation(script.version, isClean: false, isPresent: true)
        let unanswered = Listener()
        unanswered.send(Connect(version: script.version, isClean: false).bytes)
        let isOfSubscribe = script.name.contains("UNSUBACK") || script.name.contains("SUBSCRIBE")
        for (name, listener) in [
            ("gap", gap), ("midstream", midstream), ("unseen", unseen), ("unanswered", unanswered),
        ] {
            if isOfSubscribe, name != "gap", name != "midstream" { continue }
            for (number, step) in script.steps.enumerated() {
                let shown = listener.send(step.bytes, step.direction)
                let isOrder = shown.violations == ["MQTT-3.2.0-1"] && name == "unanswered"
                #expect(shown.violations == [] || isOrder, "\(name), step \(number)")
                #expect(shown["mqtt.ack.matched"] != ["false"], "\(name), step \(number)")
            }
        }
    }

    @Test("Matched is shown of answers") func matchedIsShownOfAnswers() {
        let listener = conversation()
        #expect(listener.send(one())["mqtt.ack.matched"] == nil)
        #expect(listener.send(answer(puback, id: 5), .toClient)["mqtt.ack.matched"] == ["true"])
        #expect(listener.send(answer(puback, id: 5), .toClient)["mqtt.ack.matched"] == ["false"])
        listener.send(subscribe([("a", 0)], id: 7))
        #expect(listener.send(subscribeAnswer(9, [0], id: 7), .toClient)["mqtt.ack.matched"] == ["true"])
        #expect(listener.send(subscribeAnswer(9, [0], id: 7), .toClient)["mqtt.ack.matched"] == ["false"])
    }

    @Test("messages in flight are counted") func whatIsInFlightIsCounted() {
        let listener = conversation()
        #expect(listener.send(two(1))["mqtt.inflight"] == ["1"])
        listener.wait(milliseconds: 500)
        let second = listener.send(one(2))
        #expect(second["mqtt.inflight"] == ["2"])
        #expect(second["mqtt.inflight.unreleased"] == ["1"])
        #expect(second["mqtt.inflight.stalled"] == ["500"])
        #expect(listener.send(publish("t"))["mqtt.inflight"] == nil)
        #expect(listener.send(answer(puback, id: 2), .toClient)["mqtt.inflight"] == ["1"])
        listener.wait(milliseconds: 300)
        let received = listener.send(answer(pubrec, id: 1), .toClient)
        #expect(received["mqtt.inflight.unreleased"] == ["1"])
        #expect(received["mqtt.inflight.stalled"] == ["0"])
        #expect(listener.send(answer(pubrel, id: 1))["mqtt.inflight.unreleased"] == ["0"])
        let last = listener.send(answer(pubcomp, id: 1), .toClient)
        #expect(last["mqtt.inflight"] == ["0"])
        #expect(last["mqtt.inflight.stalled"] == nil)
    }

    @Test("beyond the limit of identifiers nothing is called unmatched") func beyondTheLimitNothingIsSure() {
        var limits = MQTTLimits()
        limits.handshakes = 3
        let listener = Listener(limits)
        listener.begin()
        for id in 1...4 as ClosedRange<UInt16> { listener.send(one(id)) }
        #expect(listener.send(answer(puback, id: 4), .toClient).violations == [])
        #expect(listener.send(answer(puback, id: 9), .toClient).violations == [])
        #expect(listener.send(answer(puback, id: 1), .toClient)["mqtt.ack.matched"] == ["true"])
        // The other direction is not concerned.
        #expect(listener.send(answer(puback, id: 9)).violations == ["MQTT-2.3.1-6"])
        listener.close()
        #expect(listener.analyzer.counters.handshakesDropped == 1)
        #expect(listener.analyzer.counters.handshakesAbandoned == 2)
    }
}

/// What a sender has in flight, as a dictionary.
private struct Model {
    enum State { case one, two, received, released }

    var states: [UInt16: State] = [:]
}

@Suite struct HandshakeModelTests {
    /// Random packets of both sides, lawful and not, held against a dictionary. Repetitions and answers out of place make an
    /// identifier lenient, so the model only sends them last.
    @Test("random sessions agree with a model of the handshakes", arguments: [4, 5] as [UInt8])
    func randomConversations(_ version: UInt8) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for round in 0..<40 {
            let listener = conversation(version)
            var models: [Direction: Model] = [.toServer: Model(), .toClient: Model()]
            for step in 0..<300 {
                let side: Direction = Bool.random(using: &random) ? .toServer : .toClient
                let id = UInt16.random(in: 1...30, using: &random) &* (Bool.random(using: &random) ? 1 : 2048)
                let state = models[side]?.states[id]
                let (bytes, direction, next): ([UInt8], Direction, Model.State?)
                switch state {
                case nil:
                    let isOne = Bool.random(using: &random)
                    (bytes, direction, next) = (isOne ? one(id, version) : two(id, version), side, isOne ? .one : .two)
                case .one: (bytes, direction, next) = (answer(4, id: id), side.reversed, nil)
                case .two: (bytes, direction, next) = (answer(5, id: id), side.reversed, .received)
                case .received: (bytes, direction, next) = (answer(6, id: id), side, .released)
                case .released: (bytes, direction, next) = (answer(7, id: id), side.reversed, nil)
                }
                models[side]?.states[id] = next
                let shown = listener.send(bytes, direction)
                let order = ["MQTT-4.6.0-2", "MQTT-4.6.0-3", "MQTT-4.6.0-4"]
                let place = "seed \(seed) round \(round) step \(step)"
                #expect(shown.violations.filter { !order.contains($0) } == [], Comment(rawValue: place))
                #expect(shown["mqtt.handshake"] == [state == nil ? "new" : "matched"], Comment(rawValue: place))
                #expect(shown["mqtt.inflight"] == ["\(models[side]?.states.count ?? 0)"], Comment(rawValue: place))
                let unreleased = models[side]?.states.values.filter { $0 == .two || $0 == .received }.count ?? 0
                #expect(shown["mqtt.inflight.unreleased"] == ["\(unreleased)"], Comment(rawValue: place))
            }
            // Now what nobody asked for, and what is taken.
            for id in (1...30 as ClosedRange<UInt16>) {
                guard models[.toServer]?.states[id] != nil else {
                    let shown = listener.send(answer(4, id: id), .toClient)
                    #expect(shown.violations == [version == 5 ? "MQTT-2.2.1-5" : "MQTT-2.3.1-6"], "seed \(seed)")
                    continue
                }
                let shown = listener.send(one(id, version))
                #expect(shown["mqtt.handshake"] == ["reused"], "seed \(seed)")
                #expect(
                    shown.violations == [version == 5 ? "MQTT-2.2.1-3" : "MQTT-2.3.1-2", "MQTT-4.3.2-1"], "seed \(seed)"
                )
            }
        }
    }
}

/// A reason code of 0x92 says that the identifier is unknown (MQTT 5.0, 3.6.2.1 and 3.7.2.1). Where the packet is held only up to
/// that code, nobody knows whether it says so.
@Test("A reason code that is not held is not taken for success", arguments: [UInt8(6), 7])
private func reasonCodeThatIsNotHeld(_ type: UInt8) {
    let way: Direction = type == 6 ? .toServer : .toClient
    func violations(_ bytes: [UInt8], whole: Int? = nil) -> [String] {
        let listener = Listener()
        listener.send(Connect(version: 5).bytes)
        listener.send(connack(5), .toClient)
        return listener.send(bytes, way, whole: whole).violations
    }
    let answer = answer(type, id: 5, code: 0x92)
    #expect(violations(answer) == [])
    #expect(violations(Array(answer[..<4]), whole: answer.count) == [])
    #expect(violations(MQTTTests.answer(type, id: 5)) != [], "without a code it means success")
}
