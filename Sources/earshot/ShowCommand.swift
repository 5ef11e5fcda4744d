import Alerts
import ArgumentParser
import Foundation
import Network
import Sensor

/// `earshot show`: shows one alert in full.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One alert in full: the rule, the decoded message, the evidence frames.",
        discussion: """
            EXAMPLES
              earshot show 17
              earshot show 17 --pcap alert17.pcapng
            """)

    @Argument(help: "The number of the alert, as 'earshot tail' prints it.")
    var id: Int64

    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp("Write the evidence frames to a pcapng file; '-' for standard output.", valueName: "file"),
        completion: .file())
    var pcap: String?

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let settings = try store.settings()
            let reader = try openReader(settings.database)
            guard let detail = try reading({ () throws(StoreError) in try reader.alert(id) }) else {
                throw SensorError(.noInput, "\(settings.database): there is no alert \(id)")
            }
            if let pcap { return try writeEvidence(detail, to: pcap) }
            var output = Output()
            for line in lines(detail) { output.line(line) }
            try output.end()
        }
    }

    private func writeEvidence(_ detail: AlertDetail, to path: String) throws(SensorError) {
        let bytes = EvidencePcap.file(detail.stored.alert.evidence)
        if path == "-" {
            var output = Output()
            output.buffer = bytes
            return try output.end()
        }
        do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw SensorError(.cannotCreate, "\(path): cannot be written: \(error.localizedDescription)")
        }
        Terminal.log("\(plural(detail.stored.alert.evidence.count, "frame")) written to \(path)")
    }

    private func lines(_ detail: AlertDetail) -> [String] {
        let alert = detail.stored.alert
        var lines = [
            "alert        \(detail.stored.id)", "rule         \(terminalSafe(alert.shownTitle)) (\(alert.ruleID))",
            "level        \(alert.level.rawValue)", "summary      \(terminalSafe(alert.summary))",
            "first seen   \(time(alert.firstSeen))", "last seen    \(time(alert.lastSeen))",
            "count        \(alert.count)",
        ]
        if let tally = alert.tally {
            if let text = tally.text { lines.append("all matches  \(terminalSafe(text))") }
            if let first = tally.first { lines.append("first        \(terminalSafe(first))") }
        }
        if let client = alert.clientIP { lines.append("client       \(client)") }
        if let server = alert.serverIP { lines.append("server       \(server)") }
        if let id = alert.clientID { lines.append("client id    \(terminalSafe(id))") }
        if let flow = alert.communityID { lines.append("community id \(flow)") }
        if let key = alert.groupKey { lines.append("counted by   \(terminalSafe(key, doublingBackslashes: false))") }
        lines.append("sensor       \(terminalSafe(detail.stored.sensor))")
        if let run = detail.run { lines.append("source       \(terminalSafe(run.start.source)) (run \(run.id))") }
        lines += ["", "event"] + event(alert.event).map { "  " + $0 }
        lines += [
            "",
            "evidence: \(plural(alert.evidence.count, "frame")), raw as captured, with any password in them (--pcap FILE writes them)",
        ]
        for frame in alert.evidence { lines += evidence(frame) }
        if let leftOut = alert.evidenceLeftOut {
            lines.append(
                "  \(plural(leftOut, "more frame")) brought bytes of it and \(leftOut == 1 ? "was" : "were") not kept")
        }
        if let rule = detail.rule {
            lines += ["", "the rule as it was when it fired"]
            lines += rule.source.split(separator: "\n", omittingEmptySubsequences: false).map {
                "  " + Terminal.visible($0)
            }
        }
        return lines
    }

    private func time(_ microseconds: Int64) -> String { Timestamp(nanoseconds: microseconds * 1000).description }

    /// The event's fields, one a line, in the order in which they were written.
    private func event(_ json: String) -> [String] {
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else { return [] }
        return object.keys.sorted().map { key in
            let value = object[key] ?? ""
            let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .withoutEscapingSlashes]
            let data = try? JSONSerialization.data(withJSONObject: value, options: options)
            let text = data.map { String(decoding: $0, as: UTF8.self) } ?? ""
            return "\(key.padding(toLength: max(30, key.count), withPad: " ", startingAt: 0)) \(Terminal.visible(text))"
        }
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
}
