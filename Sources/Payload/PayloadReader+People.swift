import Bytes

// Names, telephones and mail addresses of persons.
extension PayloadReader {
    /// Looks for all that tells of a person in a text.
    mutating func checkPerson(
        _ value: RawSpan, _ shape: ValueShape, _ key: RawSpan, _ roles: KeyRoles, _ around: KeyRoles
    ) {
        if shape.hasAt { findMail(value) }
        checkPhone(value, shape, roles)
        checkName(value, key, roles, around)
        if shape.blanks > 0, ValueChecks.holdsTitledName(value) { findings.personal.insert(.name) }
    }

    private mutating func findMail(_ value: RawSpan) {
        var offset = 0
        while offset < value.byteCount {
            if value.byte(at: offset) == UInt8(ascii: "@"), let found = ValueChecks.mail(value, at: offset) {
                findings.personal.insert(.mail)
                // `Name <name@example.org>` (RFC 5322, 3.4).
                if found.offset > 4, value.byte(at: found.offset - 1) == UInt8(ascii: "<"),
                    ValueChecks.endsWithName(value.extracting(0..<found.offset - 1))
                {
                    findings.personal.insert(.name)
                }
                return
            }
            offset += 1
        }
    }

    private mutating func checkPhone(_ value: RawSpan, _ shape: ValueShape, _ roles: KeyRoles) {
        guard shape.digits >= 6, roles.isDisjoint(with: [.latitude, .longitude, .coordinates]) else { return }
        let isNamed = roles.contains(.phone)
        guard isNamed || roles.contains(.generic) || !roles.contains(.identifier) else { return }
        if value.byteCount <= 24, ValueChecks.isPhone(value, isNamed: isNamed) {
            findings.personal.insert(.phone)
        } else if isNamed, Self.holdsNationalPhone(value) {
            findings.personal.insert(.phone)
        } else if shape.hasPlus {
            var offset = 0
            while offset < value.byteCount {
                if value.byte(at: offset) == UInt8(ascii: "+"), Self.holdsPhone(value, at: offset) {
                    findings.personal.insert(.phone)
                    return
                }
                offset += 1
            }
        }
    }

    /// Whether a number with a plus sign stands at a place among other text: not one of a time zone or a formula.
    private static func holdsPhone(_ text: RawSpan, at start: Int) -> Bool {
        if start > 0 {
            let before = text.byte(at: start - 1)
            if (0x30...0x39).contains(before) || (0x41...0x5A).contains(before & 0xDF) { return false }
        }
        var end = start + 1
        while end < text.byteCount {
            switch text.byte(at: end) {
            case 0x30...0x39, 0x20, UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "/"): end += 1
            default:
                return ValueChecks.isPhone(text.extracting(start..<end), isNamed: false)
            }
            if end - start > 22 { break }
        }
        return ValueChecks.isPhone(text.extracting(start..<end), isNamed: false)
    }

    /// Whether a number that begins with 0, as national ones do, stands in a text that is called after telephones.
    private static func holdsNationalPhone(_ text: RawSpan) -> Bool {
        var offset = 0
        while offset < text.byteCount {
            let isStart =
                text.byte(at: offset) == 0x30 && (offset == 0 || !text.byte(at: offset - 1).isLetterOrDigit)
            if isStart {
                let end = text.numberEnd(from: offset)
                if end - offset >= 9, ValueChecks.isPhone(text.extracting(offset..<end), isNamed: true) { return true }
                offset = max(end, offset + 1)
            } else {
                offset += 1
            }
        }
        return false
    }

    private mutating func checkName(_ value: RawSpan, _ key: RawSpan, _ roles: KeyRoles, _ around: KeyRoles) {
        if roles.contains(.name), roles.isDisjoint(with: .configuration) {
            if ValueChecks.isPersonName(value) {
                findings.personal.insert(.name)
            } else if ValueChecks.isPartOfName(value) {
                nameParts += 1
                if nameParts >= 2 { findings.personal.insert(.name) }
            }
            return
        }
        guard ValueChecks.isPersonName(value) else { return }
        let isBare =
            key.equalsFolded("name") || key.equalsFolded("nom") || key.equalsFolded("nome")
            || key.equalsFolded("nombre")
            || key.equalsFolded("naam")
        if roles.contains(.person) || isBare && around.contains(.person) {
            findings.personal.insert(.name)
        } else if isBare {
            // Whose it is the rest of the payload may say.
            let said = facts(of: value)
            if said.roles == 0, said.hintCount == 0, said.strong == 0 { hasBareName = true }
        }
    }

    /// A bare name is a person's where something else of a person stands beside it.
    mutating func decideName() {
        guard hasBareName else { return }
        let isPersonal = !findings.personal.isDisjoint(with: [.mail, .phone, .iban, .card])
        if isPersonal || seen.contains(.person) || seen.contains(.code) { findings.personal.insert(.name) }
    }
}

