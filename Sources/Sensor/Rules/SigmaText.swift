import Sigma

extension FieldTest {
    /// The test as a rule has it: `field|modifiers: value, value`.
    public var text: String {
        let modifiers = modifiers.map { "|\($0.value.rawValue)" }.joined()
        return "\(field.value)\(modifiers): \(values.map(\.value.text).joined(separator: ", "))"
    }
}

extension SigmaValue {
    /// The value as a rule has it.
    public var text: String {
        switch self {
        case .string(let string): string.raw.isEmpty ? "''" : string.raw
        case .int(let number): String(number)
        case .float(let number): "\(number)"
        case .bool(let flag): flag ? "true" : "false"
        case .null: "null"
        }
    }
}

extension Condition {
    /// The condition with the names of the selections.
    public func text(_ names: [String]) -> String {
        switch self {
        case .selection(let index): names.indices.contains(index) ? names[index] : "?"
        case .not(let inner): "not \(inner.inner(names))"
        case .and(let parts): parts.map { $0.inner(names) }.joined(separator: " and ")
        case .or(let parts): parts.map { $0.inner(names) }.joined(separator: " or ")
        }
    }

    private func inner(_ names: [String]) -> String {
        switch self {
        case .selection, .not: text(names)
        case .and, .or: "(\(text(names)))"
        }
    }
}
