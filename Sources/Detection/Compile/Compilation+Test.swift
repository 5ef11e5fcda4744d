import Events
import Network
import Sigma

extension Compilation {
    /// The condition that a field and its values stand for.
    mutating func expression(_ test: FieldTest, _ place: Place) -> Expression {
        let entry = test.isKeyword ? nil : field(test.field, place)
        guard let modifiers = TestModifiers(test.modifiers.map(\.value)) else {
            let names = test.modifiers.map(\.value.rawValue).joined(separator: "|")
            error(
                place, "modifier-combination", test.modifiers.first?.position ?? test.field.position,
                "The modifiers \(names) do not go together")
            return .constant(false)
        }
        var test = test
        if modifiers.expands {
            test.values = expanded(test.values, place)
            // A list without members is met by nothing.
            if test.values.isEmpty { return .constant(modifiers.isNegated) }
        }
        let inner: Expression
        if test.isKeyword {
            inner = keywordExpression(test.values, modifiers, place)
        } else if let entry {
            inner = plainExpression(test, Target(entry: entry, modifiers: modifiers, place: place))
        } else {
            return .constant(false)
        }
        return modifiers.isNegated ? .not(inner) : inner
    }

    private mutating func plainExpression(_ test: FieldTest, _ target: Target) -> Expression {
        if target.modifiers.isReference { return references(test, target) }
        if let part = target.modifiers.timePart { return timeParts(part, test, target) }
        let wantsAll = target.modifiers.wantsAll
        switch target.modifiers.kind {
        case .exists: return existence(test, target)
        case .cidr: return joining(test.values.map { block($0, target) }, all: wantsAll)
        case .gt, .gte, .lt, .lte: return .joining(test.values.map { comparison($0, target) }, all: wantsAll)
        case .re: return patterns(test, target)
        case .topicfilter: return .joining(test.values.map { topic($0, target, isFilter: true) }, all: wantsAll)
        case .covers: return .joining(test.values.map { topic($0, target, isFilter: false) }, all: wantsAll)
        default: return equality(test, target)
        }
    }

    /// What a value is compared with, and how.
    struct Target {
        var entry: FieldRegistry.Entry
        var modifiers: TestModifiers
        var place: Place

        var type: FieldType { entry.info.type }
        var name: String { entry.info.name }
    }

    /// A check of the field as the event gives it.
    mutating func check(_ target: Target, _ predicate: Predicate) -> Expression {
        .check(pool.number(Check(slot: pool.slot(target.entry), predicate: predicate)))
    }

    /// Reports a value that no value of the field can equal.
    mutating func mismatch(
        _ value: Located<SigmaValue>, _ target: Target, _ message: String, hint: String? = nil
    ) -> Expression {
        error(target.place, "type-mismatch", value.position, message, hint: hint)
        return .constant(false)
    }

    mutating func existence(_ test: FieldTest, _ target: Target) -> Expression {
        guard test.values.count == 1, case .bool(let wanted) = test.values[0].value else {
            error(
                target.place, "type-mismatch", test.values.first?.position ?? test.field.position,
                "The modifier exists takes true or false")
            return .constant(false)
        }
        let present = check(target, .isPresent)
        return wanted ? present : .not(present)
    }

    private mutating func block(_ value: Located<SigmaValue>, _ target: Target) -> Expression {
        guard target.type == .ip else {
            error(
                target.place, "type-mismatch", value.position,
                "The modifier cidr is for addresses; \(target.name) is \(target.type.rawValue)")
            return .constant(false)
        }
        guard case .string(let text) = value.value, let block = CIDRBlock(text.raw) else {
            error(
                target.place, "bad-cidr", value.position, "\(value.value.shown) is not a block of addresses",
                hint: "such as 10.0.0.0/8 or fe80::/10")
            return .constant(false)
        }
        return check(target, .isWithin(block))
    }

    /// Equality and its relatives: any type of field.
    private mutating func equality(_ test: FieldTest, _ target: Target) -> Expression {
        let isText: Bool
        let asksForText =
            target.modifiers.kind != nil || target.modifiers.isCased || !target.modifiers.conversions.isEmpty
        switch target.type {
        case .text, .keyword, .bytes: isText = true
        case .ip, .time: isText = asksForText
        case .int, .float, .bool:
            isText = false
            if asksForText {
                error(
                    target.place, "type-mismatch", test.modifiers.first?.position ?? test.field.position,
                    "\(target.name) is \(target.type.rawValue), not text")
                return .constant(false)
            }
        }
        var parts: [Expression] = []
        // With `all`, each value must be there in one of its forms; else any form of any value will do.
        var texts: [[BytePattern]] = []
        var shown: [Located<SigmaValue>] = []
        for value in test.values {
            if case .null = value.value {
                parts.append(.not(check(target, .isPresent)))
            } else if isText || wildcards(value.value, target) {
                guard let patterns = textPatterns(value, target) else { continue }
                texts.append(patterns)
                shown.append(value)
            } else {
                parts.append(scalar(value, target))
            }
        }
        lintCase(shown, target)
        if target.modifiers.wantsAll {
            parts += texts.map { .any(textExpressions($0, target)) }
        } else {
            parts += textExpressions(texts.flatMap { $0 }, target)
        }
        return joining(parts, all: target.modifiers.wantsAll)
    }

    /// All of the parts or any of them; of checks for blocks of addresses of which any will do one is made, which rules
    /// with the same list share.
    private mutating func joining(_ parts: [Expression], all: Bool) -> Expression {
        var blocks: [CIDRBlock] = []
        var slots: Set<Int> = []
        let rest = parts.filter { part in
            guard !all, case .check(let number) = part, case .isWithin(let block) = pool.checks[number].predicate else {
                return true
            }
            blocks.append(block)
            slots.insert(pool.checks[number].slot)
            return false
        }
        guard blocks.count > 1, slots.count == 1, let slot = slots.first else { return .joining(parts, all: all) }
        let range = pool.blockRange(blocks)
        let check = Check(slot: slot, predicate: .isWithinAny(start: range.lowerBound, end: range.upperBound))
        return .joining([.check(pool.number(check))] + rest, all: false)
    }

    /// Whether the value is a text with wildcards for an address or a time, which are then compared as shown.
    private func wildcards(_ value: SigmaValue, _ target: Target) -> Bool {
        guard target.type == .ip || target.type == .time, case .string(let text) = value else { return false }
        return text.literal == nil
    }
}

extension Expression {
    /// All of the parts or any of them.
    static func joining(_ parts: [Expression], all: Bool) -> Expression { all ? .all(parts) : .any(parts) }
}

extension SigmaValue {
    /// The value as a diagnostic shows it.
    var shown: String {
        switch self {
        case .string(let text): text.raw
        case .int(let number): String(number)
        case .float(let number): String(number)
        case .bool(let flag): String(flag)
        case .null: "null"
        }
    }
}
