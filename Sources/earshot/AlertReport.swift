import Alerts
import Events
import Foundation
import Network
import Sensor
import Sigma

/// One alert in full, as lines for people.
struct AlertReport {
    /// Columns to which text in sentences is broken.
    let width: Int
    /// Columns at which facts are folded: who reads them in a pipe looks for whole ones.
    var factWidth: Int { isTerminal ? width : .max }
    /// Whether a terminal shows it.
    let isTerminal: Bool
    /// The zone of times.
    let zone: TimeZone
    /// Whether the text of the rule follows.
    let showsRule: Bool
    /// The statements that messages can break.
    let guide: StatementGuide

    /// Every part of the alert, with an empty line between two.
    func lines(_ detail: AlertDetail) -> [String] {
        let broken = broken(detail.stored.alert)
        var parts = [what(detail), advice(detail), who(detail), broken.lines]
        if !broken.tellsValues { parts.append(values(detail.stored.alert.tally)) }
        parts.append(history(detail.stored.alert.history ?? []))
        parts.append(["message"] + event(detail.stored.alert.event).map { "  " + $0 })
        parts.append(frames(detail.stored))
        if showsRule, let rule = detail.rule {
            parts.append(
                ["the rule as it was when it fired"]
                    + rule.source.split(separator: "\n", omittingEmptySubsequences: false).map {
                        "  " + Terminal.visible($0)
                    })
        }
        return Array(parts.filter { $0.count > 1 || $0.first?.isEmpty == false }.joined(separator: [""]))
    }

    /// What happened, how often, and how far people have come.
    private func what(_ detail: AlertDetail) -> [String] {
        let stored = detail.stored
        let alert = stored.alert
        let name = detail.rule.flatMap { StoredRules.name($0) }
        let names = [name, alert.ruleID].compactMap(\.self).joined(separator: ", ")
        var lines = ["alert        \(stored.id)"]
        lines += fact("rule", "\(terminalSafe(alert.shownTitle)) (\(terminalSafe(names)))")
        lines.append("level        \(alert.level.rawValue)")
        lines += fact("summary", terminalSafe(alert.summary))
        lines += [
            "first seen   \(time(alert.firstSeen))", "last seen    \(time(alert.lastSeen))",
            "count        \(alert.count)",
        ]
        if let tally = alert.tally {
            if let text = tally.text { lines += fact("all matches", terminalSafe(text)) }
            if let first = tally.first { lines += fact("first", terminalSafe(first)) }
        }
        lines.append("state        \(stored.triage?.shortText ?? "open")")
        for entry in stored.triage?.entries ?? [] {
            let note = entry.note.map { ": \(terminalSafe($0))" } ?? ""
            lines.append("             \(time(entry.at))  \(said(entry.action)) by \(terminalSafe(entry.by))\(note)")
        }
        return lines
    }

    /// A name and what is said of it, in as many lines as it takes.
    private func fact(_ name: String, _ text: String) -> [String] {
        folded(padded(name, 13) + text, width: factWidth, indent: 13)
    }

    private func said(_ action: TriageEntry.Action) -> String {
        switch action {
        case .acknowledge: "acknowledged"
        case .close: "closed"
        case .reopen: "opened again"
        case .note: "noted"
        }
    }

    /// What the rule says of it: why it matters, what to do, what honest thing looks like it.
    private func advice(_ detail: AlertDetail) -> [String] {
        guard let metadata = detail.rule.flatMap({ Self.metadata($0) }) else { return [] }
        var lines: [String] = []
        if let description = metadata.description {
            lines += ["what it means and what to do"] + wrapped(description)
        }
        if !metadata.falsePositives.isEmpty {
            lines += lines.isEmpty ? [] : [""]
            lines += ["what honest thing looks like it"] + metadata.falsePositives.flatMap { wrapped("- " + $0) }
        }
        return lines
    }

    /// What the text of a rule says of itself.
    private static func metadata(_ rule: RuleRecord) -> SigmaMetadata? {
        let all = SigmaReader.readAll(text: rule.source, file: rule.id, withTests: false).documents.compactMap {
            document -> SigmaMetadata? in
            switch document {
            case .rule(let tree): tree.metadata
            case .correlation(let tree): tree.metadata
            case .filter: nil
            }
        }
        return all.first { $0.id?.value.lowercased() == rule.id.lowercased() } ?? all.last
    }

