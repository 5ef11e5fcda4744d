import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// The alert log as people watch it.
@Suite struct TailTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let rules = """
        title: Any Publish
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0010
        name: any_publish
        logsource: {product: earshot, category: mqtt}
        detection:
            selection: {mqtt.type: PUBLISH}
            condition: selection
        level: low
        tags: [attack.t1119]
        earshot:
            summary: '{mqtt.clientid} published'
            suppress: {by: [client.ip], for: 1d}
        ---
        title: Any Connect
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0011
        name: any_connect
        logsource: {product: earshot, category: mqtt}
        detection:
            selection: {mqtt.type: CONNECT}
            condition: selection
        level: high
        earshot:
            summary: '{mqtt.clientid} connected'
        """

    /// A capture in which clients connect and publish: `publishes` of each, a second apart.
    private func capture(_ clients: Int, publishes: Int) -> [UInt8] {
        var frames: [[UInt8]] = []
        for client in 0..<clients {
            var next: UInt32 = 100
            frames.append(Build.tcpFrame(from: 40_000 + client, seq: 99, flags: 2))
            let messages =
                [MQTTBytes.connect(Array("c\(client)".utf8))]
                + Array(repeating: MQTTBytes.publish(Array("a/b".utf8), [49]), count: publishes)
            for message in messages {
                frames.append(Build.tcpFrame(from: 40_000 + client, seq: next, message))
                next += UInt32(message.count)
            }
        }
        return pcap(frames)
    }

    private func replay() throws {
        try folder.write(Self.rules, to: "any.yml")
        try folder.write(capture(3, publishes: 4), to: "x.pcap")
        let outcome = try earshot("replay", "-q", "x.pcap", "--only-rules", "any.yml", directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
    }

    private func tail(_ words: String...) throws -> [String] {
        let outcome = try run(
            try Program.path(), ["tail", "--format", "json"] + words, directory: folder.path)
        #expect(outcome.status == 0, "\(words): \(outcome.errorText)")
        return try outcome.lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return "\(object?["rule_title"] ?? "") \(object?["client_id"] ?? "-")"
        }
    }

    @Test("Filters") func filters() throws {
        try replay()
        let all = ["Any Connect c0", "Any Publish c0", "Any Connect c1", "Any Connect c2"]
        #expect(try tail() == all, "one row of publishes for the one address")
        #expect(try tail("--rule", "any_connect", "--client", "c[01]") == ["Any Connect c0", "Any Connect c1"])
        #expect(
            try tail("--rule", "any_*", "--client", "c2", "--client", "c1") == ["Any Connect c1", "Any Connect c2"])
        #expect(try tail("--not", "--rule", "any_connect") == ["Any Publish c0"])
        #expect(
            try tail("--not", "--rule=any_publish", "--not", "--client", "c1") == ["Any Connect c0", "Any Connect c2"])
        #expect(try tail("--not", "rule=any_connect") == ["Any Publish c0"])
        #expect(try tail("--not", "--level", "high") == ["Any Publish c0"])
        #expect(try tail("--tag", "attack.*") == ["Any Publish c0"])
        #expect(try tail("--tag", "t1119") == ["Any Publish c0"])
        let unknown = try earshot("tail", "--tag", "t9999", directory: folder.path)
        #expect(unknown.errorText.contains("the store has no rule with the tag 't9999'"), "\(unknown.errorText)")
        #expect(try tail("--level", "info") == all, "as the column calls it")
        #expect(try tail("--level", "high", "--limit", "1") == ["Any Connect c2"])
        #expect(try tail("--server", "10.0.0.0/8", "--ip", "192.168.0.0/16") == [])
        let missing = try earshot("tail", "--rule", "any_conect", directory: folder.path)
        #expect(missing.errorText == "the store has no rule that is called 'any_conect'; did you mean any_connect?\n")
    }

    /// The capture has three more than the hundred whose names a row keeps.
    @Test("A row names its clients") func aRowNamesItsClients() throws {
        let rules = Self.rules.replacing(
            "suppress: {by: [client.ip]", with: "distinct: [mqtt.clientid]\n    suppress: {by: [server.ip]")
        try folder.write(rules, to: "any.yml")
        try folder.write(capture(103, publishes: 2), to: "x.pcap")
        let outcome = try earshot("replay", "-q", "x.pcap", "--only-rules", "any.yml", directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let row = try earshot("tail", "--format", "json", "--rule", "any_publish", directory: folder.path)
        #expect(!row.text.contains("distinct_values"))
        let object = try JSONSerialization.jsonObject(with: Data(row.text.utf8)) as? [String: Any]
        let id = try #require(object?["id"] as? Int)
        let names = (0..<100).map { "c\($0)" }
        let shown = try earshot("show", "\(id)", directory: folder.path).lines
        let start = try #require(shown.firstIndex(of: "the first 100 clients"), "\(shown)")
        #expect(Array(shown[start...].dropFirst().prefix(101)) == names.map { "  \($0)" } + ["  and 3 more"])
        let line = try earshot("show", "\(id)", "--json", directory: folder.path)
        let whole = try JSONSerialization.jsonObject(with: Data(line.text.utf8)) as? [String: Any]
        #expect(whole?["distinct_values"] as? [String] == names)
        #expect(whole?["distinct_count"] as? Int == 103)
    }

    /// The frames of the capture are of 2026-11-18T11:06:40Z and the microseconds after it.
    @Test("Times in a zone") func timesInAZone() throws {
        try replay()
        func count(_ zone: String, _ words: [String]) throws -> Int {
            let outcome = try run(
                try Program.path(), ["tail", "--format", "json"] + words, directory: folder.path,
                environment: ["TZ": zone])
            #expect(outcome.status == 0, "\(words): \(outcome.errorText)")
            return outcome.lines.count
        }
        #expect(try count("UTC", ["--since", "2026-11-18 11:06"]) == 4)
        #expect(try count("UTC", ["--since", "2026-11-18 11:07"]) == 0)
        #expect(try count("UTC", ["--until", "2026-11-17"]) == 0)
        #expect(try count("UTC", ["--until", "2026-11-18"]) == 4, "the whole day")
        #expect(try count("Europe/Berlin", ["--since", "2026-11-18 12:06", "--until", "2026-11-18T12:07"]) == 4)
        #expect(try count("Europe/Berlin", ["--since", "2026-11-18 12:06", "--utc"]) == 0)
        #expect(try count("Europe/Berlin", ["--since", "2026-11-18T11:06:00Z"]) == 4)
        #expect(try count("UTC", ["--since", "2h"]) == 0)
        #expect(try count("UTC", ["--since", "yesterday"]) == 0)
    }

    @Test("At a terminal") func atATerminal() throws {
        try replay()
        guard Program.find("script") != nil else {
            return try leavingOut("terminal", because: "there is no script(1)")
        }
        func lines(_ width: Int, _ words: String, zone: String = "Europe/Berlin") throws -> [String] {
            try shell(
                "script -qec 'stty cols \(width); $EARSHOT \(words)' /dev/null", directory: folder.path,
                environment: ["NO_COLOR": "1", "TZ": zone, "COLUMNS": nil]
            ).text.split(whereSeparator: \.isNewline).map(String.init)
        }
        let narrow = try lines(80, "tail -n 1")
        #expect(narrow.count == 2 && narrow.allSatisfy { $0.count <= 80 }, "\(narrow)")
        #expect(narrow[0] == "#4     11-18 12:06:40  high      Any Connect", "local time, number first")
        #expect(narrow[1] == "       c2 connected")
        #expect(try lines(80, "tail -n 1 --utc")[0] == "#4     11-18 11:06:40  high      Any Connect")
        let wide = try lines(160, "tail -n 2")
        #expect(wide.count == 2, "\(wide)")
        #expect(try lines(80, "tail --format fast -n 1")[0].hasPrefix("11/18/2026-11:06:40."), "for programs UTC")
        let shown = try lines(80, "show last")
        #expect(
            shown.contains {
                $0.hasPrefix("first seen   2026-11-18T12:06:40") && $0.hasSuffix("GMT+1") || $0.hasSuffix("CET")
            })
    }

    @Test("Waits for a store") func waitsForAStore() throws {
        try folder.write(Self.rules, to: "any.yml")
        try folder.write(capture(1, publishes: 1), to: "x.pcap")
        let outcome = try shell(
            """
            "$EARSHOT" tail -f --format json > out 2> err &
            follower=$!
            for attempt in $(seq 100); do [ -s err ] && break; sleep 0.1; done
            "$EARSHOT" replay -q x.pcap --only-rules any.yml 2> /dev/null
            for attempt in $(seq 250); do [ "$(wc -l < out)" -ge 2 ] && break; sleep 0.1; done
            kill -INT $follower; wait $follower; echo $?
            cat err; wc -l < out
            """, directory: folder.path)
        #expect(outcome.lines.first == "0" && outcome.lines.last == "2", "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.text.contains("waiting for earshot.db: 'earshot run' or 'earshot replay' makes it"))
    }

    /// A rule whose name the store did not know when the watch began is found when it fires.
    @Test("A rule that comes later") func aRuleThatComesLater() throws {
        try folder.write(Self.rules, to: "any.yml")
        try folder.write(capture(1, publishes: 1), to: "x.pcap")
        let outcome = try shell(
            """
            "$EARSHOT" replay -q '\(Program.samples)/mqtt/sys-subscription.pcap' 2> /dev/null
            "$EARSHOT" tail -f -n 0 --rule any_publish > out 2> err &
            follower=$!
            for attempt in $(seq 100); do [ -s err ] && break; sleep 0.1; done
            "$EARSHOT" replay -q x.pcap --only-rules any.yml 2> /dev/null
            for attempt in $(seq 100); do [ -s out ] && break; sleep 0.1; done
            kill -INT $follower; wait $follower
            cat out
            """, directory: folder.path)
        #expect(outcome.lines.count == 1 && outcome.text.contains("Any Publish"), "\(outcome.text)\(outcome.errorText)")
    }
}
