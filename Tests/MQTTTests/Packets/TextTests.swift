import Bytes
import Events
import TestSupport
import Testing

@testable import MQTT

/// Bytes and what they are as UTF-8, by table 3-7 of Unicode and the text of MQTT 5.0, 1.5.4.
struct TextCase: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let faults: MQTTTextFaults
    var isNull = false
    var isControl = false
    var isNonCharacter = false

    var testDescription: String { name }

    static let all: [TextCase] = [
        TextCase(name: "overlong `/`", bytes: [0xC0, 0xAF], faults: .overlong),
        TextCase(name: "overlong NUL of modified UTF-8", bytes: [0xC0, 0x80], faults: .overlong),
        TextCase(name: "overlong in three bytes", bytes: [0xE0, 0x80, 0xAF], faults: .overlong),
        TextCase(name: "overlong in four bytes", bytes: [0xF0, 0x8F, 0xBF, 0xBF], faults: .overlong),
        TextCase(name: "first surrogate", bytes: [0xED, 0xA0, 0x80], faults: .surrogate),
        TextCase(name: "last surrogate", bytes: [0xED, 0xBF, 0xBF], faults: .surrogate),
        TextCase(name: "pair of surrogates", bytes: [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], faults: .surrogate),
        TextCase(name: "U+110000", bytes: [0xF4, 0x90, 0x80, 0x80], faults: .tooLarge),
        TextCase(name: "five bytes", bytes: [0xF8, 0x88, 0x80, 0x80, 0x80], faults: .tooLarge),
        TextCase(name: "0xFF", bytes: [0xFF], faults: .tooLarge),
        TextCase(name: "lone continuation", bytes: [0x61, 0x80, 0x61], faults: .continuation),
        TextCase(name: "one continuation too many", bytes: [0xC3, 0xA4, 0xA4], faults: .continuation),
        TextCase(name: "cut by a letter", bytes: [0xC3, 0x28], faults: .truncated),
        TextCase(name: "cut by the end", bytes: [0xF0, 0x9F, 0x99], faults: .truncated),
        TextCase(
            name: "two faults", bytes: [0xC3, 0x61, 0xED, 0xA0, 0x80], faults: [.truncated, .surrogate]),
        TextCase(name: "U+0000", bytes: [0x61, 0, 0x61], faults: [], isNull: true),
        TextCase(name: "U+0001", bytes: [1], faults: [], isControl: true),
        TextCase(name: "tab", bytes: [9], faults: [], isControl: true),
        TextCase(name: "U+001F", bytes: [0x1F], faults: [], isControl: true),
        TextCase(name: "U+007F", bytes: [0x7F], faults: [], isControl: true),
        TextCase(name: "U+0080", bytes: [0xC2, 0x80], faults: [], isControl: true),
        TextCase(name: "U+009F", bytes: [0xC2, 0x9F], faults: [], isControl: true),
        TextCase(name: "U+FDD0", bytes: [0xEF, 0xB7, 0x90], faults: [], isNonCharacter: true),
        TextCase(name: "U+FFFE", bytes: [0xEF, 0xBF, 0xBE], faults: [], isNonCharacter: true),
        TextCase(name: "U+1FFFF", bytes: [0xF0, 0x9F, 0xBF, 0xBF], faults: [], isNonCharacter: true),
        TextCase(name: "U+00A0", bytes: [0xC2, 0xA0], faults: []),
        TextCase(name: "U+FEFF, which is to stay (1.5.4-3)", bytes: [0xEF, 0xBB, 0xBF, 0x61], faults: []),
        TextCase(name: "U+D7FF and U+E000", bytes: [0xED, 0x9F, 0xBF, 0xEE, 0x80, 0x80], faults: []),
        TextCase(name: "U+FFFD", bytes: [0xEF, 0xBF, 0xBD], faults: []),
        TextCase(name: "U+10FFFD", bytes: [0xF4, 0x8F, 0xBF, 0xBD], faults: []),
    ]
}

