import Alerts
import ArgumentParser
import Foundation
import Sensor

/// `earshot config show`: what counts, and where it came from.
struct ConfigShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show every setting that counts, and where it came from.",
        discussion: """
            A line of YAML for each setting, with its origin behind it: the default, a line of the file, a variable of \
            the environment, an option. With --json one object, whose members have 'value' and 'origin'.

            EXAMPLES
              earshot config show
              earshot config show --config test.yaml --json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var rules: RuleSourceOptions
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        try failing { () throws(SensorError) in
            let settings = try store.settings(rules)
            var output = Output()
            if json {
                output.line(try object(settings))
            } else {
                for key in Settings.keys { output.line(terminalSafe(line(key, settings))) }
            }
            try output.end()
        }
    }

    /// `snap_length: 262144  # default`; a setting that is not set is a comment.
    private func line(_ key: SettingKey, _ settings: Settings) -> String {
        let value = key.value(settings).yaml
        let text = value.isEmpty ? "# \(key.name) is not set" : "\(key.name): \(value)"
        let origin = (settings.origins[key.name] ?? .usual).text
        return text.padding(toLength: max(40, text.count), withPad: " ", startingAt: 0) + "  # \(origin)"
    }

    private struct Member: Encodable {
        let value: SettingValue
        let origin: String
    }

    private func object(_ settings: Settings) throws(SensorError) -> String {
        let members = Dictionary(
            uniqueKeysWithValues: Settings.keys.map { key in
                (key.name, Member(value: key.value(settings), origin: (settings.origins[key.name] ?? .usual).text))
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(members) else {
            throw SensorError(.software, "the settings cannot be written as JSON")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
