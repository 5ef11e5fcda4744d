/// Whether values suit the modifiers of their field.
extension DocumentReader {
    mutating func checkValues(
        _ values: [Located<SigmaValue>], _ modifiers: [Located<SigmaModifier>], at position: SourcePosition
    ) -> Bool {
        let before = diagnostics.count
        if modifiers.contains(where: { $0.value == .all }), values.count < 2 {
            error(.modifierValue, position, "`all` needs a list of at least two values", "leave `all` out")
        }
        for modifier in modifiers {
            for value in values where !isRight(value, for: modifier.value) {
                // One message is enough for a list of a thousand values.
                break
            }
        }
        if modifiers.contains(where: { $0.value == .exists }), values.count > 1 {
            error(.modifierValue, position, "`exists` takes one truth value, not a list")
        }
        return diagnostics.count == before
    }

    private mutating func isRight(_ value: Located<SigmaValue>, for modifier: SigmaModifier) -> Bool {
        let name = modifier.rawValue
        switch (modifier, value.value) {
        case (.i, _), (.m, _), (.s, _): return true
        case (.all, .null):
            error(.modifierValue, value.position, "`all` does not go with null", "null stands for an absent field")
        case (.all, _): return true
        case (.exists, .bool): return true
        case (.exists, _): error(.modifierValue, value.position, "`exists` needs `true` or `false`")
        case (.gt, .int), (.gte, .int), (.lt, .int), (.lte, .int): return true
        case (.gt, .float), (.gte, .float), (.lt, .float), (.lte, .float): return true
        case (.gt, _), (.gte, _), (.lt, _), (.lte, _):
            error(.modifierValue, value.position, "`\(name)` needs a number", "numbers stand without quotes")
        case (.cidr, .string(let text)):
            guard let problem = networkProblem(text.raw) else { return true }
            error(
                .badCIDR, value.position, "`\(text.raw)` is not a network: \(problem)",
                "for example 10.0.0.0/8 or fe80::/10")
        case (.cidr, _):
            error(.badCIDR, value.position, "`cidr` needs text such as 10.0.0.0/8")
        case (.re, .string(let text)):
            guard text.raw.isEmpty else { return true }
            error(.modifierValue, value.position, "the regular expression is empty")
        case (.contains, .string(let text)), (.startswith, .string(let text)), (.endswith, .string(let text)):
            guard text.parts.isEmpty else { return true }
            error(
                .modifierValue, value.position, "`\(name)` with empty text is true of every value",
                "to ask whether the field is there, use `exists`")
        case (.cased, .string): return true
        case (.contains, _), (.startswith, _), (.endswith, _), (.cased, _), (.re, _):
            error(.modifierValue, value.position, "`\(name)` needs text", "put the value in quotes")
        }
        return false
    }
}
