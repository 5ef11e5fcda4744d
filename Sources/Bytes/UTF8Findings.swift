/// What is to be said of bytes that a specification wants to be UTF-8 text.
public struct UTF8Findings: OptionSet, Sendable {
    /// The bits, one for each finding.
    public let rawValue: UInt8

    /// The findings of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Not well-formed UTF-8 (Unicode 15, table 3-7): overlong forms, surrogates, lone continuation bytes, too large.
    public static let illFormed = UTF8Findings(rawValue: 1)
    /// Holds U+0000.
    public static let null = UTF8Findings(rawValue: 2)
    /// Holds U+0001 to U+001F or U+007F to U+009F.
    public static let control = UTF8Findings(rawValue: 4)
    /// Holds a Unicode non-character (U+FDD0 to U+FDEF, U+xxFFFE, U+xxFFFF).
    public static let nonCharacter = UTF8Findings(rawValue: 8)

    /// Walks `bytes` once; empty for text that nobody objects to.
    ///
    /// Ill-formed bytes are passed over one at a time.
    ///
    /// - Complexity: linear; allocates nothing.
    public init(_ bytes: RawSpan) {
        var found: UTF8Findings = []
        var offset = 0
        let count = bytes.byteCount
        while offset < count {
            while count &- offset >= 8, isPrintableASCII(bytes.uint64(at: offset)) { offset &+= 8 }
            guard offset < count else { break }
            let byte = bytes.byte(at: offset)
            if byte < 0x80 {
                if byte < 0x20 { found.insert(byte == 0 ? .null : .control) }
                if byte == 0x7F { found.insert(.control) }
                offset &+= 1
                continue
            }
            let length = utf8SequenceLength(bytes, at: offset)
            guard length > 0 else {
                found.insert(.illFormed)
                offset &+= 1
                continue
            }
            found.formUnion(UTF8Findings(scalar: decodeSequence(bytes, at: offset, length: length)))
            offset &+= length
        }
        self = found
    }

    private init(scalar: UInt32) {
        if scalar < 0xA0 {
            self = .control
        } else if scalar & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar) {
            self = .nonCharacter
        } else {
            self = []
        }
    }
}

/// Whether all eight bytes are U+0020 to U+007E.
private func isPrintableASCII(_ word: UInt64) -> Bool {
    let (ones, tops) = (0x0101_0101_0101_0101 as UInt64, 0x8080_8080_8080_8080 as UInt64)
    // A top bit is set, a byte is below 0x20, or one more than it has its top bit set. A borrow or carry can only spread
    // from a byte that is objected to already.
    return (word | (word &- 0x20 &* ones) | (word &+ ones)) & tops == 0
}

/// The length of the well-formed UTF-8 sequence at `offset` (Unicode 15, table 3-7), or 0 where there is none.
public func utf8SequenceLength(_ bytes: RawSpan, at offset: Int) -> Int {
    let first = bytes.byte(at: offset)
    if first < 0x80 { return 1 }
    let length: Int
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, low) = (3, 0xA0)
    case 0xED: (length, high) = (3, 0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, low) = (4, 0x90)
    case 0xF4: (length, high) = (4, 0x8F)
    case 0xF1...0xF3: length = 4
    default: return 0
    }
    guard bytes.byteCount &- offset >= length else { return 0 }
    let second = bytes.byte(at: offset &+ 1)
    guard second >= low, second <= high else { return 0 }
    for index in 2..<max(2, length) where bytes.byte(at: offset &+ index) & 0xC0 != 0x80 { return 0 }
    return length
}

/// The scalar value of a sequence that `utf8SequenceLength` has measured; 2 to 4 bytes.
private func decodeSequence(_ bytes: RawSpan, at offset: Int, length: Int) -> UInt32 {
    var scalar = UInt32(bytes.byte(at: offset)) & (0x7F >> UInt32(length))
    for index in 1..<length { scalar = scalar << 6 | UInt32(bytes.byte(at: offset &+ index) & 0x3F) }
    return scalar
}

extension String {
    /// A copy of bytes as text; each byte that is not part of a well-formed sequence becomes U+FFFD.
    public init(copying bytes: RawSpan) {
        self = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
