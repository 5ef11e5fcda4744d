import Bytes
import Events
import Sigma

extension Compilation {
    /// From this many texts on, one pattern looks for all of them at once.
    static let manyTexts = 8
    /// Vectorscan refuses expressions of 16,000 characters; a longer list makes several patterns.
    static let longestExpression = 12_000

    /// A value for a field of text, with the wildcards that the modifiers put around it.
    mutating func textParts(_ value: Located<SigmaValue>, _ target: Target) -> [SigmaString.Part]? {
        var parts: [SigmaString.Part]
        switch value.value {
        case .string(let text): parts = text.parts
        case .int(let number): parts = [.literal(String(number))]
        case .float, .bool:
            _ = mismatch(
                value, target, "\(target.name) is \(target.type.rawValue), \(value.value.shown) is not",
                hint: "quote it as it stands in the event")
            return nil
        case .null: return nil
        }
        let kind = target.modifiers.kind
        if kind == .contains || kind == .endswith, parts.first != .anyRun { parts.insert(.anyRun, at: 0) }
        if kind == .contains || kind == .startswith, parts.last != .anyRun { parts.append(.anyRun) }
        return parts
    }

    /// One expression for each text, or fewer for many texts of which any will do.
    mutating func textExpressions(_ texts: [[SigmaString.Part]], _ target: Target) -> [Expression] {
        guard !texts.isEmpty else { return [] }
        let slot = pool.textSlot(target.entry)
        let cased = target.modifiers.isCased
        if !target.modifiers.wantsAll, let combined = combined(texts, slot: slot, cased: cased) { return combined }
        return texts.map { single($0, slot: slot, cased: cased, isLong: target.type == .text) }
    }

    /// The check for one text.
    private mutating func single(
        _ parts: [SigmaString.Part], slot: Int, cased: Bool, isLong: Bool
    ) -> Expression {
        let question: Question
        switch TextPlan(parts) {
        case .anything: question = .isPresent
        case .literal(.contains, let text) where isLong:
            let range = pool.literal(Array(text.utf8), cased: cased)
            let pattern = try? pool.pattern(quoted(text), cased ? [] : [.ignoresCase])
            question =
                pattern.map { .finds(literal: range, cased: cased, pattern: $0) }
                ?? .text(.contains, literal: range, cased: cased)
        case .literal(let shape, let text):
            question = .text(shape, literal: pool.literal(Array(text.utf8), cased: cased), cased: cased)
        case .wildcards:
            let start = pool.globs.count
            for part in parts {
                switch part {
                case .literal(let text):
                    let range = pool.literal(Array(text.utf8), cased: cased)
                    pool.globs.append(.literal(range))
                case .anyRun: pool.globs.append(.anyRun)
                case .anyOne: pool.globs.append(.anyOne)
                }
            }
            question = .fits(start: start, end: pool.globs.count, cased: cased)
        }
        return .check(pool.number(Check(slot: slot, question: question)))
    }

    /// Patterns that each find any of many texts; `nil` where there are too few, or Vectorscan will not have them.
    private mutating func combined(
        _ texts: [[SigmaString.Part]], slot: Int, cased: Bool
    ) -> [Expression]? {
        guard texts.count >= Self.manyTexts else { return nil }
        var alternatives: [String] = []
        var rest: [Expression] = []
        for text in texts {
            switch TextPlan(text) {
            case .literal(let shape, let literal) where !literal.isEmpty:
                let start = shape == .equals || shape == .prefix ? "^" : ""
                let end = shape == .equals || shape == .suffix ? "\\z" : ""
                alternatives.append("(?:\(start)\(quoted(literal))\(end))")
            default: rest.append(single(text, slot: slot, cased: cased, isLong: false))
            }
        }
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
            rest.append(.check(pool.number(Check(slot: slot, question: .matches(number)))))
        }
        return rest
    }

    /// Words without a field: any text of the event may hold them.
    mutating func keywordExpression(
        _ words: [Located<SigmaValue>], _ position: SourcePosition, _ place: Place
    ) -> Expression {
        var modifiers = TestModifiers()
        modifiers.kind = .contains
        let fields = registry.entries.filter { entry in
            (entry.info.type == .text || entry.info.type == .keyword)
                && (place.category == nil || entry.category == nil || entry.category == place.category)
        }
        guard let first = fields.first else { return .constant(false) }
        var texts: [[SigmaString.Part]] = []
        for word in words {
            switch word.value {
            case .string, .int:
                if let parts = textParts(word, Target(entry: first, modifiers: modifiers, place: place)) {
                    texts.append(parts)
                }
            case .float, .bool, .null:
                error(place, "type-mismatch", word.position, "\(word.value.shown) is not a word to look for")
            }
        }
        return .any(
            fields.flatMap { textExpressions(texts, Target(entry: $0, modifiers: modifiers, place: place)) })
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
            "\(target.name) is case-sensitive, this test is not", hint: "add the modifier cased")
    }
}

/// How a text with wildcards is best looked for.
private enum TextPlan {
    /// `*`
    case anything
    case literal(TextShape, String)
    case wildcards

    init(_ parts: [SigmaString.Part]) {
        switch parts.count {
        case 0: self = .literal(.equals, "")
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
private func quoted(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
        if byte | 0x20 &- 0x61 < 26 || byte &- 0x30 < 10 {
            result.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            let digits = String(byte, radix: 16)
            result += digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
        }
    }
    return result
}
