import Alerts
import Foundation
import Network
import Testing

@Suite struct OutputTests {
    private func stored(_ change: (inout Alert) -> Void = { _ in }) -> StoredAlert {
        var alert = sampleAlert(1, level: .high, seen: 1_795_253_400_123_456)
        change(&alert)
        return StoredAlert(id: 42, revision: 99, runID: 3, sensor: "span0", alert: alert)
    }

    /// FNV-1a of `rule-1` with 64 bits is 0x74fcf66281ced3f1 (computed apart); the upper 31 bits.
    private static let signature = 981367601

    @Test("Text") func text() {
        let output = TextOutput()
        #expect(
            output.line(stored())
                == "#42    2026-11-21T09:30:00.123Z  high      "
                + "Subscription to every topic               192.0.2.10:40001 -> 192.0.2.1:1883      "
                + "plc-1 subscribed to #")
        var unnumbered = stored()
        unnumbered.id = 0
        #expect(output.line(unnumbered).hasPrefix("2026-11-21T09:30:00.123Z  high      Subscription"))
        let many = stored {
            $0.count = 17
            $0.firstSeen -= 86_400_000_000
            $0.level = .informational
        }
        #expect(output.line(many).hasPrefix("#42    2026-11-21T09:30:00.123Z  info      Subscription"))
        #expect(output.line(many).hasSuffix("subscribed to #  (x17 since 2026-11-20T09:30:00.123Z)"))
        let bare = stored {
            $0.sourceIP = nil
            $0.destinationIP = nil
            $0.clientIP = nil
            $0.serverIP = nil
            $0.summary = ""
        }
        #expect(output.line(bare) == "#42    2026-11-21T09:30:00.123Z  high      Subscription to every topic")
    }

    @Test("Colour only where told") func colourOnlyWhereTold() {
        for level in AlertLevel.allCases {
            let alert = stored { $0.level = level }
            let plain = TerminalOutput(width: 80, color: false, zone: .gmt).line(alert)
            #expect(!plain.contains("\u{1B}"))
            let colored = TerminalOutput(width: 80, color: true, zone: .gmt).line(alert)
            #expect(colored.contains("\u{1B}["))
            #expect(colored.replacing(#/\x1B\[[0-9;]*m/#, with: "") == plain)
        }
        for format in AlertFormat.allCases { #expect(!format.output().line(stored()).contains("\u{1B}")) }
    }

    @Test(
        "Who to whom",
        arguments: [
            // Client and server, whoever sent the message.
            ("192.0.2.10", "192.0.2.1", "192.0.2.10", "{}", "192.0.2.10:40001 -> 192.0.2.1:1883"),
            ("192.0.2.10", "192.0.2.1", "192.0.2.1", "{}", "192.0.2.1:1883 -> 192.0.2.10:40001"),
            ("2001:db8::1", "2001:db8::2", "2001:db8::1", "{}", "[2001:db8::1]:40001 -> [2001:db8::2]:1883"),
            // On one host only the event can tell.
            ("::1", "::1", "::1", #"{"network.direction":"to_server"}"#, "[::1]:40001 -> [::1]:1883"),
            ("::1", "::1", "::1", #"{"network.direction":"to_client"}"#, "[::1]:1883 -> [::1]:40001"),
        ])
    func whoToWhom(source: String, destination: String, client: String, event: String, expected: String) {
        let alert = stored {
            $0.sourceIP = IPAddress(source)
            $0.destinationIP = IPAddress(destination)
            $0.clientIP = IPAddress(client)
            $0.serverIP = client == source ? IPAddress(destination) : IPAddress(source)
            $0.event = event
        }
        #expect(TextOutput().line(alert).contains("  \(expected)  "))
    }

    @Test("Fast") func fast() {
        #expect(
            FastOutput().line(stored { $0.count = 5 })
                == "11/21/2026-09:30:00.123456  [**] [1:\(Self.signature):1] Subscription to every topic [**] "
                + "[Classification: mqtt] [Priority: 1] "
                + "{TCP} 192.0.2.10:40001 -> 192.0.2.1:1883")
        #expect(FastOutput(showsCount: true).line(stored { $0.count = 5 }).hasSuffix(":1883 [x5]"))
        let v6 = stored {
            $0.sourceIP = IPAddress("2001:db8::1")
            $0.transport = .udp
            $0.destinationIP = nil
            $0.lastSeen = 1
        }
        #expect(FastOutput().line(v6).hasPrefix("01/01/1970-00:00:00.000001  [**] "))
        #expect(FastOutput().line(v6).hasSuffix("{UDP} [2001:db8::1]:40001 -> -"))
    }

    @Test("JSON") func json() throws {
        let object = try parse(JSONOutput().line(stored()))
        #expect(
            Set(object.keys) == [
                "id", "first_seen", "last_seen", "count", "rule_id", "rule_title", "level", "category", "summary",
                "source_ip", "source_port", "destination_ip", "destination_port", "transport", "client_ip", "server_ip",
                "client_id", "community_id", "group_key", "event", "sensor", "run_id", "state",
            ])
        #expect((object["event"] as? [String: Any])?["mqtt.type"] as? String == "SUBSCRIBE")
        #expect((object["first_seen"] as? NSNumber)?.int64Value == 1_795_253_400_123_456)
        #expect(object["level"] as? String == "high")
        #expect(object["source_port"] as? Int == 40001)
    }

    @Test("EVE") func eve() throws {
        let line = EVEOutput().line(stored())
        let object = try parse(line)
        #expect(object["timestamp"] as? String == "2026-11-21T09:30:00.123456+0000")
        #expect(object["event_type"] as? String == "alert")
        #expect(object["src_ip"] as? String == "192.0.2.10")
        #expect(object["src_port"] as? Int == 40001)
        #expect(object["dest_ip"] as? String == "192.0.2.1")
        #expect(object["dest_port"] as? Int == 1883)
        #expect(object["proto"] as? String == "TCP")
        #expect(object["ip_v"] as? Int == 4)
        #expect(object["community_id"] as? String == "1:abc=")
        #expect(object["direction"] as? String == "to_server")
        let alert = try #require(object["alert"] as? [String: Any])
        #expect(alert["signature"] as? String == "Subscription to every topic")
        #expect(alert["severity"] as? Int == 1)
        let number = try #require(alert["signature_id"] as? Int)
        #expect((0...0x7FFF_FFFF).contains(number))
        #expect((alert["metadata"] as? [String: [String]])?["rule_id"] == ["rule-1"])
        let own = try #require(object["earshot"] as? [String: Any])
        #expect((own["event"] as? [String: Any])?["mqtt.topic"] as? [String] == ["#"])
        #expect((object["flow_id"] as? NSNumber)?.int64Value ?? -1 >= 0)
        // Suricata's names and nothing else beside the one member of our own.
        let suricata: Set = [
            "timestamp", "flow_id", "event_type", "src_ip", "src_port", "dest_ip", "dest_port", "proto", "ip_v",
            "community_id", "alert", "app_proto", "direction", "host",
        ]
        #expect(Set(object.keys) == suricata.union(["earshot"]))
    }

    @Test("Severity", arguments: [(AlertLevel.critical, 1), (.high, 1), (.medium, 2), (.low, 3), (.informational, 4)])
    func severity(level: AlertLevel, expected: Int) throws {
        let object = try parse(EVEOutput().line(stored { $0.level = level }))
        #expect((object["alert"] as? [String: Any])?["severity"] as? Int == expected)
    }

    /// No byte from the network changes what a line is, in any format and any field.
    @Test("Hostile text", arguments: AlertFormat.allCases)
    func hostileText(format: AlertFormat) throws {
        let scalars = TerminalSafeTests.forbidden.compactMap { Unicode.Scalar($0) }
        for scalar in scalars + ["\"", "\\", "/"] {
            let text = "a\(Character(scalar))b\u{1B}[2J\r\n2026-11-21T09:30:00.123Z  critical"
            let alert = stored {
                $0.summary = text
                $0.clientID = text
                $0.groupKey = text
                $0.ruleTitle = text
                $0.ruleID = text
                $0.category = text
                $0.communityID = text
            }
            let line = format.output().line(alert)
            // A record of comma-separated values ends in a carriage return of its own.
            let shown = format == .csv ? String(line.dropLast()) : line
            for forbidden in scalars { #expect(!shown.unicodeScalars.contains(forbidden), "U+\(forbidden.value)") }
            guard format == .json || format == .eve else { continue }
            let object = try parse(line)
            let own = format == .json ? object : try #require(object["earshot"] as? [String: Any])
            #expect((own["client_id"] as? String)?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
        }
    }

    @Test(
        "an event that is not a JSON object adds no field to an alert",
        arguments: [
            #"{}, "level": "low""#, "", "[1]", "{", "{\"a\":1}\n{\"b\":2}", "nonsense", "\"text\"",
        ])
    func anEventThatIsNoObjectForgesNothing(event: String) throws {
        for output in [JSONOutput(), EVEOutput()] as [any AlertOutput] {
            let line = output.line(stored { $0.event = event })
            #expect(!line.contains("\n"))
            let object = try parse(line)
            let own = object["earshot"] as? [String: Any] ?? object
            #expect(own["event"] as? String == event)
            #expect(own["level"] as? String == "high")
        }
    }

    @Test("an event with line breaks is printed in one line") func anEventOverSeveralLinesBecomesOne() throws {
        let line = JSONOutput().line(stored { $0.event = "{\n\t\"mqtt.topic\": \"a\u{202E}b\"\r\n}" })
        #expect(!line.contains { $0.isNewline })
        #expect(line.contains(#"a\u202eb"#))
        #expect((try parse(line)["event"] as? [String: Any])?["mqtt.topic"] as? String == "a\u{202E}b")
    }

    @Test("Times at the ends", arguments: [Int64.min, -1, 0, .max])
    func timesAtTheEnds(time: Int64) throws {
        for format in AlertFormat.allCases {
            let line = format.output().line(
                stored {
                    $0.firstSeen = time
                    $0.lastSeen = time
                    $0.count = .max
                })
            #expect(!line.isEmpty)
        }
    }

    private func parse(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
}
