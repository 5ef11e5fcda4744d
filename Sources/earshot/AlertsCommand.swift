import Alerts
import ArgumentParser
import Foundation
import Network
import Sensor

/// `earshot alerts`: counts alerts.
struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "The alerts as small tables: by rule, level, source, server, client, tag, day or hour.",
        discussion: """
            Without --by an overview: levels, days, and what stands out. The bars show when alerts began and were seen \
            last; the times above them are those of the first and the latest of all. What does not fit the terminal is \
            left out: first how many are open, then the time of the latest.

            EXAMPLES
              earshot alerts
              earshot alerts --by rule --since yesterday --state open
              earshot alerts --by hour --level high --json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var filter: AlertFilterOptions

    @Option(help: "rule, level, source, server, client, tag, day or hour.")
    var by: String?

    @Option(name: [.customShort("n"), .long], parsing: .unconditional, help: "How many rows of a table.")
    var limit: Int?

    @Flag(help: "One JSON object a row.") var json = false

    func validate() throws {
        if let by, AlertGrouping(rawValue: by) == nil {
            let known = AlertGrouping.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("alerts are not counted by '\(by)'; by \(known)")
        }
        if let limit, limit < 1 { throw ValidationError("--limit wants a number above 0") }
        if json, by == nil { throw ValidationError("--json goes with --by") }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let settings = try store.settings()
            let reader = try openReader(settings.database)
            let selection = try filter.filter(reader)
            // What a pipe gets is for machines, and UTC.
            let zone = Terminal.width == nil ? .gmt : filter.zone
            let table = AlertTable(width: Terminal.width ?? 160, zone: zone)
            var output = Output()
            func groups(_ grouping: AlertGrouping) throws(SensorError) -> AlertGroups {
                try reading { () throws(StoreError) in
                    try reader.groups(
                        by: grouping, selection, parts: json ? AlertTable.jsonParts : table.bars, zone: zone)
                }
            }
            if let grouping = by.flatMap({ AlertGrouping(rawValue: $0) }) {
                let found = try groups(grouping)
                let shown = limit.map { Array(found.groups.prefix($0)) } ?? found.groups
                let lines = json ? shown.map(AlertTable.json) : table.lines(grouping, shown, of: found)
                for line in lines { output.line(line) }
            } else {
                let levels = try groups(.level)
                for line in table.overview(levels.total) { output.line(line) }
                if levels.total.alerts > 0 {
                    for (grouping, most) in [
                        (AlertGrouping.level, 5), (.day, 14), (.rule, 10), (.source, 5), (.server, 5),
                    ] {
                        let found = grouping == .level ? levels : try groups(grouping)
                        let most = limit ?? most
                        let shown = grouping == .day ? found.groups.suffix(most) : found.groups.prefix(most)
                        output.line("")
                        for line in table.lines(grouping, Array(shown), of: found) { output.line(line) }
                    }
                }
            }
            try output.end()
        }
    }
}

/// Counted alerts as lines of a table.
struct AlertTable {
    /// Parts of the span in a row for programs.
    static let jsonParts = 24
    /// Columns that tell the keys of most groups apart.
    private static let leastKey = 28

    let width: Int
    let zone: TimeZone

    /// Parts of the span that the bars show: as many as leave room for what they belong to.
    var bars: Int { width >= 120 ? 24 : 12 }

    /// How many there are, and since when.
    func overview(_ total: AlertGroup) -> [String] {
        guard total.alerts > 0 else { return ["no alerts"] }
        let open = total.open == total.alerts ? "all open" : "\(total.open) open"
        return [
            "\(plural(total.alerts, "alert")), \(open), from \(plural(total.matches, "match", "matches"))",
            "seen from \(time(total.firstSeen)) to \(time(total.lastSeen)) \(zoneName)",
        ]
    }

    /// A header, a line for each group, and what was left out.
    func lines(_ grouping: AlertGrouping, _ groups: [AlertGroup], of all: AlertGroups) -> [String] {
        if groups.isEmpty { return ["none"] }
        let (first, last) = (time(all.total.firstSeen), time(all.total.lastSeen))
        // Of one day the clock says enough.
        let isOneDay = first.prefix(10) == last.prefix(10)
        func short(_ time: String) -> String { isOneDay ? String(time.dropFirst(11).prefix(5)) : day(time) }
        func day(_ time: String) -> String { String(time.prefix(10).suffix(5)) }
        let axis = short(first) + String(repeating: " ", count: bars - 10) + short(last)
        // The level of a group of one level is its name.
        let isLevel = grouping == .level
        var table = TextTable([
            isLevel ? .word("level") : .word("worst"), .number("alerts"), .number("matches"), .number("open", rank: 2),
            .word("latest", rank: 1),
            .word(axis), .text(isLevel ? "" : grouping.rawValue, Self.leastKey),
        ])
        for group in groups {
            let latest = time(group.lastSeen)
            table.add([
                group.worst == .informational ? "info" : group.worst.rawValue, "\(group.alerts)", "\(group.matches)",
                "\(group.open)", isOneDay ? short(latest) : "\(day(latest)) \(latest.dropFirst(11).prefix(5))",
                Self.bars(group.activity), isLevel ? "" : group.key,
            ])
        }
        let left = all.groups.count - groups.count
        return table.lines(width: width) + (left > 0 ? ["and \(left) more; --limit shows them"] : [])
    }

    /// A bar of eighths of a line's height for each part, a dot where there is nothing.
    static func bars(_ activity: [Int]) -> String {
        let most = activity.max() ?? 0
        return activity.map { count in
            guard count > 0, most > 0 else { return "." }
            return ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"][min(7, count * 8 / (most + 1))]
        }.joined()
    }

    /// A group as a JSON object; times in microseconds since 1970 UTC.
    static func json(_ group: AlertGroup) -> String {
        struct Row: Encodable {
            let key: String, alerts: Int, open: Int, matches: Int64, worst: String
            let firstSeen: Int64, lastSeen: Int64, activity: [Int]
        }
        let row = Row(
            key: group.key, alerts: group.alerts, open: group.open, matches: group.matches, worst: group.worst.rawValue,
            firstSeen: group.firstSeen, lastSeen: group.lastSeen, activity: group.activity)
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(row)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private var zoneName: String { zone == .gmt ? "UTC" : zone.abbreviation() ?? zone.identifier }

    /// `2026-11-21 09:30:00` in the zone.
    private func time(_ microseconds: Int64) -> String {
        let parts = CalendarTime(microseconds: microseconds, zone: zone)
        return "\(parts.date) \(parts.clock)"
    }
}

/// A count with its noun, whose plural is not made with an s.
func plural(_ count: some BinaryInteger, _ one: String, _ many: String) -> String {
    "\(count) \(count == 1 ? one : many)"
}
