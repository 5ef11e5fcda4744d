import Bytes
import Events
import Foundation
import Network
import TestSupport
import Testing

/// A message whose fields are what a test wants.
private struct FakeEvent: EventSource {
    var category = EventCategory.mqtt
    var messageType: UInt8 { 3 }

    func read(_ field: FieldID, message: RawSpan, into values: inout FieldValues) {
        switch field.rawValue {
        case 100: values.append(message: ByteRange(offset: 0, count: message.byteCount))
        case 101: values.append(message: ByteRange(offset: 0, count: message.byteCount))
        case 102: values.append(message: ByteRange(offset: 0, count: message.byteCount))
        case 103:
            values.append(text: "a")
            values.append(message: ByteRange(offset: 0, count: 1))
        case 104: values.append(Double.infinity)
        case 105: values.append(0.1)
        case 106: values.append(Int64.min)
        case 107: values.append(false)
        case ViolationField.id.fieldID.rawValue: values.append(text: "MQTT-3.3.1-4")
        default: break
        }
    }
}

@Suite struct EventJSONTests {
    private let registry = FieldRegistry(
        blocks: [
            CommonField.block,
            FieldBlock(
                base: 100, category: .mqtt,
                fields: [
                    FieldInfo("text", .text, ""), FieldInfo("secret", .text, secret: true, ""),
                    FieldInfo("hex", .bytes, ""), FieldInfo("list", .text, list: true, ""),
                    FieldInfo("infinite", .float, ""), FieldInfo("float", .float, ""), FieldInfo("int", .int, ""),
                    FieldInfo("flag", .bool, ""), FieldInfo("absent", .text, ""),
                ]),
            FieldBlock(base: 200, category: .coap, fields: [FieldInfo("other", .text, "")]), ViolationField.block,
        ])

    private func line(_ message: [UInt8], only: Set<String>? = nil, showsSecrets: Bool = false) -> String {
        var json = EventJSON(registry: registry, only: only, showsSecrets: showsSecrets)
        var text: [UInt8] = []
        json.write(FakeEvent(), EventContextTests.context(), message: message.span.bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func parse(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }

    @Test("A whole event") func aWholeEvent() {
        #expect(
            line(Array("ab".utf8))
                == #"{"@timestamp":"2026-11-21T09:30:00.123456789Z","event.category":"mqtt","frame.number":12,"#
                + #""source.ip":"192.0.2.10","source.port":40001,"destination.ip":"192.0.2.1","destination.port":1883,"#
                + #""source.mac":"02:00:00:00:00:01","client.ip":"192.0.2.10","client.port":40001,"#
                + #""server.ip":"192.0.2.1","server.port":1883,"network.transport":"tcp","#
                // Worked out apart, with Python's hashlib, from the Community ID specification.
                + #""network.direction":"to_server","network.community_id":"1:6W7GWEs6txkSeEqy9rzTWYqckcM=","#
                + #""network.vlan.id":[100,4094],"network.tunnel":["mpls","vxlan","gre"],"text":"ab","secret":"<2 bytes>","hex":"6162","list":["a","a"],"#
                + #""infinite":null,"float":0.1,"int":-9223372036854775808,"flag":false,"#
                + #""violation.id":["MQTT-3.3.1-4"]}"#)
    }

    @Test("Only what is asked for") func onlyWhatIsAskedFor() {
        #expect(line([0x61], only: ["int", "absent", "nonsense"]) == #"{"int":-9223372036854775808}"#)
        #expect(line([0x61], only: []) == "{}")
        #expect(line([0x61], only: ["secret"], showsSecrets: true) == #"{"secret":"a"}"#)
    }

    @Test(
        "Escaping",
        arguments: [
            ([0x22, 0x5C, 0x2F], #"\"\\/"#), ([0x0A, 0x0D, 0x09], #"\n\r\t"#),
            ([0x00, 0x1B, 0x7F], #"\u0000\u001b\u007f"#),
            ([0xC2, 0x80], #"\u0080"#), ([0xC2, 0x9F], #"\u009f"#), ([0xC2, 0xA0], "\u{A0}"), ([0xC3, 0xA4], "ä"),
            ([0xD8, 0x9C], #"\u061c"#), ([0xE2, 0x80, 0x8B], #"\u200b"#), ([0xE2, 0x80, 0xA8], #"\u2028"#),
            ([0xE2, 0x80, 0xA9], #"\u2029"#), ([0xE2, 0x80, 0xAE], #"\u202e"#), ([0xE2, 0x81, 0xA6], #"\u2066"#),
            ([0xEF, 0xBB, 0xBF], #"\ufeff"#), ([0xE2, 0x82, 0xAC], "€"), ([0xF0, 0x9F, 0x8C, 0xA1], "🌡"),
            ([0xFF], "\u{FFFD}"), ([0xC0, 0xAF], "\u{FFFD}\u{FFFD}"), ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xE2, 0x80], "\u{FFFD}\u{FFFD}"), ([], ""),
        ] as [([UInt8], String)])
    func escaping(input: [UInt8], expected: String) throws {
        let line = line(input, only: ["text"])
        #expect(Array(line.utf8) == Array(#"{"text":"\#(expected)"}"#.utf8))
        _ = try parse(line)
    }

    /// Any bytes: one line, valid JSON, and what a parser reads is the repaired text.
    @Test("Random bytes") func randomBytes() throws {
        let seed = testSeed()
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let interesting: [UInt8] = [0, 0x0A, 0x1B, 0x22, 0x5C, 0x7F, 0x80, 0x9B, 0xC2, 0xE2, 0xF0, 0xED, 0xFE]
        for _ in 0..<2000 {
            let message = (0..<next(24)).map { _ in
                next(2) == 0 ? UInt8(next(256)) : interesting[next(interesting.count)]
            }
            let line = line(message, only: ["text"])
            #expect(
                !line.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }, "seed \(seed)")
            let text = try #require(try parse(line)["text"] as? String, "seed \(seed)")
            if let whole = String(validating: message, as: UTF8.self) {
                #expect(text.unicodeScalars.elementsEqual(whole.unicodeScalars), "seed \(seed)")
            } else {
                #expect(text.unicodeScalars.contains("\u{FFFD}"), "seed \(seed)")
            }
        }
    }

    @Test("Strings of our own") func stringsOfOurOwn() {
        var text: [UInt8] = []
        appendJSONString("a\"b\u{0}", to: &text)
        #expect(String(decoding: text, as: UTF8.self) == #""a\"b\u0000""#)
    }
}
