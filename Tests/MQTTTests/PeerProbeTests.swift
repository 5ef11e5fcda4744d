import Bytes
import Events
import MQTT
import Testing

/// Short pieces of traffic that dissectors are known to misread.
@Suite struct MisreadTrafficTests {
    /// The messages of a buffer as the framing cuts them, and what is left of it.
    private func cut(_ bytes: [UInt8]) -> (messages: [[UInt8]], rest: [UInt8]) {
        var messages: [[UInt8]] = []
        var rest = bytes
        while case .message(let count) = MQTTFraming.frame(rest.span.bytes), !rest.isEmpty {
            messages.append(Array(rest.prefix(count)))
            rest.removeFirst(count)
        }
        return (messages, rest)
    }

    @Test("Three messages in one buffer") func threeMessagesInOneBuffer() {
        let sent = [publish("a/b", "1"), subscribe([("#", 0)], id: 7), publish("c", "2", qos: 1, id: 8)]
        let pieces = cut(sent.flatMap { $0 })
        #expect(pieces.messages == sent)
        #expect(pieces.rest == [])
        let listener = conversation()
        let shown = pieces.messages.map { listener.send($0) }
        #expect(shown.map { $0["mqtt.type"] } == [["PUBLISH"], ["SUBSCRIBE"], ["PUBLISH"]])
        #expect(shown.map { $0["mqtt.topic"] } == [["a/b"], ["#"], ["c"]])
        #expect(shown.map(\.violations) == [[], [], []])
    }

    /// A message is whole when its last byte is there, wherever the stream was cut: also within the remaining length.
    @Test("The remaining length is split", arguments: [1, 2, 3, 4]) func theRemainingLengthIsSplit(_ lengthBytes: Int) {
        let sizes = [0, 100, 10_000, 20_000, 2_100_000]
        let first = publish("a", String(repeating: "x", count: sizes[lengthBytes]))
        let next = subscribe([("#", 1)], id: 9)
        #expect(first[1..<(1 + lengthBytes)].map { $0 & 0x80 != 0 } == (1...lengthBytes).map { $0 < lengthBytes })
        // Behind the type, behind each byte of the length and one later.
        for split in 0...(lengthBytes + 2) {
            let head = Array(first.prefix(split))
            switch MQTTFraming.frame(head.span.bytes) {
            case .incomplete(let total): #expect(total == (split > lengthBytes ? first.count : nil), "split \(split)")
            default: Issue.record("split \(split)")
            }
            let pieces = cut(head + first.dropFirst(split) + next)
            #expect(pieces.messages.count == 2, "split \(split)")
            #expect(pieces.messages.last == next, "split \(split)")
            #expect(pieces.rest == [], "split \(split)")
        }
    }

    /// Each side has its own aliases: the same number stands for different topics.
    @Test("Aliases in both directions at once") func aliasesInBothDirectionsAtOnce() {
        let maximum = Property(34, "", .uint16(10))
        let listener = conversation(5, connect: [maximum], connack: [maximum])
        func named(_ topic: String, _ alias: UInt16, _ direction: Direction) -> Shown {
            listener.send(publish(topic, "x", version: 5, [Property(35, "", .uint16(alias))]), direction)
        }
        #expect(named("up/one", 1, .toServer)["mqtt.topic"] == ["up/one"])
        #expect(named("down/one", 1, .toClient)["mqtt.topic"] == ["down/one"])
        let (up, down) = (named("", 1, .toServer), named("", 1, .toClient))
        #expect(up["mqtt.topic"] == ["up/one"])
        #expect(down["mqtt.topic"] == ["down/one"])
        #expect(up.violations == [] && down.violations == [])
        // One side lets it stand for something else; the other's stays.
        #expect(named("up/two", 1, .toServer).violations == [])
        #expect(named("", 1, .toClient)["mqtt.topic"] == ["down/one"])
        #expect(named("", 1, .toServer)["mqtt.topic"] == ["up/two"])
        // What only the other side has introduced is unknown.
        #expect(named("up/five", 5, .toServer).violations == [])
        #expect(named("", 5, .toClient).violations == ["MQTT-3.3.2.3.4"])
    }

    @Test("a # filter after a hundred others is read", arguments: [3, 4, 5] as [UInt8]) func aHashAfterAHundredFilters(
        _ version: UInt8
    ) {
        let names = (0..<100).map { "plant/line/\($0)/state" } + ["#"]
        let listener = conversation(version)
        let shown = listener.send(subscribe(names.map { ($0, 1) }, id: 3, version: version))
        #expect(shown["mqtt.topic"] == names)
        #expect(shown["mqtt.filter.wildcard"]?.count == 101)
        #expect(shown.violations == [])
        let codes = [UInt8](repeating: 1, count: 101)
        #expect(listener.send(subscribeAnswer(9, codes, id: 3, version: version), .toClient).violations == [])
        let delivered = listener.send(publish("elsewhere", "x", version: version), .toClient)
        #expect(delivered["mqtt.delivery.filter"] == ["#"])
        #expect(delivered["mqtt.delivery.matched"] == ["true"])
    }
}
