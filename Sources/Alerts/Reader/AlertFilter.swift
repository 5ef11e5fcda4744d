import Foundation
import GRDB
import Network

#if canImport(Glibc)
    import Glibc
#endif

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
        /// Any tag of the rule is any of these, with what comes before its first full stop or without; `*`, `?` and `[...]`
        /// stand for what they do in file names.
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
        var clauses = wanted.clauses.map { Clause.any($0) }
        let excluded = unwanted.clauses.flatMap(\.self)
        if !excluded.isEmpty {
            let any = Clause.any(excluded)
            // A comparison with what is absent is neither true nor false.
            clauses.append(Clause("NOT coalesce(\(any.sql), 0)", any.values))
        }
        if !states.isEmpty {
            let names = states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
            let isReopened = states.contains(.reopened) ? " OR earshot_reopened(id, count, level)" : ""
            clauses.append(Clause("earshot_state(id, count, level) IN (\(names))\(isReopened)"))
        }
        for (term, value) in [("last_seen >= ?", since), ("first_seen <= ?", until), ("run_id = ?", runID)] {
            if let value { clauses.append(Clause(term, [value])) }
        }
        let sql = clauses.isEmpty ? "1" : clauses.map { "(\($0.sql))" }.joined(separator: " AND ")
        return (sql, StatementArguments(clauses.flatMap(\.values)))
    }

    /// A condition with the values of its question marks.
    fileprivate struct Clause {
        let sql: String
        let values: [any DatabaseValueConvertible]

        init(_ sql: String, _ values: [any DatabaseValueConvertible] = []) {
            self.sql = sql
            self.values = values
        }

        /// At least one of them holds.
        static func any(_ clauses: [Clause]) -> Clause {
            Clause(clauses.map(\.sql).joined(separator: " OR "), clauses.flatMap(\.values))
        }
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

extension AlertFilter {
    /// Whether any of a rule's tags is the one that is asked for: `attack.t1110`, `t1110`, `cve.*`.
    public static func isTagged(_ tags: [String], _ wanted: String) -> Bool {
        let wanted = wanted.lowercased()
        return tags.contains { tag in
            let tag = tag.lowercased()
            let name = tag.drop { $0 != "." }.dropFirst()
            return fnmatch(wanted, tag, 0) == 0 || !name.isEmpty && fnmatch(wanted, String(name), 0) == 0
        }
    }

    /// The SQL function that tells it of tags that are parted by spaces.
    static let tagged = DatabaseFunction("earshot_tagged", argumentCount: 2, pure: true) { values in
        guard let tags = String.fromDatabaseValue(values[0]), let wanted = String.fromDatabaseValue(values[1]) else {
            return false
        }
        return isTagged(tags.split(separator: " ").map(String.init), wanted)
    }
}

extension AlertFilter.Terms {
    /// What must hold: of each list at least one.
    fileprivate var clauses: [[AlertFilter.Clause]] {
        typealias Clause = AlertFilter.Clause
        let names = levels.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
        return [
            levels.isEmpty ? [] : [Clause("level IN (\(names))")],
            ruleIDs.map { Clause("rule_id = ? COLLATE NOCASE", [$0.storable]) }
                + titleParts.map { Clause("rule_title LIKE ? ESCAPE '\\'", ["%\(Self.literal($0.storable))%"]) },
            addresses.map { Self.lies(in: $0, ["source_ip", "destination_ip", "client_ip", "server_ip"]) },
            servers.map { Self.lies(in: $0, ["server_ip"]) },
            clients.map { Clause("client_id IN (?) OR client_id GLOB ?", [$0.storable, $0.storable]) },
            tags.map {
                Clause(
                    "EXISTS (SELECT 1 FROM rule WHERE rule.version = rule_version AND earshot_tagged(rule.tags, ?))",
                    [$0.storable])
            },
        ].filter { !$0.isEmpty }
    }

    /// Any of the columns is an address in the block.
    private static func lies(in block: CIDRBlock, _ columns: [String]) -> AlertFilter.Clause {
        guard block.length < block.prefix.bitWidth else {
            return AlertFilter.Clause.any(
                columns.map { AlertFilter.Clause("\($0) = ?", [block.prefix.description]) })
        }
        return AlertFilter.Clause(
            "earshot_any_in(?, \(columns.joined(separator: ", ")))", ["\(block.prefix)/\(block.length)"])
    }

    /// A text that LIKE takes for itself.
    private static func literal(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "\\%_".contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
