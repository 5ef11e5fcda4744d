import ArgumentParser

/// `earshot db`: looks after the store.
struct DbCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Look after the alert store: check it, copy it, write all of it out.",
        discussion: """
            EXAMPLES
              earshot db check
              earshot db backup /srv/backup/alerts.db
              earshot db export --csv > alerts.csv
            """,
        subcommands: [DbCheck.self, DbBackup.self, DbExport.self])
}
