import Bytes
import Patterns

extension Predicate {
    /// The bytes that a text can begin with to be answered yes; `nil` where that is any, or none at all.
    ///
    /// For a single value only.
    func firstBytes(in pool: CheckPool) -> ByteForms? {
        switch self {
        case .text(.equals, let range, let cased), .text(.prefix, let range, let cased):
            return range.isEmpty ? nil : ByteForms(pool.literals[range.offset], cased)
        case .glob(let start, let end, let cased):
            guard start < end, case .literal(let range) = pool.globs[start], !range.isEmpty else { return nil }
            return ByteForms(pool.literals[range.offset], cased)
        case .pattern(let number):
            let pattern = pool.patterns[number]
            guard !pattern.options.contains(.multiLine) else { return nil }
            return fixedStart(pattern.expression).map { ByteForms($0, !pattern.options.contains(.ignoresCase)) }
        default: return nil
        }
    }

    /// The same for the last byte.
    func lastBytes(in pool: CheckPool) -> ByteForms? {
        switch self {
        case .text(.equals, let range, let cased), .text(.suffix, let range, let cased):
            return range.isEmpty ? nil : ByteForms(pool.literals[range.end - 1], cased)
        case .glob(let start, let end, let cased):
            guard start < end, case .literal(let range) = pool.globs[end - 1], !range.isEmpty else { return nil }
            return ByteForms(pool.literals[range.end - 1], cased)
        default: return nil
        }
    }
}

/// The bytes that equal one, with or without regard to case: that byte, or both cases of a letter.
struct ByteForms {
    let one: UInt8
    let other: UInt8

    init(_ byte: UInt8, _ cased: Bool) {
        let small = folded(byte)
        let isLetter = small &- 0x61 < 26
        one = cased ? byte : small
        other = cased ? byte : isLetter ? small & 0xDF : small
    }

    func contains(_ byte: UInt8) -> Bool { byte == one || byte == other }
}

/// The letter, digit or slash that every match of a regular expression begins with, at the beginning of the text; `nil`
/// where the expression does not plainly say so.
private func fixedStart(_ expression: String) -> UInt8? {
    let bytes = Array(expression.utf8)
    guard bytes.count > 2, bytes[0] == UInt8(ascii: "^"), isPlain(bytes[1]) else { return nil }
    // What is optional or repeated no times need not be there.
    guard !Array("*?{".utf8).contains(bytes[2]) else { return nil }
    // Another branch may begin otherwise. What is inside of groups does not matter; whatever is hard to read is left.
    var depth = 0
    var index = 1
    while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "\\"): index += 1
        case UInt8(ascii: "["):
            guard let end = bytes[(index + 1)...].firstIndex(of: UInt8(ascii: "]")), end > index + 2,
                !bytes[index..<end].contains(UInt8(ascii: "\\")), !bytes[(index + 1)..<end].contains(UInt8(ascii: "["))
            else { return nil }
            index = end
        case UInt8(ascii: "("): depth += 1
        case UInt8(ascii: ")"): depth -= 1
        case UInt8(ascii: "|") where depth <= 0: return nil
        default: break
        }
        index += 1
    }
    return bytes[1]
}

private func isPlain(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte &- 0x30 < 10 || folded(byte) &- 0x61 < 26
}
