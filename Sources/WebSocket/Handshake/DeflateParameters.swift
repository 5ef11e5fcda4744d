import Bytes

/// What the ends agreed on about permessage-deflate (RFC 7692, 7.1).
public struct DeflateParameters: Hashable, Sendable {
    /// Whether the extension is in use.
    public var isAgreed = false
    /// Whether the client compresses each message on its own (7.1.1.2).
    public var clientHasNoContext = false
    /// Whether the server compresses each message on its own (7.1.1.1).
    public var serverHasNoContext = false
    /// The size of the client's window as a power of two, 8 to 15 (7.1.2.2).
    public var clientWindowBits = 15
    /// The size of the server's window as a power of two, 8 to 15 (7.1.2.1).
    public var serverWindowBits = 15
    /// Whether a parameter is unknown, stands twice or has a wrong value.
    public var isWrong = false

    /// Not in use.
    public init() {}

    /// What an answer says: the extension with its parameters, parted by semicolons; `nil` for another extension.
    init?(_ head: RawSpan, _ member: ByteRange) {
        var result = DeflateParameters()
        var position = 0
        var seen: UInt8 = 0
        HTTPHead.forEachMember(head, member, separator: UInt8(ascii: ";")) { part in
            if position == 0 {
                result.isAgreed = HTTPHead.equals(head, part, "permessage-deflate")
            } else {
                result.take(head, part, &seen)
            }
            position += 1
        }
        guard result.isAgreed else { return nil }
        self = result
    }

    private mutating func take(_ head: RawSpan, _ part: ByteRange, _ seen: inout UInt8) {
        var end = part.offset
        while end < part.end, head.byte(at: end) != UInt8(ascii: "=") { end += 1 }
        let name = HTTPHead.trimmed(head, part.offset..<end)
        let value = end < part.end ? HTTPHead.trimmed(head, (end + 1)..<part.end) : nil
        let bit: UInt8
        if HTTPHead.equals(head, name, "server_no_context_takeover") {
            (bit, serverHasNoContext) = (1, true)
            if value != nil { isWrong = true }
        } else if HTTPHead.equals(head, name, "client_no_context_takeover") {
            (bit, clientHasNoContext) = (2, true)
            if value != nil { isWrong = true }
        } else if HTTPHead.equals(head, name, "server_max_window_bits") {
            bit = 4
            serverWindowBits = bits(head, value)
        } else if HTTPHead.equals(head, name, "client_max_window_bits") {
            bit = 8
            clientWindowBits = bits(head, value)
        } else {
            isWrong = true
            return
        }
        if seen & bit != 0 { isWrong = true }
        seen |= bit
    }

    /// A number from 8 to 15 without leading zeros, which may be quoted (RFC 7692, 7.1.2); anything else is wrong and
    /// stands for the largest window.
    private mutating func bits(_ head: RawSpan, _ value: ByteRange?) -> Int {
        var number = 0
        var digits = 0
        if var range = value {
            let quote = UInt8(ascii: "\"")
            if range.count >= 2, head.byte(at: range.offset) == quote, head.byte(at: range.end - 1) == quote {
                range = ByteRange(offset: range.offset + 1, count: range.count - 2)
            }
            for offset in range.offset..<range.end where digits < 3 {
                let digit = Int(head.byte(at: offset)) - 0x30
                digits += (0...9).contains(digit) && (digits > 0 || digit > 0) ? 1 : 3
                number = number * 10 + digit
            }
        }
        guard digits < 3, (8...15).contains(number) else {
            isWrong = true
            return 15
        }
        return number
    }
}
