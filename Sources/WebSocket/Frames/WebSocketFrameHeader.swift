import Bytes

/// The head of a frame (RFC 6455, 5.2): 2 to 14 bytes.
public struct WebSocketFrameHeader: Hashable, Sendable {
    /// The operation code.
    public var opcode = WebSocketOpcode.continuation
    /// Whether the message ends with this frame.
    public var isFinal = true
    /// The three reserved bits, RSV1 as 4.
    public var reserved: UInt8 = 0
    /// Whether the payload is masked.
    public var isMasked = false
    /// The masking key as it stands on the wire; 0 where there is none.
    public var mask: UInt32 = 0
    /// Bytes of the payload.
    public var length: UInt64 = 0
    /// Whether the length takes no more bytes than it needs.
    public var isMinimal = true

    /// The longest head.
    public static let longest = 14

    /// The head of an empty fragment.
    public init() {}

    /// How many bytes a head takes that begins with these two.
    public static func size(_ first: UInt8, _ second: UInt8) -> Int {
        let extended =
            switch second & 0x7F {
            case 126: 2
            case 127: 8
            default: 0
            }
        return 2 + extended + (second & 0x80 != 0 ? 4 : 0)
    }

    /// Reads a head; `nil` where it is not all there.
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= 2 else { return nil }
        let (first, second) = (bytes.byte(at: 0), bytes.byte(at: 1))
        let size = Self.size(first, second)
        guard bytes.byteCount >= size else { return nil }
        opcode = WebSocketOpcode(rawValue: first & 15)
        isFinal = first & 0x80 != 0
        reserved = first >> 4 & 7
        isMasked = second & 0x80 != 0
        switch second & 0x7F {
        case 126:
            length = UInt64(bytes.uint16(at: 2))
            isMinimal = length > 125
        case 127:
            length = bytes.uint64(at: 2)
            isMinimal = length > 65_535
        default: length = UInt64(second & 0x7F)
        }
        if isMasked { mask = bytes.uint32(at: size - 4) }
    }
}
