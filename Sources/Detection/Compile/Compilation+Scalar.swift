import Events
import Network
import Sigma

extension Compilation {
    /// Equality with a value that is no text.
    mutating func scalar(_ value: Located<SigmaValue>, _ target: Target) -> Expression {
        switch target.type {
        case .bool:
            guard case .bool(let wanted) = value.value else {
                return mismatch(
                    value, target, "\(target.name) is true or false, never \(value.value.shown)",
                    hint: "write true or false without quotes")
            }
            return check(target, .isBool(wanted))
        case .int, .float, .time: return number(value, .equal, target)
        case .ip:
            guard case .string(let text) = value.value, let literal = text.literal, let address = IPAddress(literal)
            else {
                let block = CIDRBlock(value.value.shown)
                // A list of a site holds addresses and networks alike.
                if target.modifiers.expands, let block { return check(target, .isWithin(block)) }
                return mismatch(
                    value, target, "\(target.name) is an address, never \(value.value.shown)",
                    hint: block != nil ? "write \(target.name)|cidr" : nil)
            }
            return check(target, .isAddress(address))
        case .text, .keyword, .bytes: return .constant(false)
        }
    }

    /// `gt`, `gte`, `lt`, `lte`.
    mutating func comparison(_ value: Located<SigmaValue>, _ target: Target) -> Expression {
        guard let relation = target.modifiers.relation else { return .constant(false) }
        switch target.type {
        case .int, .float, .time: return number(value, relation, target)
        case .text, .keyword, .bytes, .bool, .ip:
            error(
                target.place, "not-a-number", value.position,
                "\(target.name) is \(target.type.rawValue); only numbers and times have an order")
            return .constant(false)
        }
    }

    private mutating func number(
        _ value: Located<SigmaValue>, _ relation: Relation, _ target: Target
    ) -> Expression {
        if target.type == .time {
            guard case .string(let text) = value.value, let time = Timestamp(rfc3339: text.raw) else {
                return mismatch(
                    value, target, "\(target.name) is a time, never \(value.value.shown)",
                    hint: "such as 2026-11-21T09:30:00Z")
            }
            return check(target, .compares(relation, time.nanoseconds))
        }
        switch value.value {
        case .int(let wanted): return number(wanted, relation, target)
        case .float(let wanted): return real(wanted, value, relation, target)
        case .string(let text):
            if let literal = text.literal, let wanted = wholeNumber(literal) {
                return number(wanted, relation, target)
            }
            if target.type == .float, let wanted = Double(text.raw), wanted.isFinite {
                return real(wanted, value, relation, target)
            }
        case .bool, .null: break
        }
        return mismatch(value, target, "\(target.name) is a number, never \(value.value.shown)")
    }

    private mutating func number(_ wanted: Int64, _ relation: Relation, _ target: Target) -> Expression {
        target.type == .float
            ? check(target, .comparesReal(relation, Double(wanted))) : check(target, .compares(relation, wanted))
    }

    /// A number with a fraction.
    ///
    /// For a whole field the nearest whole bound asks the same.
    private mutating func real(
        _ wanted: Double, _ value: Located<SigmaValue>, _ relation: Relation, _ target: Target
    ) -> Expression {
        guard target.type == .int else { return check(target, .comparesReal(relation, wanted)) }
        if let whole = Int64(exactly: wanted) { return check(target, .compares(relation, whole)) }
        if relation == .equal || wanted.isNaN {
            return mismatch(value, target, "\(target.name) is a whole number, never \(value.value.shown)")
        }
        let isUpper = relation == .less || relation == .lessOrEqual
        guard let bound = Int64(exactly: wanted.rounded(isUpper ? .down : .up)) else {
            return isUpper == (wanted > 0) ? check(target, .isPresent) : .constant(false)
        }
        return check(target, .compares(isUpper ? .lessOrEqual : .greaterOrEqual, bound))
    }
}

/// The number that a text of digits, with a minus sign or without, stands for.
private func wholeNumber(_ text: String) -> Int64? {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(text)
}

extension Timestamp {
    /// Reads a date and time of RFC 3339, 5.6, such as `2026-11-21T09:30:00.5+01:00`, or a date alone, which is its
    /// midnight in UTC; `nil` for anything else.
    public init?(rfc3339 text: String) {
        var rest = text.utf8[...]
        func digits(_ count: Int) -> Int64? {
            let part = rest.prefix(count)
            guard part.count == count, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest = rest.dropFirst(count)
            return part.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        func skip(_ wanted: String) -> Bool {
            guard let first = rest.first, wanted.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = digits(4), skip("-"), let month = digits(2), skip("-"), let day = digits(2),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var seconds = daysSince1970(year, month, day) * 86_400
        var fraction: Int64 = 0
        if !rest.isEmpty {
            guard skip("Tt "), let hour = digits(2), skip(":"), let minute = digits(2), skip(":"),
                let second = digits(2), hour < 24, minute < 60, second < 61
            else { return nil }
            seconds += hour * 3600 + minute * 60 + second
            if skip(".") {
                let part = rest.prefix { (0x30...0x39).contains($0) }
                guard !part.isEmpty else { return nil }
                rest = rest.dropFirst(part.count)
                for index in 0..<9 {
                    fraction = fraction * 10 + (index < part.count ? Int64(Array(part)[index] - 0x30) : 0)
                }
            }
            if !skip("Zz") {
                let isWest = rest.first == UInt8(ascii: "-")
                guard skip("+-"), let hours = digits(2), skip(":"), let minutes = digits(2) else { return nil }
                seconds += (hours * 3600 + minutes * 60) * (isWest ? 1 : -1)
            }
            guard rest.isEmpty else { return nil }
        }
        self.init(seconds: seconds, nanoseconds: fraction)
    }
}
