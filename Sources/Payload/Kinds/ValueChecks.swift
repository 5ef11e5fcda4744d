import Bytes

/// Forms that values have by themselves, with their check digits.
enum ValueChecks {
    /// Whether digits pass the check of ISO/IEC 7812-1, annex B (Luhn).
    static func passesLuhn(_ digits: RawSpan) -> Bool {
        var (sum, isDoubled) = (0, false)
        var offset = digits.byteCount
        while offset > 0 {
            offset -= 1
            let byte = digits.byte(at: offset)
            guard (0x30...0x39).contains(byte) else { continue }
            var value = Int(byte - 0x30)
            if isDoubled {
                value *= 2
                if value > 9 { value -= 9 }
            }
            sum += value
            isDoubled.toggle()
        }
        return sum % 10 == 0
    }

    /// Whether a text is the number of a payment card: 13 to 19 digits, alone or in groups, of an issuer's length that passes
    /// Luhn.
    static func isCard(_ text: RawSpan) -> Bool {
        var (digits, prefix, isSame) = (0, 0, true)
        var first: UInt8 = 0
        for offset in 0..<text.byteCount {
            let byte = text.byte(at: offset)
            if byte == 0x20 || byte == UInt8(ascii: "-") { continue }
            guard (0x30...0x39).contains(byte) else { return false }
            if digits == 0 { first = byte }
            isSame = isSame && byte == first
            if digits < 4 { prefix = prefix * 10 + Int(byte - 0x30) }
            digits += 1
        }
        guard !isSame, (13...19).contains(digits) else { return false }
        let isIssued: Bool
        switch prefix {
        case 4000...4999: isIssued = digits == 13 || digits == 16 || digits == 19
        case 5100...5599, 2221...2720: isIssued = digits == 16
        case 3400...3499, 3700...3799: isIssued = digits == 15
        case 3000...3059, 3095, 3600...3699, 3800...3999: isIssued = (14...19).contains(digits)
        case 3528...3589, 6011, 6440...6599, 8100...8199, 6200...6299: isIssued = (16...19).contains(digits)
        case 5000...5099, 5600...5899, 6000...6999: isIssued = (13...19).contains(digits)
        default: isIssued = false
        }
        return isIssued && passesLuhn(text)
    }

    /// Whether a text is an IBAN: the length of its country, and a remainder of 1 modulo 97 (ISO 13616-1, ISO/IEC 7064).
    static func isIBAN(_ text: RawSpan) -> Bool {
        var characters = InlineArray<34, UInt8>(repeating: 0)
        var count = 0
        for offset in 0..<text.byteCount {
            let byte = text.byte(at: offset)
            if byte == 0x20 { continue }
            let isLawful = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            guard isLawful, count < 34 else { return false }
            characters[count] = byte >= 0x61 ? byte - 0x20 : byte
            count += 1
        }
        guard count >= 15, (0x41...0x5A).contains(characters[0]), (0x41...0x5A).contains(characters[1]),
            (0x30...0x39).contains(characters[2]), (0x30...0x39).contains(characters[3]),
            lengths[UInt16(characters[0]) << 8 | UInt16(characters[1])].map({ $0 == count }) ?? false
        else { return false }
        var rest = 0
        for index in 0..<count {
            let character = characters[(index + 4) % count]
            let value = character >= 0x41 ? Int(character) - 55 : Int(character) - 48
            rest = (rest * (value > 9 ? 100 : 10) + value) % 97
        }
        return rest == 1
    }

    /// Whether two capitals and two digits stand at a place, as at the beginning of an IBAN.
    static func beginsLikeIBAN(_ text: RawSpan, at start: Int) -> Bool {
        guard start + 4 <= text.byteCount else { return false }
        return (0x41...0x5A).contains(text.byte(at: start)) && (0x41...0x5A).contains(text.byte(at: start + 1))
            && (0x30...0x39).contains(text.byte(at: start + 2)) && (0x30...0x39).contains(text.byte(at: start + 3))
    }

    /// Whether an IBAN stands at a place, in groups or not.
    static func holdsIBAN(_ text: RawSpan, at start: Int) -> Bool {
        guard start + 4 <= text.byteCount, (0x41...0x5A).contains(text.byte(at: start + 1)),
            let length = lengths[text.uint16(at: start)]
        else { return false }
        var (end, count) = (start, 0)
        while end < text.byteCount, count < length {
            let byte = text.byte(at: end)
            if byte.isLetterOrDigit { count += 1 } else if byte != 0x20 { return false }
            end += 1
        }
        guard count == length, end == text.byteCount || !text.byte(at: end).isLetterOrDigit else { return false }
        return isIBAN(text.extracting(start..<end))
    }

