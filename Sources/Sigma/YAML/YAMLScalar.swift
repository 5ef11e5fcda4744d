/// A scalar as it stands in the file.
struct YAMLScalar {
    var text: String
    /// Without quotes and not a block (`|`, `>`).
    var isPlain: Bool

    /// What a scalar means.
    enum Meaning: Equatable {
        case string
        case int(Int64)
        case float(Double)
        case bool(Bool)
        case null
        /// A number that does not fit, or that is none.
        case outOfRange
        /// YAML 1.1, which pySigma reads, takes it as something else than YAML 1.2, which the specification names.
        case ambiguous(oldMeaning: String)
    }

    /// Quoted text and blocks are strings.
    ///
    /// What is plain is resolved by the core schema (YAML 1.2.2, clause 10.3.2), unless YAML 1.1 would resolve it
    /// differently.
    var meaning: Meaning {
        guard isPlain else { return .string }
        // The longest of these words has five letters.
        guard text.utf8.count <= 5 else { return Self.number(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case "yes", "Yes", "YES", "on", "On", "ON": return .ambiguous(oldMeaning: "true")
        case "no", "No", "NO", "off", "Off", "OFF": return .ambiguous(oldMeaning: "false")
        case "=", "<<": return .ambiguous(oldMeaning: "a special key")
        default: return Self.number(text)
        }
    }

    private static func number(_ text: String) -> Meaning {
        // Whatever is a number to either version begins with one of these, and most text does not.
        guard let mark = text.utf8.first else { return .string }
        switch mark {
        case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): break
        default: return .string
        }
        var digits = Array(text.utf8)[...]
        // The longest number that means anything is far shorter; longer text is not worth the look.
        guard digits.count <= 400 else { return digits.allSatisfy(isDigit) ? .outOfRange : .string }
        let isSigned = digits.first == UInt8(ascii: "+") || digits.first == UInt8(ascii: "-")
        if isSigned { digits = digits.dropFirst() }
        guard let first = digits.first, isDigit(first) || first == UInt8(ascii: ".") else { return .string }
        switch String(decoding: digits, as: UTF8.self) {
        case ".inf", ".Inf", ".INF": return .outOfRange
        case ".nan", ".NaN", ".NAN": return isSigned ? .string : .outOfRange
        default: break
        }
        if digits.allSatisfy(isDigit) {
            if digits.count > 1, first == UInt8(ascii: "0") {
                let isOctal = digits.allSatisfy { $0 < UInt8(ascii: "8") }
                return .ambiguous(oldMeaning: isOctal ? "an octal number" : "text")
            }
            return .int(text)
        }
        if let prefixed = prefixedNumber(digits, isSigned: isSigned) { return prefixed }
        if let old = oldNumber(digits, isSigned: isSigned) { return old }
        if isSigned, first == UInt8(ascii: ".") {
            // YAML 1.1 has no sign before a point.
            return float(digits, text) == .string ? .string : .ambiguous(oldMeaning: "text")
        }
        return float(digits, text)
    }

    /// `0x1F`, which both versions read alike but for the sign and `_`; `0o17` and `0b11`, which they do not.
    private static func prefixedNumber(_ digits: ArraySlice<UInt8>, isSigned: Bool) -> Meaning? {
        guard digits.first == UInt8(ascii: "0"), digits.count > 2 else { return nil }
        let rest = digits.dropFirst(2)
        switch digits[digits.startIndex + 1] {
        case UInt8(ascii: "x"):
            guard rest.allSatisfy({ isHexDigit($0) || $0 == UInt8(ascii: "_") }) else { return nil }
            guard !isSigned, rest.allSatisfy(isHexDigit) else { return .ambiguous(oldMeaning: "a number") }
            return Int64(String(decoding: rest, as: UTF8.self), radix: 16).map(Meaning.int) ?? .outOfRange
        case UInt8(ascii: "o"):
            return rest.allSatisfy { $0 >= UInt8(ascii: "0") && $0 < UInt8(ascii: "8") }
                ? .ambiguous(oldMeaning: "text") : nil
        case UInt8(ascii: "b"):
            return rest.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") || $0 == UInt8(ascii: "_") }
                ? .ambiguous(oldMeaning: "a binary number") : nil
        default: return nil
        }
    }

