import Bytes

// What single values are: secrets, personal data, readings.
extension PayloadReader {
    /// Takes a number; `digits` is where it stands, nowhere where it stands there in binary.
    mutating func take(
        number value: Double, digits: ByteRange, _ roles: KeyRoles, _ around: KeyRoles, _ bytes: RawSpan
    ) {
        numbers += 1
        noteState(roles, around)
        if value != 0 { noteTrouble(roles, around) }
        if digits.count >= 13, digits.count <= 19 { checkCard(digits, roles, around, bytes) }
        guard !roles.isDisjoint(with: .ofNumbers) else { return }
        let text = bytes.slice(digits)
        let isSure = digits.isEmpty || Places.decimals(text) >= 3
        if roles.contains(.latitude) { pair.note(latitude: value, isSure: isSure) }
        if roles.contains(.longitude) { pair.note(longitude: value, isSure: isSure) }
        if roles.contains(.vitalSigns), value > 0, !isSetting(roles, around) {
            findings.medical.insert(.vitalSigns)
        }
        if roles.contains(.code), digits.count >= 4, digits.count <= 10, Places.decimals(text) == 0 { code = digits }
        // A number in binary has no place, but is a secret all the same.
        if roles.contains(.password), digits.isEmpty, value >= 1000,
            roles.isDisjoint(with: [.configuration, .identifier])
        {
            findings.secret.insert(.password)
        }
        if !roles.isDisjoint(with: [.password, .wifiKey]), !roles.contains(.configuration),
            roles.contains(.generic) || !roles.contains(.identifier),
            digits.count >= 4, digits.count <= 16, Places.decimals(text) == 0
        {
            take(secret: digits, roles, around)
        }
        if roles.contains(.phone), ValueChecks.isPhone(text, isNamed: true) { findings.personal.insert(.phone) }
    }

    /// Notes that there is a state or reading of something.
    mutating func noteState(_ roles: KeyRoles, _ around: KeyRoles) {
        let all = roles.union(around)
        if !all.isDisjoint(with: [.plc, .plcAddress]) { findings.industrial.insert(.plcTelemetry) }
        if roles.contains(.maintenance) || around.subtracting(topic).contains(.maintenance)
            || lastLevels.contains(.maintenance),
            !roles.contains(.configuration)
        {
            findings.industrial.insert(.maintenance)
        }
    }

    /// Notes a value that is neither zero, nothing nor `ok` where an alarm or error is told of.
    mutating func noteTrouble(_ roles: KeyRoles, _ around: KeyRoles) {
        if !roles.union(around).isDisjoint(with: [.alarm, .trouble, .alarmDetail]) { hasTrouble = true }
    }

    /// Whether a value is a limit or another setting.
    private func isSetting(_ roles: KeyRoles, _ around: KeyRoles) -> Bool {
        roles.union(around).contains(.configuration)
    }

    /// Takes text; `name` is where its key stands.
    mutating func take(
        string range: ByteRange, name: ByteRange, _ roles: KeyRoles, _ around: KeyRoles, _ bytes: RawSpan, isLabel: Bool
    ) {
        let value = bytes.slice(range)
        guard !value.isEmpty else { return }
        if !isLabel || name.isEmpty || roles.contains(.generic) { noteState(roles, around) }
        if !ValueChecks.isNothing(value) { noteTrouble(roles, around) }
        if !isLabel, value.byteCount <= 64 {
            let facts = facts(of: value)
            score.add(facts, .value)
            if facts.roles & KeyRoles.alarm.rawValue != 0, value.byteCount <= 64 {
                said.formUnion(.alarm)
                hasTrouble = true
            }
        }
        noteKeyOfJWK(range, name, bytes)
        let shape = ValueShape(value)
        checkPerson(value, shape, bytes.slice(name), roles, around)
        if shape.digits >= 12, shape.digits <= 32, value.byteCount <= 42 {
            checkCard(range, roles, around, bytes)
            if ValueChecks.beginsLikeIBAN(value, at: 0) { hangsOnDigits = true }
            if ValueChecks.isIBAN(value) {
                findings.personal.insert(.iban)
            } else {
                checkNumbersInText(value, roles)
            }
        } else if shape.digits >= 12 {
            checkNumbersInText(value, roles)
        }
        if shape.hasPoint, shape.digits >= 8 {
            hangsOnDigits = true
            if Places.holdsPair(value.prefix(512)) { findings.personal.insert(.coordinates) }
        }
        if shape.hasPlus, shape.digits >= 6 { hangsOnDigits = true }
        if value.byteCount >= 12, shape.isEncodable, shape.digits > 0, shape.hasBothCases { hangsOnDigits = true }
        if value.byteCount == 40, shape.isEncodable, shape.digits > 0, shape.hasBothCases { accessKey = range }
        if value.byteCount >= 12, shape.isEncodable, encoded.holdsShell(value) {
            findings.command.insert(.base64Shell)
        }
        checkOrder(value, roles, around)
        guard !roles.isDisjoint(with: .ofTexts) else { return }
        checkPlace(value, shape, roles)
        if roles.contains(.vitalSigns), shape.digits > 0, !isSetting(roles, around), value.byteCount <= 32 {
            findings.medical.insert(.vitalSigns)
        }
        if roles.contains(.code), shape.digits >= 4, value.byteCount <= 10, shape.digits == value.byteCount {
            code = range
        }
        if roles.contains(.wifiName), !roles.contains(.configuration), shape.blanks < 5 { hasWifiName = true }
        let isClear = !roles.contains(.configuration) && shape.blanks <= 3
        if !roles.isDisjoint(with: [.password, .wifiKey]), isClear, ValueChecks.isSecret(value) {
            take(secret: range, roles, around)
        }
        // A token of a form of its own is found by that.
        let isOwn = ValueChecks.isCloudKey(value) || name.isEmpty && value.starts(with: "eyJ")
        if roles.contains(.bearerToken), !isOwn, ValueChecks.isToken(value) {
            findings.secret.insert(.bearerToken)
            findings.places.add(range, .bearerToken)
        }
    }

