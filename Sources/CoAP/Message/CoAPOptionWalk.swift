import Bytes

/// One option as it stands in a message: a number, and where the value lies.
public struct CoAPOptionInstance: Hashable, Sendable {
    /// Which option it is.
    public var option: CoAPOption
    /// The value in the buffer of the message.
    public var value: ByteRange

    /// Makes an instance.
    public init(option: CoAPOption, value: ByteRange) {
        self.option = option
        self.value = value
    }

    /// The value as a `uint` (RFC 7252, 3.2), leading zeros allowed; `nil` where it is longer than eight bytes.
    public func unsigned(_ bytes: RawSpan) -> UInt64? {
        guard value.count <= 8, value.offset >= 0, value.end <= bytes.byteCount else { return nil }
        var number: UInt64 = 0
        for offset in value.offset..<value.end { number = number << 8 | UInt64(bytes.byte(at: offset)) }
        return number
    }
}

/// A walk over encoded options, RFC 7252, 3.1: integers over bytes that somebody else holds.
///
/// The same walk reads the options of a message for the first time and again whenever a field asks for one.
public struct CoAPOptionWalk: Sendable {
    /// What the next bytes are.
    public enum Step: Hashable, Sendable {
        /// An option, which the walk moved over.
        case option(CoAPOptionInstance)
        /// The payload marker, on which the walk stays.
        case marker
        /// No byte is left.
        case end
        /// Not an option; the walk stays where the bad one begins.
        case fault(CoAPViolation)
    }

    /// Where the next option, the marker or the end is, from the start of the buffer.
    public private(set) var position: Int
    private let end: Int
    private var number = 0

    /// A walk over the options in `range`.
    public init(_ range: ByteRange) {
        position = max(0, range.offset)
        end = range.end
    }

    /// Reads the next option; never outside of `bytes`, whatever the range was.
    public mutating func next(_ bytes: RawSpan) -> Step {
        let end = min(end, bytes.byteCount)
        guard position < end else { return .end }
        let first = bytes.byte(at: position)
        guard first != 0xFF else { return .marker }
        guard first >> 4 != 15 else { return .fault(.optionDeltaReserved) }
        guard first & 15 != 15 else { return .fault(.optionLengthReserved) }
        var cursor = position &+ 1
        guard let delta = extended(first >> 4, bytes, &cursor, end),
            let length = extended(first & 15, bytes, &cursor, end)
        else { return .fault(.optionTruncated) }
        let next = number &+ delta
        guard next <= 0xFFFF else { return .fault(.optionNumberOverflow) }
        guard end &- cursor >= length else { return .fault(.optionTruncated) }
        number = next
        position = cursor &+ length
        return .option(
            CoAPOptionInstance(
                option: CoAPOption(rawValue: UInt16(truncatingIfNeeded: next)),
                value: ByteRange(offset: cursor, count: length)))
    }
}

/// The number that a nibble and the bytes behind it stand for; `nil` where those bytes are missing.
private func extended(_ nibble: UInt8, _ bytes: RawSpan, _ cursor: inout Int, _ end: Int) -> Int? {
    switch nibble {
    case 13:
        guard end &- cursor >= 1 else { return nil }
        defer { cursor &+= 1 }
        return Int(bytes.byte(at: cursor)) &+ 13
    case 14:
        guard end &- cursor >= 2 else { return nil }
        defer { cursor &+= 2 }
        return Int(bytes.uint16(at: cursor)) &+ 269
    default:
        return Int(nibble)
    }
}
