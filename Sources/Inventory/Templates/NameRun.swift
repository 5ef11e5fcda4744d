import Bytes

/// Letters and digits in a row, and what they look like.
struct NameRun {
    /// How many there are.
    let length: Int
    /// Where the run ends in the name.
    let end: Int
    private(set) var digits = 0
    /// Letters, one for each byte beyond ASCII.
    private(set) var letters = 0
    private(set) var isHexadecimal = true
    private var vowels = 0
    private var uppers = 0
    /// How often a letter follows a digit, or a digit a letter.
    private var turns = 0
    /// How often the class of the characters changes, upper and lower case being two.
    private var changes = 0
    private var beginsWithDigit = false
    /// Whether it begins with `0x`.
    private var isMarked = false
    private var isWord = false

    /// Reads the run that begins at `start`.
    init(_ name: RawSpan, from start: Int) {
        var place = start
        var before = CharacterClass.other
        while place < name.byteCount {
            let byte = name.byte(at: place)
            let kind = CharacterClass(byte)
            guard kind.isAlphanumeric else { break }
            if kind == .digit { digits &+= 1 } else { letters &+= 1 }
            if kind == .upper { uppers &+= 1 }
            let lower = byte | 0x20
            if kind != .digit, lower < UInt8(ascii: "a") || lower > UInt8(ascii: "f") { isHexadecimal = false }
            if kind != .digit, Self.isVowel(byte) { vowels &+= 1 }
            if place > start, kind != before {
                changes &+= 1
                if (kind == .digit) != (before == .digit) { turns &+= 1 }
            }
            before = kind
            place &+= 1
        }
        end = place
        length = place &- start
        guard length > 1 else { return }
        beginsWithDigit = CharacterClass(name.byte(at: start)) == .digit
        isMarked = name.byte(at: start) == UInt8(ascii: "0") && name.byte(at: start + 1) | 0x20 == UInt8(ascii: "x")
        if isHexadecimal, digits == 0 { isWord = NameWords.isHexadecimalWord(name.extracting(start..<end)) }
    }

    private static func isVowel(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return true }
        switch byte | 0x20 {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
            UInt8(ascii: "y"):
            return true
        default: return false
        }
    }

    /// Whether it is twelve hexadecimal digits: the address of a link without its separators.
    var isHardwareAddress: Bool { isHexadecimal && length == 12 && letters > 0 }

    /// Whether there are letters of both cases, more than one of them upper.
    var hasMixedCase: Bool { uppers > 1 && uppers < letters }

    /// Whether it is an identifier, not words and numbers.
    func isIdentifier(_ form: NameTemplate.Form) -> Bool {
        if isMarked, length >= 6 { return true }
        if isHexadecimal, !isWord, isHexadecimalIdentifier(form) { return true }
        if digits > 0 {
            // Zone12b3 is none yet, x7k2m9 is.
            if turns >= 3, length >= (form == .record ? 6 : 5) { return true }
            if turns >= 2, length >= 12, digits >= 3, uppers > 0, uppers < letters { return true }
            if length >= 8, changes * 2 > length, uppers > 0 { return true }
            return length >= 20 && turns >= 2
        }
        guard letters == length, length >= 8 else { return false }
        let isMixed = hasMixedCase
        if form != .record, isMixed, changes * 2 > length { return true }
        if length >= 16, isMixed, changes * 5 > length * 2 { return true }
        // Almost no vowel in a long row of letters.
        return length >= 10 && vowels * 8 < length
    }

    /// Of hexadecimal digits only.
    private func isHexadecimalIdentifier(_ form: NameTemplate.Form) -> Bool {
        if form == .record {
            if digits == 0 { return length >= 8 }
            if letters == 0 { return false }
            // Cafe01 is a room.
            if turns == 1, !beginsWithDigit, length < 12 { return false }
            return length >= 6
        }
        // A tail of random digits looks like a word now and then: all that may be one is taken for one, so that the
        // names of one client stay one.
        if length >= 6 { return true }
        return length >= 4 && digits > 0 && turns >= 2
    }

    /// Whether a whole level is one token of letters, digits, dashes, underscores, dots and such: of mixed case and without
    /// words.
    static func isOpaque(_ level: RawSpan) -> Bool {
        var (digits, uppers, lowers, changes, others) = (0, 0, 0, 0, 0)
        var before = CharacterClass.other
        for place in 0..<min(level.byteCount, 512) {
            let byte = level.byte(at: place)
            guard byte < 0x80, byte > 0x20 else { return false }
            let kind = CharacterClass(byte)
            switch kind {
            case .digit: digits += 1
            case .upper: uppers += 1
            case .lower: lowers += 1
            case .other: others += 1
            }
            if kind != .other, before != .other, kind != before { changes += 1 }
            before = kind
        }
        let count = digits + uppers + lowers
        return digits >= 2 && uppers >= 3 && lowers >= 3 && others * 6 <= count && changes * 5 >= count * 2
    }

    /// Whether it is a term that has a digit: a substance, a version, a technique.
    func isTerm(_ bytes: RawSpan) -> Bool { NameWords.isTerm(bytes) }
}
