import Alerts
import ArgumentParser
import Capture
import Sensor

/// `earshot db export`: writes all alerts out.
struct DbExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all alerts to standard output, as JSON or CSV.",
        discussion: """
            The columns are those of 'tail --format json'. In CSV (RFC 4180) a text that a spreadsheet would take for a \
            formula has an apostrophe before it.

            EXAMPLES
              earshot db export --json > alerts.json
              earshot db export --csv > alerts.csv
            """)

    /// How many alerts are read at once.
    private static let page = 1000

    @OptionGroup var store: StoreOptions
    @Flag(help: "One JSON object a line.") var json = false
    @Flag(help: "Comma-separated values with a header.") var csv = false

    func validate() throws {
        guard json != csv else { throw ValidationError("name one of --json and --csv") }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let reader = try openReader(try store.settings().database)
            let output: any AlertOutput = csv ? CSVOutput() : JSONOutput()
            var writer = Output()
            if let header = output.header { writer.line(header) }
            var last: Int64 = 0
            while !Signals.stop.isStopped, !writer.isClosed {
                let alerts = try reading { () throws(StoreError) in try reader.query(after: last, limit: Self.page) }
                for alert in alerts { writer.line(output.line(alert)) }
                guard let end = alerts.last else { break }
                last = end.id
            }
            try writer.end()
        }
    }
}
