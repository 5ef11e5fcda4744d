import Bytes
import Events
import Patterns
import Sigma

extension Compilation {
    /// From this many texts on, all of them are looked for at once.
    static let manyTexts = 8
    /// So many beginnings and ends of texts are compared one by one, which costs less than a search.
    static let manyEnds = 32
    /// Vectorscan refuses expressions of 16,000 characters; a longer list makes several patterns.
    static let longestExpression = 12_000

    /// What a value for a field of text stands for: in each of its encodings, with the wildcards that the modifiers put
    /// around it.
    mutating func textPatterns(_ value: Located<SigmaValue>, _ target: Target) -> [BytePattern]? {
        let plain: BytePattern
        switch value.value {
        case .string(let text): plain = BytePattern(text)
        case .int(let number): plain = BytePattern([.literal(Array(String(number).utf8))])
        case .float, .bool:
            _ = mismatch(
                value, target, "\(target.name) is \(target.type.rawValue), \(value.value.shown) is not",
                hint: "quote it as it stands in the event")
            return nil
        case .null: return nil
        }
        guard let encoded = plain.applying(target.modifiers.conversions) else {
            error(
                target.place, "bad-encoding", value.position,
                "\(value.value.shown) cannot be encoded: it has wildcards, or stands for too many texts",
                hint: "at most \(BytePattern.maximumVariants) texts")
            return nil
        }
        let kind = target.modifiers.kind
        return encoded.map { pattern in
            var parts = pattern.parts
            if kind == .contains || kind == .endswith, parts.first != .anyRun { parts.insert(.anyRun, at: 0) }
            if kind == .contains || kind == .startswith, parts.last != .anyRun { parts.append(.anyRun) }
            return BytePattern(parts)
        }
    }

    /// One expression for each text, or fewer for many texts of which any will do.
    mutating func textExpressions(_ texts: [BytePattern], _ target: Target) -> [Expression] {
        guard !texts.isEmpty else { return [] }
        let slot = pool.textSlot(target.entry)
        let cased = target.modifiers.isCased
        if let combined = combined(texts, slot: slot, cased: cased) { return combined }
        return texts.map { single($0.parts, slot: slot, cased: cased, isLong: target.type == .text) }
    }

    /// The check for one text.
    private mutating func single(
        _ parts: [BytePattern.Part], slot: Int, cased: Bool, isLong: Bool
    ) -> Expression {
        let predicate: Predicate
        switch TextPlan(parts) {
        case .anything: predicate = .isPresent
        case .literal(.contains, let text) where isLong:
            let range = pool.literal(text, cased: cased)
            let pattern = try? pool.pattern(quoted(text), cased ? [] : [.ignoresCase])
            predicate =
                pattern.map { .contains(literal: range, cased: cased, pattern: $0) }
                ?? .text(.contains, literal: range, cased: cased)
        case .literal(let shape, let text):
            predicate = .text(shape, literal: pool.literal(text, cased: cased), cased: cased)
        case .wildcards:
            let start = pool.globs.count
            for part in parts {
                switch part {
                case .literal(let text):
                    let range = pool.literal(text, cased: cased)
                    pool.globs.append(.literal(range))
                case .anyRun: pool.globs.append(.anyRun)
                case .anyOne: pool.globs.append(.anyOne)
                }
            }
            predicate = .glob(start: start, end: pool.globs.count, cased: cased)
        }
        return .check(pool.number(Check(slot: slot, predicate: predicate)))
    }

