import Alerts
import ArgumentParser
import Detection
import Events
import Foundation
import Sensor

/// `earshot rules explain`: says why a rule meets an event, or why not.
struct RulesExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a rule meets an event, or why not: each part true or false, with the values.",
        discussion: """
            Events are lines of JSON as 'earshot decode' prints them, in the order of capture. For each one every \
            selection and test of the rule is shown with what the event has; for a correlation those of the rules that \
            it counts, and at the end its windows. A password that decode hid is not what the rule saw: use \
            'decode --show-secrets' where a rule asks for it.

            EXAMPLES
              earshot decode x.pcap | grep SUBSCRIBE | earshot rules explain mqtt_sys_subscription -
              earshot rules explain 06a975e5 events.json --matching
            """)

    @Argument(help: "The name of the rule, its title, file name, id or the beginning of it.") var id: String
    @Argument(help: ArgumentHelp("A file with events; '-' for standard input.", valueName: "file"), completion: .file())
    var events: String
    @OptionGroup var options: RuleSetOptions
    @Flag(
        help: "Show only events that the rule meets, its filters applied; of a correlation, also those that it counts.")
    var matching = false

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let rules = try options.load()
            var explainer = try RuleExplainer(rules, rule: try rules.rule(id))
            var output = Output()
            var number = 0
            for line in try lines() where !line.allSatisfy(\.isWhitespace) {
                number += 1
                let event: RecordedEvent
                do throws(RecordedEvent.BadEvent) { event = try RecordedEvent(json: line) } catch {
                    try output.end()
                    throw SensorError(.dataError, "\(events): event \(number): \(error.message)")
                }
                show(explainer.explain(event), of: event, number, &output)
                if output.isClosed { break }
            }
            if number == 0 { throw SensorError(.noInput, "\(events): no event is in it") }
            let windows = explainer.windows
            if explainer.rule.isCorrelation {
                output.line("windows: \(windows.count)")
                for window in windows { output.line("  \(terminalSafe(window))") }
            }
            try output.end()
        }
    }

    private func show(_ lines: [RuleExplainer.Line], of event: RecordedEvent, _ number: Int, _ output: inout Output) {
        if matching, !lines.contains(where: { $0.isRule && $0.depth <= 1 && $0.verdict }) { return }
        output.line("event \(number), frame \(event.context.frameNumber), \(event.context.timestamp):")
        for line in lines {
            let start = String(repeating: "  ", count: line.depth + 1) + terminalSafe(line.text)
            let seen = line.seen.map { "   (\(terminalSafe($0)))" } ?? ""
            output.line("\(line.verdict ? "true " : "false")\(start)\(seen)")
        }
        output.line("")
    }

    private func lines() throws(SensorError) -> [Substring] {
        let data =
            events == "-"
            ? try? FileHandle.standardInput.readToEnd() ?? Data() : FileManager.default.contents(atPath: events)
        guard let data else { throw SensorError(.noInput, "\(events): cannot be read") }
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }
}
