import ArgumentParser

/// `earshot config`: looks at the configuration.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Look at the configuration: check it, show what counts.",
        discussion: """
            EXAMPLES
              earshot config check
              earshot config show
            """,
        subcommands: [ConfigCheck.self, ConfigShow.self])
}
