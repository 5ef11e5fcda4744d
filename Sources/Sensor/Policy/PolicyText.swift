import Inventory
import Network

/// Writes a policy as people read and edit it: YAML with a line for each entry.
///
/// The same policy gives the same bytes.
public enum PolicyText {
    /// The whole file.
    public static func file(_ policy: Policy) -> String {
        var text = header
        text += "schema: \(Policy.schema)\n"
        if let zone = policy.zone { text += "zone: \(scalar(zone.name))\n" }
        text += "\nmodes:\n"
        for section in PolicySection.allCases {
            text += "  \(section.rawValue): \(policy.mode(of: section).rawValue)\n"
        }
        if !policy.maintenance.isEmpty {
            text += "\n# When deviations are expected: counted and named when it is over, not told.\nmaintenance:\n"
            for window in policy.maintenance { text += PolicyReader.line(window) + "\n" }
        }
        for section in PolicySection.allCases {
            let entries = policy.entries(of: section)
            text += "\n# \(explanation(section))\n\(section.rawValue):"
            text += entries.isEmpty ? " []\n" : "\n"
            for entry in entries { text += line(entry) + "\n" }
        }
        return text
    }

    /// The line of an entry, without its end.
    public static func line(_ entry: PolicyEntry) -> String {
        var parts = ["\(entry.section.nameKey): \(scalar(entry.name))"]
        if let key = entry.section.scopeKey, let scope = entry.scope { parts.append("\(key): \(scalar(scope))") }
        for attribute in entry.section.attributes {
            guard let value = entry.values[attribute] else { continue }
            parts.append("\(attribute.rawValue): \(text(value))")
        }
        parts.append("state: \(entry.state.rawValue)")
        if let seen = entry.seen {
            parts.append("first: \(time(seen.first))")
            parts.append("last: \(time(seen.last))")
            parts.append("count: \(seen.count)")
            parts.append("days: \(seen.days)")
            parts.append("frame: \(seen.frame)")
        }
        if let by = entry.by { parts.append("by: \(scalar(by))") }
        if let why = entry.why { parts.append("why: \(scalar(why))") }
        if let alert = entry.alert { parts.append("alert: \(alert)") }
        if let added = entry.added { parts.append("added: \(time(added))") }
        if let until = entry.until { parts.append("until: \(time(until))") }
        return "  - {\(parts.joined(separator: ", "))}"
    }

    /// A point in time as it stands in the file: RFC 3339 in UTC, to the second where it is whole.
    public static func time(_ microseconds: Int64) -> String {
        let (text, fraction) = ("\(Timestamp(nanoseconds: microseconds &* 1000))", ".000000Z")
        return text.hasSuffix(fraction) ? String(text.dropLast(fraction.count)) + "Z" : text
    }

    private static func text(_ value: PolicyValue) -> String {
        switch value {
        case .texts(let texts): "[\(texts.map(scalar).joined(separator: ", "))]"
        case .numbers(let numbers): "[\(numbers.map(number).joined(separator: ", "))]"
        case .band(let least, let greatest): "[\(number(least)), \(number(greatest))]"
        case .number(let number): self.number(number)
        case .flag(let flag): flag ? "true" : "false"
        }
    }

    /// A number as the shortest decimal that reads back as the same; whole ones without a point.
    static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
        return "\(value)"
    }

    /// A text as YAML has it: plain where nothing in it means anything else, else in quotes.
    static func scalar(_ text: String) -> String {
        if isPlain(text) { return text }
        guard text.unicodeScalars.contains(where: { isSpecial($0) }) else {
            return "'" + text.replacing("'", with: "''") + "'"
        }
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" {
                result += "\\\(scalar)"
            } else if isSpecial(scalar) {
                let digits = String(scalar.value, radix: 16)
                result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// What cannot stand in a line as it is (YAML 1.2.2, 5.1), or could hide something from whoever reads it.
    private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
        let isLetter = first | 0x20 >= UInt8(ascii: "a") && first | 0x20 <= UInt8(ascii: "z")
        let isSimple = text.utf8.allSatisfy { byte in
            byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") && byte >= 0x41
                || byte >= 0x30 && byte <= 0x39 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "/")
        }
        // What other readers of YAML take for a truth or for nothing (YAML 1.1).
        let others = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
        return isLetter && isSimple && !others.contains(text.lowercased())
    }

    private static func explanation(_ section: PolicySection) -> String {
        switch section {
        case .servers: "Brokers and other servers: address, port, versions of the protocol."
        case .clients:
            "Clients by the kinds of their names: users, usual networks, numbers in the names, versions, keep-alive in seconds, roles."
        case .topics:
            "Topics: who publishes, whether each topic has a single publisher, formats, seconds between records, values, bytes."
        case .filters: "Filters of subscriptions: who asks for them."
        case .commands: "Who commands, and by which topics or resources."
        case .resources: "Resources: methods, who writes (publishers) and who reads, formats, values, bytes."
        case .heartbeats: "What has to come again: told where nothing came for so many seconds (silence)."
        }
    }

    private static let header = """
        # What is usual on this network, learned by 'earshot policy learn'. People edit it; the sensor never does.
        #
        # The configuration names it (policy: FILE), SIGHUP takes up a changed one. 'earshot policy check FILE' says what is
        # wrong with it and what it would tell; Docs/policy.md explains every key.
        #
        #   state: allow      usual            modes:  learn   not held against anything
        #          candidate  seen too seldom          shadow  deviations are counted, not told
        #          deny       always told              on      deviations are told
        #
        # {n} stands for numbers, {id} for identifiers, {mac} {uuid} {ip} {date} for what they say. What an entry does not
        # say is not checked.


        """
}
