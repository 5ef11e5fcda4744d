import Events
import Network
import Sigma

/// The modifiers of a test, sorted by what they do.
struct TestModifiers {
    /// What decides how a value is compared; nothing for plain equality.
    var kind: SigmaModifier?
    var isCased = false
    var wantsAll = false
    var options: PatternOptions = []

    /// No modifiers.
    init() {}

    /// Sorts modifiers; `nil` where they do not go together.
    init?(_ modifiers: [SigmaModifier]) {
        for modifier in modifiers {
            switch modifier {
            case .all: wantsAll = true
            case .cased: isCased = true
            case .i: options.insert(.ignoresCase)
            case .m: options.insert(.multiLine)
            case .s: options.insert(.dotMatchesLineFeed)
            case .contains, .startswith, .endswith, .re, .cidr, .exists, .gt, .gte, .lt, .lte:
                guard kind == nil || kind == modifier else { return nil }
                kind = modifier
            }
        }
        guard options.isEmpty || kind == .re else { return nil }
        switch kind {
        case nil, .contains, .startswith, .endswith: break
        default: guard !isCased else { return nil }
        }
    }

    /// The relation that a numeric modifier stands for.
    var relation: Relation? {
        switch kind {
        case .gt: .greater
        case .gte: .greaterOrEqual
        case .lt: .less
        case .lte: .lessOrEqual
        default: nil
        }
    }
}

extension Compilation {
    /// The condition that a field and its values stand for.
    mutating func expression(_ test: FieldTest, _ place: Place) -> Expression {
        let entry = field(test.field, place)
        guard let modifiers = TestModifiers(test.modifiers.map(\.value)) else {
            let names = test.modifiers.map(\.value.rawValue).joined(separator: "|")
            error(
                place, "modifier-combination", test.modifiers.first?.position ?? test.field.position,
                "The modifiers \(names) do not go together")
            return .constant(false)
        }
        guard let entry else { return .constant(false) }
        let target = Target(entry: entry, modifiers: modifiers, place: place)
        switch modifiers.kind {
        case .exists: return existence(test, target)
        case .cidr: return .joining(test.values.map { block($0, target) }, all: modifiers.wantsAll)
        case .gt, .gte, .lt, .lte:
            return .joining(test.values.map { comparison($0, target) }, all: modifiers.wantsAll)
        case .re: return patterns(test, target)
        case nil, .contains, .startswith, .endswith, .all, .cased, .i, .m, .s: return equality(test, target)
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
    mutating func check(_ target: Target, _ question: Question) -> Expression {
        .check(pool.number(Check(slot: pool.slot(target.entry), question: question)))
    }

    /// Reports a value that no value of the field can equal.
    mutating func mismatch(
        _ value: Located<SigmaValue>, _ target: Target, _ message: String, hint: String? = nil
    ) -> Expression {
        error(target.place, "type-mismatch", value.position, message, hint: hint)
        return .constant(false)
    }

    private mutating func existence(_ test: FieldTest, _ target: Target) -> Expression {
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
        switch target.type {
        case .text, .keyword, .bytes: isText = true
        case .ip, .time: isText = target.modifiers.kind != nil || target.modifiers.isCased
        case .int, .float, .bool:
            isText = false
            if target.modifiers.kind != nil || target.modifiers.isCased {
                error(
                    target.place, "type-mismatch", test.modifiers.first?.position ?? test.field.position,
                    "\(target.name) is \(target.type.rawValue), not text")
                return .constant(false)
            }
        }
        var parts: [Expression] = []
        var texts: [(value: Located<SigmaValue>, parts: [SigmaString.Part])] = []
        for value in test.values {
            if case .null = value.value {
                parts.append(.not(check(target, .isPresent)))
            } else if isText || wildcards(value.value, target) {
                if let text = textParts(value, target) { texts.append((value, text)) }
            } else {
                parts.append(scalar(value, target))
            }
        }
        lintCase(texts.map(\.value), target)
        parts += textExpressions(texts.map(\.parts), target)
        return .joining(parts, all: target.modifiers.wantsAll)
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
