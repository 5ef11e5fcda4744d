import Alerts
import Events
import Foundation
import Network

/// What tells an alert row from others, as tests of a Sigma filter.
struct RowFields {
    /// What the row is counted by, in the order of its rule; the two ends where that is nothing.
    private let keys: [(name: String, value: Any)]
    /// The fields of its latest message.
    private let event: [String: Any]

    init(_ alert: Alert) {
        event = (try? JSONSerialization.jsonObject(with: Data(alert.event.utf8))) as? [String: Any] ?? [:]
        var keys = Self.pairs(alert.groupKey ?? "").compactMap { [event] name, text -> (name: String, value: Any)? in
            guard let info = Protocols.registry.field(named: name)?.info else { return nil }
            // The event has the value as it was; that of the key is escaped for people.
            if let value = event[name] { return (name, value) }
            switch info.type {
            case .int: return Int64(text).map { (name, $0) }
            case .bool: return Bool(text).map { (name, $0) }
            default: return text == "-" ? nil : (name, text)
            }
        }
        if !keys.contains(where: { $0.name.hasSuffix(".ip") }) {
            if let address = alert.clientIP { keys.append(("client.ip", address.description)) }
            if let address = alert.serverIP { keys.append(("server.ip", address.description)) }
        }
        self.keys = keys
    }

    /// Whether two rows are about different things: the same rule tells of the same again when its time is over.
    static func isAnother(_ row: StoredAlert, than other: StoredAlert) -> Bool {
        row.id != other.id && (row.alert.ruleID != other.alert.ruleID || row.alert.groupKey != other.alert.groupKey)
    }

    /// The tests that select the row, and those of some other rows whose messages they select as well.
    ///
    /// Of the names in `beside` those are added that spare rows which the keys of the row alone do not.
    func telling(
        _ others: [StoredAlert], beside names: [String]
    ) -> (tests: [(name: String, value: String)], reached: [StoredAlert]) {
        let rows = others.map { (stored: $0, fields: RowFields($0.alert)) }
        var chosen = keys
        func reached() -> [StoredAlert] { rows.filter { $0.fields.meets(chosen) }.map(\.stored) }
        var left = reached()
        for name in names where !left.isEmpty && !chosen.contains(where: { $0.name == name }) {
            guard let value = event[name], Self.test(name, value) != nil else { continue }
            chosen.append((name, value))
            let spared = reached()
            if spared.count < left.count { left = spared } else { chosen.removeLast() }
        }
        return (chosen.compactMap { Self.test($0.name, $0.value) }, left)
    }

    /// Whether the message of the row is among those that the tests select.
    private func meets(_ tests: [(name: String, value: Any)]) -> Bool {
        tests.allSatisfy { test in
            guard let own = keys.first(where: { $0.name == test.name })?.value ?? event[test.name] else { return false }
            return Self.elements(own).isSuperset(of: Self.elements(test.value))
        }
    }

    /// The values of a field, as text.
    private static func elements(_ value: Any) -> Set<String> {
        Set((value as? [Any] ?? [value]).map { "\($0)" })
    }

    /// The pairs of a group key: `field=value`, joined by `|`, with a backslash before `|` and `\`.
    private static func pairs(_ key: String) -> [(name: String, value: String)] {
        var parts = [""]
        var isEscaped = false
        for character in key {
            switch character {
            case "\\" where !isEscaped: isEscaped = true
            case "|" where !isEscaped: parts.append("")
            default:
                parts[parts.count - 1].append(character)
                isEscaped = false
            }
        }
        return parts.compactMap { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return pair.count == 2 ? (pair[0], pair[1]) : nil
        }
    }

    /// A value as a test of Sigma; `nil` for one that no filter can name.
    private static func test(_ name: String, _ value: Any) -> (name: String, value: String)? {
        let type = Protocols.registry.field(named: name)?.info.type
        if type == .ip, let text = value as? String { return (name, quoted(text)) }
        // Of bytes and times the event has another notation than a rule.
        guard type != .bytes, type != .time, type != .float else { return nil }
        if let text = value as? String { return ("\(name)|cased", quoted(sigma(text))) }
        if let texts = value as? [String], let first = texts.first {
            if texts.count == 1 { return ("\(name)|cased", quoted(sigma(first))) }
            return ("\(name)|cased|all", "[" + texts.map { quoted(sigma($0)) }.joined(separator: ", ") + "]")
        }
        guard let number = value as? NSNumber else { return nil }
        switch type {
        case .bool: return (name, number.boolValue ? "true" : "false")
        case .int: return (name, number.stringValue)
        default: return nil
        }
    }

    /// A text in which nothing stands for anything but itself (Sigma specification, *Wildcards*).
    private static func sigma(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "\\*?".contains(character) { result.append("\\") }
            result.append(character)
        }
    }

    /// A scalar of YAML; control characters need the double quotes.
    static func quoted(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return "'" + text.replacing("'", with: "''") + "'"
        }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\x" + (digits.count < 2 ? "0" : "") + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
