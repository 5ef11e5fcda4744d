import CoAP
import TestSupport

/// Encodes messages as RFC 7252, 3 says: the other half of what the dissector is held against.
struct CoAPBuilder {
    var type = CoAPType.confirmable
    var code = CoAPCode.get
    var messageID: UInt16 = 0
    var token: [UInt8] = []
    /// Number and value, in any order.
    var options: [(number: Int, value: [UInt8])] = []
    var payload: [UInt8] = []

    init(
        _ type: CoAPType, _ code: CoAPCode, _ messageID: UInt16 = 0, token: [UInt8] = [],
        path: String? = nil, options: [(Int, [UInt8])] = [], payload: String = ""
    ) {
        self.type = type
        self.code = code
        self.messageID = messageID
        self.token = token
        self.options = (path ?? "").split(separator: "/").map { (11, Array($0.utf8)) } + options.map { ($0.0, $0.1) }
        self.payload = Array(payload.utf8)
    }

    /// A confirmable message.
    init(_ code: CoAPCode, path: String? = nil, options: [(Int, [UInt8])] = [], payload: String = "") {
        self.init(.confirmable, code, path: path, options: options, payload: payload)
    }

    /// The options in the order in which they are sent; the order among equals stays.
    var sortedOptions: [(number: Int, value: [UInt8])] {
        options.enumerated().sorted { ($0.element.number, $0.offset) < ($1.element.number, $1.offset) }.map(\.element)
    }

    var bytes: [UInt8] { encoded.bytes }

    /// The offsets at which the message may end without harm: behind the token, and behind each option.
    var boundaries: Set<Int> { encoded.boundaries }

    private var encoded: (bytes: [UInt8], boundaries: Set<Int>) {
        var bytes = [0x40 | type.rawValue << 4 | UInt8(token.count), code.rawValue]
        bytes += [UInt8(messageID >> 8), UInt8(messageID & 0xFF)] + token
        var boundaries: Set<Int> = [bytes.count]
        var previous = 0
        for option in sortedOptions {
            bytes += encodedOption(delta: option.number - previous, option.value)
            previous = option.number
            boundaries.insert(bytes.count)
        }
        if !payload.isEmpty { bytes += [0xFF] + payload }
        return (bytes, boundaries)
    }
}

/// An option in the shortest form, RFC 7252, 3.1.
func encodedOption(delta: Int, _ value: [UInt8]) -> [UInt8] { Build.coapOption(delta: delta, value) }

/// The bytes of a hexadecimal text; blanks are passed over.
func hex(_ text: String) -> [UInt8] {
    let digits = text.utf8.compactMap { byte -> UInt8? in
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x57
        case 0x41...0x46: byte - 0x37
        default: nil
        }
    }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
