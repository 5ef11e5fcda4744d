import Foundation
import ProgramSupport
import Testing

/// `earshot rules show`, `list`, `explain` and `bench`, and `decode --matches`.
@Suite struct RulesCommandTests {
    private let folder: TemporaryFolder
    private let harvest = Program.samples + "/mqtt/harvest-root-wildcard.pcap"
    /// Everything asked for, granted and sent, and the correlation of `mqtt_harvest_in_progress`.
    private let attempt = "mqtt/mqtt_harvest"
    private let progress = "mqtt/mqtt_harvest_in_progress"

    init() throws { folder = try TemporaryFolder() }

    @Test("Show one") func showOne() throws {
        let id = try ruleID(progress)
        let text = String(decoding: try contents("\(Program.rules)/\(progress).yml"), as: UTF8.self)
        let source = try #require(text.components(separatedBy: "---\n").last)
        for word in [id, id.uppercased(), String(id.prefix(8))] {
            let outcome = try earshot("rules", "show", word)
            #expect(outcome.status == 0, "\(outcome.errorText)")
            #expect(outcome.text.contains("from:        \(Program.rules)/\(progress).yml:"), "\(outcome.text)")
            #expect(outcome.text.contains("test:        mqtt/harvest-root-wildcard.pcap: 1 alert\n"))
            #expect(outcome.text.contains("techniques:  T1119, T1213, T0802, T0811"))
            #expect(outcome.text.contains(source.trimmingCharacters(in: .newlines)))
            #expect(try earshot("rules", "show", word, "--text").text.hasPrefix("title: MQTT Harvest"))
        }
        let counted = try earshot("rules", "show", "mqtt_message_to_reader_of_all")
        #expect(counted.text.contains("counted by:  MQTT Harvest in Progress"), "\(counted.text)")
        let missing = try earshot("rules", "show", "mqtt_mesage_to_reader_of_all")
        #expect(missing.status == 66)
        #expect(missing.errorText.contains("did you mean mqtt_message_to_reader_of_all?"))
    }