    /// What only YAML 1.1 takes for a number or a time: `1_000`, `12:30`, `2026-11-21`.
    private static func oldNumber(_ digits: ArraySlice<UInt8>, isSigned: Bool) -> Meaning? {
        if isGrouped(digits) { return .ambiguous(oldMeaning: "a number") }
        guard let first = digits.first, isDigit(first) else { return nil }
        if isSexagesimal(digits) { return .ambiguous(oldMeaning: "a number of base 60") }
        if !isSigned, isDate(digits) { return .ambiguous(oldMeaning: "a date") }
        return nil
    }

    /// Digits with `_` among them, and a point and an exponent perhaps.
    private static func isGrouped(_ digits: ArraySlice<UInt8>) -> Bool {
        let mantissa = digits.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
        let exponent = digits.dropFirst(mantissa.count)
        let points = mantissa.count { $0 == UInt8(ascii: ".") }
        return mantissa.contains(UInt8(ascii: "_")) && points < 2
            && mantissa.allSatisfy { isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") }
            && !mantissa.starts(with: Array("._".utf8))
            && (exponent.isEmpty || (points == 1 && exponent.count > 2 && exponent.dropFirst(2).allSatisfy(isDigit)))
    }

    private static func isSexagesimal(_ digits: ArraySlice<UInt8>) -> Bool {
        let parts = digits.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count > 1, parts[0].allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") }) else { return false }
        let hasFraction = parts[parts.count - 1].contains(UInt8(ascii: "."))
        guard hasFraction || parts[0].first != UInt8(ascii: "0") else { return false }
        return parts.dropFirst().allSatisfy { part in
            let whole = part.prefix(while: isDigit)
            let rest = part.dropFirst(whole.count)
            guard rest.isEmpty || rest.first == UInt8(ascii: "."), rest.dropFirst().allSatisfy(isDigit) else {
                return false
            }
            return whole.count == 1 || (whole.count == 2 && (whole.first ?? 0) < UInt8(ascii: "6"))
        }
    }

    private static func isDate(_ digits: ArraySlice<UInt8>) -> Bool {
        let parts = digits.split(separator: UInt8(ascii: "-"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[0].allSatisfy(isDigit), parts[1].allSatisfy(isDigit) else {
            return false
        }
        let day = parts[2].prefix(while: isDigit)
        let time = parts[2].dropFirst(day.count)
        if time.isEmpty { return parts[1].count == 2 && day.count == 2 }
        guard (1...2).contains(parts[1].count), (1...2).contains(day.count), let mark = time.first else { return false }
        return (mark == UInt8(ascii: "T") || mark == UInt8(ascii: "t") || mark == UInt8(ascii: " "))
            && time.dropFirst().allSatisfy { $0 != UInt8(ascii: "_") && ($0 < 0x41 || $0 == UInt8(ascii: "Z")) }
            && time.contains(UInt8(ascii: ":"))
    }

    /// `1.5`, `1.5e+3`.
    ///
    /// YAML 1.1 wants the point, and a sign after the `e`.
    private static func float(_ digits: ArraySlice<UInt8>, _ text: String) -> Meaning {
        var rest = digits
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var hasPoint = false
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            hasPoint = true
            rest = rest.dropFirst()
            fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return .string }
        var isOld = hasPoint
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            let hasSign = rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-")
            if hasSign { rest = rest.dropFirst() }
            guard !rest.isEmpty else { return .string }
            isOld = isOld && hasSign
        } else {
            guard rest.isEmpty else { return .string }
        }
        guard rest.allSatisfy(isDigit) else { return .string }
        guard isOld else { return .ambiguous(oldMeaning: "text") }
        // `Double` does not take a point without digits after it.
        let spelled = fraction.isEmpty ? text.replacingFirstPoint() : text
        guard let value = Double(spelled), value.isFinite else { return .outOfRange }
        return Int64(exactly: value).map(Meaning.int) ?? .float(value)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}

extension YAMLScalar.Meaning {
    fileprivate static func int(_ text: String) -> YAMLScalar.Meaning {
        Int64(text).map(YAMLScalar.Meaning.int) ?? .outOfRange
    }
}

extension String {
    fileprivate func replacingFirstPoint() -> String {
        guard let point = firstIndex(of: ".") else { return self }
        return String(self[..<point] + ".0" + self[index(after: point)...])
    }
}
