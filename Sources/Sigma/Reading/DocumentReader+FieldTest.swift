/// `field|modifier|modifier: value or list of values`
extension DocumentReader {
    mutating func fieldTest(_ entry: YAMLMap.Entry) -> FieldTest? {
        let parts = entry.key.value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let field = Located(parts[0], at: entry.key.position)
        guard !field.value.isEmpty else {
            if parts.count > 1 {
                error(
                    .keywordModifier, field.position, "keywords with modifiers are not supported by this version",
                    "name a field before the `|`; for keywords that must all occur, make one selection of each")
            } else {
                error(.badKey, field.position, "the name of the field is empty")
            }
            return nil
        }
        let modifiers = self.modifiers(parts, of: entry.key)
        let values = self.values(entry.value)
        guard let modifiers, let values, areCompatible(modifiers) else { return nil }
        let isRight = checkValues(values, modifiers, at: entry.value.position)
        return isRight ? FieldTest(field: field, modifiers: modifiers, values: values) : nil
    }

    private mutating func values(_ node: YAMLNode) -> [Located<SigmaValue>]? {
        guard case .list(let items) = node.content else { return value(node).map { [$0] } }
        guard !items.isEmpty else {
            error(.emptyValue, node.position, "the list of values is empty", "`null` stands for an absent field")
            return nil
        }
        let values = items.compactMap { value($0) }
        return values.count == items.count ? values : nil
    }

    // MARK: - Modifiers

    /// Modifiers of the specification (appendix *Sigma Modifiers*) that this version does not know.
    private static let unsupportedModifiers: Set<String> = [
        "neq", "windash", "base64", "base64offset", "utf16le", "utf16be", "utf16", "wide", "minute", "hour", "day",
        "week", "month", "year", "expand", "fieldref",
    ]
    private static let modifierNames = SigmaModifier.allCases.map(\.rawValue)

    private mutating func modifiers(_ parts: [String], of key: Located<String>) -> [Located<SigmaModifier>]? {
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
        let supported = "supported are: \(list(Self.modifierNames))"
        if name.isEmpty {
            error(.unknownModifier, position, "there is no modifier after the `|`", supported)
        } else if Self.unsupportedModifiers.contains(name) {
            let message = "the modifier `\(name)` is not supported by this version"
            let hint =
                name == "neq" ? "make a selection without it, and write `not` before it in the condition" : supported
            error(.unsupportedModifier, position, message, hint)
        } else {
            let nearest = nearestName(to: name, among: Self.modifierNames)
            let start = nearest.map { "did you mean `\($0)`? " } ?? ""
            error(.unknownModifier, position, "the modifier `\(name)` is unknown", start + supported)
        }
    }

    /// Modifiers that say how a value is compared; a test has one of them at most.
    private static let comparisons: Set<SigmaModifier> = [
        .contains, .startswith, .endswith, .re, .cidr, .exists, .gt, .gte, .lt, .lte,
    ]
    private static let textComparisons: Set<SigmaModifier> = [.contains, .startswith, .endswith]
    /// They apply only to unmodified values, so they must come first; pySigma demands it.
    private static let firstOnly: Set<SigmaModifier> = [.re, .cidr, .exists]
    private static let expressionFlags: Set<SigmaModifier> = [.i, .m, .s]
    static let numberComparisons: Set<SigmaModifier> = [.gt, .gte, .lt, .lte]

    private mutating func areCompatible(_ modifiers: [Located<SigmaModifier>]) -> Bool {
        let comparisons = modifiers.filter { Self.comparisons.contains($0.value) }
        if comparisons.count > 1 {
            clash(comparisons[0], comparisons[1], Self.clashHint(comparisons[0].value, comparisons[1].value))
            return false
        }
        let comparison = comparisons.first
        for (index, modifier) in modifiers.enumerated() {
            if Self.expressionFlags.contains(modifier.value) {
                guard modifiers[..<index].contains(where: { $0.value == .re }) else {
                    error(
                        .modifierOrder, modifier.position, "`\(modifier.value.rawValue)` has a meaning only after `re`",
                        "write field|re|\(modifier.value.rawValue)")
                    return false
                }
            } else if Self.firstOnly.contains(modifier.value), index > 0 {
                error(
                    .modifierOrder, modifier.position, "`\(modifier.value.rawValue)` must be the first modifier",
                    "write field|\(modifier.value.rawValue)|\(modifiers[0].value.rawValue)")
                return false
            } else if modifier.value == .cased, let comparison, !Self.textComparisons.contains(comparison.value) {
                let hint = comparison.value == .re ? "regular expressions respect case by themselves" : nil
                clash(comparison, modifier, hint)
                return false
            } else if modifier.value == .all, let comparison,
                comparison.value == .exists || Self.numberComparisons.contains(comparison.value)
            {
                clash(comparison, modifier, "give one value without `all`")
                return false
            }
        }
        return true
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