    @Test("List by status tag and category") func listByStatusTagAndCategory() throws {
        let all = try earshot("rules", "list")
        let some = try earshot("rules", "list", "--status", "stable", "--category", "mqtt", "--tag", "T1110")
        #expect(some.status == 0 && !some.lines.isEmpty && some.lines.count < all.lines.count)
        #expect(some.lines.allSatisfy { $0.contains(" stable ") && $0.contains(" mqtt ") })
        struct Line: Decodable {
            let id: String
            let tags: [String]
            let techniques: [String]
            let category: String?
        }
        let lines = try earshot("rules", "list", "--json", "--tag", "t1110").lines.map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(!lines.isEmpty && lines.allSatisfy { $0.tags.contains { $0.contains("t1110") } })
        let techniques = Set(lines.flatMap(\.techniques))
        #expect(
            try earshot("rules", "list", "--json", "--tag", "t1110").errorText.contains(
                ", \(techniques.count) ATT&CK techniques"))
        #expect(try earshot("rules", "list", "--all").lines.count > all.lines.count)
        #expect(try earshot("rules", "list", "--category", "mqt").status == 64)
        #expect(try earshot("rules", "list", "--status", "done").status == 64)
    }

    /// Whoever counts rules counts the same ones.
    @Test("Numbers of rules") func numbersOfRules() throws {
        let listed = try earshot("rules", "list")
        let all = try earshot("rules", "list", "--all").lines.count
        let raising = listed.lines.count
        let census = "\(raising) rules (and \(all - raising) that only feed them)"
        #expect(listed.errorText.hasPrefix("\(raising) shown of \(census), "), "\(listed.errorText)")
        #expect(try earshot("rules", "check").text.hasPrefix("\(census) loaded, 0 errors"))
        let changes = String(decoding: try contents("\(Program.rules)/../CHANGELOG.md"), as: UTF8.self)
        #expect(
            changes.contains("\(raising) rules that raise alerts"), "CHANGELOG.md says another number than \(raising)")
    }

    /// What `decode --matches` says is what the rules' own tests say.
    @Test("Matches of events") func matchesOfEvents() throws {
        let outcome = try earshot("decode", "--matches", harvest)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let (first, second) = (try ruleID(attempt), try ruleID(progress))
        let subscribes = outcome.lines.filter { $0.contains("\"mqtt.type\":\"SUBSCRIBE\"") }
        #expect(subscribes.count == 1 && subscribes[0].contains("\"rule.id\":["))
        // Asked for, granted and sent.
        #expect(subscribes[0].contains(first))
        #expect(outcome.lines.filter { $0.contains(first) }.count == 122)
        // The fiftieth different topic completes the correlation; each message after it meets it as well.
        let base = try earshot("rules", "show", "mqtt_message_to_reader_of_all").lines
            .first { $0.hasPrefix("id:") }?.dropFirst(4).trimmingCharacters(in: .whitespaces)
        let counted = try #require(base)
        let deliveries = outcome.lines.filter { $0.contains(counted) }
        #expect(deliveries.firstIndex { $0.contains(second) } == 49)
        #expect(deliveries.dropFirst(49).allSatisfy { $0.contains(second) })
        let plain = try earshot("decode", harvest)
        #expect(!plain.text.contains("rule.id"))
        #expect(plain.lines.count == outcome.lines.count)
        let few = try earshot("decode", "--matches", "--fields", "mqtt.type", harvest)
        #expect(few.lines.contains { $0.hasPrefix("{\"mqtt.type\":\"SUBSCRIBE\",\"rule.id\":[\"") }, "\(few.lines)")
        let named = try earshot("decode", "--matches", "--fields", "mqtt.type,rule.id", harvest)
        #expect(named.status == 0 && named.text == few.text, "\(named.errorText)")
        let alone = try earshot("decode", "--matches", "--fields", "rule.id", harvest)
        #expect(alone.lines.allSatisfy { $0 == "{}" || $0.hasPrefix("{\"rule.id\":[\"") }, "\(alone.lines)")
        #expect(alone.lines.count { $0.contains("\"\(first)\"") } == 122, "\(alone.lines)")
    }

    @Test("Explain a rule") func explainARule() throws {
        let events = try earshot("decode", harvest)
        let file = try folder.write(events.output, to: "events.json")
        let subscribe = try #require(events.lines.first { $0.contains("\"mqtt.type\":\"SUBSCRIBE\"") })
        try folder.write(subscribe + "\n", to: "one.json")
        let yes = try earshot("rules", "explain", try ruleID(attempt), folder.file("one.json"))
        #expect(yes.status == 0, "\(yes.errorText)")
        #expect(yes.lines.contains { $0.hasPrefix("true ") && $0.contains("mqtt.type: SUBSCRIBE   (SUBSCRIBE)") })
        #expect(yes.lines.contains { $0.hasPrefix("true ") && $0.contains("mqtt.filter.wildcard: all   (all)") })
        let narrow = subscribe.replacingOccurrences(of: "\"all\"", with: "\"single\"")
        try folder.write(narrow.replacingOccurrences(of: "\"#\"", with: "\"+/a\""), to: "two.json")
        let no = try earshot("rules", "explain", try ruleID(attempt), folder.file("two.json"))
        #expect(no.lines.contains { $0.hasPrefix("true ") && $0.contains("mqtt.type: SUBSCRIBE   (SUBSCRIBE)") })
        #expect(no.lines.contains { $0.hasPrefix("false") && $0.contains("mqtt.filter.wildcard: all   (single)") })
        #expect(no.lines.dropFirst().first?.hasPrefix("false  MQTT Harvest") == true, "\(no.text)")

        let window = try earshot("rules", "explain", try ruleID(progress), file)
        #expect(window.lines.suffix(2).first == "windows: 1", "\(window.lines.suffix(3))")
        #expect(window.lines.last?.contains("server.port=1883: 51 at ") == true, "\(window.lines.suffix(2))")
        #expect(window.lines.last?.hasSuffix("condition met") == true)
        let piped = try shell("\"$EARSHOT\" decode \(harvest) | \"$EARSHOT\" rules explain \(try ruleID(progress)) -")
        #expect(piped.text == window.text)
    }

    /// `--matching` asks for the rule as a whole: not for one of its tests, and not for what a filter leaves out.
    @Test("rules explain shows the events that match") func explainOnlyWhatMatches() throws {
        let decoded = try earshot("decode", harvest, "--matches")
        let file = try folder.write(decoded.output, to: "events.json")
        func shown(_ rule: String, _ more: String...) throws -> Int {
            let words = ["rules", "explain", try ruleID(rule), file, "--matching"] + more
            let outcome = try run(try Program.path(), words, directory: folder.path)
            #expect(outcome.status == 0, "\(outcome.errorText)")
            return outcome.lines.filter { $0.hasPrefix("event ") }.count
        }
        func matched(_ ids: String...) -> Int {
            decoded.lines.filter { line in
                ids.contains { id in line.components(separatedBy: "\"rule.id\":").last?.contains(id) == true }
            }.count
        }
        #expect(matched(try ruleID(attempt)) == 122 && decoded.lines.count > 122)
        #expect(try shown(attempt) == 122)
        let counted = try earshot("rules", "show", "mqtt_message_to_reader_of_all").lines
            .first { $0.hasPrefix("id:") }?.dropFirst(4).trimmingCharacters(in: .whitespaces)
        #expect(try shown(progress) == matched(try ruleID(progress), try #require(counted)))
        try folder.write(
            """
            title: Known Readers
            logsource: {product: earshot, category: mqtt}
            filter:
                rules: any
                known:
                    client.ip|cidr: 10.77.0.0/16
                condition: not known

            """, to: "site.yml")
        try folder.write(decoded.output, to: "events.json")
        #expect(try shown(attempt, "--filters", "site.yml") == 0)
    }

    @Test("rules explain refuses input that is no event") func explainingWhatIsNoEvent() throws {
        let id = try ruleID(attempt)
        try folder.write("{\"event.category\":\"mqtt\",\"mqtt.type\":\"CONNECT\",\"mqtt.tipe\":1}\n", to: "bad.json")
        let bad = try earshot("rules", "explain", id, folder.file("bad.json"))
        #expect(bad.status == 65)
        #expect(bad.errorText.contains("event 1: there is no field 'mqtt.tipe' of mqtt; did you mean 'mqtt.type'?"))
        #expect(try earshot("rules", "explain", id, "gone.json").status == 66)
        #expect(try earshot("rules", "explain", "no-such-rule", folder.file("bad.json")).status == 66)
    }

    @Test("rules bench names the cost of each rule") func benchSaysWhatRulesCost() throws {
        let outcome = try earshot("rules", "bench", Program.samples + "/mqtt/ordinary-home.pcap", "--json")
        #expect(outcome.status == 0, "\(outcome.errorText)")
        struct Line: Decodable {
            let id: String
            let share: Double
            let evaluations: Int
            let matches: Int
        }
        let lines = try outcome.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(lines.map(\.share) == lines.map(\.share).sorted(by: >))
        #expect(abs(lines.map(\.share).reduce(0, +) - 1) < 0.02)
        // Each rule meets as many events as decode says.
        let matches = try earshot("decode", "--matches", Program.samples + "/mqtt/ordinary-home.pcap").text
        for line in lines { #expect(matches.components(separatedBy: line.id).count - 1 == line.matches) }
        #expect(lines.contains { $0.matches > 0 } && lines.allSatisfy { $0.evaluations >= 0 })
        #expect(try earshot("rules", "bench", harvest, "-n", "3").lines.count == 4)
        #expect(try earshot("rules", "bench", "gone.pcap").status == 66)
    }

    /// A site's filters stand in a folder of their own.
    @Test("Filters of a site") func filtersOfASite() throws {
        try FileManager.default.createDirectory(atPath: folder.file("filters"), withIntermediateDirectories: true)
        let id = try ruleID(attempt)
        func filter(_ value: String) throws {
            try folder.write(
                """
                title: Known Readers
                logsource: {product: earshot, category: mqtt}
                filter:
                    rules: [\(id)]
                    known:
                        client.ip|expand: '\(value)'
                    condition: not known

                """, to: "filters/site.yml")
        }
        try filter("%monitors%")
        try folder.write("lists: {monitors: [10.77.0.0/16], bridges: [10.78.0.1]}\n", to: "earshot.yaml")
        let words = ["--filters", "filters", "--config", "earshot.yaml"]
        func earshot(_ words: [String]) throws -> Outcome { try run(try Program.path(), words, directory: folder.path) }
        let checked = try earshot(["rules", "check"] + words)
        #expect(checked.status == 0, "\(checked.errorText)")
        #expect(try !earshot(["decode", "--matches", harvest] + words).text.contains(id))
        #expect(try earshot(["decode", "--matches", harvest]).text.contains(id))
        #expect(
            try earshot(["rules", "show", id] + words).text.contains("filter:      Known Readers, filters/site.yml:1"))
        let replayed = try earshot(["replay", harvest, "--db", "a.db"] + words)
        #expect(replayed.status == 0 && !replayed.text.contains("MQTT Harvest"), "\(replayed.text)")
        // A rule does not belong there, and a list must exist.
        try FileManager.default.copyItem(
            atPath: "\(Program.rules)/\(attempt).yml", toPath: folder.file("filters/rule.yml"))
        let mixed = try earshot(["rules", "check"] + words)
        #expect(mixed.status == 78 && mixed.errorText.contains("error[not-a-filter]"), "\(mixed.errorText)")
        try FileManager.default.removeItem(atPath: folder.file("filters/rule.yml"))
        try filter("%monitor%")
        let unknown = try earshot(["rules", "check"] + words)
        #expect(unknown.status == 78)
        #expect(unknown.errorText.contains("filters/site.yml:6:"), "\(unknown.errorText)")
        #expect(unknown.errorText.contains("did you mean %monitors%?"), "\(unknown.errorText)")
    }
}
