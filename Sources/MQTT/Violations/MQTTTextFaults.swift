import Bytes

/// The ways in which bytes are not well-formed UTF-8 (Unicode 15, table 3-7; RFC 3629, 3).
public struct MQTTTextFaults: OptionSet, Hashable, Sendable {
    /// The bits, one for each fault.
    public let rawValue: UInt8

    /// The faults of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A character in more bytes than it needs: C0, C1, E0 80 to E0 9F, F0 80 to F0 8F.
    public static let overlong = Self(rawValue: 1)
    /// U+D800 to U+DFFF: ED A0 to ED BF.
    public static let surrogate = Self(rawValue: 2)
    /// Above U+10FFFF: F4 90 and more, F5 to FF.
    public static let tooLarge = Self(rawValue: 4)
    /// A byte 80 to BF that continues nothing.
    public static let continuation = Self(rawValue: 8)
    /// A sequence that another character or the end of the string breaks off.
    public static let truncated = Self(rawValue: 16)

    /// Walks `bytes` once.
    ///
    /// - Complexity: linear; allocates nothing.
    init(_ bytes: RawSpan) {
        var found: Self = []
        var offset = 0
        while offset < bytes.byteCount {
            let length = utf8SequenceLength(bytes, at: offset)
            if length > 0 {
                offset &+= length
                continue
            }
            let first = bytes.byte(at: offset)
            found.insert(Self.fault(first, offset &+ 1 < bytes.byteCount ? bytes.byte(at: offset &+ 1) : 0))
            // What continues a sequence that is wrong from its beginning belongs to it.
            offset &+= 1
            guard first >= 0xC0 else { continue }
            var rest = first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF8 ? 3 : first < 0xFC ? 4 : 5
            while rest > 0, offset < bytes.byteCount, bytes.byte(at: offset) & 0xC0 == 0x80 {
                offset &+= 1
                rest &-= 1
            }
        }
        self = found
    }

    /// What is wrong with a sequence that begins with these two bytes; 0 stands for the end.
    private static func fault(_ first: UInt8, _ second: UInt8) -> Self {
        switch first {
        case 0x80...0xBF: return .continuation
        case 0xC0...0xC1: return .overlong
        case 0xF5...0xFF: return .tooLarge
        default: break
        }
        guard second & 0xC0 == 0x80 else { return .truncated }
        switch (first, second) {
        case (0xE0, ..<0xA0), (0xF0, ..<0x90): return .overlong
        case (0xED, 0xA0...): return .surrogate
        case (0xF4, 0x90...): return .tooLarge
        default: return .truncated
        }
    }

    /// Calls `body` with the keyword of each.
    func forEachName(_ body: (StaticString) -> Void) {
        if contains(.overlong) { body("overlong") }
        if contains(.surrogate) { body("surrogate") }
        if contains(.tooLarge) { body("toolarge") }
        if contains(.continuation) { body("continuation") }
        if contains(.truncated) { body("truncated") }
    }
}