    /// Takes what stands where a password belongs: with the name of a wireless network beside it, it is the key of that.
    private mutating func take(secret range: ByteRange, _ roles: KeyRoles, _ around: KeyRoles) {
        let isOfNetwork = roles.contains(.wifiKey) || around.contains(.wifi) || roles.contains(.wifi)
        if isOfNetwork || seen.contains(.wifiName) && wifiKey.isEmpty {
            wifiKey = range
        } else {
            findings.secret.insert(.password)
        }
        findings.places.add(range, .password)
    }

    private mutating func checkCard(_ range: ByteRange, _ roles: KeyRoles, _ around: KeyRoles, _ bytes: RawSpan) {
        let isIdentifier = roles.contains(.identifier) && !roles.contains(.card)
        if !isIdentifier, ValueChecks.isCard(bytes.slice(range)) { findings.personal.insert(.card) }
    }

    /// Numbers of cards and accounts among other text.
    private mutating func checkNumbersInText(_ text: RawSpan, _ roles: KeyRoles) {
        var offset = 0
        while offset < text.byteCount {
            let start = offset
            let byte = text.byte(at: start)
            let isInside = start > 0 && text.byte(at: start - 1).isLetterOrDigit
            if !isInside, (0x30...0x39).contains(byte) {
                let end = text.numberEnd(from: start)
                let number = text.extracting(start..<end)
                let isIdentifier = roles.contains(.identifier) && !roles.contains(.card)
                if number.byteCount >= 13, !isIdentifier, ValueChecks.isCard(number) {
                    findings.personal.insert(.card)
                }
                offset = max(end, start + 1)
            } else if !isInside, (0x41...0x5A).contains(byte), start + 15 <= text.byteCount {
                if ValueChecks.beginsLikeIBAN(text, at: start) { hangsOnDigits = true }
                if ValueChecks.holdsIBAN(text, at: start) { findings.personal.insert(.iban) }
                offset += 1
            } else {
                offset += 1
            }
        }
    }

    private mutating func checkPlace(_ value: RawSpan, _ shape: ValueShape, _ roles: KeyRoles) {
        guard !roles.isDisjoint(with: [.latitude, .longitude, .coordinates]) else { return }
        if let number = decimalNumber(value) {
            let isSure = Places.decimals(value) >= 3
            if roles.contains(.latitude) { pair.note(latitude: number, isSure: isSure) }
            if roles.contains(.longitude) { pair.note(longitude: number, isSure: isSure) }
        } else if shape.digits >= 4, value.contains("\u{B0}") || shape.endsWithDirection {
            findings.personal.insert(.coordinates)
        }
    }

    /// Looks at orders and addresses of updates.
    private mutating func checkOrder(_ value: RawSpan, _ roles: KeyRoles, _ around: KeyRoles) {
        if value.contains("://") {
            if roles.contains(.report) { return }
            if roles.contains(.updateURL)
                || !roles.union(around).isDisjoint(with: [.firmware, .updateURL, .updateCommand])
            {
                findings.firmware.insert(.updateURL)
            }
        } else if roles.contains(.order), value.byteCount <= 64 {
            said.formUnion(KeyRoles(rawValue: facts(of: value).roles))
        }
    }

    /// Of a JSON Web Key: `kty` and the private part `d`, or `k` of a symmetric key.
    private mutating func noteKeyOfJWK(_ range: ByteRange, _ name: ByteRange, _ bytes: RawSpan) {
        guard name.count <= 3, !name.isEmpty else { return }
        let key = bytes.slice(name)
        if key.elementsEqual("kty") { hasKeyType = true }
        let isPrivate = key.elementsEqual("d") || key.elementsEqual("k")
        if isPrivate, range.count >= 20 { privatePart = range }
    }
}

extension KeyRoles {
    /// Roles that say something of a number.
    fileprivate static let ofNumbers: KeyRoles = [
        .latitude, .longitude, .vitalSigns, .password, .wifiKey, .phone, .code,
    ]
    /// Roles that say something of a text.
    fileprivate static let ofTexts: KeyRoles = [
        .latitude, .longitude, .coordinates, .vitalSigns, .wifiName, .wifiKey, .password, .bearerToken, .code,
    ]
}

