import Bytes
import Events

/// Collects the keys of a payload, each once.
struct KeyLister: MemberVisitor, ~Copyable {
    private static var room: Int { 64 }

    private var keys = InlineArray<64, ByteRange>(repeating: .empty)
    private var count = 0
    /// The names of records of SenML.
    private var names = InlineArray<64, ByteRange>(repeating: .empty)
    private var nameCount = 0

    mutating func open(_ key: MemberKey, isArray: Bool, _ bytes: RawSpan) { note(key, bytes) }

    mutating func close() {}

    mutating func scalar(_ key: MemberKey, _ value: Scalar, _ bytes: RawSpan) {
        note(key, bytes)
        guard case .string(let text) = value, nameCount < Self.room else { return }
        let isName =
            switch key {
            case .number(let number): number == 0 || number == -2
            case .text(let range): bytes.slice(range).elementsEqual("n") || bytes.slice(range).elementsEqual("bn")
            case .none: false
            }
        guard isName, !text.isEmpty else { return }
        for index in 0..<nameCount where bytes.slice(names[index]).elementsEqual(bytes.slice(text)) { return }
        names[nameCount] = text
        nameCount += 1
    }

    private mutating func note(_ key: MemberKey, _ bytes: RawSpan) {
        guard case .text(let range) = key, !range.isEmpty, count < Self.room else { return }
        for index in 0..<count where bytes.slice(keys[index]).elementsEqual(bytes.slice(range)) { return }
        keys[count] = range
        count += 1
    }

    /// Takes the names of records in place of labels, which are the same in all SenML.
    mutating func keepNames() {
        keys = names
        count = nameCount
    }

    /// Appends the keys, digits in them as number signs, each that is the same then once.
    ///
    /// Those that hold a secret are left out.
    func append(_ bytes: RawSpan, without secrets: SecretPlaces, to values: inout FieldValues) {
        for index in 0..<count where isFirst(index, bytes) && !secrets.touches(keys[index]) {
            let key = bytes.slice(keys[index]).prefix(128)
            values.append { text in
                var isDigits = false
                for offset in 0..<key.byteCount {
                    let byte = key.byte(at: offset)
                    let isDigit = (0x30...0x39).contains(byte)
                    if !isDigit { text.append(byte) } else if !isDigits { text.append(UInt8(ascii: "#")) }
                    isDigits = isDigit
                }
            }
        }
    }

    private func isFirst(_ index: Int, _ bytes: RawSpan) -> Bool {
        for other in 0..<index where isSame(bytes.slice(keys[other]), bytes.slice(keys[index])) { return false }
        return true
    }

    /// Whether two keys are the same but for the digits in them.
    private func isSame(_ one: RawSpan, _ other: RawSpan) -> Bool {
        var (left, right) = (0, 0)
        while left < one.byteCount, right < other.byteCount {
            let isDigit = (0x30...0x39).contains(one.byte(at: left))
            guard isDigit == (0x30...0x39).contains(other.byte(at: right)) else { return false }
            if isDigit {
                while left < one.byteCount, (0x30...0x39).contains(one.byte(at: left)) { left += 1 }
                while right < other.byteCount, (0x30...0x39).contains(other.byte(at: right)) { right += 1 }
            } else {
                guard one.byte(at: left) == other.byte(at: right) else { return false }
                left += 1
                right += 1
            }
        }
        return left == one.byteCount && right == other.byteCount
    }
}

extension RawSpan {
    /// Shannon's entropy in bits a byte.
    var entropy: Double {
        var counts = InlineArray<256, Int32>(repeating: 0)
        for offset in 0..<byteCount { counts[Int(byte(at: offset))] &+= 1 }
        let total = Double(byteCount)
        var result = 0.0
        for value in 0..<256 where counts[value] > 0 {
            let share = Double(counts[value]) / total
            result -= share * binaryLogarithm(share)
        }
        return result
    }
}

/// The logarithm to base 2 of a number above 0, to 12 digits: by its exponent, and a series for the rest.
private func binaryLogarithm(_ value: Double) -> Double {
    let (exponent, significand) = (Double(value.exponent), value.significand)
    // ln(m) = 2 artanh((m - 1) / (m + 1)), m in 1 ..< 2
    let ratio = (significand - 1) / (significand + 1)
    var (power, sum) = (ratio, 0.0)
    for odd in stride(from: 1.0, through: 25.0, by: 2) {
        sum += power / odd
        power *= ratio * ratio
    }
    return exponent + 2 * sum / 0.693_147_180_559_945_3
}