extension ValueChecks {
    /// Forms of address, with the blank that follows; the name behind them is a family name at least.
    private static let titles: [StaticString] = [
        "Frau ", "Herr ", "Herrn ", "Mr ", "Mr. ", "Mrs ", "Mrs. ", "Ms ", "Ms. ", "Miss ", "Dr. ", "Dr ", "Prof. ",
        "Mme ",
        "Monsieur ", "Madame ", "Mlle ", "Sr. ", "Sra. ", "Señor ", "Señora ", "Signor ", "Signora ", "Sig. ",
        "Sig.ra ", "Dhr. ",
        "Mevr. ", "Mevrouw ", "Meneer ", "Senhor ", "Senhora ", "Dott. ",
    ]

    /// Whether a form of address with a name behind it stands in a text.
    static func holdsTitledName(_ text: RawSpan) -> Bool {
        let end = min(text.byteCount, 512)
        var offset = 0
        while offset + 5 < end {
            let byte = text.byte(at: offset)
            let isStart = (0x41...0x5A).contains(byte) && (offset == 0 || !text.byte(at: offset - 1).isLetterOrDigit)
            if isStart {
                let rest = text.extracting(offset..<end)
                for title in titles where rest.starts(with: title) && isNameStart(rest, at: title.utf8CodeUnitCount) {
                    return true
                }
            }
            offset += 1
        }
        return false
    }

    /// Whether a capital and two small letters stand at a place, or a further title does.
    private static func isNameStart(_ text: RawSpan, at start: Int) -> Bool {
        guard start + 3 <= text.byteCount else { return false }
        let first = text.byte(at: start)
        guard (0x41...0x5A).contains(first) || first == 0xC3 || first == 0xC5 || first == 0xC4 else { return false }
        let isSmall: (UInt8) -> Bool = { (0x61...0x7A).contains($0) || $0 >= 0x80 || $0 == UInt8(ascii: "'") }
        return isSmall(text.byte(at: start + 1))
            && (isSmall(text.byte(at: start + 2)) || text.byte(at: start + 2) == UInt8(ascii: "."))
    }

    /// Whether a text ends with a name of two words or more, quotation marks and blanks behind it aside.
    static func endsWithName(_ text: RawSpan) -> Bool {
        var end = text.byteCount
        while end > 0, text.byte(at: end - 1) <= 0x22 || text.byte(at: end - 1) == UInt8(ascii: "\\") { end -= 1 }
        var start = end
        while start > 0, end - start < 64 {
            switch text.byte(at: start - 1) {
            case 0x20, UInt8(ascii: "-"), UInt8(ascii: "'"), UInt8(ascii: "."), 0x41...0x5A, 0x61...0x7A, 0x80...0xFF:
                start -= 1
            default: return isPersonName(text.extracting(start..<end))
            }
        }
        return isPersonName(text.extracting(start..<end))
    }
}
