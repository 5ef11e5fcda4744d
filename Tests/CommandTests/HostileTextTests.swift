import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Bytes that would move a cursor, begin a line, hide or reorder text, in places that attackers choose.
@Suite struct HostileTextTests {
    private let folder: TemporaryFolder

    /// ESC sequences, C0 and C1 controls, line ends, separators, bidirectional and zero-width characters, tags, what is not
    /// UTF-8, and quotes.
    private static let poison: [UInt8] =
        [0x1B] + Array("[2J".utf8) + [0x1B] + Array("]0;owned".utf8) + [7, 8, 0x0D, 0x0A, 9, 0x7F]
        + Array("\u{85}\u{9B}31m\u{202E}\u{2066}\u{200B}\u{200D}\u{2028}\u{2029}\u{FEFF}\u{061C}\u{E0041}\u{00AD}".utf8)
        + [0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80] + Array("\"}\\,'\n{\"rule_id\":\"forged\"}".utf8)

    init() throws {
        folder = try TemporaryFolder()
        let client = Array("dev".utf8) + Self.poison
        var frames = [
            Build.tcpFrame(seq: 99, flags: 2),
            Build.tcpFrame(
                from: 1883, to: 40000, seq: 499, flags: 0x12, source: [10, 0, 0, 2], destination: [10, 0, 0, 1]),
        ]
        var next: UInt32 = 100
        for message in [
            MQTTBytes.connect(client, username: client, password: client), MQTTBytes.subscribe(client),
            MQTTBytes.publish(client, client, isRetained: true),
        ] {
            frames.append(Build.tcpFrame(seq: next, message))
            next += UInt32(message.count)
        }
        // CoAP: CON GET with the poison as a segment of Uri-Path (RFC 7252, 3.1 and 5.10.1), 13 + an extended length.
        let option: [UInt8] = [0xBD, UInt8(Self.poison.count - 13)] + Self.poison
        frames.append(Build.udpFrame([0x40, 1, 0, 1] + option))
        try folder.write(pcap(frames), to: "hostile.pcap")
        let fields = [
            "mqtt": ["mqtt.clientid", "mqtt.username", "mqtt.topic"], "coap": ["coap.uri_path"],
        ]
        for (category, names) in fields {
            try folder.write(
                """
                title: Anything
                id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f00\(category == "mqtt" ? "10" : "11")
                logsource: {product: earshot, category: \(category)}
                detection:
                    selection:
                        event.category: \(category)
                    condition: selection
                level: low
                earshot:
                    summary: '\(names.map { "{\($0)}" }.joined(separator: " "))'
                    suppress: {by: [\(names.joined(separator: ", "))], for: 1h}

                """, to: "\(category).yml")
        }
    }

    @Test("no control character from the network reaches the terminal") func nothingRawReachesATerminal() throws {
        let replay = try earshot(
            "replay", "hostile.pcap", "--only-rules", "mqtt.yml", "--only-rules", "coap.yml", directory: folder.path)
        #expect(replay.status == 0, "\(replay.errorText)")
        let rows = try alerts(in: folder.file("earshot.db"))
        #expect(rows.count == replay.lines.count)
        #expect(rows.count >= 3)
        try check(replay, "replay", lines: rows.count)
        for format in ["text", "fast", "json", "eve"] {
            let outcome = try earshot("tail", "--format", format, directory: folder.path)
            try check(outcome, "tail --format \(format)", lines: rows.count)
            if ["json", "eve"].contains(format) {
                for line in outcome.lines {
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                    #expect(object?["rule_id"] as? String != "forged")
                }
            }
        }
        for row in rows { try check(try earshot("show", "\(row.id)", directory: folder.path), "show", lines: nil) }
        try check(try earshot("stats", directory: folder.path), "stats", lines: nil)
        let decoded = try earshot("decode", "hostile.pcap", directory: folder.path)
        try check(decoded, "decode", lines: 4)
        for line in decoded.lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        try check(
            try earshot("decode", "hostile.pcap", "--show-secrets", directory: folder.path), "decode --show-secrets",
            lines: 4)
    }

    /// What a summary quotes looks as it does in its own field, in each format.
    @Test("summaries are escaped once, not twice") func summariesAreEscapedOnce() throws {
        let replay = try earshot("replay", "hostile.pcap", "--only-rules", "mqtt.yml", directory: folder.path)
        let connect = try #require(replay.lines.first { $0.contains("dev") })
        for sign in ["\\x1b[2J", "\\u{202e}", "\\u{9b}31m", "\\x0d\\x0a"] {
            #expect(connect.contains("dev\\x1b[2J") && connect.contains(sign), "\(sign): \(connect)")
            #expect(!connect.contains("\\" + sign), "\(sign): \(connect)")
        }
        let row = try #require(try alerts(in: folder.file("earshot.db")).first { $0.clientID != nil })
        let shown = try earshot("show", "\(row.id)", directory: folder.path).lines
        func part(_ name: String) throws -> Substring {
            try #require(shown.first { $0.hasPrefix(name) }).dropFirst(13)
        }
        #expect(try part("summary").contains(try part("client id")), "\(shown)")
        let key = try part("counted by")
        #expect(key.contains("dev\\x1b[2J") && !key.contains("\\\\x1b"), "\(key)")
        for format in ["json", "eve"] {
            let lines = try earshot("tail", "--format", format, directory: folder.path).lines
            #expect(lines.contains { $0.contains("dev\\u001b[2J") })
            #expect(!lines.contains { $0.contains("\\x1b") || $0.contains("\\\\u001b") }, "\(format)")
        }
    }

    /// File names, filters and rules come from elsewhere too.
    @Test("Names in messages") func namesInMessages() throws {
        let name = "\u{1B}[2J\u{202E}\r.pcap"
        for arguments in [
            ["decode", name], ["replay", name], ["tail", "--db", name], ["stats", "--config", name],
            ["rules", "check", "--only-rules", name], ["decode", "hostile.pcap", "--fields", name],
            ["decode", "hostile.pcap", "--filter", name],
        ] {
            let outcome = try run(try Program.path(), arguments, directory: folder.path)
            #expect(outcome.status != 0)
            try check(outcome, arguments[0], lines: nil)
        }
    }

    private func check(_ outcome: Outcome, _ name: String, lines: Int?) throws {
        for (stream, bytes) in [("output", outcome.output), ("errors", outcome.errors)] {
            let text = try #require(String(validating: bytes, as: UTF8.self), "\(name): \(stream) is not UTF-8")
            let bad = text.unicodeScalars.filter { scalar in
                switch scalar.properties.generalCategory {
                case .control: scalar != "\n"
                case .format, .lineSeparator, .paragraphSeparator: true
                default: false
                }
            }
            #expect(bad.isEmpty, "\(name): \(bad.map { String($0.value, radix: 16) }) in \(stream)")
        }
        if let lines { #expect(outcome.lines.count == lines, "\(name): \(outcome.text.debugDescription)") }
    }
}
