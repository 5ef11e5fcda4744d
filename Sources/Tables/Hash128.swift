/// 128 bits of a seeded hash, which stand for a key that is not kept.
///
/// Two different keys fall together with a probability of about n² / 2¹²⁹ for n entries, and nobody who does not know
/// the seed can make it happen.
public struct Hash128: Hashable, BitwiseCopyable, Sendable {
    /// The upper 64 bits.
    public var high: UInt64
    /// The lower 64 bits, from which a table takes its tag.
    public var low: UInt64

    /// Puts the two halves of a hash together.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// A key that a table can look up: it can be compared and has a tag.
public protocol TableKey: Equatable, Sendable {
    /// 32 bits of a seeded hash of the key, so that nobody can choose keys that crowd one part of a table.
    var tag: UInt32 { get }
}

extension Hash128: TableKey {
    /// The lowest 32 bits.
    @inlinable
    public var tag: UInt32 { UInt32(truncatingIfNeeded: low) }
}

/// A seeded hash of 64 bits: two different keys fall together with a probability of about n² / 2⁶⁵ for n entries.
extension UInt64: TableKey {
    /// The lowest 32 bits.
    @inlinable
    public var tag: UInt32 { UInt32(truncatingIfNeeded: self) }
}
