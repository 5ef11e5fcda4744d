import Bytes
import Network

/// The fields of a TCP header (RFC 9293, 3.1) that streams are put together by.
public struct TCPHeader: Hashable, Sendable {
    /// The number of the first byte of the segment; of the SYN itself where it has one.
    public var sequence = SequenceNumber(0)
    /// The number that the sender expects next; means something with ACK only.
    public var acknowledgement = SequenceNumber(0)
    /// The control bits, without those of explicit congestion notification.
    public var flags: TCPFlags = []
    /// The window field as sent, before the window scale option (RFC 7323, 2.2).
    public var window: UInt16 = 0
    /// How far behind `sequence` the urgent data ends; means something with URG only.
    public var urgentPointer: UInt16 = 0
    /// The options that say whether a receiver takes the segment.
    public var options = TCPOptions()

    /// A header of zeros.
    public init() {}
}

/// The options of a TCP header that say whether a receiver takes its segment.
///
/// Of an option that comes twice the last one counts; what follows a broken one does not exist, as in most stacks.
public struct TCPOptions: Hashable, Sendable {
    /// TSval of the timestamps option (RFC 7323, 3.2); `nil` without it.
    public var timestamp: UInt32?
    /// The shift of the window scale option (RFC 7323, 2.2), 14 at most; `nil` without it.
    public var windowScale: UInt8?
    /// Whether there is a signature: MD5 (RFC 2385) or TCP-AO (RFC 5925).
    public var isSigned = false

    /// No options.
    public init() {}

    /// Reads the options in `range`, which lies in `bytes`.
    init(_ bytes: RawSpan, _ range: ByteRange) {
        // Nearly all segments of a connection with timestamps carry nothing else, aligned like this (RFC 7323, appendix A).
        if range.count == 12, bytes.uint32(at: range.offset) == 0x0101_080A {
            timestamp = bytes.uint32(at: range.offset &+ 4)
            return
        }
        var offset = range.offset
        while offset < range.end {
            let kind = bytes.byte(at: offset)
            if kind == 0 { return }
            if kind == 1 {
                offset &+= 1
                continue
            }
            guard offset &+ 1 < range.end else { return }
            let length = Int(bytes.byte(at: offset &+ 1))
            guard length >= 2, offset &+ length <= range.end else { return }
            switch (kind, length) {
            case (3, 3): windowScale = min(bytes.byte(at: offset &+ 2), 14)
            case (8, 10): timestamp = bytes.uint32(at: offset &+ 2)
            case (19, _), (29, _): isSigned = true
            default: break
            }
            offset &+= length
        }
    }
}

/// The control bits of a TCP header (RFC 9293, 3.1).
public struct TCPFlags: OptionSet, Hashable, Sendable {
    /// The bits as in byte 13 of the header.
    public let rawValue: UInt8

    /// Makes a set of its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The sender has sent its last byte.
    public static let fin = TCPFlags(rawValue: 0x01)
    /// A connection begins: sequence numbers are agreed on.
    public static let syn = TCPFlags(rawValue: 0x02)
    /// The connection ends at once.
    public static let rst = TCPFlags(rawValue: 0x04)
    /// The receiver shall hand on what it has.
    public static let psh = TCPFlags(rawValue: 0x08)
    /// The acknowledgement number counts.
    public static let ack = TCPFlags(rawValue: 0x10)
    /// The urgent pointer counts.
    public static let urg = TCPFlags(rawValue: 0x20)
}

/// A TCP sequence number: counts bytes modulo 2^32 (RFC 9293, 3.4).
public struct SequenceNumber: Hashable, Sendable {
    /// The number as in the header.
    public var value: UInt32

    /// Makes a number.
    public init(_ value: UInt32) { self.value = value }

    /// Bytes from `earlier` to here; negative where this comes before it.
    ///
    /// Right for distances below 2^31.
    public func distance(from earlier: SequenceNumber) -> Int {
        Int(Int32(bitPattern: value &- earlier.value))
    }

    /// The number `count` bytes further on.
    public func advanced(by count: Int) -> SequenceNumber {
        SequenceNumber(value &+ UInt32(truncatingIfNeeded: count))
    }
}
