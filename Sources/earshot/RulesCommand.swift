import ArgumentParser
import Sensor

/// `earshot rules`: the commands about rules.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Check, list, show, test, explain and measure rules; list the fields that a rule can use.",
        subcommands: [
            RulesCheck.self, RulesList.self, RulesShow.self, RulesTest.self, RulesFields.self, RulesExplain.self,
            RulesBench.self,
        ])
}

/// Which rules are meant, with the filters and lists of the site.
struct RuleSetOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions
    @OptionGroup var sources: RuleSourceOptions

    /// The settings, where the command line beats the environment and that the file.
    func settings() throws(SensorError) -> Settings { try store.settings(sources) }

    /// Loads the rules and says what is wrong with them.
    ///
    /// Where `isStrict`, a rule that cannot be loaded ends the command, with exit code 78.
    func load(isStrict: Bool = false) throws(SensorError) -> RuleSet {
        let rules = try RuleSet.load(try settings().ruleSources)
        for diagnostic in rules.errors { Terminal.log(rules.render(diagnostic)) }
        if isStrict, !rules.errors.isEmpty { throw SensorError(.configuration, "some rules cannot be loaded") }
        return rules
    }
}

/// Folders of rules and filters.
struct RuleSourceOptions: ParsableArguments {
    @Option(
        name: .customLong("rules"),
        help: ArgumentHelp(
            "A folder or file with rules, beside the shipped ones; one with the id of a shipped rule replaces it. Repeatable.",
            valueName: "path"),
        completion: .directory)
    var folders: [String] = []

    @Option(
        name: .customLong("only-rules"),
        help: ArgumentHelp("A folder or file with rules, instead of the shipped ones. Repeatable.", valueName: "path"),
        completion: .directory)
    var onlyFolders: [String] = []

    @Option(
        name: .customLong("filters"),
        help: ArgumentHelp(
            "A folder or file with the site's filters, instead of /etc/earshot/filters. Repeatable.", valueName: "path"),
        completion: .directory)
    var filters: [String] = []
}

/// Text padded with blanks to a number of columns.
func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}
