import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What people say of alerts, and the exceptions that they make of them.
@Suite struct TriageCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for sample in ["mqtt/sys-subscription", "mqtt/harvest-root-wildcard"] {
            _ = try earshot("replay", "-q", "\(Program.samples)/\(sample).pcap", directory: folder.path)
        }
    }

    private func object(_ id: Int) throws -> [String: Any] {
        let lines = try earshot("tail", "--format", "json", directory: folder.path).lines
        let objects = lines.compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
        }
        return try #require(objects.first { $0["id"] as? Int == id })
    }

    @Test("Seen, closed, opened again, noted") func states() throws {
        #expect(try object(1)["state"] as? String == "open")
        let closed = try earshot("close", "#1", "-m", "our own scan", "--by", "anna", directory: folder.path)
        #expect(
            closed.status == 0 && closed.text == "#1  closed by anna  MQTT Subscription to Broker Statistics\n",
            "\(closed.text)")
        let row = try object(1)
        #expect(row["state"] as? String == "closed")
        #expect(row["state_by"] as? String == "anna")
        #expect(row["note"] as? String == "our own scan")
        #expect(try earshot("tail", directory: folder.path).lines[0].hasSuffix("  [closed by anna]"))
        #expect(try earshot("show", "1", directory: folder.path).text.contains("  closed by anna: our own scan\n"))
        let rows = try alerts(in: folder.file("earshot.db")).count
        #expect(try earshot("tail", "-n", "100", "--state", "open", directory: folder.path).lines.count == rows - 1)
        let eve = try earshot("tail", "--format", "eve", "-n", "100", directory: folder.path).lines[0]
        #expect(eve.contains(#""state":"closed""#))
        #expect(try earshot("reopen", "1", "--by", "bert", directory: folder.path).status == 0)
        #expect(try object(1)["state"] as? String == "open")
        #expect(try earshot("ack", "last", directory: folder.path).status == 0)
        #expect(try earshot("note", "1", "2", "-m", "asked the integrator", directory: folder.path).lines.count == 2)
        #expect(try object(rows)["state"] as? String == "acknowledged")
        let missing = try earshot("close", "1", "99", directory: folder.path)
        #expect(missing.status == 66)
        #expect(
            missing.errorText == "earshot: earshot.db: there is no alert 99; nothing was written\n",
            "\(missing.errorText)")
    }

    /// The same captures again, with the filter: what was excepted is not there, everything else is.
    @Test("An exception") func anException() throws {
        let before = try alerts(in: folder.file("earshot.db")).map(\.title)
        #expect(before.count >= 2)
        let outcome = try earshot("except", "1", "-o", "known.yml", directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.text.contains("rules: [mqtt_sys_subscription]"), "\(outcome.text)")
        #expect(outcome.text.contains("server.ip: '10.77.0.1'") && outcome.text.contains("server.port: 1883"))
        #expect(
            outcome.errorText.contains("the alert's message no longer meets mqtt_sys_subscription"),
            "\(outcome.errorText)")
        #expect(try contents(folder.file("known.yml")) == outcome.output, "what is shown is what is written")
        let checked = try earshot("rules", "check", "--filters", "known.yml", directory: folder.path)
        #expect(checked.status == 0, "\(checked.errorText)")
        for sample in ["mqtt/sys-subscription", "mqtt/harvest-root-wildcard"] {
            _ = try earshot(
                "replay", "-q", "\(Program.samples)/\(sample).pcap", "--filters", "known.yml", "--db", "after.db",
                directory: folder.path)
        }
        let after = try alerts(in: folder.file("after.db")).map(\.title)
        #expect(after == before.filter { $0 != "MQTT Subscription to Broker Statistics" })
        let again = try earshot("except", "1", "-o", "known.yml", directory: folder.path)
        #expect(again.status == 73 && again.errorText.contains("known.yml: is there already"), "\(again.errorText)")
    }

    /// A row that several rules make: none of them tells it any more.
    @Test("An exception for a row of several rules") func anExceptionForARowOfSeveralRules() throws {
        let harvest = try #require(try alerts(in: folder.file("earshot.db")).first { $0.title.contains("Harvest") })
        let outcome = try earshot("except", "\(harvest.id)", directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.text.contains("mqtt_harvest, mqtt_message_to_reader_of_all"), "\(outcome.text)")
        _ = try earshot(
            "replay", "-q", "\(Program.samples)/mqtt/harvest-root-wildcard.pcap", "--filters",
            "except-\(harvest.id).yml", "--db", "after.db", directory: folder.path)
        let after = try alerts(in: folder.file("after.db"))
        #expect(!after.contains { $0.title.contains("Harvest") }, "\(after.map(\.title))")
    }

    /// Two rules tell of the same messages, one of them of any topic: its exception must not take the row of the other.
    @Test("An exception that leaves other rows alone") func anExceptionThatLeavesOthersAlone() throws {
        func rule(_ number: Int, _ title: String, _ detection: String, _ more: String) -> String {
            """
            title: \(title)
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f10\(number)
            name: \(title.lowercased().replacing(" ", with: "_"))
            logsource: {product: earshot, category: mqtt}
            detection: {s: {mqtt.type: PUBLISH\(detection)}, condition: s}
            level: \(more)

            """
        }
        let counting = """
            title: Many Words
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f1013
            name: many_words
            correlation: {type: event_count, rules: [a_word], group-by: [client.ip], timespan: 1m, condition: {gte: 2}, generate: true}
            level: low
            """
        try folder.write(
            rule(11, "A Word", "", "low\nearshot: {suppress: {by: [mqtt.qos, mqtt.topic], for: 1d}}") + "---\n"
                + counting,
            to: "words.yml")
        var frames = [Build.tcpFrame(seq: 99, flags: 2)]
        var next: UInt32 = 100
        for payload in [MQTTBytes.connect([97])] + ["a|b=c", "d"].map({ MQTTBytes.publish($0, [49]) }) {
            frames.append(Build.tcpFrame(seq: next, payload))
            next += UInt32(payload.count)
        }
        try folder.write(pcap(frames), to: "w.pcap")
        let replayed = try earshot(
            "replay", "-q", "w.pcap", "--only-rules", "words.yml", "--db", "w.db", directory: folder.path)
        #expect(replayed.status == 0, "\(replayed.errorText)")
        let rows = try alerts(in: folder.file("w.db"))
        let word = try #require(rows.first { $0.title == "A Word" })
        let outcome = try earshot(
            "except", "\(word.id)", "-o", "w.yml", "--db", "w.db", "--only-rules", "words.yml", directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        // Every key of the row, whatever its type and whatever stands in it.
        #expect(
            outcome.text.contains("mqtt.qos: 0\n") && outcome.text.contains("mqtt.topic|cased: 'a|b=c'\n"),
            "\(outcome.text)")
        #expect(outcome.errorText.contains("no other row of the store is left out"), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("rest on the same messages: many_words"), "\(outcome.errorText)")
        let many = try #require(rows.first { $0.title == "Many Words" })
        let second = try earshot(
            "except", "\(many.id)", "-o", "-", "--db", "w.db", "--only-rules", "words.yml", directory: folder.path)
        #expect(second.status == 0, "\(second.errorText)")
        #expect(
            second.errorText.contains("cannot be told apart by a field, and is left out too: #"), "\(second.errorText)")
    }

    /// What an alert rests on is shown with the twenty messages before it, oldest first, topics cut to their bound.
    @Test("What the ends did before") func whatTheEndsDidBefore() throws {
        let topics = (0..<30).map { "hall/\($0)" } + [String(repeating: "long/", count: 12)]
        var frames = [Build.tcpFrame(seq: 99, flags: 2)]
        var next: UInt32 = 100
        for payload in [MQTTBytes.connect([97])] + topics.map({ MQTTBytes.publish($0, [49]) }) {
            frames.append(Build.tcpFrame(seq: next, payload))
            next += UInt32(payload.count)
        }
        try folder.write(pcap(frames), to: "x.pcap")
        try folder.write(
            "title: Long\nid: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0012\nlogsource: {product: earshot, category: mqtt}\n"
                + "detection: {s: {mqtt.topic|startswith: long}, condition: s}\nlevel: low\n", to: "long.yml")
        let replay = try earshot(
            "replay", "-q", "x.pcap", "--only-rules", "long.yml", "--db", "x.db", directory: folder.path)
        #expect(replay.status == 0, "\(replay.errorText)")
        let shown = try earshot("show", "1", "--db", "x.db", directory: folder.path).lines
        let start = try #require(shown.firstIndex(of: "the latest messages between the two ends"))
        let told = shown[(start + 1)...].prefix { $0.hasPrefix("  ") }.compactMap { $0.split(separator: " ").last }
        let expected = topics.suffix(20).map { String($0.prefix(46)) }
        #expect(told.map(String.init) == expected)
    }

    /// What a hand or a full disk broke is passed over and told.
    @Test("A line that cannot be read") func aLineThatCannotBeRead() throws {
        #expect(try earshot("close", "1", directory: folder.path).status == 0)
        let said = try contents(folder.file("earshot.db.triage"))
        try folder.write(said + Array("{\"alert\":2,\n".utf8), to: "earshot.db.triage")
        let tail = try earshot("tail", directory: folder.path)
        #expect(tail.lines[0].contains("[closed by "))
        #expect(
            tail.errorText.hasSuffix(
                "earshot.db.triage: 1 line cannot be read; what people said there does not count\n"),
            "\(tail.errorText)")
    }

    @Test("Tables") func tables() throws {
        let overview = try earshot("alerts", directory: folder.path)
        #expect(overview.status == 0, "\(overview.errorText)")
        #expect(
            overview.lines[0].hasPrefix("\(try alerts(in: folder.file("earshot.db")).count) alerts, all open, from "))
        #expect(overview.lines.allSatisfy { $0.count <= 160 }, "\(overview.text)")
        if Program.find("script") == nil { try leavingOut("terminal", because: "there is no script(1)") }
        for width in Program.find("script") == nil ? [] : [80, 160] {
            for command in [
                "alerts", "alerts --by rule", "alerts --by tag", "alerts --by hour", "stats", "stats --runs", "show 1",
                "rules list", "rules fields", "rules bench -n 3 \(Program.samples)/mqtt/sys-subscription.pcap", "tail",
            ] {
                let shown = try shell(
                    "script -qec \"$EARSHOT \(command)\" /dev/null", directory: folder.path,
                    environment: ["COLUMNS": "\(width)", "NO_COLOR": "1"])
                // A path or another word that is longer than the terminal stays whole.
                let long = shown.text.replacing("\r\n", with: "\n").split(separator: "\n").filter { line in
                    line.count > width && line.split(separator: " ").allSatisfy { $0.count < width - 14 }
                }
                #expect(long.isEmpty, "\(command) at \(width): \(long.prefix(3))")
            }
            let bars = try shell(
                "script -qec '$EARSHOT alerts --by rule' /dev/null", directory: folder.path,
                environment: ["COLUMNS": "\(width)"])
            #expect(bars.text.contains("▅") && bars.text.contains("MQTT Subscription to Broker"), "\(bars.text)")
        }
        let rules = try earshot("alerts", "--by", "rule", "--json", directory: folder.path).lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(rules.contains { $0["key"] as? String == "MQTT Subscription to Broker Statistics" })
        #expect(rules.allSatisfy { ($0["activity"] as? [Int])?.count == 24 })
        #expect(
            try earshot("alerts", "--by", "day", "--level", "critical", directory: folder.path).text.hasSuffix("none\n")
        )
    }

    /// A row of many broken statements explains each, in the words of the version that was spoken.
    @Test("All broken statements of a row") func allBrokenStatements() throws {
        let outcome = try earshot(
            "replay", "-q", "\(Program.samples)/mqtt/malformed.pcap", "--db", "m.db", directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let row = try #require(try alerts(in: folder.file("m.db")).first { $0.title == "MQTT Broken in Many Ways" })
        let shown = try earshot("show", "\(row.id)", "--db", "m.db", directory: folder.path).text
        #expect(shown.contains("rules of the specifications that its messages broke\n"), "\(shown)")
        let counted = try earshot("show", "\(row.id)", "--json", "--db", "m.db", directory: folder.path).text
        let object = try JSONSerialization.jsonObject(with: Data(counted.utf8)) as? [String: Any]
        let values = try #require(object?["distinct_values"] as? [String])
        let ids = Set(values.flatMap { $0.components(separatedBy: ", ") })
        #expect(ids.count >= 10)
        for id in ids {
            #expect(shown.contains("\n  \(id)  (MQTT"), "\(id) is not explained: \(shown)")
        }
        // MQTT 5.0 uses the name for something else.
        #expect(shown.contains("MQTT-2.2.2-1  (MQTT 3.1.1, 2.2.2)") && !shown.contains("property length"), "\(shown)")
        #expect(!shown.contains("violations\n"), "they are told once")
    }

    @Test("Statements in plain words") func statements() throws {
        let one = try earshot("explain", "mqtt-3.3.1-4", directory: folder.path)
        #expect(one.status == 0, "\(one.errorText)")
        #expect(one.text.contains("MQTT-3.3.1-4  MQTT 3.1.1, 3.3.1\n  broken by: A PUBLISH of QoS 3\n"), "\(one.text)")
        #expect(one.text.contains("MQTT-3.3.1-4  MQTT 5.0, 3.3.1\n"))
        #expect(
            try earshot("explain", "RFC7252-4.2", directory: folder.path).text.contains(
                "broken by: request in an ACK\n"))
        #expect(try earshot("explain", "RFC6455-5.1", directory: folder.path).status == 0)
        let unseen = try earshot("explain", "MQTT-3.1.0-1", "RFC8613-6.1", directory: folder.path)
        #expect(unseen.status == 0)
        let wrong = try earshot("explain", "MQTT-3.3.1-44", directory: folder.path)
        #expect(wrong.status == 66 && wrong.errorText.contains("did you mean MQTT-3.3.1-4"), "\(wrong.errorText)")
        // Every name that an alert can show is explained.
        let names = try earshot("explain", directory: folder.path).lines
        #expect(Set(names).count == names.count && names.count > 300)
        let all = try run(try Program.path(), ["explain"] + names)
        #expect(all.status == 0 && !all.text.contains("  broken by: \n"))
    }
}