/// What characters a value consists of, found in one pass.
struct ValueShape {
    private(set) var digits = 0
    private(set) var blanks = 0
    private(set) var hasAt = false
    private(set) var hasPlus = false
    private(set) var hasPoint = false
    private var (hasSmall, hasCapital) = (false, false)
    /// Whether there are small and capital letters.
    var hasBothCases: Bool { hasSmall && hasCapital }
    /// Whether all of it could be base64.
    private(set) var isEncodable = true
    /// Whether it ends with N, S, E or W behind a digit or sign.
    let endsWithDirection: Bool

    init(_ text: RawSpan) {
        var offset = 0
        while offset < text.byteCount {
            switch text.byte(at: offset) {
            case 0x30...0x39: digits &+= 1
            case 0x41...0x5A: hasCapital = true
            case 0x61...0x7A: hasSmall = true
            case UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "_"): break
            case UInt8(ascii: "-"): break
            case UInt8(ascii: "+"): hasPlus = true
            case UInt8(ascii: "@"): (hasAt, isEncodable) = (true, false)
            case UInt8(ascii: "."): (hasPoint, isEncodable) = (true, false)
            case 0x20:
                blanks &+= 1
                isEncodable = false
            default: isEncodable = false
            }
            offset &+= 1
        }
        guard text.byteCount >= 5 else {
            endsWithDirection = false
            return
        }
        let last = text.byte(at: text.byteCount - 1)
        let before = text.byte(at: text.byteCount - 2)
        let isDirection =
            last == UInt8(ascii: "N") || last == UInt8(ascii: "S") || last == UInt8(ascii: "E")
            || last == UInt8(ascii: "W")
        endsWithDirection =
            isDirection && ((0x30...0x39).contains(before) || before == 0x20 || before == 0x22 || before == 0x27)
    }
}

extension UInt8 {
    /// Whether it is a letter or digit of ASCII.
    var isLetterOrDigit: Bool { (0x30...0x39).contains(self) || (0x41...0x5A).contains(self & 0xDF) }
}

extension RawSpan {
    /// Where the number that begins at a place ends: digits, alone or in groups with one blank or hyphen between.
    func numberEnd(from start: Int) -> Int {
        var (end, last) = (start, start)
        while end < byteCount {
            let byte = byte(at: end)
            if (0x30...0x39).contains(byte) {
                end += 1
                last = end
            } else if byte == 0x20 || byte == UInt8(ascii: "-"), end == last, end + 1 < byteCount {
                end += 1
            } else {
                break
            }
        }
        return last
    }

    /// The first bytes.
    @_lifetime(copy self)
    func prefix(_ count: Int) -> RawSpan { extracting(0..<min(count, byteCount)) }
}

extension ValueChecks {
    /// Whether a text says that nothing is wrong, or says nothing.
    static func isNothing(_ text: RawSpan) -> Bool {
        if text.byteCount <= 1 {
            return text.isEmpty || text.byte(at: 0) == 0x30 || text.byte(at: 0) == UInt8(ascii: "-")
        }
        return text.byteCount <= 12 && nothing.contains { text.equalsFolded($0) }
    }

    private static let nothing: [StaticString] = [
        "ok", "none", "no error", "no errors", "no alarm", "no fault", "normal", "off", "false", "null", "good",
        "clear", "inactive",
        "keine", "kein fehler", "aucun", "aucune", "ninguno", "nessuno", "nenhum", "geen", "online", "offline", "0.0",
    ]

    /// Whether a token has the form of a cloud service, of a source host or of a bot.
    static func isCloudKey(_ text: RawSpan) -> Bool {
        if cloudForms.contains(where: { text.starts(with: $0) }) { return true }
        // The token of a bot: its number, a colon, `AA`.
        var offset = 0
        while offset < text.byteCount, offset < 11, (0x30...0x39).contains(text.byte(at: offset)) { offset += 1 }
        return offset >= 8 && text.extracting(offset..<text.byteCount).starts(with: ":AA")
    }

    private static let cloudForms: [StaticString] = [
        "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "AKIA", "ASIA",
        "AIza", "ya29.",
        "sk_live_", "rk_live_", "npm_", "SG.", "GOCSPX-", "SharedAccess",
    ]

    /// Whether a text is one word that begins with a capital, as a given or family name does.
    static func isPartOfName(_ text: RawSpan) -> Bool {
        guard (2...24).contains(text.byteCount) else { return false }
        let first = text.byte(at: 0)
        if (0xE3...0xED).contains(first) { return text.byteCount <= 12 }
        guard (0x41...0x5A).contains(first) || first == 0xC3 || first == 0xC5 || first == 0xC4 else { return false }
        var small = 0
        for offset in 1..<text.byteCount {
            switch text.byte(at: offset) {
            case 0x61...0x7A, 0x80...0xFF: small += 1
            case 0x41...0x5A, UInt8(ascii: "-"), UInt8(ascii: "'"): continue
            default: return false
            }
        }
        return small > 0
    }
}
