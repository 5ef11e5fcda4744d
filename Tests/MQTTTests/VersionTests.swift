import Events
import TestSupport
import Testing

@testable import MQTT

private let user = Property(38, "user_property", .pair("site", "north"))
private let alias = Property(35, "topic_alias", .uint16(5))
private let json = Property(3, "content_type", .text("application/json"))
private let utf8 = Property(1, "payload_format_indicator", .byte(1))

/// Sessions whose CONNECT was not seen: what their packets say of the version.
@Suite struct VersionTests {
    /// What a run of packets is read as, from the last one: the level, and what it says.
    private func last(_ packets: [[UInt8]], _ direction: Direction = .toServer) -> (ver: [String]?, msg: [String]?) {
        let listener = Listener(isFromStart: false)
        var shown = listener.send(packets[0], direction)
        for packet in packets.dropFirst() { shown = listener.send(packet, direction) }
        #expect(shown.violations == [])
        return (shown["mqtt.ver"], shown["mqtt.msg"])
    }

    @Test("A block of properties that is too much for chance proves 5.0 at once")
    func propertiesProveFive() {
        for list in [[user], [json, utf8], [alias, user]] {
            let shown = last([publish("t", "21.5", version: 5, list)])
            #expect(shown.ver == ["5"] && shown.msg == ["21.5"])
        }
    }

    @Test("A short block of properties proves 5.0 with the second packet") func shortBlocksAddUp() {
        let first = publish("t", "\u{1}\u{2}", version: 5, [alias])
        #expect(last([first]).ver == nil)
        let shown = last([first, publish("t", "\u{3}\u{4}", version: 5, [alias])])
        #expect(shown.ver == ["5"] && shown.msg == ["\u{3}\u{4}"])
    }

    @Test("Short text behind an empty block proves 5.0 with the second packet") func emptyBlocksAddUp() {
        let long = last([publish("t", #"{"t":21.5}"#, version: 5)])
        #expect(long.ver == ["5"] && long.msg == [#"{"t":21.5}"#], "long text does at once")
        let first = publish("t", "21.5", version: 5)
        #expect(last([first]).ver == nil)
        let shown = last([first, publish("u", "open", version: 5)])
        #expect(shown.ver == ["5"] && shown.msg == ["open"])
    }

    @Test("A topic alias without a topic is of 5.0") func aliasWithoutTopic() {
        let listener = Listener(isFromStart: false)
        let shown = listener.send(publish("", "1", version: 5, [alias]))
        #expect(shown["mqtt.ver"] == ["5"] && shown["mqtt.msg"] == ["1"])
        listener.send(publish("plant/5", "1", version: 5, [alias]))
        #expect(listener.send(publish("", "2", version: 5, [alias]))["mqtt.topic"] == ["plant/5"])
    }

    /// Numbers, text behind its length, text, nothing: none of them is a block of properties, or none that says much.
    @Test(
        "Payloads of 3.1.1 are not taken for properties",
        arguments: [
            "21.5", #"{"t":21}"#, "", "\0", "\0\0\u{1}\u{2C}", "\0\u{5}hello", "\u{1}", "\u{8}\u{1}abc",
            "\0\u{2B}" + String(repeating: "x", count: 43), "\u{3}#\0\0", "\u{2}\u{1}\u{9}",
        ])
    func payloadsOfThree(_ payload: String) {
        let packet = publish("t", payload)
        let shown = last(Array(repeating: packet, count: 20))
        #expect(shown.ver == nil)
        if !payload.isEmpty { #expect(shown.msg == [payload]) }
    }

    @Test("A packet that fits 3.1.1 only refutes a guess") func guessIsRefuted() {
        let listener = Listener(isFromStart: false)
        let odd = publish("t", "\u{3}#\0\u{5}")
        listener.send(odd)
        #expect(listener.send(odd)["mqtt.ver"] == ["5"])
        let shown = listener.send(publish("t", "21.5"))
        #expect(shown["mqtt.ver"] == nil && shown["mqtt.msg"] == ["21.5"] && shown.violations == [])
        #expect(listener.send(odd)["mqtt.msg"] == ["\u{3}#\0\u{5}"])
    }

    @Test("Answers tell the version where only one fits") func answers() {
        let five = [
            (answer(4, code: 0x10), Direction.toClient), (answer(6, code: 0x92), .toServer),
            (subscribeAnswer(9, [0x87], version: 5), .toClient),
            (subscribeAnswer(9, [1, 0x97], version: 5), .toClient),
            (subscribeAnswer(11, [0x11], version: 5), .toClient),
            (auth(code: 0x18, [Property(21, "authentication_method", .text("SCRAM"))]), .toClient),
            (disconnect(code: 0x8D), .toClient),
        ]
        for (bytes, direction) in five {
            #expect(Listener(isFromStart: false).send(bytes, direction)["mqtt.ver"] == ["5"], "\(bytes)")
        }
        for bytes in [subscribeAnswer(9, [0]), subscribeAnswer(9, [1, 2]), subscribeAnswer(11, [])] {
            let listener = Listener(isFromStart: false)
            listener.send(bytes, .toClient)
            // Of 3.x now: what would prove 5.0 at once is a payload.
            #expect(listener.send(publish("t", "x", version: 5, [user]))["mqtt.ver"] == nil, "\(bytes)")
        }
        let either = Listener(isFromStart: false)
        either.send(subscribeAnswer(9, [0, 0]), .toClient)
        #expect(either.send(publish("t", "x", version: 5, [user]))["mqtt.ver"] == ["5"])
    }

    /// Of a long message only the beginning is held; the payload begins behind the properties all the same.
    @Test("A long message with properties") func longMessage() {
        let packet = publish("t", String(repeating: "a", count: 40), version: 5, [user])
        let listener = Listener(isFromStart: false)
        let head = Array(packet.prefix(packet.count - 30))
        #expect(listener.send(head, whole: packet.count)["mqtt.ver"] == ["5"])
        let cut = Listener(isFromStart: false)
        #expect(cut.send(Array(packet.prefix(10)), whole: packet.count)["mqtt.ver"] == nil)
    }
}
