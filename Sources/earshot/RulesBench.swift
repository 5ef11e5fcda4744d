import Alerts
import ArgumentParser
import Capture
import Detection
import Engine
import Events
import Foundation
import Sensor

/// `earshot rules bench`: measures what each rule costs over captures.
struct RulesBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure what each rule costs over captures.",
        discussion: """
            For each rule: its share of the time of all, nanoseconds for each event, how many events its condition was \
            held against, how many met it. Each rule runs by itself and reads all its fields anew; the last line says \
            what all of them take together, when they share fields and searches. Decoding is not counted.

            EXAMPLES
              earshot rules bench capture.pcap
              earshot rules bench capture.pcap --rules my-rules/ -n 20
              earshot rules bench -r capture.pcap tcp port 1883
            """)

    @OptionGroup var captures: CaptureOptions
    @OptionGroup var options: RuleSetOptions
    @Option(name: .short, help: "Show so many rules, the dearest ones.") var n: Int?
    @Flag(help: "One JSON object a line.") var json = false

    func validate() throws {
        if captures.found.paths.isEmpty {
            throw ValidationError("name at least one capture: earshot rules bench <path>")
        }
        if let n, n < 1 { throw ValidationError("-n wants a number above 0") }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let found = captures.found
            let filter = try found.packetFilter()
            let rules = try options.load(isStrict: true)
            let settings = try options.settings()
            var worker = SensorWorker(limits: settings.limits, sink: RuleCosts(rules))
            worker.dissectors.serve(rules, key: nil, inspecting: settings.inspectedBytes)
            let failure = try CaptureInput(found.paths).read(filter) { frame, bytes in
                worker.process(frame, bytes)
                return true
            }
            worker.finish()
            worker.sink.flush()
            guard worker.sink.events > 0 else {
                throw SensorError(
                    .dataError,
                    "no \(Protocols.descriptors.map(\.displayName).joined(separator: " or ")) message is in \(found.paths.joined(separator: ", "))"
                )
            }
            try show(worker.sink.costs(), events: worker.sink.events, together: worker.sink.secondsTogether)
            if let failure { throw failure }
        }
    }

    private func show(_ costs: [RuleCosts.Cost], events: UInt64, together: Double) throws(SensorError) {
        var output = Output()
        let total = costs.reduce(0) { $0 + $1.seconds }
        if !json { output.line(" share  ns/event  evaluations     matches  rule") }
        for cost in costs.prefix(n ?? .max) {
            let share = total > 0 ? cost.seconds / total * 100 : 0
            let nanoseconds = cost.seconds * 1e9 / Double(events)
            if json {
                output.line(
                    "{\"id\":\"\(cost.rule.id)\",\"share\":\(decimal(share / 100, 4)),\"ns_per_event\":"
                        + "\(decimal(nanoseconds, 1)),\"evaluations\":\(cost.evaluations),\"matches\":\(cost.matches)}")
            } else {
                let id = Terminal.width.map { $0 < 120 } == true ? String(cost.rule.id.prefix(8)) : cost.rule.id
                let line =
                    "\(left(decimal(share, 1), 5))% \(left(decimal(nanoseconds, 1), 9)) "
                    + "\(left(String(cost.evaluations), 12)) \(left(String(cost.matches), 11))  "
                    + "\(id)  \(Terminal.visible(cost.rule.title))"
                output.line(fitted(line, Terminal.width ?? .max))
            }
        }
        try output.end()
        Terminal.log(
            "\(plural(events, "event")), \(plural(costs.count, "rule")): each by itself "
                + "\(decimal(total * 1e9 / Double(events), 1)) ns an event, all together "
                + "\(decimal(together * 1e9 / Double(events), 1))")
    }

    private func left(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func decimal(_ number: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", number) }
}
