import ArgumentParser
import Events
import Foundation
import Sensor

/// `earshot rules fields`: lists the fields that a rule can use.
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

    /// A field and its meaning: beside it where the terminal has room for both, below it where not; one line in a pipe.
    private static func lines(_ lead: String, _ meaning: String) -> [String] {
        guard let width = Terminal.width, lead.count + 1 + meaning.count > width else { return ["\(lead) \(meaning)"] }
        if width >= 120 { return folded("\(lead) \(meaning)", width: width, indent: lead.count + 1) }
        return [lead] + folded("    \(meaning)", width: width, indent: 4)
    }

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
                let lead = "\(name) \(kind) \(of.padding(toLength: 5, withPad: " ", startingAt: 0))"
                for line in Self.lines(lead, entry.info.summary) { output.line(line) }
            }
        }
        try failing { () throws(SensorError) in try output.end() }
    }
}
