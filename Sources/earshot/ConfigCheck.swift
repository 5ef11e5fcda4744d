import ArgumentParser
import Foundation
import Sensor

/// `earshot config check`: tells what is wrong with a configuration.
struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell what is wrong with the configuration, and what mends it.",
        discussion: """
            Keys and values of the file, with line and column; whether the paths, groups and the folder of the store that \
            it names are there; names of lists that look like a slip. With --load-rules also the rules, filters and lists. \
            Exit status 78 where a sensor would not start with it. Warnings do not count.

            EXAMPLES
              earshot config check
              earshot config check new.yaml --load-rules
            """)

    @Argument(
        help: ArgumentHelp("The configuration file; the one in use without it.", valueName: "file"), completion: .file()
    )
    var file: String?

    @Flag(help: "Load the rules as well.")
    var loadRules = false

    func run() throws {
        try failing { () throws(SensorError) in
            var overrides = Settings.Overrides()
            overrides.configuration = file
            let settings = try Settings.load(overrides)
            let findings = settings.findings()
            for finding in findings { Terminal.log(finding.text) }
            var errors = findings.count { $0.isError }
            if loadRules {
                let rules = try RuleSet.load(settings.ruleSources)
                for diagnostic in rules.diagnostics { Terminal.log(rules.render(diagnostic)) }
                errors += rules.errors.count
            }
            guard errors == 0 else {
                throw SensorError(.configuration, "a sensor would not start with this configuration")
            }
            var output = Output()
            output.line(summary(settings, warnings: findings.count))
            try output.end()
        }
    }

    private func summary(_ settings: Settings, warnings: Int) -> String {
        let name = settings.file ?? "\(Settings.defaultFile) is not there, the defaults count"
        let count = settings.origins.values.count { if case .file = $0 { true } else { false } }
        let doubts = warnings > 0 ? ", \(plural(warnings, "warning"))" : ""
        return "\(name): \(plural(count, "setting")), nothing wrong\(doubts)"
    }
}
