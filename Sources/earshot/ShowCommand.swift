import Alerts
import ArgumentParser
import Foundation
import Sensor

/// `earshot show`: shows alerts in full.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Alerts in full: what happened, what to do, who, the decoded message, the evidence frames.",
        discussion: """
            EXAMPLES
              earshot show 17
              earshot show last --rule
              earshot show '#51' 52 --pcap alerts.pcapng
            """)

    @Argument(help: "The numbers of alerts, as 'earshot tail' prints them; 'last' is the newest.")
    var id: [String]

    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp("Write the evidence frames to a pcapng file; '-' for standard output.", valueName: "file"),
        completion: .file())
    var pcap: String?

    @Flag(help: "One JSON object a line for each alert, with the different values of its row.") var json = false
    @Flag(help: "Show the text of the rule too.") var rule = false
    @Flag(help: "Show times in UTC; otherwise those of a terminal are local.") var utc = false

    func validate() throws {
        for id in id where AlertNumber(id) == nil { throw ValidationError(AlertNumber.help(id)) }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let settings = try store.settings()
            let reader = try openReader(settings.database)
            var details: [AlertDetail] = []
            for number in try AlertNumber.resolve(id, reader) {
                guard let detail = try reading({ () throws(StoreError) in try reader.alert(number) }) else {
                    throw SensorError(.noInput, "\(settings.database): there is no alert \(number)")
                }
                details.append(detail)
            }
            if let pcap { return try writeEvidence(details, to: pcap) }
            if json {
                var output = Output()
                for detail in details { output.line(JSONOutput().line(detail.stored)) }
                return try output.end()
            }
            let report = AlertReport(
                width: min(Terminal.width ?? 100, 100), isTerminal: Terminal.width != nil,
                zone: utc || Terminal.width == nil ? .gmt : .current,
                showsRule: rule, guide: StatementGuide())
            var output = Output()
            for (index, detail) in details.enumerated() {
                if index > 0 { output.line("") }
                for line in report.lines(detail) { output.line(line) }
            }
            try output.end()
        }
    }

    private func writeEvidence(_ details: [AlertDetail], to path: String) throws(SensorError) {
        let frames = details.flatMap { detail in
            let alert = detail.stored.alert
            let comment = "alert \(detail.stored.id), \(alert.level.rawValue): \(alert.shownTitle) (\(alert.ruleID))"
            return alert.evidence.map { EvidencePcap.Frame($0, comment: comment) }
        }
        let bytes = EvidencePcap.file(commented: frames)
        if path == "-" {
            var output = Output()
            output.buffer = bytes
            return try output.end()
        }
        do throws(PrivateFile.Refusal) { try PrivateFile.write(bytes, to: path) } catch {
            throw SensorError(.cannotCreate, "\(path): cannot be written: \(error.reason)")
        }
        Terminal.log("\(plural(frames.count, "frame")) written to \(path)")
    }
}
