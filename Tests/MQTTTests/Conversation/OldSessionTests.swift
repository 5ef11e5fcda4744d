import Events
import Testing

private func one(dup: Bool = false) -> [UInt8] { publish("t", "x", qos: 1, dup: dup, id: 5) }
private func two(dup: Bool = false) -> [UInt8] { publish("t", "x", qos: 2, dup: dup, id: 5) }

/// A conversation of 3.1 and what its last packet breaks.
private struct OldStory: CustomTestStringConvertible {
    let name: String
    let steps: [(bytes: [UInt8], direction: Direction)]
    let violations: [String]

    var testDescription: String { name }
}

private let stories = [
    OldStory(name: "PUBACK for nothing", steps: [(answer(4, id: 9), .toClient)], violations: ["MQTT31-3.4"]),
    OldStory(name: "PUBREC for nothing", steps: [(answer(5, id: 9), .toServer)], violations: ["MQTT31-3.5"]),
    OldStory(name: "PUBREL for nothing", steps: [(answer(6, id: 9), .toServer)], violations: ["MQTT31-3.6"]),
    OldStory(name: "PUBCOMP for nothing", steps: [(answer(7, id: 9), .toServer)], violations: ["MQTT31-3.7"]),
    OldStory(
        name: "UNSUBACK for nothing", steps: [(subscribeAnswer(11, [], id: 9), .toClient)], violations: ["MQTT31-3.11"]),
    OldStory(
        name: "PUBACK for QoS 2", steps: [(two(), .toClient), (answer(4, id: 5), .toServer)],
        violations: ["MQTT31-4.1", "MQTT31-3.3"]),
    // What 3.1 leaves open: above all, everything may be sent again.
    OldStory(name: "identifier in use", steps: [(one(), .toServer), (one(), .toServer)], violations: []),
    OldStory(name: "identifier of the server in use", steps: [(two(), .toClient), (two(), .toClient)], violations: []),
    OldStory(
        name: "SUBSCRIBE again, both answered",
        steps: [
            (subscribe([("a", 0)]), .toServer), ([0x8A] + subscribe([("a", 0)]).dropFirst(), .toServer),
            (subscribeAnswer(9, [0]), .toClient), (subscribeAnswer(9, [0]), .toClient),
        ], violations: []),
    OldStory(name: "DUP of the server at first", steps: [(one(dup: true), .toClient)], violations: []),
    OldStory(
        name: "PUBACK out of order",
        steps: [
            (publish("t", qos: 1, id: 1), .toClient), (publish("t", qos: 1, id: 2), .toClient),
            (answer(4, id: 2), .toServer), (answer(4, id: 1), .toServer),
        ], violations: []),
    OldStory(
        name: "PUBLISH after PUBREL",
        steps: [
            (two(), .toServer), (answer(5, id: 5), .toClient), (answer(6, id: 5), .toServer),
            (two(dup: true), .toServer),
        ], violations: []),
    OldStory(
        name: "$SYS for #",
        steps: [
            (subscribe([("#", 0)]), .toServer), (subscribeAnswer(9, [0]), .toClient),
            (publish("$SYS/a", "x", retain: true), .toClient),
        ], violations: []),
]

/// Conversations of MQTT V3.1 are held against what its own sections ask for, and nothing else.
@Suite struct OldSessionTests {
    @Test("Conversations", arguments: stories) fileprivate func conversations(_ story: OldStory) {
        let listener = conversation(3)
        var last: [String] = []
        for step in story.steps {
            #expect(last == [])
            last = listener.send(step.bytes, step.direction).violations
        }
        #expect(last == story.violations)
        let gap = conversation(3)
        gap.gap()
        for step in story.steps { #expect(gap.send(step.bytes, step.direction).violations == []) }
    }

    @Test("Keep alive and refusal") func keepAliveAndRefusal() {
        let listener = conversation(3, keepAlive: 10)
        listener.wait(milliseconds: 15_001)
        #expect(listener.send(pingreq).violations == ["MQTT31-2.2"])
        let refused = Listener()
        refused.send(Connect(version: 3).bytes)
        refused.send(connack(3, code: 2), .toClient)
        #expect(refused.send(pingresp, .toClient).violations == [])
    }
}