    /// Different values of a row that a terminal shows: a screenful leaves room for the rest.
    private static let shownValues = 20

    /// The different values of a row, such as its clients: the first of them, and how many there are beyond.
    private func values(_ tally: AlertTally?) -> [String] {
        guard let tally, let values = tally.values, values.count > 1 else { return [] }
        let name = tally.distinctName ?? "values"
        let shown = values.prefix(isTerminal ? Self.shownValues : .max)
        let rest = max(tally.distinct ?? 0, Int64(values.count)) - Int64(shown.count)
        let hint = values.count > shown.count ? "; --json has the first \(values.count)" : ""
        return [rest == 0 ? "the \(shown.count) \(name)" : "the first \(shown.count) \(name)"]
            + shown.map { "  " + terminalSafe($0) }
            + (rest == 0 ? [] : ["  and \(tally.isEstimate ? "about " : "")\(rest) more\(hint)"])
    }

    /// The latest messages between the two ends.
    private func history(_ entries: [HistoryEntry]) -> [String] {
        guard !entries.isEmpty else { return [] }
        return ["the latest messages between the two ends"]
            + entries.map { entry in
                let way = entry.isFromClient ? "client" : "server"
                return "  \(time(entry.time))  frame \(entry.frameNumber)  \(way)  "
                    + terminalSafe("\(entry.type) \(entry.text)").trimmingCharacters(in: .whitespaces)
            }
    }

    /// Both ends, and who they say they are.
    private func who(_ detail: AlertDetail) -> [String] {
        let alert = detail.stored.alert
        let event = Self.object(alert.event)
        var lines: [String] = []
        if let client = alert.clientIP { lines.append("client       \(client)\(port(event, "client.port"))") }
        if let server = alert.serverIP { lines.append("server       \(server)\(port(event, "server.port"))") }
        if lines.isEmpty {
            if let source = alert.sourceIP { lines.append("source       \(source)") }
            if let destination = alert.destinationIP { lines.append("destination  \(destination)") }
        }
        if let id = alert.clientID { lines.append("client id    \(terminalSafe(id))") }
        if let user = event["mqtt.username"] as? String { lines.append("user         \(terminalSafe(user))") }
        if let age = event["mqtt.session.age"] as? Int {
            lines.append("connected    for \(span(age)) when the latest message that is kept came")
        }
        if let flow = alert.communityID { lines.append("community id \(flow)") }
        if let key = alert.groupKey { lines.append("counted by   \(terminalSafe(key, doublingBackslashes: false))") }
        lines.append("sensor       \(terminalSafe(detail.stored.sensor))")
        if let run = detail.run { lines.append("source       \(terminalSafe(run.start.source)) (run \(run.id))") }
        return lines
    }

    private func port(_ event: [String: Any], _ name: String) -> String {
        (event[name] as? Int).map { " port \($0)" } ?? ""
    }