@Suite struct TextTests {
    /// A packet that holds the bytes in that string, the statement that it breaks when they are ill-formed, who sends it.
    private func packets(
        _ text: [UInt8], _ version: UInt8
    ) -> [(member: MQTTTextSet, statement: MQTTViolation?, isTopic: Bool, bytes: [UInt8])] {
        let none: [UInt8] = version == 5 ? [0] : []
        let string = Bytes.binary(text)
        let head = Bytes.text(version == 3 ? "MQIsdp" : "MQTT") + [version]
        func connect(_ flags: UInt8, _ fields: [UInt8]) -> [UInt8] {
            Bytes.packet(1, head + [flags] + Bytes.uint16(60) + none + fields)
        }
        var all: [(member: MQTTTextSet, statement: MQTTViolation?, isTopic: Bool, bytes: [UInt8])] = [
            (.topic, .illFormedTopicName, true, Bytes.packet(3, string + none)),
            (.clientID, .illFormedClientID, false, connect(2, string)),
            (.userName, .illFormedUserName, false, connect(0x82, Bytes.text("c") + string)),
            (
                .willTopic, .illFormedWillTopic, true,
                connect(6, Bytes.text("c") + none + string + Bytes.binary([0xFF]))
            ),
            (.topic, .illFormedSubscribeFilter, true, Bytes.packet(8, flags: 2, [0, 1] + none + string + [0])),
            (.topic, .illFormedUnsubscribeFilter, true, Bytes.packet(10, flags: 2, [0, 1] + none + string)),
        ]
        guard version == 5 else { return all }
        func publish(_ property: [UInt8]) -> [UInt8] {
            Bytes.packet(3, Bytes.text("t") + Bytes.variable(property.count) + property)
        }
        all.append((.property, .illFormedContentType, false, publish([3] + string)))
        all.append((.property, .illFormedResponseTopic, true, publish([8] + string)))
        all.append((.property, .illFormedPair, false, publish([0x26] + string + Bytes.text("v"))))
        all.append((.property, .illFormedPair, false, publish([0x26] + Bytes.text("k") + string)))
        let reason = [0x1F] + string
        let answer = Bytes.packet(4, [0, 1, 0] + Bytes.variable(reason.count) + reason)
        all.append((.property, nil, false, answer))
        return all
    }

    @Test("In every string", arguments: TextCase.all, [3, 4, 5] as [UInt8]) func inEveryString(
        _ text: TextCase, _ version: UInt8
    ) {
        for packet in packets(text.bytes, version) {
            let type = packet.bytes[0] >> 4
            let isOneWay = [1, 8, 10].contains(type)
            for direction in isOneWay ? [Direction.toServer] : [.toServer, .toClient] {
                let reading = PacketReading(packet.bytes, version, direction)
                let none: MQTTTextSet = []
                #expect(reading.illFormed == (text.faults.isEmpty ? none : packet.member))
                #expect(reading.oddText.faults == text.faults)
                #expect(reading.oddText.null == (text.isNull ? packet.member : none))
                #expect(reading.oddText.control == (text.isControl ? packet.member : none))
                #expect(reading.oddText.nonCharacter == (text.isNonCharacter ? packet.member : none))
                var expected: Set<MQTTViolation> = []
                if !text.faults.isEmpty {
                    expected.insert(.illFormedText)
                    if let statement = packet.statement { expected.insert(statement) }
                }
                if text.isNull { expected.formUnion(packet.isTopic ? [.nullInText, .nullInTopic] : [.nullInText]) }
                #expect(reading.cases == expected, "type \(type)")
                #expect(!reading.message.isFatal)
            }
        }
    }

    @Test("Fields name the strings") func fieldsNameTheStrings() {
        let publish = Bytes.packet(3, Bytes.binary([1, 0x61, 0xEF, 0xBF, 0xBE, 0]))
        let shown = Listener(version: 4).send(publish)
        #expect(shown["mqtt.utf8.control"] == ["topic"])
        #expect(shown["mqtt.utf8.nonchar"] == ["topic"])
        #expect(shown["mqtt.utf8.null"] == ["topic"])
        #expect(shown["mqtt.utf8.illformed"] == nil)
        #expect(shown["mqtt.utf8.fault"] == nil)
        let odd = Listener(version: 4).send(Bytes.packet(3, Bytes.binary([0xED, 0xA0, 0x80])))
        #expect(odd["mqtt.utf8.illformed"] == ["topic"])
        #expect(odd["mqtt.utf8.fault"] == ["surrogate"])
        let plain = Listener(version: 4).send(Bytes.packet(3, Bytes.text("a")))
        #expect(!plain.keys.contains { $0.hasPrefix("mqtt.utf8.") })
    }

    /// The characters that a broker must escape where it makes a regular expression of a filter (CVE-2018-11615).
    @Test(
        "Regular expressions",
        arguments: [
            ("+/(a", true), ("a/[/#", true), ("#/x)", true), ("a{2}/+", true), ("a*/+", true), ("a\\/#", true),
            ("^a/+", true), ("a|b/+", true), ("+/+", false), ("a.b/+", false), ("$SYS/#", false), ("a(b)", false),
            ("a", false),
        ])
    func regularExpressions(_ filter: String, _ expected: Bool) {
        let listener = Listener(version: 4)
        #expect(listener.send(subscribe([("x", 0), (filter, 0)]))["mqtt.filter.regex"] == ["\(expected)"])
        #expect(listener.send(unsubscribe([filter]))["mqtt.filter.regex"] == ["\(expected)"])
        #expect(listener.send(publish("a"))["mqtt.filter.regex"] == nil)
    }
}
