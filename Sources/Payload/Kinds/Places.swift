import Bytes

/// Places on Earth in the forms in which they are written.
enum Places {
    /// Whether a number can be a latitude that somebody measured.
    static func isLatitude(_ value: Double) -> Bool { value != 0 && abs(value) <= 90 }

    /// Whether a number can be a longitude that somebody measured.
    static func isLongitude(_ value: Double) -> Bool { value != 0 && abs(value) <= 180 }

    /// Whether a number is a latitude or longitude times a power of ten, as whole numbers are sent.
    static func isScaled(_ value: Double, limit: Double) -> Bool {
        guard value.rounded() == value, abs(value) > 20_000 else { return false }
        return abs(value) <= limit * 1e7
    }

    /// How many digits a number has behind its point.
    static func decimals(_ text: RawSpan) -> Int {
        var (count, isBehind) = (0, false)
        for offset in 0..<text.byteCount {
            let byte = text.byte(at: offset)
            if byte == UInt8(ascii: ".") {
                isBehind = true
            } else if isBehind, (0x30...0x39).contains(byte) {
                count += 1
            }
        }
        return count
    }

    /// Whether somewhere in a text stand two numbers that are latitude and longitude, or the other way round: with enough
    /// decimals, and nothing but a sign or blank between.
    static func holdsPair(_ text: RawSpan) -> Bool {
        var offset = 0
        var (previous, previousEnd, previousDecimals) = (0.0, -1, 0)
        while offset < text.byteCount {
            let byte = text.byte(at: offset)
            guard (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") else {
                offset += 1
                continue
            }
            let start = offset
            if offset > 0 {
                let before = text.byte(at: offset - 1)
                if before == UInt8(ascii: ".") || (0x41...0x5A).contains(before & 0xDF) {
                    offset += 1
                    continue
                }
            }
            offset += 1
            while offset < text.byteCount,
                (0x30...0x39).contains(text.byte(at: offset)) || text.byte(at: offset) == UInt8(ascii: ".")
            {
                offset += 1
            }
            let word = text.extracting(start..<offset)
            guard let value = decimalNumber(word) else { continue }
            let decimals = decimals(word)
            if previousEnd >= 0, previousDecimals >= 3, decimals >= 3, isGap(text, previousEnd, start),
                isLatitude(previous) && isLongitude(value) || isLongitude(previous) && isLatitude(value)
            {
                return true
            }
            (previous, previousEnd, previousDecimals) = (value, offset, decimals)
        }
        return false
    }

    /// Whether what stands between two numbers joins them to a pair.
    private static func isGap(_ text: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard end > start, end - start <= 8 else { return false }
        for offset in start..<end {
            switch text.byte(at: offset) {
            case 0x20, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "/"), UInt8(ascii: "N"), UInt8(ascii: "S"),
                UInt8(ascii: "E"), UInt8(ascii: "W"), UInt8(ascii: "|"), 0xC2, 0xB0:
                continue
            default: return false
            }
        }
        return true
    }

    /// Whether the sentence of NMEA 0183 that begins at a place has a position: neither void nor empty.
    static func holdsFix(_ text: RawSpan, at start: Int) -> Bool {
        // AIS: a position report is of type 1, 2, 3, 4, 9, 11, 17, 18, 19, 21, 27; the type is the first sixth of the payload.
        if text.byte(at: start) == UInt8(ascii: "!") {
            // What follows the first of several sentences has no type.
            guard let part = field(2, text, start), text.slice(part).elementsEqual("1"),
                let field = field(5, text, start), !field.isEmpty
            else { return false }
            let code = text.byte(at: field.offset)
            let type = code >= 96 ? Int(code) - 56 : Int(code) - 48
            return [1, 2, 3, 4, 9, 11, 17, 18, 19, 21, 27].contains(type)
        }
        guard start + 6 < text.byteCount else { return false }
        let type = text.extracting(start + 3..<start + 6)
        if type.elementsEqual("GGA") || type.elementsEqual("GNS") {
            return isFilled(2, text, start) && isFilled(4, text, start) && !isZero(6, text, start)
        }
        if type.elementsEqual("RMC") {
            return isFilled(3, text, start) && isFilled(5, text, start) && !isVoid(2, text, start)
        }
        return isFilled(1, text, start) && isFilled(3, text, start) && !isVoid(6, text, start)
    }

    private static func isFilled(_ number: Int, _ text: RawSpan, _ start: Int) -> Bool {
        guard let field = field(number, text, start), let value = decimalNumber(text.slice(field)) else { return false }
        return value != 0
    }

    private static func isZero(_ number: Int, _ text: RawSpan, _ start: Int) -> Bool {
        field(number, text, start).map { text.slice($0).elementsEqual("0") } ?? true
    }

    private static func isVoid(_ number: Int, _ text: RawSpan, _ start: Int) -> Bool {
        field(number, text, start).map { text.slice($0).elementsEqual("V") } ?? true
    }

    /// A field of a sentence, counted from 0.
    private static func field(_ number: Int, _ text: RawSpan, _ start: Int) -> ByteRange? {
        // A sentence has at most 82 characters.
        let text = text.prefix(start + 96)
        var (offset, left) = (start, number)
        while left > 0 {
            while offset < text.byteCount, text.byte(at: offset) != UInt8(ascii: ",") {
                if text.byte(at: offset) < 0x20 { return nil }
                offset += 1
            }
            guard offset < text.byteCount else { return nil }
            offset += 1
            left -= 1
        }
        var end = offset
        while end < text.byteCount, text.byte(at: end) != UInt8(ascii: ","), text.byte(at: end) != UInt8(ascii: "*"),
            text.byte(at: end) >= 0x20
        {
            end += 1
        }
        return ByteRange(offset: offset, count: end - offset)
    }
}
