import Alerts
import ArgumentParser
import Sensor

/// `earshot db check`: looks whether the store is whole.
struct DbCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look whether the store is whole; the exit code is 65 where it is not.",
        discussion: """
            Reads the whole file and changes nothing: what SQLite says of its pages and indices, the tables of this \
            version, rows that refer to nothing. May run beside a sensor.

            EXAMPLES
              earshot db check
              earshot db check --db /var/lib/earshot/alerts.db
            """)

    @OptionGroup var store: StoreOptions

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let path = try store.settings().database
            let findings = try opening(path) { () throws(StoreError) in try StoreCheck.findings(path) }
            var output = Output()
            for finding in findings { output.line("\(path): \(terminalSafe(finding))") }
            if findings.isEmpty { output.line("\(path): whole") }
            try output.end()
            guard !findings.isEmpty else { return }
            throw SensorError(
                .dataError,
                "\(path) is not whole; 'earshot db backup' saves it as it is, and 'earshot run' or 'replay' saves what "
                    + "can be read of a broken one")
        }
    }
}
