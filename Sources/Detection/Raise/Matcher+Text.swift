import Bytes
import Events
import Network

extension Matcher {
    /// The longest summary and group key, in characters.
    static let longestText = 500
    /// How much of a single value is shown, in characters.
    private static let longestValue = 120

    /// The one-line summary of a hit, as `DetectionEngine.summary` says.
    mutating func summary(
        of hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> String {
        var text = BoundedText(limit: Self.longestText)
        let owner = rules.rules[hit.owner]
        let own = hit.owner == hit.rule ? nil : rules.rules[hit.rule].summary
        let template = owner.steps[hit.step].summary ?? own ?? owner.summary
        for piece in template.pieces {
            switch piece {
            case .text(let literal): text.append(literal)
            case .count: text.append(hit.countText)
            case .field(let slot, let empty):
                fetch(slot, event, context, message: message)
                let secrets = event.secrets
                appendValues(
                    of: slot, message: message, separator: ", ", escaping: [], empty: empty, hiding: secrets, to: &text)
            }
        }
        return text.string
    }

    /// What tells the alert row of a hit from others of its rule, as `DetectionEngine.groupKey` says.
    mutating func groupKey(
        of hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> String? {
        guard let plan = rules.rules[hit.rule].suppression else { return nil }
        return keyText(plan.slots, event, context, message: message)
    }

    /// The names and values of some slots.
    mutating func keyText(
        _ slots: [Int], _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> String {
        var text = BoundedText(limit: Self.longestText)
        for (index, slot) in slots.enumerated() {
            if index > 0 { text.append("|") }
            text.append(rules.pool.slots[slot].entry.info.name)
            text.append("=")
            fetch(slot, event, context, message: message)
            let special = [UInt8(ascii: "|"), UInt8(ascii: "\\")]
            appendValues(
                of: slot, message: message, separator: ",", escaping: special, empty: "''", hiding: event.secrets,
                to: &text)
        }
        return text.string
    }

    /// The values that a row of a rule counts the different ones of: `pump-5 at 10.0.0.9`.
    mutating func distinctText(
        of hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> String {
        var text = BoundedText(limit: Self.longestText)
        for (index, slot) in rules.rules[hit.owner].distinctSlots.enumerated() {
            let info = rules.pool.slots[slot].entry.info
            if index > 0 { text.append(info.type == .ip ? " at " : " / ") }
            fetch(slot, event, context, message: message)
            let empty = info.name == "mqtt.clientid" ? "a client without id" : "''"
            appendValues(
                of: slot, message: message, separator: ", ", escaping: [], empty: empty, hiding: event.secrets,
                to: &text)
        }
        return text.string
    }

    private func appendValues(
        of slot: Int, message: RawSpan, separator: String, escaping: [UInt8], empty: String,
        hiding secrets: SecretPlaces, to text: inout BoundedText
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
            case .bytes(let reference) where !reference.isScratch && secrets.touches(reference.range):
                var shown: [UInt8] = []
                secrets.copy(message, reference.range, to: &shown)
                text.append(shown.span.bytes, limit: Self.longestValue, escaping: escaping)
            case .bytes(let reference):
                values.withBytes(reference, message: message) { bytes in
                    if info.isSecret {
                        text.append("<\(bytes.byteCount) byte\(bytes.byteCount == 1 ? "" : "s")>")
                    } else if bytes.isEmpty {
                        text.append(empty)
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

extension Hit {
    /// The measure as a summary shows it.
    fileprivate var countText: String {
        if isCountCut { return "more than \(matched - 1)" }
        let about = isEstimate ? "about " : ""
        guard measure != Double(matched), measure.magnitude < 1e15 else { return "\(about)\(matched)" }
        let hundredths = Int64((measure.magnitude * 100).rounded())
        let fraction = hundredths % 100
        let digits = fraction % 10 == 0 ? "\(fraction / 10)" : (fraction < 10 ? "0\(fraction)" : "\(fraction)")
        return "\(about)\(measure < 0 ? "-" : "")\(hundredths / 100).\(digits)"
    }
}
