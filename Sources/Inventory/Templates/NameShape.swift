import Bytes

/// An address, a UUID or a date in a name: told by the places of its digits and separators.
struct NameShape {
    /// What stands for it.
    let placeholder: StaticString
    /// How many bytes it takes.
    let length: Int
    /// Whether it is a date of nothing but eight digits.
    var isBareDate: Bool { length == 8 && placeholder.utf8CodeUnitCount == 6 }

    /// The shape that begins at `start`, where no letter or digit stands before it; `nil` where none does.
    static func length(in name: RawSpan, at start: Int) -> NameShape? {
        guard start < name.byteCount, isHexadecimal(name.byte(at: start)) else { return nil }
        if let length = uuid(name, start) { return NameShape(placeholder: "{uuid}", length: length) }
        if let pairs = pairs(name, start) {
            return NameShape(placeholder: pairs == 6 ? "{mac}" : "{id}", length: pairs * 3 - 1)
        }
        if let length = threeGroups(name, start) { return NameShape(placeholder: "{mac}", length: length) }
        if let length = ipv4(name, start) ?? ipv6(name, start) { return NameShape(placeholder: "{ip}", length: length) }
        if let length = date(name, start) { return NameShape(placeholder: "{date}", length: length) }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6
    }

    private static func isFree(_ name: RawSpan, _ place: Int) -> Bool {
        place >= name.byteCount || !CharacterClass(name.byte(at: place)).isAlphanumeric
    }

    /// How many hexadecimal digits stand at a place, at most `most` and one more.
    private static func hexadecimal(_ name: RawSpan, _ start: Int, most: Int) -> Int {
        var count = 0
        while count <= most, start + count < name.byteCount, isHexadecimal(name.byte(at: start + count)) { count += 1 }
        return count
    }

    /// How many digits stand at a place, at most `most` and one more.
    private static func digits(_ name: RawSpan, _ start: Int, most: Int) -> Int {
        var count = 0
        while count <= most, start + count < name.byteCount, isDigit(name.byte(at: start + count)) { count += 1 }
        return count
    }

    /// Two digits as a number; -1 where there are none.
    private static func pair(_ name: RawSpan, _ start: Int) -> Int {
        guard start + 1 < name.byteCount, isDigit(name.byte(at: start)), isDigit(name.byte(at: start + 1)) else {
            return -1
        }
        return Int(name.byte(at: start) - 0x30) * 10 + Int(name.byte(at: start + 1) - 0x30)
    }

    /// RFC 9562: groups of 8, 4, 4, 4 and 12 digits.
    private static func uuid(_ name: RawSpan, _ start: Int) -> Int? {
        guard start + 36 <= name.byteCount, isFree(name, start + 36) else { return nil }
        let mark = name.byte(at: start + 8)
        guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "_") else { return nil }
        for place in 0..<36 {
            let byte = name.byte(at: start + place)
            let isMark = place == 8 || place == 13 || place == 18 || place == 23
            guard isMark ? byte == mark : isHexadecimal(byte) else { return nil }
        }
        return 36
    }

    /// Six or eight pairs with one separator.
    private static func pairs(_ name: RawSpan, _ start: Int) -> Int? {
        guard start + 17 <= name.byteCount else { return nil }
        let mark = name.byte(at: start + 2)
        guard mark == UInt8(ascii: ":") || mark == UInt8(ascii: "-") || mark == UInt8(ascii: "_") else { return nil }
        var count = 0
        var place = start
        while count < 9, hexadecimal(name, place, most: 2) == 2 {
            count += 1
            place += 2
            guard place < name.byteCount, name.byte(at: place) == mark, count < 9,
                hexadecimal(name, place + 1, most: 2) == 2
            else { break }
            place += 1
        }
        return (count == 6 || count == 8) && isFree(name, place) ? count : nil
    }

    /// Three groups of four digits with dots.
    private static func threeGroups(_ name: RawSpan, _ start: Int) -> Int? {
        guard start + 14 <= name.byteCount, isFree(name, start + 14) else { return nil }
        for place in 0..<14 {
            let byte = name.byte(at: start + place)
            guard place == 4 || place == 9 ? byte == UInt8(ascii: ".") : isHexadecimal(byte) else { return nil }
        }
        return 14
    }

    private static func ipv4(_ name: RawSpan, _ start: Int) -> Int? {
        var place = start
        for part in 0..<4 {
            let count = digits(name, place, most: 3)
            guard count > 0, count <= 3 else { return nil }
            var value = 0
            for digit in 0..<count { value = value * 10 + Int(name.byte(at: place + digit) - 0x30) }
            guard value <= 255 else { return nil }
            place += count
            if part < 3 {
                guard place < name.byteCount, name.byte(at: place) == UInt8(ascii: ".") else { return nil }
                place += 1
            }
        }
        let goesOn =
            place + 1 < name.byteCount && name.byte(at: place) == UInt8(ascii: ".") && isDigit(name.byte(at: place + 1))
        return isFree(name, place) && !goesOn ? place - start : nil
    }

    /// Groups of up to four digits with colons: eight of them, or fewer and a double colon (RFC 4291, 2.2).
    private static func ipv6(_ name: RawSpan, _ start: Int) -> Int? {
        var (place, colons, groups, isShort) = (start, 0, 0, false)
        while place < name.byteCount, place - start < 40 {
            let count = hexadecimal(name, place, most: 4)
            guard count <= 4 else { return nil }
            if count > 0 {
                groups += 1
                place += count
            }
            guard place < name.byteCount, name.byte(at: place) == UInt8(ascii: ":") else { break }
            colons += 1
            place += 1
            if place < name.byteCount, name.byte(at: place) == UInt8(ascii: ":") {
                isShort = true
                place += 1
            }
        }
        guard isFree(name, place), groups == 8 && colons == 7 || isShort && groups < 8 && groups > 0 else { return nil }
        return place - start
    }

    /// `2026-11-30`, `20261130`, and a time behind it (RFC 3339).
    private static func date(_ name: RawSpan, _ start: Int) -> Int? {
        let century = pair(name, start)
        guard century == 19 || century == 20, pair(name, start + 2) >= 0 else { return nil }
        var place = start + 4
        let isMarked =
            place < name.byteCount
            && [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(name.byte(at: place))
        let mark = isMarked ? name.byte(at: place) : 0
        if isMarked { place += 1 }
        guard (1...12).contains(pair(name, place)) else { return nil }
        place += 2
        if isMarked {
            guard place < name.byteCount, name.byte(at: place) == mark else { return nil }
            place += 1
        }
        guard (1...31).contains(pair(name, place)) else { return nil }
        place += 2
        return isFree(name, place) ? place - start : time(name, place).map { $0 - start }
    }

    /// `T12:30:00.5Z` behind a date; gives where it ends.
    private static func time(_ name: RawSpan, _ start: Int) -> Int? {
        guard start < name.byteCount, name.byte(at: start) | 0x20 == UInt8(ascii: "t") else { return nil }
        var place = start + 1
        guard (0...24).contains(pair(name, place)) else { return nil }
        // Digits, colons, a fraction, an offset: as far as they go.
        while place < name.byteCount, place - start < 40 {
            let byte = name.byte(at: place)
            guard
                isDigit(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "+")
                    || byte | 0x20 == UInt8(ascii: "z")
            else { break }
            place += 1
        }
        return isFree(name, place) ? place : nil
    }
}
