import Alerts
import ArgumentParser
import Capture
import Detection
import Foundation
import Network
import Sensor
import Sigma

/// `earshot tail`: prints the latest alerts.
struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Print the latest alerts, and with -f those that come.",
        discussion: """
            Times are UTC. With -f an alert is printed when it comes, and again when its count has grown.

            EXAMPLES
              earshot tail -f
              earshot tail -n 100 --level high --since 2h
              earshot tail --ip 10.1.0.0/16 --client pump-7 --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var filter: AlertFilterOptions

    @Flag(name: [.customShort("f"), .long], help: "Go on and print what comes.")
    var follow = false

    @Option(name: [.customShort("n"), .long], parsing: .unconditional, help: "How many of the latest alerts.")
    var lines = 10

    @Option(help: "text, fast, json or eve.")
    var format: String = "text"

    func validate() throws {
        guard lines >= 0 else { throw ValidationError("-n wants a number that is 0 or more") }
        guard AlertFormat(rawValue: format) != nil else {
            let known = AlertFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no format '\(format)'; there are \(known)")
        }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let settings = try store.settings()
            let reader = try openReader(settings.database)
            let filter = try filter.filter(reader)
            let printed = (AlertFormat(rawValue: format) ?? .text).output(color: Terminal.usesColor)
            var output = Output()
            // What comes between the two reads is printed by the first poll.
            var cursor = try reading { () throws(StoreError) in try reader.cursorAtEnd() }
            if lines > 0 {
                let latest = try reading { () throws(StoreError) in try reader.last(lines, filter) }
                for alert in latest { output.line(printed.line(alert)) }
                output.flush()
            }
            while follow, !Signals.stop.isStopped, !output.isClosed {
                let changes = try reading { () throws(StoreError) in try reader.poll(&cursor, filter) }
                for change in changes { output.line(printed.line(change.stored)) }
                output.flush()
                if changes.isEmpty { Thread.sleep(forTimeInterval: 0.2) }
            }
            try output.end()
        }
    }
}

/// Which alerts are asked for.
struct AlertFilterOptions: ParsableArguments {
    @Option(help: "Only this level and above: informational, low, medium, high, critical.")
    var level: String?

    @Option(
        help: ArgumentHelp(
            "Only this rule: its name, its id or the beginning of it, or a part of its title.", valueName: "name"))
    var rule: String?

    @Option(help: ArgumentHelp("Only alerts with this address or block at either end.", valueName: "address"))
    var ip: String?

    @Option(help: ArgumentHelp("Only this MQTT client identifier.", valueName: "id"))
    var client: String?

    @Option(
        help: ArgumentHelp("Only alerts seen since: 90s, 15m, 2h, 7d ago, or a date, or RFC 3339.", valueName: "time"))
    var since: String?

    func validate() throws {
        if let level, AlertLevel(rawValue: level) == nil { throw ValidationError(levelHelp(level)) }
        if let ip, CIDRBlock(ip) == nil {
            throw ValidationError("'\(ip)' is no address and no block such as 10.0.0.0/8")
        }
        if let since, Self.time(since) == nil {
            throw ValidationError("'\(since)' is no time: 90s, 15m, 2h, 7d, 2026-11-21 or 2026-11-21T08:30:00Z are")
        }
    }

    /// The filter that these options describe, for the alerts of a store.
    func filter(_ reader: AlertReader) throws(SensorError) -> AlertFilter {
        var filter = AlertFilter()
        filter.minimumLevel = level.flatMap { AlertLevel(rawValue: $0) }
        filter.rule = try rule.map { rule throws(SensorError) in try Self.rule(rule, reader) }
        filter.addresses = ip.flatMap { CIDRBlock($0) }
        filter.clientID = client
        filter.since = since.flatMap { Self.time($0) }
        return filter
    }

    /// The id of the rule that is called so, by what the store has of its text; the text itself where that is part of a
    /// title.
    private static func rule(_ wanted: String, _ reader: AlertReader) throws(SensorError) -> String {
        let known = try reading { () throws(StoreError) in try reader.rules() }
        let names = RuleNames(
            known.map { rule in
                // Behind the rule's own text are those of filters.
                let text = rule.source.components(separatedBy: "\n---\n")[0]
                let name = BrokenDocument(text: text).identities.first { $0 != rule.id }
                return RuleNames.Entry(
                    id: rule.id, name: name, title: rule.title, file: "", isMain: rule.level != .informational)
            })
        let finding = names.find(wanted)
        if case .one(let place) = finding { return known[place].id }
        if case .none(let nearest) = finding, !known.isEmpty,
            !known.contains(where: { $0.title.lowercased().contains(wanted.lowercased()) })
        {
            let hint = nearest.map { "; did you mean \($0)?" } ?? ""
            Terminal.log("the store has no rule that is called '\(wanted)'\(hint)")
        }
        return wanted
    }

    /// Microseconds since 1970 UTC of a text that people write.
    private static func time(_ text: String) -> Int64? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number >= 0 {
            // Further back than there are alerts is as far back as it gets.
            return Int64((Date().timeIntervalSince1970 - min(number * unit, 1e10)) * 1_000_000)
        }
        let formatter = ISO8601DateFormatter()
        for options: ISO8601DateFormatter.Options in [
            [.withInternetDateTime], [.withInternetDateTime, .withFractionalSeconds], [.withFullDate],
        ] {
            formatter.formatOptions = options
            if let date = formatter.date(from: text) { return Int64(date.timeIntervalSince1970 * 1_000_000) }
        }
        return nil
    }
}
