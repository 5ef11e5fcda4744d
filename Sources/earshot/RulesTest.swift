import ArgumentParser
import Detection
import Foundation
import Sensor

/// `earshot rules test`
struct RulesTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run each rule's own tests.",
        discussion: """
            A rule names captures and how many alerts each must raise. Captures are looked for in the folder \
            PcapSamples beside the rules, or where --samples says. Exit status 1 where a test fails, or where a rule \
            lacks a test that fires or one that stays silent.

            EXAMPLES
              earshot rules test
              earshot rules test --rules my-rules/ --samples my-captures/ --verbose
            """)

    @OptionGroup var store: StoreOptions
    @Option(
        name: .customLong("rules"), help: ArgumentHelp("A folder or file with rules. Repeatable.", valueName: "path"),
        completion: .directory)
    var folders: [String] = []
    @Option(help: ArgumentHelp("The folder of captures.", valueName: "path"), completion: .directory)
    var samples: String?
    @Flag(name: .shortAndLong, help: "Print the tests that pass as well.") var verbose = false

    func run() throws {
        try failing { () throws(SensorError) in
            let settings = try store.settings(rules: folders)
            let rules = try RuleSet.load(settings.rules)
            for diagnostic in rules.errors { Terminal.log(rules.render(diagnostic)) }
            let captures = samples ?? RuleTests.samples(beside: settings.rules.first ?? RuleFiles.shipped() ?? "Rules")
            let tests = RuleTests(rules, captures: captures, settings: settings)
            let outcomes = tests.run()
            var output = Output()
            for outcome in outcomes where verbose || !outcome.passed {
                let verdict = outcome.passed ? "ok  " : "FAIL"
                let found = outcome.error ?? "\(outcome.found) alerts, \(outcome.expected) expected"
                output.line("\(verdict) \(outcome.title): \(outcome.capture): \(found)")
            }
            for rule in tests.incomplete {
                output.line("FAIL \(rule.title): lacks a test that fires or one that stays silent")
            }
            let failed = outcomes.filter { !$0.passed }.count + tests.incomplete.count
            output.line("\(outcomes.count - outcomes.filter { !$0.passed }.count) passed, \(failed) failed")
            try output.end()
            if !rules.errors.isEmpty { throw SensorError(.configuration, "some rules cannot be loaded") }
            if failed > 0 { throw SensorError(.failure, "some rules do not do what their tests say") }
        }
    }
}
