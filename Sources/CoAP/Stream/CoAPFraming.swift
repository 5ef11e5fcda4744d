import Bytes
import Events

/// How a stream falls into messages: RFC 8323, 3.2, with the token lengths of RFC 8974, 2.1.
public enum CoAPFraming {
    /// The longest header without the token: lengths, four bytes of extended length, code, two of extended token length.
    public static let longestHeader = 8

    /// Looks at the header only: constant time, nothing is allocated.
    ///
    /// One with a reserved token length is told: nobody can tell where the next message begins.
    public static func frame(_ bytes: RawSpan) -> FrameVerdict {
        switch CoAPStreamHeader.read(bytes, .stream) {
        case .incomplete: return .incomplete(total: nil)
        case .reserved: return .lost(told: min(bytes.byteCount, longestHeader))
        case .header(let header):
            let total = header.totalLength
            return bytes.byteCount >= total ? .message(total) : .incomplete(total: total)
        }
    }
}

/// What carries a message, and so which header it has.
public enum CoAPCarrier: UInt8, Hashable, Sendable {
    /// A UDP datagram: RFC 7252, 3.
    case datagram
    /// A TCP stream: RFC 8323, 3.2.
    case stream
    /// A WebSocket message: RFC 8323, 4.2.
    case webSocket
}

/// The header of a message without type and message id: RFC 8323, 3.2 and 4.2.
struct CoAPStreamHeader: Hashable, Sendable {
    /// Where the code stands.
    var codeOffset: Int
    /// Where the token begins, and how long it is.
    var tokenOffset: Int
    var tokenLength: Int
    /// Bytes of options and payload, as the header says; over WebSocket always 0.
    var bodyLength: Int

    /// Bytes of the whole message, as the header says.
    var totalLength: Int { tokenOffset &+ tokenLength &+ bodyLength }

    enum Reading: Hashable, Sendable {
        case header(CoAPStreamHeader)
        case incomplete
        /// The token length is one of those that are reserved.
        case reserved
    }

    /// Reads a header.
    ///
    /// Over WebSocket the length nibble stands for nothing, whatever it is.
    static func read(_ bytes: RawSpan, _ carrier: CoAPCarrier) -> Reading {
        guard bytes.byteCount > 0 else { return .incomplete }
        let first = bytes.byte(at: 0)
        guard !CoAPTokenLength.isReserved(first & 15) else { return .reserved }
        let nibble = carrier == .webSocket ? 0 : first >> 4
        let extra = nibble < 13 ? 0 : nibble == 15 ? 4 : Int(nibble &- 12)
        let codeOffset = 1 &+ extra
        guard bytes.byteCount > codeOffset,
            let token = CoAPTokenLength(nibble: first & 15, bytes, at: codeOffset &+ 1, end: bytes.byteCount)
        else { return .incomplete }
        let body =
            switch nibble {
            case 13: Int(bytes.byte(at: 1)) &+ 13
            case 14: Int(bytes.uint16(at: 1)) &+ 269
            case 15: Int(bytes.uint32(at: 1)) &+ 65_805
            default: Int(nibble)
            }
        return .header(
            CoAPStreamHeader(
                codeOffset: codeOffset, tokenOffset: codeOffset &+ 1 &+ token.extraBytes, tokenLength: token.value,
                bodyLength: body))
    }
}

/// The length of a token, RFC 8974, 2.1: a nibble, and up to two bytes in front of the token.
struct CoAPTokenLength: Hashable, Sendable {
    /// Bytes of the token.
    var value: Int
    /// Bytes that stand in front of the token and say its length.
    var extraBytes: Int

    /// Reads it; `nil` where the bytes that the nibble announces are missing.
    ///
    /// Reserved nibbles are for the caller.
    init?(nibble: UInt8, _ bytes: RawSpan, at offset: Int, end: Int) {
        switch nibble {
        case 13:
            guard end &- offset >= 1 else { return nil }
            (value, extraBytes) = (Int(bytes.byte(at: offset)) &+ 13, 1)
        case 14:
            guard end &- offset >= 2 else { return nil }
            (value, extraBytes) = (Int(bytes.uint16(at: offset)) &+ 269, 2)
        default:
            (value, extraBytes) = (Int(nibble), 0)
        }
    }

    /// Whether a nibble is one of those that no sender may use: 9 to 12 and 15.
    static func isReserved(_ nibble: UInt8) -> Bool { nibble > 8 && nibble != 13 && nibble != 14 }
}
