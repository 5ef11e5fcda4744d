import ArgumentParser
import Detection
import Sensor

/// `earshot rules check`: loads the rules and reports what is wrong with them.
struct RulesCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Load the rules and report everything that is wrong with them.",
        discussion: """
            All rules, filters and lists are read, and all that is wrong or doubtful is said at once. Exit status 78 \
            where a rule cannot be loaded. Warnings do not count.

            EXAMPLES
              earshot rules check
              earshot rules check --rules my-rules/ --filters my-filters/
            """)

    @OptionGroup var options: RuleSetOptions

    func run() throws {
        try failing { () throws(SensorError) in
            let rules = try RuleSet.load(try options.settings().ruleSources)
            for diagnostic in rules.diagnostics { Terminal.log(rules.render(diagnostic)) }
            let errors = rules.errors.count
            let warnings = rules.diagnostics.count - errors
            var output = Output()
            output.line(
                "\(rules.compiled.rules.census) loaded, \(plural(errors, "error")), \(plural(warnings, "warning"))"
            )
            try output.end()
            if errors > 0 { throw SensorError(.configuration, "some rules cannot be loaded") }
        }
    }
}
