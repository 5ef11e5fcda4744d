import Alerts
import ArgumentParser
import Detection
import Events
import Foundation
import Sensor
import Sigma

/// `earshot rules list`: lists the rules.
struct RulesList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the rules: level, status, category, id, title.",
        discussion: """
            Rules that raise no alert of their own, because a correlation counts their matches, are listed with --all. \
            At the end, on standard error, how many rules there are and how many ATT&CK techniques they are tagged with.

            EXAMPLES
              earshot rules list
              earshot rules list --level high --category mqtt
              earshot rules list --tag t1110
              earshot rules list --status experimental --json
              earshot rules list --attack --navigator layer.json
            """)

    @OptionGroup var options: RuleSetOptions
    @Option(help: "Only rules of this level or above.") var level: String?
    @Option(help: "Only rules with a tag that contains this.") var tag: String?
    @Option(help: "Only rules of this category: mqtt or coap.") var category: String?
    @Option(help: "Only rules of this status: stable, test, experimental, deprecated, unsupported.")
    var status: String?
    @Flag(help: "List the rules that only feed correlations as well.") var all = false
    @Flag(help: "One JSON object a line.") var json = false
    @Flag(help: "Print the ATT&CK matrices instead: tactics, their techniques, how many rules are tagged with each.")
    var attack = false
    @Option(
        help: ArgumentHelp(
            "Write a layer for the ATT&CK Navigator, and one for ICS beside it (NAME-ics.json).", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var navigator: String?

    private static let statuses = ["stable", "test", "experimental", "deprecated", "unsupported"]

    func validate() throws {
        if let level, SigmaLevel(rawValue: level) == nil { throw ValidationError(levelHelp(level)) }
        if let category, !Protocols.registry.categories.contains(where: { $0.name.description == category }) {
            let known = Protocols.registry.categories.map(\.name.description).joined(separator: ", ")
            throw ValidationError("there is no category '\(category)'; there are \(known)")
        }
        if let status, !Self.statuses.contains(status) {
            throw ValidationError("there is no status '\(status)'; there are \(Self.statuses.joined(separator: ", "))")
        }
    }

    func run() throws {
        try failing { () throws(SensorError) in
            let rules = try options.load().compiled.rules
            let shown = rules.filter(isWanted)
            var output = Output()
            let matrix = AttackMatrix(shown)
            if let navigator { try write(matrix, to: navigator) }
            if attack { show(matrix, &output) }
            if json, !attack {
                for rule in shown {
                    rule.append(to: &output.buffer)
                    output.endLine()
                }
            } else if !attack {
                for line in Self.lines(shown) { output.line(line) }
            }
            try output.end()
            let techniques = Set(shown.flatMap(\.techniques))
            Terminal.log(
                "\(shown.count) shown of \(rules.census), \(plural(techniques.count, "ATT&CK technique"))")
        }
    }

    /// A line a rule: at a terminal as wide as that, else the whole of it.
    private static func lines(_ rules: [CompiledRule]) -> [String] {
        guard let width = Terminal.width else {
            return rules.map { rule in
                let of = rule.category?.name.description ?? "-"
                return "\(pad(rule.level.rawValue, 13)) \(pad(rule.metadata.status ?? "-", 12)) \(pad(of, 5)) "
                    + "\(rule.id)  \(terminalSafe(rule.title))"
            }
        }
        // The beginning of an id names a rule as well as the whole.
        let isWide = width >= 120
        var table = TextTable([
            .word("level"), .word("status", rank: 2), .word("of", rank: 1), .word("id"), .text("title", 40),
        ])
        for rule in rules {
            let level = rule.level == .informational ? "info" : rule.level.rawValue
            table.add([
                level, rule.metadata.status ?? "-", rule.category?.name.description ?? "-",
                isWide ? rule.id : String(rule.id.prefix(8)), rule.title,
            ])
        }
        return table.lines(width: width)
    }

    private func show(_ matrix: AttackMatrix, _ output: inout Output) {
        for (title, isICS) in [("Enterprise", false), ("Industrial Control Systems", true)] {
            output.line("ATT&CK, \(title)")
            for column in matrix.columns(ofICS: isICS) {
                output.line("  \(column.tactic.isEmpty ? "of unknown tactics" : column.tactic)")
                if column.cells.isEmpty { output.line("    none") }
                for cell in column.cells {
                    output.line("    \(pad(cell.id, 9)) \(pad(cell.name, 36)) \(cell.rules.count)")
                }
            }
        }
    }

    /// Writes a layer for each of the two domains, as a layer has one.
    private func write(_ matrix: AttackMatrix, to path: String) throws(SensorError) {
        let url = URL(fileURLWithPath: path)
        let name = url.deletingPathExtension().lastPathComponent + "-ics"
        let beside = url.deletingLastPathComponent().appendingPathComponent(name).appendingPathExtension(
            url.pathExtension.isEmpty ? "json" : url.pathExtension)
        for (place, isICS) in [(url, false), (beside, true)] {
            do { try Data(matrix.navigatorLayer(ofICS: isICS)).write(to: place) } catch {
                throw SensorError(.cannotCreate, "\(place.path): cannot be written: \(error.localizedDescription)")
            }
        }
    }

    private func isWanted(_ rule: CompiledRule) -> Bool {
        guard all || rule.raisesAlerts, rule.level >= level.flatMap({ SigmaLevel(rawValue: $0) }) ?? .informational
        else { return false }
        if let tag, !rule.tags.contains(where: { $0.contains(tag.lowercased()) }) { return false }
        if let category, rule.category?.name.description != category { return false }
        return status == nil || rule.metadata.status == status
    }
}

extension [CompiledRule] {
    /// How many there are: `282 rules (and 108 that only feed them)`, the same wherever rules are counted.
    var census: String {
        let feeding = count { !$0.raisesAlerts }
        return plural(count - feeding, "rule") + (feeding > 0 ? " (and \(feeding) that only feed them)" : "")
    }
}

extension CompiledRule {
    /// Appends what the rule says of itself as one JSON object.
    fileprivate func append(to text: inout [UInt8]) {
        var isFirst = true
        func member(_ key: String, _ value: String?, _ text: inout [UInt8]) {
            guard let value else { return }
            text.append(UInt8(ascii: isFirst ? "{" : ","))
            isFirst = false
            appendJSONString(key, to: &text)
            text.append(UInt8(ascii: ":"))
            text.append(contentsOf: value.utf8)
        }
        func list(_ values: [String]) -> String { "[" + values.map(quoted).joined(separator: ",") + "]" }
        func quoted(_ value: String) -> String {
            var text: [UInt8] = []
            appendJSONString(value, to: &text)
            return String(decoding: text, as: UTF8.self)
        }
        member("id", quoted(id), &text)
        member("name", metadata.name.map { quoted($0.value) }, &text)
        member("title", quoted(title), &text)
        member("level", quoted(level.rawValue), &text)
        member("status", metadata.status.map(quoted), &text)
        member("category", category.map { quoted($0.name.description) }, &text)
        member("correlation", isCorrelation ? "true" : "false", &text)
        member("alerts", raisesAlerts ? "true" : "false", &text)
        member("tags", list(tags), &text)
        member("techniques", list(techniques), &text)
        member("tests", String(tests.count), &text)
        member("file", quoted(file), &text)
        text.append(UInt8(ascii: "}"))
    }
}

/// The sentence for a level that does not exist.
func levelHelp(_ given: String) -> String {
    "there is no level '\(given)'; there are \(SigmaLevel.allCases.map(\.rawValue).joined(separator: ", "))"
}
