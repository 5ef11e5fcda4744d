import Foundation
import GRDB
import Network

/// Which alerts are asked for; what is `nil` does not matter.
public struct AlertFilter: Hashable, Sendable {
    /// This level or a higher one.
    public var minimumLevel: AlertLevel?
    /// The identifier of the rule, or a part of its title; ASCII letters without case.
    public var rule: String?
    /// Any of the four address columns lies in this block.
    public var addresses: CIDRBlock?
    /// The MQTT client identifier, exactly.
    public var clientID: String?
    /// Seen at or after this time, microseconds since 1970 UTC.
    public var since: Int64?
    /// Raised by this run.
    public var runID: Int64?

    /// Lets everything pass.
    public init() {}
}

extension AlertFilter {
    /// A condition of SQL and its arguments.
    var condition: (sql: String, arguments: StatementArguments) {
        var terms: [String] = []
        var values: [(any DatabaseValueConvertible)?] = []
        if let minimumLevel {
            let names = AlertLevel.allCases.filter { $0 >= minimumLevel }.map { "'\($0.rawValue)'" }
            terms.append("level IN (\(names.joined(separator: ", ")))")
        }
        if let rule {
            terms.append("(rule_id = ? COLLATE NOCASE OR rule_title LIKE ? ESCAPE '\\')")
            values += [rule.storable, "%" + Self.literal(rule.storable) + "%"]
        }
        if let addresses {
            let columns = ["source_ip", "destination_ip", "client_ip", "server_ip"]
            if addresses.length == addresses.prefix.bitWidth {
                terms.append("(" + columns.map { "\($0) = ?" }.joined(separator: " OR ") + ")")
                values += columns.map { _ in addresses.prefix.description }
            } else {
                terms.append("earshot_any_in(?, \(columns.joined(separator: ", ")))")
                values.append("\(addresses.prefix)/\(addresses.length)")
            }
        }
        if let clientID {
            terms.append("client_id = ?")
            values.append(clientID.storable)
        }
        if let since {
            terms.append("last_seen >= ?")
            values.append(since)
        }
        if let runID {
            terms.append("run_id = ?")
            values.append(runID)
        }
        return (terms.isEmpty ? "1" : terms.joined(separator: " AND "), StatementArguments(values))
    }

    /// A text that LIKE takes for itself.
    private static func literal(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "\\%_".contains(character) { result.append("\\") }
            result.append(character)
        }
    }

    /// The SQL function that tells whether any of several texts is an address in a block.
    static let anyIn = DatabaseFunction("earshot_any_in", argumentCount: 5, pure: true) { values in
        guard let text = String.fromDatabaseValue(values[0]), let block = CIDRBlock(text) else { return false }
        return values.dropFirst().contains { value in
            String.fromDatabaseValue(value).flatMap { IPAddress($0) }.map { block.contains($0) } ?? false
        }
    }
}
