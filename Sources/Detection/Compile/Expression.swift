/// A condition over checks, on the way from the syntax tree to a program.
indirect enum Expression: Hashable, Sendable {
    case constant(Bool)
    /// The check of that number says yes.
    case check(Int)
    case not(Expression)
    case all([Expression])
    case any([Expression])

    /// This expression where checks that `isKnown` knows the answer to are replaced by it, and constants are gone
    /// from everywhere but the top.
    func simplified(_ isKnown: (Int) -> Bool?) -> Expression {
        switch self {
        case .constant: return self
        case .check(let number): return isKnown(number).map { .constant($0) } ?? self
        case .not(let inner):
            switch inner.simplified(isKnown) {
            case .constant(let value): return .constant(!value)
            case .not(let twice): return twice
            case let other: return .not(other)
            }
        case .all(let parts): return Self.joined(parts, isKnown, neutral: true) { .all($0) }
        case .any(let parts): return Self.joined(parts, isKnown, neutral: false) { .any($0) }
        }
    }

    /// What this expression comes down to where checks that `isKnown` knows the answer to are replaced by it; `nil` where
    /// it depends on others.
    ///
    /// The same as asking `simplified` for a constant, without making an expression.
    func value(_ isKnown: (Int) -> Bool?) -> Bool? {
        switch self {
        case .constant(let value): return value
        case .check(let number): return isKnown(number)
        case .not(let inner): return inner.value(isKnown).map { !$0 }
        case .all(let parts): return Self.value(of: parts, isKnown, neutral: true)
        case .any(let parts): return Self.value(of: parts, isKnown, neutral: false)
        }
    }

    private static func value(of parts: [Expression], _ isKnown: (Int) -> Bool?, neutral: Bool) -> Bool? {
        var result: Bool? = neutral
        for part in parts {
            let value = part.value(isKnown)
            if value == !neutral { return value }
            if value == nil { result = nil }
        }
        return result
    }

    private static func joined(
        _ parts: [Expression], _ isKnown: (Int) -> Bool?, neutral: Bool, _ join: ([Expression]) -> Expression
    ) -> Expression {
        var kept: [Expression] = []
        for part in parts {
            let simple = part.simplified(isKnown)
            if simple == .constant(!neutral) { return simple }
            if simple != .constant(neutral) { kept.append(simple) }
        }
        if kept.isEmpty { return .constant(neutral) }
        return kept.count == 1 ? kept[0] : join(kept)
    }
}

extension Expression {
    /// The numbers of all checks in it, each once.
    var checks: [Int] {
        var found: [Int] = []
        collectChecks(&found)
        return found
    }

    private func collectChecks(_ found: inout [Int]) {
        switch self {
        case .constant: break
        case .check(let number): if !found.contains(number) { found.append(number) }
        case .not(let inner): inner.collectChecks(&found)
        case .all(let parts), .any(let parts): for part in parts { part.collectChecks(&found) }
        }
    }
}
