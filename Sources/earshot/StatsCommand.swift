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
            A replay of several captures has a run for each; they are shown as one.

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
            let found = try reading { () throws(StoreError) in try reader.runs(limit: 1000) }
            guard let latest = found.first else {
                throw SensorError(.noInput, "\(settings.database): no run is recorded here yet")
            }
            var output = Output()
            if runs {
                let lines = Terminal.width.map { Self.table(found.reversed()).lines(width: $0) }
                for text in lines ?? found.reversed().map(line) { output.line(text) }
                return try output.end()
            }
            let (together, statistics) = Self.latestReplay(found)
            if json {
                output.line(together.count > 1 ? statistics?.json ?? latest.summary.stats : latest.summary.stats)
            } else {
                let report =
                    [together.count > 1 ? line(together) : line(latest)]
                    + (statistics.map { RunReport($0).text.split(separator: "\n").map(String.init) } ?? [])
                for text in report {
                    for part in folded(text, width: Terminal.width ?? .max, indent: 2) { output.line(part) }
                }
                if let statistics {
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

    /// Runs for people at a terminal, a line each.
    private static func table(_ runs: [RunRecord]) -> TextTable {
        var table = TextTable([
            .number("run"), .word("status"), .word("started (UTC)"), .number("packets", rank: 1),
            .number("messages", rank: 2),
            .number("alerts"), .text("source", 16),
        ])
        for run in runs {
            let started = Timestamp(nanoseconds: run.start.started * 1000).description.replacing("T", with: " ")
            table.add([
                "\(run.id)", run.summary.status.rawValue, String(started.prefix(16)), "\(run.summary.packets)",
                "\(run.summary.messages)", "\(run.alerts)", run.start.source,
            ])
        }
        return table
    }

    /// The runs of the same start of the program as the latest, and what they saw together; newest first.
    ///
    /// They stand side by side, since a store has one writer at a time.
    private static func latestReplay(_ runs: [RunRecord]) -> (runs: [RunRecord], seen: RunStatistics?) {
        guard let latest = runs.first, var sum = RunStatistics(json: latest.summary.stats),
            let invocation = sum.invocation
        else { return (Array(runs.prefix(1)), runs.first.flatMap { RunStatistics(json: $0.summary.stats) }) }
        var together = [latest]
        for run in runs.dropFirst() {
            guard let seen = RunStatistics(json: run.summary.stats), seen.invocation == invocation else { break }
            sum.add(seen)
            together.append(run)
        }
        return (together, sum)
    }

    /// Several runs in one line; newest first.
    private func line(_ runs: [RunRecord]) -> String {
        let (first, last) = (runs[runs.count - 1], runs[0])
        let states = Set(runs.map(\.summary.status)).map(\.rawValue).sorted().joined(separator: " and ")
        let started = Timestamp(nanoseconds: first.start.started * 1000).description
        return "runs \(first.id) to \(last.id), \(states), started \(started), \(plural(runs.count, "capture")): "
            + "\(plural(runs.reduce(0) { $0 + $1.summary.packets }, "packet")), "
            + "\(plural(runs.reduce(0) { $0 + $1.summary.messages }, "message")), "
            + plural(runs.reduce(0) { $0 + $1.alerts }, "alert")
    }

    private func line(_ run: RunRecord) -> String {
        let started = Timestamp(nanoseconds: run.start.started * 1000).description
        let source = terminalSafe(run.start.source)
        return "run \(run.id), \(run.summary.status.rawValue), started \(started), \(source): "
            + "\(plural(run.summary.packets, "packet")), \(plural(run.summary.messages, "message")), "
            + plural(run.alerts, "alert") + (lastReport(run).map { "; last sign of life \($0)" } ?? "")
    }

    /// When a live run that did not end in order last told how far it was.
    private func lastReport(_ run: RunRecord) -> String? {
        guard run.start.sourceDigest == nil, [.running, .killed].contains(run.summary.status),
            let reported = RunStatistics(json: run.summary.stats)?.reported
        else { return nil }
        let seconds = Int(Date().timeIntervalSince1970) - Int(reported / 1_000_000)
        let time = Timestamp(nanoseconds: reported * 1000).description
        guard run.summary.status == .running, (0..<86_400).contains(seconds) else { return "at \(time)" }
        return "\(seconds) s ago"
    }
}
