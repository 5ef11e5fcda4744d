import Bytes

/// An IPv4 or IPv6 address in two machine words, so that comparing and hashing are a few instructions.
public struct IPAddress: Hashable, Sendable {
    /// The first eight bytes of an IPv6 address; 0 for IPv4.
    public var high: UInt64
    /// The last eight bytes of an IPv6 address; an IPv4 address in the low 32 bits.
    public var low: UInt64
    /// Whether this is an IPv4 address.
    public var isIPv4: Bool

    /// An IPv4 address, first byte in the most significant byte.
    public init(v4: UInt32) {
        high = 0
        low = UInt64(v4)
        isIPv4 = true
    }

    /// An IPv6 address, first byte in the most significant byte of `high`.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
        isIPv4 = false
    }

    /// The 4 bytes at `offset`; traps outside the span.
    public init(v4 bytes: RawSpan, at offset: Int) { self.init(v4: bytes.uint32(at: offset)) }

    /// The 16 bytes at `offset`; traps outside the span.
    public init(v6 bytes: RawSpan, at offset: Int) {
        self.init(high: bytes.uint64(at: offset), low: bytes.uint64(at: offset + 8))
    }

    /// 0.0.0.0, which stands for "none" in a value that has not been filled yet.
    public static let unspecified = IPAddress(v4: 0)

    /// 32 or 128.
    public var bitWidth: Int { isIPv4 ? 32 : 128 }

    /// 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291, 2.7), or the IPv4 limited broadcast address.
    public var isMulticastOrBroadcast: Bool {
        isIPv4 ? low >> 28 == 0xE || low == 0xFFFF_FFFF : high >> 56 == 0xFF
    }

    /// Byte `index`, from 0, of the 4 or 16.
    public func octet(_ index: Int) -> UInt8 {
        if isIPv4 { return UInt8(truncatingIfNeeded: low >> UInt64(24 - 8 * index)) }
        let word = index < 8 ? high : low
        return UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (index & 7)))
    }
}

extension IPAddress: Comparable {
    /// Orders IPv4 before IPv6, then by bytes.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        if left.isIPv4 != right.isIPv4 { return left.isIPv4 }
        return left.high != right.high ? left.high < right.high : left.low < right.low
    }
}
