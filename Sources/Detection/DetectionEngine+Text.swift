import Bytes
import Events
import Network

extension DetectionEngine {
    /// The longest summary and group key, in characters.
    public static let longestText = 500
    /// How much of a single value is shown, in characters.
    private static let longestValue = 120

    /// The one-line summary of a hit: the rule's own, with its fields filled in, or its title.
    ///
    /// Lists are joined by `, `, an absent field is `-`, an empty text `''`, a secret one `<n bytes>`. No character of it can harm a
    /// terminal, and it is at most `longestText` characters long. To be asked for before the next event is evaluated,
    /// with the arguments of that call.
    public mutating func summary(
        of hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> String {
        var text = SafeText(limit: Self.longestText)
        for piece in rules.rules[hit.rule].summary.pieces {
            switch piece {
            case .text(let literal): text.append(literal)
            case .count: text.append(hit.isCountCut ? "more than \(hit.matched - 1)" : "\(hit.matched)")
            case .field(let slot):
                fetch(slot, event, context, message: message)
                appendValues(of: slot, message: message, separator: ", ", escaping: [], to: &text)
            }
        }
        return text.string
    }

    /// What tells the alert row of a hit from others of its rule: `field=value` pairs joined by `|`; `nil` where each
    /// match is a row of its own.
    ///
    /// Values are shown as in a summary, with a backslash before `|` and `\`. To be asked for before the next event is
    /// evaluated, with the arguments of that call.
    public mutating func groupKey(
        of hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> String? {
        guard let plan = rules.rules[hit.rule].suppression else { return nil }
        var text = SafeText(limit: Self.longestText)
        for (index, slot) in plan.slots.enumerated() {
            if index > 0 { text.append("|") }
            text.append(rules.pool.slots[slot].entry.info.name)
            text.append("=")
            fetch(slot, event, context, message: message)
            let special = [UInt8(ascii: "|"), UInt8(ascii: "\\")]
            appendValues(of: slot, message: message, separator: ",", escaping: special, to: &text)
        }
        return text.string
    }

    private func appendValues(
        of slot: Int, message: RawSpan, separator: String, escaping: [UInt8], to text: inout SafeText
    ) {
        let info = rules.pool.slots[slot].entry.info
        let range = fetched[slot].range
        if range.isEmpty { text.append("-") }
        for index in range {
            if index > range.lowerBound { text.append(separator) }
            switch values.values[index] {
            case .bool(let flag): text.append(flag ? "true" : "false")
            case .int(let number): text.append(String(number))
            case .float(let number): text.append(number.description)
            case .address(let address): text.append(address.description)
            case .time(let time): text.append(time.description)
            case .bytes(let reference):
                values.withBytes(reference, message: message) { bytes in
                    if info.isSecret {
                        text.append("<\(bytes.byteCount) bytes>")
                    } else if bytes.isEmpty {
                        text.append("''")
                    } else if info.type == .bytes {
                        var hex: [UInt8] = []
                        hex.append(hexOf: bytes.slice(ByteRange(offset: 0, count: Self.longestValue)))
                        text.append(hex.span.bytes, limit: Self.longestValue, escaping: [])
                    } else {
                        text.append(bytes, limit: Self.longestValue, escaping: escaping)
                    }
                }
            }
        }
    }
}