    /// A time in milliseconds as people say it.
    private func span(_ milliseconds: Int) -> String {
        switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<120_000: "\(milliseconds / 1000) s"
        case ..<7_200_000: "\(milliseconds / 60_000) min"
        case ..<172_800_000: "\(milliseconds / 3_600_000) h"
        default: "\(milliseconds / 86_400_000) days"
        }
    }

    /// Broken statements that are explained; of those beyond only the names are told.
    private static let explained = 20

    /// The statements of the specifications that its messages broke, in plain words: those of the message that is kept, then
    /// the others that the row counts.
    ///
    /// `tellsValues` says whether the different values of the row are these statements, and all of them are told.
    private func broken(_ alert: Alert) -> (lines: [String], tellsValues: Bool) {
        let event = Self.object(alert.event)
        let ofMessage = event["violation.id"] as? [String] ?? []
        // What one message broke together is one value.
        let values = alert.tally?.values ?? []
        let counted = values.flatMap { $0.components(separatedBy: ", ") }
        let areStatements = !counted.isEmpty && counted.allSatisfy { !guide.statements(named: $0).isEmpty }
        let others = areStatements ? counted.filter { !ofMessage.contains($0) } : []
        let ids = ofMessage + Self.each(others)
        guard !ids.isEmpty else { return ([], false) }
        let specification = (event["mqtt.ver"] as? Int).flatMap {
            [3: "MQTT V3.1", 4: "MQTT 3.1.1", 5: "MQTT 5.0"][$0]
        }
        var lines = [
            ids.count > ofMessage.count
                ? "rules of the specifications that its messages broke" : "rules of the specifications that it breaks"
        ]
        for id in ids.prefix(Self.explained) {
            let found = guide.statements(named: id, of: specification)
            let places = found.map { "\($0.specification), \($0.clause)" }.joined(separator: "; ")
            lines.append("  \(terminalSafe(id))" + (places.isEmpty ? "" : "  (\(places))"))
            for text in Self.each(found.flatMap(\.breaches)) {
                lines += wrapped(text).map { "  " + $0 }
            }
        }
        let rest = ids.dropFirst(Self.explained)
        if !rest.isEmpty {
            lines += wrapped(
                "and \(rest.count) more, which 'earshot explain' explains: \(rest.joined(separator: ", "))")
        }
        return (lines, areStatements && Int64(values.count) == alert.tally?.distinct)
    }

    /// Each of some texts once, in their order.
    private static func each(_ texts: [String]) -> [String] {
        var known: Set<String> = []
        return texts.filter { known.insert($0).inserted }
    }

    /// The event's fields, one a line.
    private func event(_ json: String) -> [String] {
        let object = Self.object(json)
        if object.isEmpty { return ["none: nothing came where something was due"] }
        return object.keys.sorted().map { key in
            let value = object[key] ?? ""
            let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .withoutEscapingSlashes]
            let data = try? JSONSerialization.data(withJSONObject: value, options: options)
            let text = data.map { String(decoding: $0, as: UTF8.self) } ?? ""
            return "\(key.padding(toLength: max(30, key.count), withPad: " ", startingAt: 0)) \(Terminal.visible(text))"
        }
    }

    private static func object(_ json: String) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any] ?? [:]
    }

    private func frames(_ stored: StoredAlert) -> [String] {
        let alert = stored.alert
        var lines = folded(
            "evidence: \(plural(alert.evidence.count, "frame")), raw as captured, with any password in them "
                + "(--pcap FILE writes them)", width: factWidth, indent: 2)
        for frame in alert.evidence { lines += evidence(frame) }
        if let leftOut = alert.evidenceLeftOut {
            lines.append(
                "  \(plural(leftOut, "more frame")) brought bytes of it and \(leftOut == 1 ? "was" : "were") not kept")
        }
        return lines
    }

    private func evidence(_ frame: EvidenceFrame) -> [String] {
        let stamp = Timestamp(nanoseconds: frame.timestampNanoseconds)
        var lines = ["  frame \(frame.frameNumber), \(stamp), \(frame.bytes.count) of \(frame.originalLength) bytes"]
        for start in stride(from: 0, to: min(frame.bytes.count, 256), by: 16) {
            let row = frame.bytes[start..<min(start + 16, frame.bytes.count)]
            let hex = row.map { String(format: "%02x", $0) }.joined(separator: " ")
            let text = row.map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "." }.joined()
            let offset = String(format: "%04x", start)
            lines.append("    \(offset)  \(hex.padding(toLength: 47, withPad: " ", startingAt: 0))  \(text)")
        }
        if frame.bytes.count > 256 { lines.append("    ...") }
        return lines
    }

    /// RFC 3339 in UTC; at a terminal with the time of its zone.
    private func time(_ microseconds: Int64) -> String {
        guard zone != .gmt else { return Timestamp(nanoseconds: microseconds &* 1000).description }
        let parts = CalendarTime(microseconds: microseconds, zone: zone)
        let date = Date(timeIntervalSince1970: Double(microseconds) / 1e6)
        let fraction = String(format: "%06d", parts.microsecond)
        return "\(parts.date)T\(parts.clock).\(fraction) \(zone.abbreviation(for: date) ?? zone.identifier)"
    }

    /// Sentences in lines of the width, indented.
    private func wrapped(_ text: String) -> [String] {
        text.split(separator: "\n\n").flatMap { paragraph -> [String] in
            var lines: [String] = []
            var line = ""
            for word in terminalSafe(String(paragraph).replacing("\n", with: " ")).split(separator: " ") {
                if !line.isEmpty, displayWidth(line) + displayWidth(String(word)) + 3 > width {
                    lines.append("  " + line)
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            return line.isEmpty ? lines : lines + ["  " + line]
        }
    }
}
