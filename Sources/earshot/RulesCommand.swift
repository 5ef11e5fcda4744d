import ArgumentParser
import Detection
import Events
import Foundation
import Sensor
import Sigma

/// `earshot rules`
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Check, list and test rules; list the fields that a rule can use.",
        subcommands: [RulesCheck.self, RulesList.self, RulesTest.self, RulesFields.self])
}

/// `earshot rules check`
struct RulesCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Load the rules and report everything that is wrong with them.",
        discussion: """
            Exit status 78 where a rule cannot be loaded. Warnings do not count.

            EXAMPLES
              earshot rules check
              earshot rules check --rules my-rules/
            """)

    @OptionGroup var store: StoreOptions
    @Option(
        name: .customLong("rules"), help: ArgumentHelp("A folder or file with rules. Repeatable.", valueName: "path"),
        completion: .directory)
    var folders: [String] = []

    func run() throws {
        try failing { () throws(SensorError) in
            let rules = try RuleSet.load(try store.settings(rules: folders).rules)
            for diagnostic in rules.diagnostics { Terminal.log(rules.render(diagnostic)) }
            let errors = rules.errors.count
            let warnings = rules.diagnostics.count - errors
            var output = Output()
            output.line("\(rules.compiled.rules.count) rules loaded, \(errors) errors, \(warnings) warnings")
            try output.end()
            if errors > 0 { throw SensorError(.configuration, "some rules cannot be loaded") }
        }
    }
}

/// `earshot rules list`
struct RulesList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the rules: level, category, id, title.",
        discussion: """
            EXAMPLES
              earshot rules list
              earshot rules list --level high --category mqtt
              earshot rules list --tag t1110
            """)

    @OptionGroup var store: StoreOptions
    @Option(
        name: .customLong("rules"), help: ArgumentHelp("A folder or file with rules. Repeatable.", valueName: "path"),
        completion: .directory)
    var folders: [String] = []
    @Option(help: "Only rules of this level or above.") var level: String?
    @Option(help: "Only rules with a tag that contains this.") var tag: String?
    @Option(help: "Only rules of this category: mqtt or coap.") var category: String?

    func validate() throws {
        if let level, SigmaLevel(rawValue: level) == nil { throw ValidationError(levelHelp(level)) }
    }

    func run() throws {
        try failing { () throws(SensorError) in
            let rules = try RuleSet.load(try store.settings(rules: folders).rules)
            let lowest = level.flatMap { SigmaLevel(rawValue: $0) } ?? .informational
            var output = Output()
            var shown = 0
            for rule in rules.compiled.rules where rule.raisesAlerts && rule.level >= lowest {
                if let tag, !rule.tags.contains(where: { $0.contains(tag) }) { continue }
                let of = rule.category?.name.description ?? "-"
                if let category, of != category { continue }
                shown += 1
                output.line(
                    "\(pad(rule.level.rawValue, 13)) \(pad(of, 5)) \(rule.id)  \(rule.title)")
            }
            try output.end()
            Terminal.log("\(shown) rules, \(rules.compiled.techniques.count) ATT&CK techniques")
        }
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
    }
}

/// The sentence for a level that does not exist.
func levelHelp(_ given: String) -> String {
    "there is no level '\(given)'; there are \(SigmaLevel.allCases.map(\.rawValue).joined(separator: ", "))"
}

/// `earshot rules fields`
struct RulesFields: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fields",
        abstract: "List every field that a rule can use: name, type, category, meaning.",
        discussion: """
            EXAMPLES
              earshot rules fields
              earshot rules fields --category coap
              earshot rules fields --json
            """)

    @Option(help: "Only fields of this category: mqtt or coap.") var category: String?
    @Flag(help: "One JSON object a line.") var json = false

    func run() throws {
        var output = Output()
        for entry in Protocols.registry.entries {
            let of = entry.category?.name.description ?? "all"
            if let category, of != category, of != "all" { continue }
            let type = entry.info.type.rawValue + (entry.info.isList ? "[]" : "")
            if json {
                var line: [UInt8] = []
                for (key, value) in [
                    ("name", entry.info.name), ("type", type), ("category", of), ("meaning", entry.info.summary),
                ] {
                    line.append(UInt8(ascii: line.isEmpty ? "{" : ","))
                    appendJSONString(key, to: &line)
                    line.append(UInt8(ascii: ":"))
                    appendJSONString(value, to: &line)
                }
                output.line(String(decoding: line, as: UTF8.self) + "}")
            } else {
                let name = entry.info.name.padding(
                    toLength: max(36, entry.info.name.count), withPad: " ", startingAt: 0)
                let kind = type.padding(toLength: 10, withPad: " ", startingAt: 0)
                output.line(
                    "\(name) \(kind) \(of.padding(toLength: 5, withPad: " ", startingAt: 0)) \(entry.info.summary)")
            }
        }
        try failing { () throws(SensorError) in try output.end() }
    }
}
