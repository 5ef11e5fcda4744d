import Alerts
import ArgumentParser
import Sensor

/// `earshot db backup`: copies the store.
struct DbBackup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store as it is at one moment, also while the sensor runs.",
        discussion: """
            The copy is one file that needs no other beside it, for the same user, group and mode as the store.

            EXAMPLES
              earshot db backup /srv/backup/alerts.db
              earshot db backup --force latest.db
            """)

    @Argument(help: ArgumentHelp("Where the copy goes.", valueName: "file"), completion: .file())
    var file: String

    @OptionGroup var store: StoreOptions
    @Flag(help: "Replace a file that is there.") var force = false

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let path = try store.settings().database
            let reader = try openReader(path)
            try reading { () throws(StoreError) in try reader.backup(to: file, replacing: force) }
            Terminal.log("\(path) copied to \(file)")
        }
    }
}
