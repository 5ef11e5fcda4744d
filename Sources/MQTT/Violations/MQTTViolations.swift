/// The statements that one message broke: a set of bits.
public struct MQTTViolations: Hashable, Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// The empty set.
    public init() {}

    /// Whether no statement was broken.
    public var isEmpty: Bool { low | high == 0 }

    /// How many statements were broken.
    public var count: Int { low.nonzeroBitCount + high.nonzeroBitCount }

    /// Adds a statement.
    public mutating func insert(_ violation: MQTTViolation) {
        let number = UInt64(violation.rawValue)
        if number < 64 { low |= 1 << number } else { high |= 1 << (number & 63) }
    }

    /// Whether the statement was broken.
    public func contains(_ violation: MQTTViolation) -> Bool {
        let number = UInt64(violation.rawValue)
        return (number < 64 ? low >> number : high >> (number & 63)) & 1 == 1
    }

    /// Calls `body` with each broken statement, in the order of the table. Allocates nothing.
    public func forEach(_ body: (MQTTViolation) -> Void) {
        visit(low, from: 0, body)
        visit(high, from: 64, body)
    }

    private func visit(_ word: UInt64, from base: UInt8, _ body: (MQTTViolation) -> Void) {
        var rest = word
        while rest != 0 {
            let bit = UInt8(truncatingIfNeeded: rest.trailingZeroBitCount)
            if let violation = MQTTViolation(rawValue: base &+ bit) { body(violation) }
            rest &= rest &- 1
        }
    }
}
