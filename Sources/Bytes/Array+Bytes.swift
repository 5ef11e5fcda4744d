extension [UInt8] {
    /// Appends a copy of `bytes`.
    public mutating func append(copying bytes: RawSpan) {
        bytes.withUnsafeBytes { append(contentsOf: $0) }
    }

    /// Puts a copy of `bytes` over the bytes from `offset` on; what would lie behind the end is left out.
    public mutating func overwrite(at offset: Int, copying bytes: RawSpan) {
        guard offset >= 0, offset < count else { return }
        let fitting = Swift.min(bytes.byteCount, count - offset)
        withUnsafeMutableBytes { target in
            bytes.extracting(0..<fitting).withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: target[offset..<(offset + fitting)]).copyMemory(from: $0)
            }
        }
    }

    /// Appends the UTF-8 bytes of a literal, without making a `String`.
    public mutating func append(text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends `value`, an integer of at most 64 bits, in decimal digits.
    ///
    /// Inlinable, so that the conversion is that of the type.
    @inlinable public mutating func append(decimal value: some FixedWidthInteger) {
        append(decimal: UInt64(truncatingIfNeeded: value.magnitude), isNegative: value < 0)
    }

    /// Appends a number in decimal digits, behind a minus sign where it is negative.
    @usableFromInline mutating func append(decimal magnitude: UInt64, isNegative: Bool) {
        if isNegative { append(UInt8(ascii: "-")) }
        let start = count
        var rest = magnitude
        repeat {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: remainder))
            rest = quotient
        } while rest > 0
        // In place: reversing a slice would copy the array.
        var (low, high) = (start, count - 1)
        while low < high {
            swapAt(low, high)
            low += 1
            high -= 1
        }
    }

    /// Appends `value` in decimal digits, with zeros in front up to `width` digits.
    public mutating func append(decimal value: Int, width: Int) {
        var probe = value
        var digits = 1
        while probe >= 10 {
            probe /= 10
            digits += 1
        }
        while digits < width {
            append(UInt8(ascii: "0"))
            digits += 1
        }
        append(decimal: value)
    }

    /// Appends each byte as two lower-case hexadecimal digits.
    public mutating func append(hexOf bytes: RawSpan) {
        for offset in 0..<bytes.byteCount { append(hex: bytes.byte(at: offset)) }
    }

    /// Appends a byte as two lower-case hexadecimal digits.
    public mutating func append(hex value: UInt8) {
        append(hexDigit(value >> 4))
        append(hexDigit(value & 15))
    }
}

/// The lower-case hexadecimal digit of the low four bits.
private func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ (value &- 10)
}
