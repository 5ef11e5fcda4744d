import Foundation
import GRDB
import Network

/// Which alerts are asked for; what is `nil` or empty does not matter.
///
/// Values of one kind are alternatives; an alert must meet every kind that is given.
public struct AlertFilter: Hashable, Sendable {
    /// What is asked of an alert beside its time and number.
    public struct Terms: Hashable, Sendable {
        /// Any of these levels.
        public var levels: Set<AlertLevel> = []
        /// The id of any of these rules.
        public var ruleIDs: Set<String> = []
        /// Any of these as a part of the rule's title; ASCII letters without case.
        public var titleParts: Set<String> = []
        /// Any of the four address columns lies in any of these blocks.
        public var addresses: Set<CIDRBlock> = []
        /// The address of the server lies in any of these blocks.
        public var servers: Set<CIDRBlock> = []
        /// The MQTT client identifier is any of these; `*`, `?` and `[...]` stand for what they do in file names.
        public var clients: Set<String> = []
        /// Any tag of the rule is any of these; `*`, `?` and `[...]` stand for what they do in file names.
        public var tags: Set<String> = []

        /// Asks for nothing.
        public init() {}

        /// Whether nothing is asked.
        public var isEmpty: Bool { self == Terms() }
    }

    /// What people have come to with an alert, as a filter asks for it.
    public enum State: String, CaseIterable, Hashable, Sendable {
        case open, acknowledged, closed, reopened
    }

    /// What an alert must meet.
    public var wanted = Terms()
    /// What an alert must not meet: none of all these values.
    public var unwanted = Terms()
    /// Any of these states.
    public var states: Set<State> = []
    /// Seen at or after this time, microseconds since 1970 UTC.
    public var since: Int64?
    /// Seen at or before this time, microseconds since 1970 UTC.
    public var until: Int64?
    /// Raised by this run.
    public var runID: Int64?

    /// Lets everything pass.
    public init() {}

    /// Asks for this level and those above it.
    public var minimumLevel: AlertLevel? {
        get { wanted.levels.min() }
        set { wanted.levels = newValue.map { least in Set(AlertLevel.allCases.filter { $0 >= least }) } ?? [] }
    }
}

extension AlertFilter {
    /// A condition of SQL and its arguments.
    var condition: (sql: String, arguments: StatementArguments) {
        var condition = Condition()
        for alternatives in wanted.alternatives { condition.add(alternatives.joined(separator: " OR ")) }
        condition.values += wanted.arguments
        let excluded = unwanted.alternatives.flatMap(\.self)
        // A comparison with what is absent is neither true nor false.
        if !excluded.isEmpty { condition.add("NOT coalesce(\(excluded.joined(separator: " OR ")), 0)") }
        condition.values += unwanted.arguments
        if !states.isEmpty {
            let names = states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
            let isReopened = states.contains(.reopened) ? " OR earshot_reopened(id, count, level)" : ""
            condition.add("earshot_state(id, count, level) IN (\(names))\(isReopened)")
        }
        for (term, value) in [("last_seen >= ?", since), ("first_seen <= ?", until), ("run_id = ?", runID)] {
            guard let value else { continue }
            condition.add(term)
            condition.values.append(value)
        }
        return (condition.sql, StatementArguments(condition.values))
    }

    // Terms that must all hold.
    private struct Condition {
        var terms: [String] = []
        var values: [(any DatabaseValueConvertible)?] = []

        var sql: String { terms.isEmpty ? "1" : terms.joined(separator: " AND ") }

        mutating func add(_ term: String) { terms.append("(\(term))") }
    }

    /// The SQL function that tells whether any of several texts is an address in a block.
    static let anyIn = DatabaseFunction("earshot_any_in", argumentCount: nil, pure: true) { values in
        guard let text = values.first.flatMap({ String.fromDatabaseValue($0) }), let block = CIDRBlock(text) else {
            return false
        }
        return values.dropFirst().contains { value in
            String.fromDatabaseValue(value).flatMap { IPAddress($0) }.map { block.contains($0) } ?? false
        }
    }
}

extension AlertFilter.Terms {
    /// Terms of SQL: any of a list must hold, for each of the lists.
    fileprivate var alternatives: [[String]] {
        let ends = ["source_ip", "destination_ip", "client_ip", "server_ip"]
        let byRule =
            ruleIDs.map { _ in "rule_id = ? COLLATE NOCASE" } + titleParts.map { _ in "rule_title LIKE ? ESCAPE '\\'" }
        return [
            levels.isEmpty ? [] : ["level IN (\(levels.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")))"],
            byRule, Self.sorted(addresses).map { Self.isIn($0, ends) },
            Self.sorted(servers).map { Self.isIn($0, ["server_ip"]) },
            clients.map { _ in "client_id IN (?) OR client_id GLOB ?" },
            tags.map { _ in
                "EXISTS (SELECT 1 FROM rule WHERE rule.version = rule_version AND (' ' || rule.tags || ' ') GLOB ?)"
            },
        ].filter { !$0.isEmpty }
    }

    /// The values of `alternatives`, in their order.
    fileprivate var arguments: [(any DatabaseValueConvertible)?] {
        ruleIDs.map { $0.storable } + titleParts.map { "%" + Self.literal($0.storable) + "%" }
            + Self.sorted(addresses).flatMap { Self.values($0, 4) }
            + Self.sorted(servers).flatMap { Self.values($0, 1) }
            + clients.flatMap { [$0.storable, $0.storable] } + tags.map { "* \($0.lowercased().storable) *" }
    }

    // Alternatives and arguments go by the same order.
    private static func sorted(_ blocks: Set<CIDRBlock>) -> [CIDRBlock] {
        blocks.sorted { "\($0.prefix)/\($0.length)" < "\($1.prefix)/\($1.length)" }
    }

    private static func isSingle(_ block: CIDRBlock) -> Bool { block.length == block.prefix.bitWidth }

    private static func isIn(_ block: CIDRBlock, _ columns: [String]) -> String {
        isSingle(block)
            ? columns.map { "\($0) = ?" }.joined(separator: " OR ")
            : "earshot_any_in(?, \(columns.joined(separator: ", ")))"
    }

    private static func values(_ block: CIDRBlock, _ columns: Int) -> [String] {
        isSingle(block)
            ? Array(repeating: block.prefix.description, count: columns) : ["\(block.prefix)/\(block.length)"]
    }

    /// A text that LIKE takes for itself.
    private static func literal(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "\\%_".contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
