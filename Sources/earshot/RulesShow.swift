import Alerts
import ArgumentParser
import Detection
import Events
import Sensor
import Sigma

/// `earshot rules show`: shows all of one rule.
struct RulesShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one rule: what it says of itself, where it came from, its tests, its text.",
        discussion: """
            A rule is called by its name, its title, the name of its file, its id or the beginning of that. The filters \
            on the rule and the correlations that count it are named as well.

            EXAMPLES
              earshot rules show 06a975e5
              earshot rules show mqtt_message_to_reader_of_all
            """)

    @Argument(help: "The name, title, file name, id or the beginning of it.") var id: String
    @OptionGroup var options: RuleSetOptions
    @Flag(help: "Print the text alone.") var text = false

    func run() throws {
        try failing { () throws(SensorError) in
            let rules = try options.load()
            let rule = rules.compiled.rules[try rules.rule(id)]
            var output = Output()
            if !text {
                for (name, value) in facts(rule, rules) {
                    output.line("\(pad(name + ":", 12)) \(terminalSafe(value))")
                }
                output.line("")
            }
            for line in rule.source.split(separator: "\n", omittingEmptySubsequences: false) {
                output.line(Terminal.visible(line))
            }
            try output.end()
        }
    }

    private func facts(_ rule: CompiledRule, _ rules: RuleSet) -> [(String, String)] {
        var facts = [("title", rule.title), ("id", rule.id)]
        if let name = rule.metadata.name { facts.append(("name", name.value)) }
        facts.append(("level", rule.level.rawValue))
        if let status = rule.metadata.status { facts.append(("status", status)) }
        if let category = rule.category { facts.append(("category", category.name.description)) }
        if !rule.techniques.isEmpty { facts.append(("techniques", rule.techniques.joined(separator: ", "))) }
        facts.append(("from", "\(rule.file):\(rule.metadata.position.line)"))
        if !rule.raisesAlerts { facts.append(("alerts", "none of its own: it is counted by a correlation")) }
        for correlation in rules.correlations(counting: rule) {
            facts.append(("counted by", correlation.metadata.title.value))
        }
        for filter in rules.filters(on: rule) {
            facts.append(("filter", "\(filter.title.value), \(filter.file):\(filter.position.line)"))
        }
        for test in rule.tests { facts.append(("test", "\(test.subject): \(plural(test.alerts, "alert"))")) }
        return facts
    }
}