    /// Characters of the IBANs of each country (registry of SWIFT).
    private static let lengths: [UInt16: Int] = {
        var lengths: [UInt16: Int] = [:]
        let text = """
            AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 \
            GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 \
            MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 SI19 SK24 SM27 ST25 SV28 \
            TL23 TN24 TR26 UA29 VA22 VG24 XK20
            """
        for entry in text.split(separator: " ") {
            let bytes = Array(entry.utf8)
            lengths[UInt16(bytes[0]) << 8 | UInt16(bytes[1])] = Int(entry.dropFirst(2))
        }
        return lengths
    }()

    /// The mail address around the `@` at a place; `nil` where it is part of something else, such as the address of a host.
    static func mail(_ text: RawSpan, at place: Int) -> ByteRange? {
        func isLocal(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "%"),
                UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "'"):
                true
            default: false
            }
        }
        var start = place
        while start > 0, isLocal(text.byte(at: start - 1)), place - start < 65 { start -= 1 }
        while start < place, text.byte(at: start) == UInt8(ascii: "'") || text.byte(at: start) == UInt8(ascii: ".") {
            start += 1
        }
        guard start < place, place - start <= 64, text.byte(at: place - 1) != UInt8(ascii: ".") else { return nil }
        // `user:secret@host`, `git@host:path` behind a scheme, and hashes of images are no mail addresses.
        if start > 0 {
            let before = text.byte(at: start - 1)
            if before == UInt8(ascii: "/") || before == UInt8(ascii: "@") { return nil }
            if before == UInt8(ascii: ":"), start >= 2 {
                let scheme = text.extracting(max(0, start - 7)..<start)
                guard scheme.contains("mailto:") || text.byte(at: start - 2) == 0x20 || !scheme.contains("/") else {
                    return nil
                }
                if !scheme.contains("mailto:"), isInAddress(text, start) { return nil }
            }
        }
        var (end, dots, label, letters) = (place + 1, 0, 0, 0)
        while end < text.byteCount, end - place < 254 {
            let byte = text.byte(at: end)
            let isLetter = (0x41...0x5A).contains(byte & 0xDF)
            if isLetter || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") {
                label += 1
                letters = isLetter ? letters + 1 : 0
            } else if byte == UInt8(ascii: "."), label > 0, end + 1 < text.byteCount,
                (0x41...0x5A).contains(text.byte(at: end + 1) & 0xDF) || (0x30...0x39).contains(text.byte(at: end + 1))
            {
                dots += 1
                (label, letters) = (0, 0)
            } else {
                break
            }
            end += 1
        }
        guard dots >= 1, letters == label, (2...24).contains(label) else { return nil }
        // Behind a host of a repository or an account comes a path or port; so does the sign of a version.
        if end < text.byteCount, text.byte(at: end) == UInt8(ascii: "/") { return nil }
        if end < text.byteCount, text.byte(at: end) == UInt8(ascii: ":") {
            let isSentence = end + 1 >= text.byteCount || text.byte(at: end + 1) <= 0x20
            if !isSentence { return nil }
        }
        let domain = text.extracting(place + 1..<end)
        if domain.contains(".local") || domain.contains(".iam.gserviceaccount") || domain.contains(".internal")
            || domain.contains("s.whatsapp.net") || domain.contains(".lan") || domain.contains("users.noreply")
        {
            return nil
        }
        if isMessageID(text, start, end, place) { return nil }
        return ByteRange(offset: start, count: end - start)
    }

    /// Whether `//` stands before a place without a blank between.
    private static func isInAddress(_ text: RawSpan, _ place: Int) -> Bool {
        var offset = place
        while offset > 1, place - offset < 256, text.byte(at: offset - 1) > 0x22 {
            if text.byte(at: offset - 1) == UInt8(ascii: "/"), text.byte(at: offset - 2) == UInt8(ascii: "/") {
                return true
            }
            offset -= 1
        }
        return false
    }

    /// Whether an address is the identifier of a message (RFC 5322, 3.6.4): in angle brackets, its left side mostly digits.
    private static func isMessageID(_ text: RawSpan, _ start: Int, _ end: Int, _ place: Int) -> Bool {
        var digits = 0
        for offset in start..<place where (0x30...0x39).contains(text.byte(at: offset)) { digits += 1 }
        let isBracketed =
            start > 0 && text.byte(at: start - 1) == UInt8(ascii: "<") && end < text.byteCount
            && text.byte(at: end) == UInt8(ascii: ">")
        if isBracketed, digits >= 8 { return true }
        return place - start >= 24 && digits * 3 > place - start
    }

    /// Whether a text is a telephone number: digits, blanks and the signs between them; with a plus sign by itself, without
    /// only where the key says so.
    static func isPhone(_ text: RawSpan, isNamed: Bool) -> Bool {
        let text = text.slice(text.trimmedRange)
        guard (7...24).contains(text.byteCount) else { return false }
        var (digits, separators, first) = (0, 0, UInt8(0))
        let hasPlus = text.byte(at: 0) == UInt8(ascii: "+")
        var isSame = true
        for offset in (hasPlus ? 1 : 0)..<text.byteCount {
            let byte = text.byte(at: offset)
            switch byte {
            case 0x30...0x39:
                if digits == 0 { first = byte }
                isSame = isSame && byte == first
                digits += 1
            case 0x20, UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "/"), UInt8(ascii: "."):
                separators += 1
            default: return false
            }
        }
        guard !isSame, separators <= 6 else { return false }
        if hasPlus { return first != 0x30 && (8...15).contains(digits) }
        if isNamed { return (6...15).contains(digits) }
        // 00 and a country; or a North American number in its usual form.
        if first == 0x30, digits >= 10, digits <= 16, text.byteCount > 2, text.byte(at: 1) == 0x30 {
            return text.byte(at: 2) != 0x30 && separators > 0
        }
        return text.byte(at: 0) == UInt8(ascii: "(") && digits == 10 && separators >= 3
    }

    /// Whether a text reads like the name of a person: two to four words with capitals, or a short word of Han, kana or
    /// Hangul.
    static func isPersonName(_ text: RawSpan) -> Bool {
        let text = text.slice(text.trimmedRange)
        guard (3...64).contains(text.byteCount) else { return false }
        var (words, capitals, wide, letters) = (0, 0, 0, 0)
        var isStart = true
        var offset = 0
        while offset < text.byteCount {
            let byte = text.byte(at: offset)
            let length = max(1, utf8SequenceLength(text, at: offset))
            if length == 3 {
                guard (0xE3...0xED).contains(byte) else { return false }
                wide += 1
            } else if length == 4 {
                return false
            } else if byte == 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "^") {
                isStart = true
            } else if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "'") {
                if offset == 0 { return false }
            } else if (0x41...0x5A).contains(byte & 0xDF) || length == 2 {
                if isStart {
                    words += 1
                    if byte < 0x60 || length == 2 { capitals += 1 }
                    isStart = false
                }
                letters += 1
            } else {
                return false
            }
            offset += length
        }
        if wide > 0 { return letters == 0 ? (2...8).contains(wide) : false }
        return words >= 2 && words <= 5 && capitals >= 2 && letters >= 4
    }

    /// Whether a value stands where a secret belongs and is one: not empty, not hidden, not a word for none.
    static func isSecret(_ text: RawSpan) -> Bool {
        guard (3...4096).contains(text.byteCount) else { return false }
        let first = text.byte(at: 0)
        var (isSame, stars) = (true, 0)
        for offset in 0..<text.byteCount {
            let byte = text.byte(at: offset)
            isSame = isSame && byte == first
            if byte == UInt8(ascii: "*") || byte == 0x95 || byte == 0xE2 || byte == 0xA2 { stars += 1 }
        }
        if stars * 2 >= text.byteCount || text.contains("***") || text.contains("\u{2022}\u{2022}") { return false }
        if isSame, text.byteCount >= 3, !(0x30...0x39).contains(first) { return false }
        if first == UInt8(ascii: "<") || first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return false }
        if text.starts(with: "${") || text.starts(with: "%{") || text.starts(with: "!secret") || text.starts(with: "$(")
        {
            return false
        }
        return !placeholders.contains { text.equalsFolded($0) }
    }

    private static let placeholders: [StaticString] = [
        "none", "null", "nil", "true", "false", "redacted", "hidden", "masked", "unset", "not set", "empty", "changed",
        "required", "optional", "disabled", "enabled", "unknown", "undefined", "ok", "yes", "no", "xxx", "xxxx",
        "xxxxx",
        "xxxxxxxx", "secret", "hashed", "encrypted", "invalid", "valid", "wrong", "expired", "changeme_placeholder",
        "string", "text", "password", "passwort", "input", "n/a", "[redacted]", "(hidden)", "stored", "configured",
        "failed", "success", "error", "on", "off",
    ]

    /// Whether a value is an opaque token: long enough, without blanks, of more than one sort of character.
    static func isToken(_ text: RawSpan) -> Bool {
        guard (12...4096).contains(text.byteCount), isSecret(text) else { return false }
        var (digits, letters) = (0, 0)
        for offset in 0..<text.byteCount {
            switch text.byte(at: offset) {
            case 0x30...0x39: digits += 1
            case 0x41...0x5A, 0x61...0x7A: letters += 1
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "~"), UInt8(ascii: "+"),
                UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "|"), UInt8(ascii: "%"),
                UInt8(ascii: "!"):
                continue
            default: return false
            }
        }
        return letters > 0 && (digits > 0 || text.byteCount >= 20)
    }
}

extension RawSpan {
    /// Whether the bytes are those of a text, small and capital letters of ASCII alike.
    func equalsFolded(_ text: StaticString) -> Bool {
        text.withUTF8Buffer {
            let other = $0.span
            guard byteCount == other.count else { return false }
            for offset in 0..<byteCount {
                let (one, two) = (byte(at: offset), other[offset])
                if one == two { continue }
                guard one ^ two == 0x20, (0x61...0x7A).contains(one | 0x20) else { return false }
            }
            return true
        }
    }
}
