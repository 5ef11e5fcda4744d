import Bytes
import Events
import Network
import Patterns

/// What a rule cannot match without: a value that some field must equal, or a text or expression that must be found in
/// it.
///
/// Messages are searched for the keys of all rules at once, and only rules whose key is there are looked at.
enum RuleKey: Hashable, Sendable {
    /// The value equals one with this hash; `length` is that of a text, in bytes.
    case equals(slot: Int, hash: UInt64, length: Int = 0)
    case finds(slot: Int, expression: String, options: PatternOptions)

    var slot: Int {
        switch self {
        case .equals(let slot, _, _), .finds(let slot, _, _): slot
        }
    }

    /// An order of keys, so that the same rules are always numbered the same.
    func isBefore(_ other: RuleKey) -> Bool {
        switch (self, other) {
        case (.equals(let slot, let hash, _), .equals(let otherSlot, let otherHash, _)):
            (slot, hash) < (otherSlot, otherHash)
        case (.finds(let slot, let text, let options), .finds(let otherSlot, let otherText, let otherOptions)):
            (slot, text, options.rawValue) < (otherSlot, otherText, otherOptions.rawValue)
        case (.equals, .finds): true
        case (.finds, .equals): false
        }
    }
}

/// Finds the keys of conditions.
struct KeyFinder {
    let pool: CheckPool

    /// Shorter texts stand in too many messages to be worth a search.
    private static let shortestText = 3

    /// Keys of which at least one is there whenever the condition holds; `nil` where there are none.
    func keys(of condition: Expression) -> Set<RuleKey>? { cover(condition)?.keys }

    private func cover(_ expression: Expression) -> (keys: Set<RuleKey>, cost: Int)? {
        switch expression {
        case .constant(let value): return value ? nil : ([], 0)
        case .check(let number):
            if let many = keys(of: pool.checks[number]) { return many }
            return key(of: pool.checks[number]).map { ([$0.key], $0.cost) }
        case .not: return nil
        case .all(let parts): return parts.compactMap { cover($0) }.min { $0.cost < $1.cost }
        case .any(let parts):
            var union: (keys: Set<RuleKey>, cost: Int) = ([], 0)
            for part in parts {
                guard let own = cover(part) else { return nil }
                union.keys.formUnion(own.keys)
                union.cost += own.cost
            }
            return union
        }
    }

    /// The keys of a check for one of many texts.
    private func keys(of check: Check) -> (keys: Set<RuleKey>, cost: Int)? {
        guard case .oneOf(let start, let end, _) = check.predicate else { return nil }
        let keys = pool.globs[start..<end].compactMap { part -> RuleKey? in
            guard case .literal(let range) = part else { return nil }
            let hash = keyHash(pool.literals.span.bytes.slice(range))
            return .equals(slot: check.slot, hash: hash, length: range.count)
        }
        let cost = isOneOfFew(check.slot) ? Self.costOfFew : 2
        return (Set(keys), cost * keys.count)
    }

    /// Whether a field has one of a few words, such as a direction: many messages have the same, so that it rules out little.
    private func isOneOfFew(_ slot: Int) -> Bool { pool.slots[slot].entry.info.type == .keyword }

    /// More than any text or expression that is looked for.
    private static let costOfFew = 60

    /// The key of a check, and how often it is there although the rule does not match: the less, the better.
    private func key(of check: Check) -> (key: RuleKey, cost: Int)? {
        let slot = check.slot
        switch check.predicate {
        case .text(.equals, let range, _):
            let hash = keyHash(pool.literals.span.bytes.slice(range))
            return (.equals(slot: slot, hash: hash, length: range.count), isOneOfFew(slot) ? Self.costOfFew : 2)
        case .compares(.equal, let number):
            guard pool.slots[slot].entry.info.type != .float else { return nil }
            return (.equals(slot: slot, hash: keyHash(number)), 15)
        case .isAddress(let address): return (.equals(slot: slot, hash: keyHash(address)), 2)
        case .text(let shape, let range, let cased):
            return text(slot, pool.literals[range.offset..<range.end], shape, cased)
        case .contains(let range, let cased, _):
            return text(slot, pool.literals[range.offset..<range.end], .contains, cased)
        case .glob(let start, let end, let cased):
            let literals = pool.globs[start..<end].compactMap { part -> ArraySlice<UInt8>? in
                if case .literal(let range) = part { pool.literals[range.offset..<range.end] } else { nil }
            }
            return literals.max { $0.count < $1.count }.flatMap { text(slot, $0, .contains, cased) }
        case .topic(let range, isFilter: true):
            let filter = pool.literals[range.offset..<range.end]
            // The first two levels of a shared subscription are not in the topic.
            guard !filter.starts(with: "$share/".utf8) else { return nil }
            let levels = filter.split { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") }
            // `a/#` matches `a`, so the slash before the end need not be there.
            let texts = levels.map { $0.last == UInt8(ascii: "/") ? $0.dropLast() : $0 }
            return texts.max { $0.count < $1.count }.flatMap { text(slot, $0, .contains, true) }
        case .pattern(let number):
            let pattern = pool.patterns[number]
            return (.finds(slot: slot, expression: pattern.expression, options: pattern.options), 20)
        default: return nil
        }
    }

    private func text(
        _ slot: Int, _ literal: ArraySlice<UInt8>, _ shape: TextShape, _ cased: Bool
    ) -> (key: RuleKey, cost: Int)? {
        // Two signs, such as `${`, are rare enough.
        let isRare = literal.count > 1 && !literal.contains { $0 >= 0x80 || $0 &- 0x30 < 10 || folded($0) &- 0x61 < 26 }
        guard literal.count >= Self.shortestText || isRare else { return nil }
        let start = shape == .prefix ? "^" : ""
        let end = shape == .suffix ? "\\z" : ""
        return (
            .finds(slot: slot, expression: start + quoted(literal) + end, options: cased ? [] : [.ignoresCase]),
            literal.count < 6 ? 12 : 6
        )
    }
}

/// A hash of bytes without regard to the case of ASCII letters.
///
/// What it tells apart is told apart; what falls together is compared later.
func keyHash(_ bytes: RawSpan) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for offset in 0..<bytes.byteCount {
        hash = (hash ^ UInt64(folded(bytes.byte(at: offset)))) &* 0x0000_0100_0000_01B3
    }
    return hash ^ hash >> 29
}

func keyHash(_ number: Int64) -> UInt64 {
    let mixed = UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15
    return mixed ^ mixed >> 31
}

func keyHash(_ address: IPAddress) -> UInt64 {
    let mixed = (address.high &* 0x9E37_79B9_7F4A_7C15) ^ (address.low &* 0xC2B2_AE3D_27D4_EB4F)
    return mixed ^ mixed >> 31
}
