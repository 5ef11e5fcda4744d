import Alerts
import Foundation
import Network

/// The body of a request, by the template of the target.
struct WebhookBody {
    private let template: WebhookTemplate
    private let writer: RecordWriter

    init(_ settings: TargetSettings) {
        template = settings.template
        writer = RecordWriter(settings)
    }

    /// The body for records, and for those that are told as a number; JSON.
    func bytes(_ records: [ForwardRecord], _ summary: RecordSummary?) -> [UInt8] {
        switch template {
        case .plain: Array(plain(records, summary).utf8)
        case .slack, .mattermost: Array(chat(records, summary).utf8)
        case .teams: Array(card(records, summary).utf8)
        case .alertmanager: Array(alerts(records).utf8)
        }
    }

    private func plain(_ records: [ForwardRecord], _ summary: RecordSummary?) -> String {
        var head = JSONLine()
        head.add("version", "1")
        head.add("sent_at", rfc3339(microsecondsNow()))
        head.add("stream", records.first?.stream)
        head.add("first_sequence", records.first?.sequence)
        head.add("last_sequence", records.last?.sequence)
        head.add("more", summary?.count)
        head.add("summary", summary?.text)
        let list = records.compactMap { writer.line($0) }.joined(separator: ",")
        return head.finished().dropLast() + ",\"records\":[" + list + "]}"
    }

    // MARK: For people

    /// One line a record, the worst first.
    private func lines(_ records: [ForwardRecord], _ summary: RecordSummary?) -> [String] {
        let sorted = records.sorted { ($1.level, $0.sequence) < ($0.level, $1.sequence) }
        var lines = sorted.map { record in
            let count = record.alert.map { $0.stored.alert.count } ?? 1
            let ends = record.alert.map { row in
                [row.stored.alert.sourceIP, row.stored.alert.destinationIP].compactMap { $0?.description }
                    .joined(separator: " → ")
            }
            let place = [record.sensor, ends].compactMap { $0?.isEmpty == false ? $0 : nil }.joined(separator: ", ")
            let text = cut(terminalSafe(writer.message(record), doublingBackslashes: false), 400)
            return "[\(record.level.rawValue)] \(text)\(count > 1 ? " (x\(count))" : "") — \(place)"
        }
        if let summary { lines.append(summary.text) }
        return lines
    }

    /// Slack's and Mattermost's incoming webhooks: what could call somebody, link or format is taken apart.
    private func chat(_ records: [ForwardRecord], _ summary: RecordSummary?) -> String {
        let text = lines(records, summary).map(Self.defused).joined(separator: "\n")
        var body = JSONLine()
        body.add("text", cut(text, 12_000))
        if template == .mattermost { body.add("username", "Earshot") }
        return body.finished()
    }

    /// `&`, `<` and `>` as entities; a zero-width space behind `@`, so that nobody is called, and in what would be a link; backticks
    /// as quotation marks.
    private static func defused(_ text: String) -> String {
        var result = ""
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "@", "]": result += "\(scalar)\u{200B}"
            case "/" where previous == ":": result += "\u{200B}/"
            case "`": result += "'"
            default: result.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return result
    }

    /// A message with an adaptive card (schema 1.4) for Teams' workflows.
    private func card(_ records: [ForwardRecord], _ summary: RecordSummary?) -> String {
        let blocks = lines(records, summary).map { text in
            var block = JSONLine()
            block.add("type", "TextBlock")
            block.add("text", cut(Self.defused(text), 1000))
            block.add("wrap", flag: true)
            return block
        }
        var content = JSONLine()
        content.add("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
        content.add("type", "AdaptiveCard")
        content.add("version", "1.4")
        content.add("body", objects: blocks)
        var attachment = JSONLine()
        attachment.add("contentType", "application/vnd.microsoft.card.adaptive")
        attachment.add("content", object: content)
        var body = JSONLine()
        body.add("type", "message")
        body.add("attachments", objects: [attachment])
        return body.finished()
    }

    // MARK: Alertmanager

    /// A list of alerts: labels tell them apart, so they are few and hold nothing that grows.
    private func alerts(_ records: [ForwardRecord]) -> String {
        let list = records.compactMap { record -> JSONLine? in
            var labels = JSONLine()
            var annotations = JSONLine()
            annotations.add("summary", cut(writer.message(record), 2000))
            annotations.add("record_id", record.id)
            annotations.add("correlation_id", record.correlation)
            annotations.add("sequence", "\(record.sequence)")
            labels.add("sensor", record.sensor)
            labels.add("severity", record.level.rawValue)
            var line = JSONLine()
            if let stored = record.alert?.stored {
                labels.add("alertname", stored.alert.ruleTitle)
                labels.add("rule_id", stored.alert.ruleID)
                labels.add("finding", writer.findingID(record))
                annotations.add("count", "\(stored.alert.count)")
                line.add("startsAt", rfc3339(stored.alert.firstSeen))
                if record.triage?.action == .close { line.add("endsAt", rfc3339(record.storedAt)) }
            } else if record.kind == .heartbeat {
                // It ends by itself when it is not renewed: a rule of Alertmanager tells of the silence.
                labels.add("alertname", "EarshotHeartbeat")
                line.add("endsAt", rfc3339(microsecondsNow() + 180_000_000))
            } else if record.kind == .gap || record.kind == .lag {
                labels.add("alertname", "EarshotGap")
                labels.add("cause", record.gap?.cause.rawValue ?? record.kind.rawValue)
            } else {
                return nil
            }
            line.add("labels", object: labels)
            line.add("annotations", object: annotations)
            return line
        }
        return "[" + list.map { $0.finished() }.joined(separator: ",") + "]"
    }
}
