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

/// A set of message types, 0 to 255.
struct MessageTypes: Hashable, Sendable {
    private var words: SIMD4<UInt64>

    static let none = MessageTypes(words: SIMD4(repeating: 0))
    static let every = MessageTypes(words: SIMD4(repeating: .max))

    private init(words: SIMD4<UInt64>) { self.words = words }

    func contains(_ type: UInt8) -> Bool { words[Int(type >> 6)] >> UInt64(type & 63) & 1 == 1 }

    mutating func insert(_ type: UInt8) { words[Int(type >> 6)] |= 1 << UInt64(type & 63) }

    func union(_ other: MessageTypes) -> MessageTypes { MessageTypes(words: words | other.words) }

    func intersection(_ other: MessageTypes) -> MessageTypes { MessageTypes(words: words & other.words) }
}

extension Expression {
    /// The message types for which this can be true: never too few.
    ///
    /// - Parameter types: the types for which a check can say yes. Nothing is concluded from a check that must say no,
    ///   since it also does where the field is absent.
    func possibleTypes(_ types: (Int) -> MessageTypes) -> MessageTypes {
        switch self {
        case .constant(let value): value ? .every : .none
        case .check(let number): types(number)
        case .not: .every
        case .all(let parts): parts.reduce(.every) { $0.intersection($1.possibleTypes(types)) }
        case .any(let parts): parts.reduce(.none) { $0.union($1.possibleTypes(types)) }
        }
    }
}
