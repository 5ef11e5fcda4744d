import Patterns
import Sigma

/// The modifiers of a test, sorted by what they do.
struct TestModifiers {
    /// What decides how a value is compared; nothing for plain equality.
    var kind: SigmaModifier?
    var isCased = false
    var wantsAll = false
    /// `neq`: the field meets none of it.
    var isNegated = false
    /// `fieldref`: values are names of fields.
    var isReference = false
    /// `expand`: values have placeholders.
    var expands = false
    /// What is done to the text of a value, in the order of the rule.
    var conversions: [SigmaModifier] = []
    /// Which part of a time is compared.
    var timePart: TimePart?
    var options: PatternOptions = []

    /// No modifiers.
    init() {}

    /// Sorts modifiers; `nil` where they do not go together.
    init?(_ modifiers: [SigmaModifier]) {
        for modifier in modifiers {
            switch modifier {
            case .all: wantsAll = true
            case .cased: isCased = true
            case .neq: isNegated = true
            case .fieldref: isReference = true
            case .expand: expands = true
            case .i: options.insert(.ignoresCase)
            case .m: options.insert(.multiLine)
            case .s: options.insert(.dotMatchesLineFeed)
            case .base64, .base64offset, .utf16, .utf16le, .utf16be, .wide, .windash: conversions.append(modifier)
            case .minute, .hour, .day, .week, .month, .year:
                guard timePart == nil else { return nil }
                timePart = TimePart(rawValue: modifier.rawValue)
            case .contains, .startswith, .endswith, .re, .cidr, .exists, .gt, .gte, .lt, .lte, .topicfilter, .covers:
                guard kind == nil || kind == modifier else { return nil }
                kind = modifier
            }
        }
        guard options.isEmpty || kind == .re, timePart == nil || kind == nil || relation != nil else { return nil }
        switch kind {
        case nil, .contains, .startswith, .endswith: break
        default: guard !isCased, !isReference, conversions.isEmpty else { return nil }
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
