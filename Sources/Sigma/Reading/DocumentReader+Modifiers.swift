/// The modifiers of a test: whether they are known, and go together.
extension DocumentReader {
    private static let modifierNames = SigmaModifier.allCases.map(\.rawValue)

    mutating func modifiers(_ parts: [String], of key: Located<String>) -> [Located<SigmaModifier>]? {
        var modifiers: [Located<SigmaModifier>] = []
        var offset = parts[0].unicodeScalars.count + 1
        for name in parts.dropFirst() {
            let position = position(ofCharacter: offset, in: key.value, at: key.position)
            offset += name.unicodeScalars.count + 1
            if let modifier = SigmaModifier(rawValue: name) {
                if modifiers.contains(where: { $0.value == modifier }) {
                    error(.duplicateModifier, position, "the modifier `\(name)` is given twice", "remove one of them")
                } else {
                    modifiers.append(Located(modifier, at: position))
                }
            } else {
                reportUnknownModifier(name, at: position)
            }
        }
        return modifiers.count == parts.count - 1 ? modifiers : nil
    }

    private mutating func reportUnknownModifier(_ name: String, at position: SourcePosition) {
        let supported = "there are: \(list(Self.modifierNames))"
        guard !name.isEmpty else {
            error(.unknownModifier, position, "there is no modifier after the `|`", supported)
            return
        }
        let nearest = nearestName(to: name, among: Self.modifierNames)
        let hint = nearest.map { "did you mean `\($0)`?" } ?? supported
        error(.unknownModifier, position, "the modifier `\(name)` is unknown", hint)
    }

    /// Modifiers that say how a value is compared; a test has one of them at most.
    private static let comparisons: Set<SigmaModifier> = [
        .contains, .startswith, .endswith, .re, .cidr, .exists, .gt, .gte, .lt, .lte, .topicfilter, .covers,
    ]
    static let textComparisons: Set<SigmaModifier> = [.contains, .startswith, .endswith]
    static let numberComparisons: Set<SigmaModifier> = [.gt, .gte, .lt, .lte]
    /// They apply only to unmodified values, so they must come first; pySigma demands it.
    private static let firstOnly: Set<SigmaModifier> = [.re, .cidr, .exists]
    private static let expressionFlags: Set<SigmaModifier> = [.i, .m, .s]
    /// What is done to the text of a value before it is compared.
    private static let conversions = SigmaModifier.encodings.union([.windash])
    /// A keyword is text, wherever it stands.
    private static let forKeywords: Set<SigmaModifier> = conversions.union([
        .contains, .startswith, .endswith, .all, .cased, .re, .i, .m, .s, .neq, .expand,
    ])

    /// Whether modifiers make sense together, in this order.
    mutating func areCompatible(_ modifiers: [Located<SigmaModifier>], isKeyword: Bool) -> Bool {
        if isKeyword, let first = modifiers.first(where: { !Self.forKeywords.contains($0.value) }) {
            error(
                .keywordModifier, first.position, "`\(first.value.rawValue)` needs a field before the `|`",
                "keywords are looked for in every text of an event")
            return false
        }
        let comparisons = modifiers.filter { Self.comparisons.contains($0.value) }
        if comparisons.count > 1 {
            clash(comparisons[0], comparisons[1], Self.clashHint(comparisons[0].value, comparisons[1].value))
            return false
        }
        for (index, modifier) in modifiers.enumerated() {
            let before = modifiers[..<index]
            for other in before {
                guard let hint = Self.hint(other.value, modifier.value) ?? Self.hint(modifier.value, other.value) else {
                    continue
                }
                clash(other, modifier, hint.isEmpty ? nil : hint)
                return false
            }
            guard isInOrder(modifier, after: before) else { return false }
        }
        return true
    }

    private mutating func isInOrder(
        _ modifier: Located<SigmaModifier>, after before: ArraySlice<Located<SigmaModifier>>
    ) -> Bool {
        let name = modifier.value.rawValue
        switch modifier.value {
        case .i, .m, .s:
            if before.contains(where: { $0.value == .re }) { return true }
            error(
                .modifierOrder, modifier.position, "`\(name)` has a meaning only after `re`", "write field|re|\(name)")
        case .re, .cidr, .exists:
            guard let first = before.first else { return true }
            error(
                .modifierOrder, modifier.position, "`\(name)` must be the first modifier",
                "write field|\(name)|\(first.value.rawValue)")
        case .base64, .base64offset, .fieldref:
            guard let other = before.first(where: { Self.textComparisons.contains($0.value) }) else { return true }
            error(
                .modifierOrder, modifier.position,
                "`\(other.value.rawValue)` puts wildcards around the value, which `\(name)` cannot take",
                "write field|\(name)|\(other.value.rawValue)")
        default: return true
        }
        return false
    }

    /// What to say where `left` and `right` cannot stand together, whichever comes first; `nil` where they can.
    private static func hint(_ left: SigmaModifier, _ right: SigmaModifier) -> String? {
        switch left {
        case .cased where right == .re: return "regular expressions respect case by themselves"
        case .cased where right == .topicfilter || right == .covers: return "topics respect case by themselves"
        case .cased where comparisons.contains(right) && !textComparisons.contains(right): return ""
        case .all where right == .exists || numberComparisons.contains(right): return "give one value without `all`"
        case let left where conversions.contains(left):
            return comparisons.contains(right) && !textComparisons.contains(right) || right == .fieldref
                ? "`\(left.rawValue)` is for text" : nil
        case .fieldref:
            if right == .expand { return "name the fields themselves" }
            return comparisons.contains(right) && !textComparisons.contains(right)
                ? "the values of two fields are compared as they are" : nil
        case let left where SigmaModifier.timeParts[left] != nil:
            let isOther = SigmaModifier.timeParts[right] != nil
            return isOther || right == .all || right == .cased || right == .fieldref || conversions.contains(right)
                || comparisons.contains(right) && !numberComparisons.contains(right)
                ? "a part of a time is a number" : nil
        case .expand where right == .exists: return "give `true` or `false`"
        default: return nil
        }
    }

    private static func clashHint(_ left: SigmaModifier, _ right: SigmaModifier) -> String {
        if textComparisons.contains(left), textComparisons.contains(right) {
            return "give the field twice with one of them each, or write the value with `*`"
        }
        if numberComparisons.contains(left), numberComparisons.contains(right) {
            return "for a range give the field twice: field|\(left.rawValue) and field|\(right.rawValue)"
        }
        if left == .re || right == .re { return "a regular expression matches anywhere unless it has `^` or `$`" }
        return "give the field twice with one of them each"
    }

    private mutating func clash(_ left: Located<SigmaModifier>, _ right: Located<SigmaModifier>, _ hint: String?) {
        error(
            .modifierClash, right.position,
            "the modifiers `\(left.value.rawValue)` and `\(right.value.rawValue)` cannot stand together", hint)
    }
}
