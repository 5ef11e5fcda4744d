/// The statements that one message broke: a set of bits.
public struct MQTTViolations: Hashable, Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var top: UInt64 = 0

    /// How many statements there is room for; `MQTTViolation` has no more cases.
    static let capacity = 192

    /// The empty set.
    public init() {}

    /// Whether no statement was broken.
    public var isEmpty: Bool { low | high | top == 0 }

    /// How many statements were broken.
    public var count: Int { low.nonzeroBitCount + high.nonzeroBitCount + top.nonzeroBitCount }

    /// Adds a statement.
    public mutating func insert(_ violation: MQTTViolation) {
        let number = violation.rawValue
        let bit: UInt64 = 1 << UInt64(number & 63)
        switch number >> 6 {
        case 0: low |= bit
        case 1: high |= bit
        default: top |= bit
        }
    }

    /// Whether the statement was broken.
    public func contains(_ violation: MQTTViolation) -> Bool {
        let number = violation.rawValue
        let word = number < 64 ? low : number < 128 ? high : top
        return word >> UInt64(number & 63) & 1 == 1
    }

    /// Calls `body` with each broken statement, in the order of the table. Allocates nothing.
    public func forEach(_ body: (MQTTViolation) -> Void) {
        visit(low, from: 0, body)
        visit(high, from: 64, body)
        visit(top, from: 128, body)
    }

    /// Calls `body` with the name of each broken statement, each name once: some statements share that of their section.
    func forEachName(_ version: MQTTVersion, _ type: MQTTPacketType, _ body: (StaticString) -> Void) {
        forEach { violation in
            let name = violation.name(version, type)
            var isNew = true
            forEach { other in
                guard other.rawValue < violation.rawValue else { return }
                if other.name(version, type).isSame(as: name) { isNew = false }
            }
            if isNew { body(name) }
        }
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

extension StaticString {
    /// Whether both have the same bytes.
    fileprivate func isSame(as other: StaticString) -> Bool {
        withUTF8Buffer { own in other.withUTF8Buffer { own.elementsEqual($0) } }
    }
}
