import Foundation
import GRDB

/// What alerts can be counted by.
public enum AlertGrouping: String, CaseIterable, Sendable {
    case rule, level, source, server, client, tag, day, hour
}

/// Alerts that have something in common, counted.
public struct AlertGroup: Hashable, Sendable {
    /// What they have in common, as text; `-` where they lack it.
    ///
    /// It holds what was captured; whoever shows it escapes it.
    public var key: String
    /// How many alerts.
    public var alerts = 0
    /// How many of them nobody has closed.
    public var open = 0
    /// How many matches they stand for.
    public var matches: Int64 = 0
    /// The worst level among them.
    public var worst = AlertLevel.informational
    /// Capture time of the first match, microseconds since 1970 UTC.
    public var firstSeen = Int64.max
    /// Capture time of the latest match, microseconds since 1970 UTC.
    public var lastSeen = Int64.min
    /// In each part of the whole span, how many alerts began there or were seen there last.
    public var activity: [Int]

    init(_ key: String, parts: Int) {
        self.key = key
        activity = Array(repeating: 0, count: parts)
    }
}

/// The alerts of a store, counted by something.
public struct AlertGroups: Sendable {
    /// The groups: days and hours in their order, else the worst first and of these the largest.
    public var groups: [AlertGroup] = []
    /// All alerts, each once.
    public var total: AlertGroup
}

extension AlertReader {
    /// Counts alerts.
    ///
    /// - Parameters:
    ///   - grouping: by what.
    ///   - filter: which alerts.
    ///   - parts: into how many parts the span from the first to the latest match is cut for `activity`.
    ///   - zone: the zone of days and hours.
    /// - Returns: the counts; groups overlap where an alert has several tags.
    /// - Throws: `StoreError` where the store cannot be read.
    public func groups(
        by grouping: AlertGrouping, _ filter: AlertFilter, parts: Int, zone: TimeZone
    ) throws(StoreError) -> AlertGroups {
        let (sql, arguments) = filter.condition
        let column =
            switch grouping {
            case .rule: "rule_title"
            case .level: "level"
            case .source: "source_ip"
            case .server: "coalesce(server_ip, destination_ip)"
            case .client: "client_id"
            case .tag: "(SELECT tags FROM rule WHERE rule.version = rule_version)"
            case .day, .hour: "NULL"
            }
        return try read { database in
            let span = try Row.fetchOne(
                database, sql: "SELECT min(first_seen), max(last_seen) FROM alert WHERE \(sql)", arguments: arguments)
            let (start, end): (Int64, Int64) = (span?[0] ?? 0, span?[1] ?? 0)
            var counter = GroupCounter(grouping: grouping, start: start, end: end, parts: parts, zone: zone)
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT \(column), first_seen, last_seen, count, level, earshot_state(id, count, level) != 'closed' \
                    FROM alert WHERE \(sql)
                    """, arguments: arguments)
            while let row = try rows.next() {
                counter.add(
                    key: row[0], first: row[1], last: row[2], matches: row[3],
                    level: AlertLevel(rawValue: row[4]) ?? .informational, isOpen: row[5])
            }
            return counter.result
        }
    }
}

/// Counts rows into groups.
private struct GroupCounter {
    let grouping: AlertGrouping
    let start: Int64
    let end: Int64
    let parts: Int
    let zone: TimeZone
    private var groups: [String: AlertGroup] = [:]
    private var total: AlertGroup

    init(grouping: AlertGrouping, start: Int64, end: Int64, parts: Int, zone: TimeZone) {
        self.grouping = grouping
        self.start = start
        self.end = end
        self.parts = max(1, parts)
        self.zone = zone
        total = AlertGroup("", parts: max(1, parts))
    }

    mutating func add(key: String?, first: Int64, last: Int64, matches: Int64, level: AlertLevel, isOpen: Bool) {
        let places = Set([part(first), part(last)])
        func add(to group: inout AlertGroup) {
            group.alerts += 1
            group.open += isOpen ? 1 : 0
            group.matches &+= matches
            group.worst = max(group.worst, level)
            group.firstSeen = min(group.firstSeen, first)
            group.lastSeen = max(group.lastSeen, last)
            for place in places { group.activity[place] += 1 }
        }
        add(to: &total)
        let keys =
            switch grouping {
            case .tag: (key ?? "").split(separator: " ").map(String.init)
            case .day, .hour: [clock(last)]
            default: [key ?? ""]
            }
        for key in keys.isEmpty ? ["-"] : keys {
            let name = key.isEmpty ? "-" : key
            add(to: &groups[name, default: AlertGroup(name, parts: parts)])
        }
    }

    var result: AlertGroups {
        let sorted =
            switch grouping {
            case .day, .hour: groups.values.sorted { $0.key < $1.key }
            default:
                groups.values.sorted {
                    ($1.worst, $1.alerts, $0.key) < ($0.worst, $0.alerts, $1.key)
                }
            }
        return AlertGroups(groups: sorted, total: total)
    }

    private func part(_ time: Int64) -> Int {
        guard end > start else { return 0 }
        return min(parts - 1, Int(Double(time - start) / Double(end - start) * Double(parts)))
    }

    private func clock(_ time: Int64) -> String {
        let parts = CalendarTime(microseconds: time, zone: zone)
        return grouping == .day ? parts.date : "\(parts.date) \(parts.clock.prefix(2)):00"
    }
}
