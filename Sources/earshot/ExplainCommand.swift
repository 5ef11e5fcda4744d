import ArgumentParser
import Events
import Sensor
import Sigma

/// `earshot explain`: says what a broken rule of a specification means.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "What a value of violation.id means, in plain words.",
        discussion: """
            Messages are held against the numbered statements of MQTT and the sections of the RFCs. Without a name, all \
            names are listed. ('earshot rules explain' says why a rule meets an event.)

            EXAMPLES
              earshot explain MQTT-3.3.1-4
              earshot explain RFC7252-4.2 MQTT-4.7.1-1
              earshot explain | grep RFC8613
            """)

    @Argument(help: ArgumentHelp("Names as violation.id shows them, or clauses.", valueName: "name"))
    var names: [String] = []

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let guide = StatementGuide()
            var output = Output()
            if names.isEmpty { for id in guide.ids { output.line(id) } }
            for (index, name) in names.enumerated() {
                let exact = guide.statements(named: name)
                let found = exact.isEmpty ? guide.statements(of: name) : exact
                guard !found.isEmpty else {
                    let hint = nearestName(to: name, among: guide.ids).map { "; did you mean \($0)?" } ?? ""
                    throw SensorError(.noInput, "no statement is called '\(name)'\(hint)")
                }
                if index > 0 { output.line("") }
                for line in Self.lines(found) { output.line(line) }
            }
            try output.end()
        }
    }

    /// A statement in a few lines, for each document that has it.
    static func lines(_ statements: [SpecificationStatement]) -> [String] {
        statements.flatMap { statement -> [String] in
            var lines = ["\(statement.id)  \(statement.specification), \(statement.clause)"]
            lines += statement.breaches.map { "  broken by: \($0)" }
            if let unseen = statement.unseen { lines.append("  not checked: it \(unseen)") }
            return lines + ["  \(statement.link)"]
        }
    }
}
