import Bytes

extension RawSpan {
    /// A hash of the shape of a payload: all of it but numbers and identifiers in hexadecimal, of which only counts how long they are, and
    /// whether a number is zero.
    ///
    /// What a look finds follows from the shape, but for secrets, what hangs on the value of a number, and what check digits decide: where enough digits stand together for a card or an
    /// account, alone or in groups, there is no such hash, and `nil` is returned.
    func shapeHash(_ factor: UInt64) -> UInt64? {
        var hash = UInt64(0x9E37_79B9)
        var group = DigitGroup()
        var offset = 0
        let count = byteCount
        while offset < count {
            let byte = byte(at: offset)
            guard byte &- 0x30 < 10 else {
                if byte != 0x20, byte != 0x2D { group = DigitGroup() }
                hash = (hash ^ UInt64(byte)) &* factor
                hash ^= hash >> 32
                offset &+= 1
                continue
            }
            let run = digitRun(at: offset)
            if run.isNumber {
                if group.count == 0 {
                    group.first = byte
                    group.isBehindCapital = offset > 0 && self.byte(at: offset &- 1) &- 0x41 < 26
                }
                group.count &+= run.length
                if group.mayBeChecked { return nil }
            } else {
                group = DigitGroup()
            }
            // Nothing, up to two, up to five, or so many; an identifier is no number.
            let length = run.isZero ? 1 : run.length <= 2 ? 2 : run.length <= 5 ? 3 : run.length
            let size = run.isNumber ? length : length + 1 << 16
            hash = (hash ^ UInt64(truncatingIfNeeded: size)) &* factor
            hash ^= hash >> 32
            offset &+= run.length
        }
        return hash ^ hash >> 29
    }

    /// A hash of a topic or path without the numbers and identifiers in it; numbers that belong to a word stay (`co2`), and so do those of
    /// a path of LwM2M, whose objects are numbers.
    func templateHash(_ factor: UInt64) -> UInt64 {
        var hash = UInt64(0x7F4A_7C15)
        var offset = 0
        let count = byteCount
        let isObjectPath =
            count > 1 && (byte(at: 0) &- 0x30 < 10 || byte(at: 0) == UInt8(ascii: "/") && byte(at: 1) &- 0x30 < 10)
        var isBehindLetter = false
        while offset < count {
            let byte = byte(at: offset)
            if byte &- 0x30 < 10, !isBehindLetter, !isObjectPath {
                hash = (hash ^ 1) &* factor
                offset &+= digitRun(at: offset).length
            } else {
                hash = (hash ^ UInt64(byte)) &* factor
                isBehindLetter = (byte | 0x20) &- 0x61 < 26 || byte >= 0x80
                offset &+= 1
            }
            hash ^= hash >> 32
        }
        return hash ^ hash >> 29
    }

    /// The number that begins at a place, or the rest of an identifier of small hexadecimal digits.
    private func digitRun(at start: Int) -> (length: Int, isNumber: Bool, isZero: Bool) {
        var offset = start
        var bits: UInt8 = 0
        while offset < byteCount {
            let digit = byte(at: offset) &- 0x30
            guard digit < 10 else { break }
            bits |= digit
            offset &+= 1
        }
        let digits = offset
        while offset < byteCount, byte(at: offset) &- 0x61 < 6 || byte(at: offset) &- 0x30 < 10 { offset &+= 1 }
        let isIdentifier = offset > digits && (offset == byteCount || !byte(at: offset).isLetterOrDigit)
        if isIdentifier { return (offset &- start, false, false) }
        return (digits &- start, true, bits == 0)
    }
}

/// Digits that stand together, with single blanks or hyphens between.
private struct DigitGroup {
    var count = 0
    var first: UInt8 = 0
    var isBehindCapital = false

    /// Whether they may be a number with check digits: no card begins with 0, 1, 7 or 9 (ISO/IEC 7812-1), and milliseconds since 1970
    /// begin with 1; an IBAN begins with two letters.
    var mayBeChecked: Bool {
        if count < 10 { return false }
        if isBehindCapital { return true }
        guard count >= 13 else { return false }
        return first != 0x30 && first != 0x31 && first != 0x37 && first != 0x39
    }
}
