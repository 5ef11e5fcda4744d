import Alerts
import ArgumentParser
import Foundation
import Network
import Sensor

/// `earshot stats`: shows what the latest run saw, dropped and could not read.
struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "What the sensor saw, dropped and could not read: the latest run.",
        discussion: """
            EXAMPLES
              earshot stats
              earshot stats --json
              earshot stats --runs
            """)

    @OptionGroup var store: StoreOptions
    @Flag(help: "One JSON object.") var json = false
    @Flag(help: "List all runs.") var runs = false

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let settings = try store.settings()
            let reader = try openReader(settings.database)
            let found = try reading { () throws(StoreError) in try reader.runs(limit: runs ? 1000 : 1) }
            guard let latest = found.first else {
                throw SensorError(.noInput, "\(settings.database): no run is recorded here yet")
            }
            var output = Output()
            if runs {
                for run in found.reversed() { output.line(line(run)) }
            } else if json {
                output.line(latest.summary.stats)
            } else {
                output.line(line(latest))
                if let statistics = RunStatistics(json: latest.summary.stats) {
                    output.line(RunReport(statistics).text)
                    for (name, counts) in statistics.messages.sorted(by: { $0.key > $1.key }) {
                        for (type, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                            output.line(
                                "  \(name) \(type.padding(toLength: max(12, type.count), withPad: " ", startingAt: 0)) \(count)"
                            )
                        }
                    }
                }
            }
            try output.end()
        }
    }

    private func line(_ run: RunRecord) -> String {
        let started = Timestamp(nanoseconds: run.start.started * 1000).description
        let source = terminalSafe(run.start.source)
        return "run \(run.id), \(run.summary.status.rawValue), started \(started), \(source): "
            + "\(plural(run.summary.packets, "packet")), \(plural(run.summary.messages, "message")), "
            + plural(run.alerts, "alert")
    }
}
