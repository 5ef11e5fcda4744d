import Bytes

/// The value of a Block1, Block2 (RFC 7959, 2.2), Q-Block1 or Q-Block2 option (RFC 9177, 4.2).
public struct CoAPBlock: Hashable, Sendable {
    /// NUM: the number of the block, 20 bits.
    public var number: UInt32
    /// M: more blocks follow.
    public var hasMore: Bool
    /// SZX: the size exponent, 0 to 7, of which 7 is reserved.
    public var sizeExponent: UInt8

    /// Takes a `uint` of up to three bytes apart.
    public init(_ value: UInt64) {
        number = UInt32(truncatingIfNeeded: value >> 4 & 0xF_FFFF)
        hasMore = value & 8 != 0
        sizeExponent = UInt8(truncatingIfNeeded: value & 7)
    }

    /// The size in bytes, 2 to the power of SZX + 4.
    public var size: Int { 16 << Int(sizeExponent) }

    /// Where the block begins in the body, in bytes.
    public var offset: Int { Int(number) &* size }

    /// Whether SZX has the reserved value 7.
    public var isReservedSize: Bool { sizeExponent == 7 }

    /// Appends `NUM/M/SIZE`, the notation of RFC 7959, 3; `BERT` for the size where a stream has it (RFC 8323, 6).
    public func write(to text: inout [UInt8], isStreamed: Bool = false) {
        text.append(decimal: number)
        text.append(text: hasMore ? "/1/" : "/0/")
        if isStreamed, isReservedSize { text.append(text: "BERT") } else { text.append(decimal: size) }
    }
}