    /// Patterns that each find any of many texts; `nil` where there are too few, or Vectorscan will not have them.
    private mutating func combined(
        _ texts: [BytePattern], slot: Int, cased: Bool
    ) -> [Expression]? {
        guard texts.count >= Self.manyTexts else { return nil }
        var alternatives: [String] = []
        var rest: [Expression] = []
        var whole: [[UInt8]] = []
        let ends = texts.count { TextPlan($0.parts).isEnd }
        for text in texts {
            let plan = TextPlan(text.parts)
            switch plan {
            case .literal(.equals, let literal): whole.append(literal)
            case .literal(let shape, let literal) where !literal.isEmpty && !(plan.isEnd && ends < Self.manyEnds):
                let start = shape == .prefix ? "^" : ""
                let end = shape == .suffix ? "\\z" : ""
                alternatives.append("(?:\(start)\(quoted(literal))\(end))")
            default: rest.append(single(text.parts, slot: slot, cased: cased, isLong: false))
            }
        }
        if !whole.isEmpty { rest.append(oneOf(whole, slot: slot, cased: cased)) }
        var groups: [[String]] = [[]]
        var length = 0
        for alternative in alternatives {
            if length + alternative.utf8.count > Self.longestExpression {
                groups.append([])
                length = 0
            }
            groups[groups.count - 1].append(alternative)
            length += alternative.utf8.count + 1
        }
        for group in groups where !group.isEmpty {
            guard let number = try? pool.pattern(group.joined(separator: "|"), cased ? [] : [.ignoresCase]) else {
                return nil
            }
            rest.append(.check(pool.number(Check(slot: slot, predicate: .pattern(number)))))
        }
        return rest
    }

    /// The check for texts of which the value is one.
    private mutating func oneOf(_ texts: [[UInt8]], slot: Int, cased: Bool) -> Expression {
        let distinct = Set(texts.map { cased ? $0 : $0.map(folded) })
        let ordered = distinct.sorted { $0.count != $1.count ? $0.count < $1.count : $0.lexicographicallyPrecedes($1) }
        let start = pool.globs.count
        for text in ordered { pool.globs.append(.literal(pool.literal(text, cased: cased))) }
        return .check(
            pool.number(Check(slot: slot, predicate: .oneOf(start: start, end: pool.globs.count, cased: cased))))
    }

    /// Warns of texts in which case makes a difference to the protocol, and not to the rule.
    mutating func lintCase(_ values: [Located<SigmaValue>], _ target: Target) {
        guard !target.modifiers.isCased, ["mqtt.topic", "mqtt.clientid", "mqtt.username"].contains(target.name)
        else { return }
        let hasLetter = values.first { value in
            guard case .string(let text) = value.value else { return false }
            return text.raw.utf8.contains { $0 & 0xDF &- 0x41 < 26 }
        }
        guard let hasLetter else { return }
        warn(
            target.place, "case-insensitive-topic", hasLetter.position,
            "\(target.name) is case-sensitive, this test is not",
            hint: target.name == "mqtt.topic"
                ? "add the modifier cased, or use topicfilter or covers" : "add the modifier cased")
    }
}

/// How a text with wildcards is best looked for.
private enum TextPlan {
    /// `*`
    case anything
    case literal(TextShape, [UInt8])
    case wildcards

    /// Whether only the beginning or the end of the value is compared.
    var isEnd: Bool {
        if case .literal(.prefix, _) = self { return true }
        if case .literal(.suffix, _) = self { return true }
        return false
    }

    init(_ parts: [BytePattern.Part]) {
        switch parts.count {
        case 0: self = .literal(.equals, [])
        case 1:
            switch parts[0] {
            case .literal(let text): self = .literal(.equals, text)
            case .anyRun: self = .anything
            case .anyOne: self = .wildcards
            }
        case 2:
            if case .literal(let text) = parts[0], parts[1] == .anyRun {
                self = .literal(.prefix, text)
            } else if case .literal(let text) = parts[1], parts[0] == .anyRun {
                self = .literal(.suffix, text)
            } else {
                self = .wildcards
            }
        case 3:
            if case .literal(let text) = parts[1], parts[0] == .anyRun, parts[2] == .anyRun {
                self = .literal(.contains, text)
            } else {
                self = .wildcards
            }
        default: self = .wildcards
        }
    }
}

/// A regular expression that matches exactly `text`.
func quoted(_ text: some Sequence<UInt8>) -> String {
    var result = ""
    for byte in text {
        if byte | 0x20 &- 0x61 < 26 || byte &- 0x30 < 10 {
            result.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            let digits = String(byte, radix: 16)
            result += digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
        }
    }
    return result
}
