import Network

/// Numbers and names as the sentences of findings have them.
enum Text {
    /// A count with its noun, thousands apart: `1,204 frames`.
    static func count(_ value: UInt64, _ noun: String) -> String { "\(number(value)) \(noun)\(value == 1 ? "" : "s")" }

    /// A number with thousands apart.
    static func number(_ value: UInt64) -> String {
        var digits = String(value)
        var parts: [String] = []
        while digits.count > 3 {
            parts.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + parts).joined(separator: ",")
    }

    /// A share as a percentage: two digits that count, never 0 for what is there nor 100 for what is not all.
    static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "? %" }
        let value = share * 100
        if value <= 0 { return "0 %" }
        if value < 0.01 { return "below 0.01 %" }
        if value < 1 { return "\(decimal(value, 2)) %" }
        if value < 10 { return "\(decimal(value, 1)) %" }
        if value < 100, value >= 99.5 { return "over 99 %" }
        return "\(decimal(value, 0)) %"
    }

    /// A number with so many digits behind the point, 3 at most.
    static func decimal(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "?" }
        let scale = [1.0, 10, 100, 1000][min(max(digits, 0), 3)]
        let rounded = Int64((value * scale).rounded())
        if digits <= 0 { return String(rounded) }
        let (whole, rest) = (abs(rounded) / Int64(scale), abs(rounded) % Int64(scale))
        let fraction = String(rest)
        let zeros = String(repeating: "0", count: max(0, digits - fraction.count))
        return "\(rounded < 0 ? "-" : "")\(whole).\(zeros)\(fraction)"
    }

    /// A rate with its unit: `8.2 k packets/s`.
    static func rate(_ value: Double, _ unit: String) -> String {
        switch value {
        case ..<1000: "\(decimal(value, value < 10 ? 1 : 0)) \(unit)"
        case ..<1_000_000: "\(decimal(value / 1000, value < 100_000 ? 1 : 0)) k \(unit)"
        case ..<1_000_000_000: "\(decimal(value / 1_000_000, value < 100_000_000 ? 1 : 0)) M \(unit)"
        default: "\(decimal(value / 1_000_000_000, 1)) G \(unit)"
        }
    }

    /// Bits a second.
    static func bits(_ value: Double) -> String {
        value < 1_000_000_000
            ? "\(decimal(value / 1_000_000, value < 10_000_000 ? 1 : 0)) Mbit/s"
            : "\(decimal(value / 1_000_000_000, 1)) Gbit/s"
    }

    /// `10.0.0.5:1883`, `[fd00::1]:5683`.
    static func endpoint(_ endpoint: Endpoint) -> String {
        let address = address(endpoint.address)
        return endpoint.address.isIPv4 ? "\(address):\(endpoint.port)" : "[\(address)]:\(endpoint.port)"
    }

    /// An IP address.
    static func address(_ address: IPAddress) -> String { "\(address)" }

    /// An address of Ethernet.
    static func mac(_ address: MACAddress) -> String {
        var text: [UInt8] = []
        address.write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Lines of 100 columns at most, where words allow it; all but the first are indented as far as `lead` reaches.
    static func wrapped(_ text: String, after lead: String) -> [String] {
        let indent = String(repeating: " ", count: lead.count)
        var lines: [String] = []
        var line = lead
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + word.count >= 100 {
                lines.append(line)
                (line, isEmpty) = (indent, true)
            }
            line += isEmpty ? String(word) : " \(word)"
            isEmpty = false
        }
        return lines + [line]
    }

    /// The first of a list, and how many more there are.
    static func list(_ items: [String], limit: Int = 4) -> String {
        let rest = items.count - limit
        return items.prefix(limit).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}
