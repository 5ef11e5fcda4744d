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
