import Bytes

extension RawSpan {
    /// A hash of the shape of a payload: all of it but numbers and identifiers in hexadecimal, of which only counts how
    /// long they are, and whether a number is zero.
    ///
    /// What a look finds follows from the shape, but for secrets, what hangs on the value of a number, and what check
    /// digits decide: where enough digits stand together for a card or an account, alone or in groups, there is no such
    /// hash, and `nil` is returned.
    func shapeHash(_ key: UInt64) -> UInt64? {
        var shape = ShapeHash(key)
        var group = DigitGroup()
        var offset = 0
        while offset < byteCount {
            let word = word(at: offset)
            let text = min(digits(in: word).firstByte, byteCount &- offset)
            if text > 0 {
                shape.add(text: word, count: text)
                if !isSeparator(word, text) { group = DigitGroup() }
                offset &+= text
                guard text < 8, offset < byteCount else { continue }
            }
            let run = digitRun(at: offset)
            if run.isNumber {
                if group.count == 0 {
                    group.first = byte(at: offset)
                    group.isBehindCapital = offset > 0 && byte(at: offset &- 1) &- 0x41 < 26
                }
                group.count &+= run.length
                if group.mayBeChecked { return nil }
            } else {
                group = DigitGroup()
            }
            // Nothing, up to two, up to five, or so many; an identifier is no number.
            let length = run.isZero ? 1 : run.length <= 2 ? 2 : run.length <= 5 ? 3 : run.length
            shape.add(token: run.isNumber ? length : length &+ 1 << 32)
            offset &+= run.length
        }
        return shape.value
    }

    /// A hash of a topic or path without the numbers and identifiers in it; numbers that belong to a word stay (`co2`),
    /// and so do those of a path of LwM2M, whose objects are numbers.
    func templateHash(_ key: UInt64) -> UInt64 {
        var shape = ShapeHash(key)
        var offset = 0
        let isObjectPath = byteCount > 1 && (byte(at: 0).isDigit || byte(at: 0) == 0x2F && byte(at: 1).isDigit)
        while offset < byteCount {
            let word = word(at: offset)
            var text = min(isObjectPath ? 8 : digits(in: word).firstByte, byteCount &- offset)
            if text == 0, offset > 0 {
                let before = byte(at: offset &- 1)
                if (before | 0x20) &- 0x61 < 26 || before >= 0x80 { text = 1 }
            }
            if text > 0 {
                shape.add(text: word, count: text)
                offset &+= text
            } else {
                shape.add(token: 1)
                offset &+= digitRun(at: offset).length
            }
        }
        return shape.value
    }

    /// The number that begins at a place, or the rest of an identifier of small hexadecimal digits.
    private func digitRun(at start: Int) -> (length: Int, isNumber: Bool, isZero: Bool) {
        var offset = start
        var bits: UInt64 = 0
        while offset < byteCount {
            let word = word(at: offset)
            let length = (digits(in: word) ^ topBits).firstByte
            // What is left of an ASCII digit without 0x30 is its value.
            bits |= (word ^ 0x3030_3030_3030_3030) & lowBytes(length)
            offset &+= length
            if length < 8 { break }
        }
        let digits = offset
        while offset < byteCount, byte(at: offset) &- 0x61 < 6 || byte(at: offset).isDigit { offset &+= 1 }
        let isIdentifier = offset > digits && (offset == byteCount || !byte(at: offset).isLetterOrDigit)
        if isIdentifier { return (offset &- start, false, false) }
        return (digits &- start, true, bits == 0)
    }
}

/// The top bit of each of eight bytes.
private let topBits: UInt64 = 0x8080_8080_8080_8080

/// The top bits of those of eight bytes that are ASCII digits.
private func digits(in word: UInt64) -> UInt64 {
    // Without 0x30 a digit is at most 9, and only what is more has its top bit set once 0x76 is added to its low seven
    // bits.
    let rest = word ^ 0x3030_3030_3030_3030
    return ~((rest & ~topBits) &+ 0x7676_7676_7676_7676 | rest) & topBits
}

/// Ones in the first `count` bytes of a word, at most eight.
private func lowBytes(_ count: Int) -> UInt64 { ~(~0 << UInt64(truncatingIfNeeded: count &* 8)) }

/// Whether the first `count` bytes of a word are blanks and hyphens: they stand within a number.
@inline(__always) private func isSeparator(_ word: UInt64, _ count: Int) -> Bool {
    for place in 0..<count {
        let byte = word >> UInt64(truncatingIfNeeded: place &* 8) & 0xFF
        if byte != 0x20, byte != 0x2D { return false }
    }
    return true
}

extension UInt64 {
    /// The first byte, least significant first, of which the top bit is set; 8 where none is.
    fileprivate var firstByte: Int { trailingZeroBitCount >> 3 }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self &- 0x30 < 10 }
}

/// The hash of a row of texts and tokens.
///
/// Each step multiplies by a key that is drawn at each start and folds the two halves of the product, so that nobody
/// who does not know the key can find two rows that meet.
private struct ShapeHash {
    private let key: UInt64
    private(set) var value: UInt64

    init(_ key: UInt64) {
        self.key = key
        value = key &* 0x9E37_79B9_7F4A_7C15
    }

    /// Adds the first `count` bytes of a word, one to eight.
    mutating func add(text word: UInt64, count: Int) {
        mix(word & lowBytes(count), UInt64(truncatingIfNeeded: count))
    }

    mutating func add(token: Int) { mix(UInt64(truncatingIfNeeded: token), 0) }

    /// The kind of what is added stands in the other factor: a text of zeros is no shorter one, and no token.
    private mutating func mix(_ word: UInt64, _ kind: UInt64) {
        let product = (value ^ word).multipliedFullWidth(by: key ^ kind << 1)
        value = product.high ^ product.low
    }
}

/// Digits that stand together, with blanks or hyphens between.
private struct DigitGroup {
    var count = 0
    var first: UInt8 = 0
    var isBehindCapital = false

    /// Whether they may be a number with check digits: no card begins with 0, 1, 7 or 9 (ISO/IEC 7812-1), and
    /// milliseconds since 1970 begin with 1; an IBAN begins with two letters.
    var mayBeChecked: Bool {
        if count < 10 { return false }
        if isBehindCapital { return true }
        guard count >= 13 else { return false }
        return first != 0x30 && first != 0x31 && first != 0x37 && first != 0x39
    }
}
