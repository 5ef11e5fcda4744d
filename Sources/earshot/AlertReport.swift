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
    /// The zone of times.
    let zone: TimeZone
    /// Whether the text of the rule follows.
    let showsRule: Bool
    /// The statements that messages can break.
    let guide: StatementGuide

    /// Every part of the alert, with an empty line between two.
    func lines(_ detail: AlertDetail) -> [String] {
        var parts = [what(detail), advice(detail), who(detail), broken(detail.stored.alert.event)]
        parts.append(values(detail.stored.alert.tally))
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
        var lines = [
            "alert        \(stored.id)",
            "rule         \(terminalSafe(alert.shownTitle)) (\(terminalSafe([name, alert.ruleID].compactMap(\.self).joined(separator: ", "))))",
            "level        \(alert.level.rawValue)", "summary      \(terminalSafe(alert.summary))",
            "first seen   \(time(alert.firstSeen))", "last seen    \(time(alert.lastSeen))",
            "count        \(alert.count)",
        ]
        if let tally = alert.tally {
            if let text = tally.text { lines.append("all matches  \(terminalSafe(text))") }
            if let first = tally.first { lines.append("first        \(terminalSafe(first))") }
        }
        lines.append("state        \(stored.triage?.shortText ?? "open")")
        for entry in stored.triage?.entries ?? [] {
            let note = entry.note.map { ": \(terminalSafe($0))" } ?? ""
            lines.append("             \(time(entry.at))  \(said(entry.action)) by \(terminalSafe(entry.by))\(note)")
        }
        return lines
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

    /// The different values of a row, such as its clients: the first of them, and how many there are beyond.
    private func values(_ tally: AlertTally?) -> [String] {
        guard let tally, let values = tally.values, values.count > 1 else { return [] }
        let count = tally.distinct ?? 0
        let name = tally.distinctName ?? "values"
        let isWhole = count <= values.count
        let rest = count - Int64(values.count)
        return [isWhole ? "the \(values.count) \(name)" : "the first \(values.count) \(name)"]
            + values.map { "  " + terminalSafe($0) }
            + (isWhole ? [] : ["  and \(tally.isEstimate ? "about " : "")\(rest) more"])
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

    /// The statements of the specifications that the message breaks, in plain words.
    private func broken(_ event: String) -> [String] {
        let ids = Self.object(event)["violation.id"] as? [String] ?? []
        guard !ids.isEmpty else { return [] }
        var lines = ["rules of the specifications that it breaks"]
        for id in ids {
            let found = guide.statements(named: id)
            guard let first = found.first else {
                lines.append("  \(terminalSafe(id))")
                continue
            }
            let places = found.map { "\($0.specification), \($0.clause)" }.joined(separator: "; ")
            lines.append("  \(id)  (\(places))")
            let breaches = found.flatMap(\.breaches)
            for text in NSOrderedSet(array: breaches.isEmpty ? first.breaches : breaches).array as? [String] ?? [] {
                lines += wrapped(text).map { "  " + $0 }
            }
        }
        return lines
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
        var lines = [
            "evidence: \(plural(alert.evidence.count, "frame")), raw as captured, with any password in them (--pcap FILE writes them)"
        ]
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
