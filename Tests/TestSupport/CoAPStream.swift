/// Encodes CoAP messages of streams as RFC 8323, 3.2 and 4.2, and RFC 8974, 2.1 say: the other half of what the dissector is
/// held against.
public struct CoAPStream: Sendable {
    /// Three bits of class, five of detail.
    public var code: UInt8
    public var token: [UInt8]
    /// Number and value, in any order.
    public var options: [(number: Int, value: [UInt8])]
    public var payload: [UInt8]

    /// Makes a message; `path` becomes Uri-Path options.
    public init(
        _ code: UInt8, token: [UInt8] = [], path: String = "", options: [(Int, [UInt8])] = [], payload: [UInt8] = []
    ) {
        self.code = code
        self.token = token
        self.options = path.split(separator: "/").map { (11, Array($0.utf8)) } + options.map { ($0.0, $0.1) }
        self.payload = payload
    }

    /// A CSM with Max-Message-Size and Block-Wise-Transfer.
    public static func csm(_ size: Int = 1152) -> [UInt8] {
        CoAPStream(0xE1, options: [(2, number(size)), (4, [])]).bytes
    }

    /// A `uint` in the shortest form (RFC 7252, 3.2).
    public static func number(_ value: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest > 0 {
            bytes.insert(UInt8(rest & 0xFF), at: 0)
            rest >>= 8
        }
        return bytes
    }

    /// Options and payload.
    public var body: [UInt8] {
        var bytes: [UInt8] = []
        var previous = 0
        let sorted = options.enumerated().sorted { ($0.element.number, $0.offset) < ($1.element.number, $1.offset) }
        for option in sorted.map(\.element) {
            let (delta, deltaRest) = Self.extended(option.number - previous)
            let (length, lengthRest) = Self.extended(option.value.count)
            bytes += [delta << 4 | length] + deltaRest + lengthRest + option.value
            previous = option.number
        }
        return payload.isEmpty ? bytes : bytes + [0xFF] + payload
    }

    /// As in a TCP stream.
    public var bytes: [UInt8] {
        let body = body
        let (tokenNibble, tokenRest) = Self.extended(token.count)
        let nibble: UInt8
        let rest: [UInt8]
        switch body.count {
        case 0..<13: (nibble, rest) = (UInt8(body.count), [])
        case 13..<269: (nibble, rest) = (13, [UInt8(body.count - 13)])
        case 269..<65_805: (nibble, rest) = (14, Build.u16(body.count - 269))
        default: (nibble, rest) = (15, Build.u32(UInt32(body.count - 65_805)))
        }
        return [nibble << 4 | tokenNibble] + rest + [code] + tokenRest + token + body
    }

    /// As in a WebSocket message.
    public var webSocketBytes: [UInt8] {
        let (tokenNibble, tokenRest) = Self.extended(token.count)
        return [tokenNibble, code] + tokenRest + token + body
    }

    /// A nibble and the bytes behind it, as options and tokens have them.
    private static func extended(_ number: Int) -> (UInt8, [UInt8]) {
        switch number {
        case 0..<13: (UInt8(number), [])
        case 13..<269: (13, [UInt8(number - 13)])
        default: (14, Build.u16(number - 269))
        }
    }
}
