/// The bits of a `BitSet`.
public protocol BitStorage: Hashable, Sendable {
    /// How many bits there are.
    static var capacity: Int { get }
    /// No bit.
    static var empty: Self { get }
    /// Whether no bit is set.
    var isEmpty: Bool { get }
    /// How many bits are set.
    var count: Int { get }
    /// The lowest bit that is set; `nil` where none is.
    var lowest: UInt8? { get }
    /// Whether a bit is set.
    func contains(_ bit: UInt8) -> Bool
    /// Sets a bit.
    mutating func insert(_ bit: UInt8)
    /// Clears a bit.
    mutating func remove(_ bit: UInt8)
    /// Sets the bits of another value.
    mutating func formUnion(_ other: Self)
    /// Whether there is a bit that is set in both.
    func intersects(_ other: Self) -> Bool
}

extension BitStorage where Self: FixedWidthInteger & UnsignedInteger {
    /// How many bits there are.
    @inlinable
    public static var capacity: Int { bitWidth }
    /// No bit.
    @inlinable
    public static var empty: Self { 0 }
    /// Whether no bit is set.
    @inlinable
    public var isEmpty: Bool { self == 0 }
    /// How many bits are set.
    @inlinable
    public var count: Int { nonzeroBitCount }
    /// The lowest bit that is set; `nil` where none is.
    @inlinable
    public var lowest: UInt8? { self == 0 ? nil : UInt8(truncatingIfNeeded: trailingZeroBitCount) }
    /// Whether a bit is set.
    @inlinable
    public func contains(_ bit: UInt8) -> Bool { self &>> Self(truncatingIfNeeded: bit) & 1 != 0 }
    /// Sets a bit.
    @inlinable
    public mutating func insert(_ bit: UInt8) { self |= 1 &<< Self(truncatingIfNeeded: bit) }
    /// Clears a bit.
    @inlinable
    public mutating func remove(_ bit: UInt8) { self &= ~(1 &<< Self(truncatingIfNeeded: bit)) }
    /// Sets the bits of another value.
    @inlinable
    public mutating func formUnion(_ other: Self) { self |= other }
    /// Whether there is a bit that is set in both.
    @inlinable
    public func intersects(_ other: Self) -> Bool { self & other != 0 }
}

extension UInt32: BitStorage {}
extension UInt64: BitStorage {}
extension UInt128: BitStorage {}

/// 192 bits in three words.
public struct UInt192Bits: BitStorage {
    @usableFromInline var low: UInt64 = 0
    @usableFromInline var middle: UInt64 = 0
    @usableFromInline var high: UInt64 = 0

    @inlinable
    init() {}

    /// How many bits there are.
    @inlinable
    public static var capacity: Int { 192 }
    /// No bit.
    @inlinable
    public static var empty: Self { Self() }
    /// Whether no bit is set.
    @inlinable
    public var isEmpty: Bool { low | middle | high == 0 }
    /// How many bits are set.
    @inlinable
    public var count: Int { low.nonzeroBitCount + middle.nonzeroBitCount + high.nonzeroBitCount }

    /// The lowest bit that is set; `nil` where none is.
    @inlinable
    public var lowest: UInt8? {
        if let bit = low.lowest { return bit }
        if let bit = middle.lowest { return bit &+ 64 }
        return high.lowest.map { $0 &+ 128 }
    }

    /// Whether a bit is set.
    @inlinable
    public func contains(_ bit: UInt8) -> Bool {
        let word = bit < 64 ? low : bit < 128 ? middle : high
        return word.contains(bit & 63)
    }

    /// Sets a bit.
    @inlinable
    public mutating func insert(_ bit: UInt8) {
        switch bit >> 6 {
        case 0: low.insert(bit & 63)
        case 1: middle.insert(bit & 63)
        default: high.insert(bit & 63)
        }
    }

    /// Clears a bit.
    @inlinable
    public mutating func remove(_ bit: UInt8) {
        switch bit >> 6 {
        case 0: low.remove(bit & 63)
        case 1: middle.remove(bit & 63)
        default: high.remove(bit & 63)
        }
    }

    /// Sets the bits of another value.
    @inlinable
    public mutating func formUnion(_ other: Self) {
        low |= other.low
        middle |= other.middle
        high |= other.high
    }

    /// Whether there is a bit that is set in both.
    @inlinable
    public func intersects(_ other: Self) -> Bool {
        low & other.low | middle & other.middle | high & other.high != 0
    }
}

/// A set of the cases of an enumeration, a bit each by raw value: a plain value without references.
///
/// `Storage` must have a bit for each case. Elements come in the order of their raw values.
public struct BitSet<Element: RawRepresentable & Sendable, Storage: BitStorage>: Hashable, Sendable
where Element.RawValue == UInt8 {
    @usableFromInline var bits = Storage.empty

    /// The empty set.
    @inlinable
    public init() {}

    /// A set of one.
    @inlinable
    public init(_ element: Element) { bits.insert(element.rawValue) }

    /// Whether it holds nothing.
    @inlinable
    public var isEmpty: Bool { bits.isEmpty }

    /// How many it holds.
    @inlinable
    public var count: Int { bits.count }

    /// Whether it holds an element.
    @inlinable
    public func contains(_ element: Element) -> Bool { bits.contains(element.rawValue) }

    /// Whether it holds an element of another set.
    @inlinable
    public func intersects(_ other: Self) -> Bool { bits.intersects(other.bits) }

    /// Adds an element.
    @inlinable
    public mutating func insert(_ element: Element) { bits.insert(element.rawValue) }

    /// Takes out an element.
    @inlinable
    public mutating func remove(_ element: Element) { bits.remove(element.rawValue) }

    /// Adds the elements of another set.
    @inlinable
    public mutating func formUnion(_ other: Self) { bits.formUnion(other.bits) }

    /// Takes out the element of the lowest raw value and gives it; `nil` where the set is empty.
    @inlinable
    public mutating func popFirst() -> Element? {
        guard let lowest = bits.lowest else { return nil }
        bits.remove(lowest)
        return Element(rawValue: lowest)
    }

    /// Calls `body` with each element.
    ///
    /// Allocates nothing.
    @inlinable
    public func forEach(_ body: (Element) -> Void) {
        var rest = self
        while let element = rest.popFirst() { body(element) }
    }
}
