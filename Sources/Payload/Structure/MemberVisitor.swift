import Bytes

/// What a value stands under.
enum MemberKey {
    /// Nothing: it is a member of an array, or all there is.
    case none
    /// Text, without its quotation marks.
    case text(ByteRange)
    /// A number, as in CBOR.
    case number(Int64)
}

/// A value that has no members.
enum Scalar {
    /// Text, without its quotation marks, escapes as they are.
    case string(ByteRange)
    /// A number in decimal digits.
    case digits(ByteRange)
    /// A number that stands there in binary.
    case real(Double)
    case bool(Bool)
    case null
    case bytes(ByteRange)
}

/// Takes the members of a payload as a walk comes by them; nothing is built.
protocol MemberVisitor: ~Copyable {
    /// An object or array begins.
    mutating func open(_ key: MemberKey, isArray: Bool, _ bytes: RawSpan)
    /// The innermost object or array ends.
    mutating func close()
    /// A value.
    mutating func scalar(_ key: MemberKey, _ value: Scalar, _ bytes: RawSpan)
}

/// How a walk ended.
enum WalkVerdict {
    /// All of it is what it was taken for.
    case whole
    /// All that there is, but there is not all of it; or it is nested deeper than anybody looks.
    case cut
    /// It is something else.
    case foreign
}

/// How deep objects and arrays may be nested; what is deeper is not looked at.
let deepestNesting = 48

/// A number in decimal digits as JSON has it (RFC 8259, 6), or with a plus sign; `nil` for anything else.
///
/// Digits beyond the 18th only count for the size of the number.
func decimalNumber(_ text: RawSpan) -> Double? {
    var offset = 0
    let count = text.byteCount
    guard count > 0 else { return nil }
    let isNegative = text.byte(at: 0) == UInt8(ascii: "-")
    if isNegative || text.byte(at: 0) == UInt8(ascii: "+") { offset = 1 }
    var (digits, mantissa, scale) = (0, UInt64(0), 0)
    func digit(_ offset: Int) -> UInt64? {
        guard offset < count else { return nil }
        let value = text.byte(at: offset) &- 0x30
        return value < 10 ? UInt64(value) : nil
    }
    while let value = digit(offset) {
        if mantissa < 100_000_000_000_000_000 { mantissa = mantissa &* 10 &+ value } else { scale += 1 }
        digits += 1
        offset += 1
    }
    if offset < count, text.byte(at: offset) == UInt8(ascii: ".") {
        offset += 1
        while let value = digit(offset) {
            if mantissa < 100_000_000_000_000_000 {
                mantissa = mantissa &* 10 &+ value
                scale -= 1
            }
            digits += 1
            offset += 1
        }
    }
    guard digits > 0 else { return nil }
    if offset < count, text.byte(at: offset) | 0x20 == UInt8(ascii: "e") {
        offset += 1
        var isSmall = false
        if offset < count, [UInt8(ascii: "-"), UInt8(ascii: "+")].contains(text.byte(at: offset)) {
            isSmall = text.byte(at: offset) == UInt8(ascii: "-")
            offset += 1
        }
        guard digit(offset) != nil else { return nil }
        var exponent = 0
        while let value = digit(offset) {
            if exponent < 10_000 { exponent = exponent * 10 + Int(value) }
            offset += 1
        }
        scale += isSmall ? -exponent : exponent
    }
    guard offset == count else { return nil }
    let value = Double(mantissa) * powerOfTen(scale)
    return isNegative ? -value : value
}

/// 10 to a power; infinite or 0 where that is beyond a `Double`.
private func powerOfTen(_ exponent: Int) -> Double {
    if exponent > 310 { return .infinity }
    if exponent < -340 { return 0 }
    var (result, base, rest) = (1.0, 10.0, exponent.magnitude)
    while rest > 0 {
        if rest & 1 == 1 { result *= base }
        base *= base
        rest >>= 1
    }
    return exponent < 0 ? 1 / result : result
}

extension RawSpan {
    /// Whether a byte is a blank of JSON, which are those of most text.
    func isBlank(at offset: Int) -> Bool {
        let byte = byte(at: offset)
        return byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// The bytes without blanks at both ends.
    var trimmedRange: ByteRange {
        var (start, end) = (0, byteCount)
        while start < end, isBlank(at: start) { start += 1 }
        while end > start, isBlank(at: end - 1) { end -= 1 }
        return ByteRange(offset: start, count: end - start)
    }
}

/// Finds the value of a payload that has one number, and little else.
struct NumberFinder: MemberVisitor, ~Copyable {
    private static var mostValues: Int { 3 }

    private var value: Double?
    private var (numbers, scalars) = (0, 0)

    /// The number; `nil` where there are none or several, or many other values.
    var number: Double? { numbers == 1 && scalars <= Self.mostValues ? value : nil }

    /// Takes a number.
    mutating func note(_ number: Double?) {
        guard let number else { return }
        value = number
        (numbers, scalars) = (numbers + 1, scalars + 1)
    }

    mutating func open(_ key: MemberKey, isArray: Bool, _ bytes: RawSpan) {}
    mutating func close() {}

    mutating func scalar(_ key: MemberKey, _ value: Scalar, _ bytes: RawSpan) {
        switch value {
        case .digits(let range): note(decimalNumber(bytes.slice(range)))
        case .real(let number): note(number)
        case .string, .bool, .null, .bytes: scalars += 1
        }
    }
}
