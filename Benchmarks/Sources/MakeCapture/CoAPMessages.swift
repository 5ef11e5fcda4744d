/// A message of CoAP that is being written (RFC 7252, 3).
struct CoAPMessageWriter {
    private(set) var bytes: [UInt8]
    private var lastOption = 0

    init(_ type: CoAPMessageType, code: UInt8, id: Int, token: ArraySlice<UInt8> = []) {
        bytes = [0x40 | UInt8(type.rawValue) << 4 | UInt8(token.count), code]
        bytes.append16(id)
        bytes.append(contentsOf: token)
    }

    /// Options come in the order of their numbers.
    mutating func option(_ number: Int, _ value: some Collection<UInt8>) {
        let (delta, length) = (number - lastOption, value.count)
        lastOption = number
        bytes.append(UInt8(Self.nibble(delta) << 4 | Self.nibble(length)))
        appendRest(delta)
        appendRest(length)
        bytes.append(contentsOf: value)
    }

    mutating func option(_ number: Int, text: String) { option(number, text.utf8) }

    /// A number in as few bytes as it needs, none for 0 (RFC 7252, 3.2).
    mutating func option(_ number: Int, integer: Int) {
        var value: [UInt8] = []
        value.append32(UInt32(integer))
        option(number, value.drop { $0 == 0 })
    }

    mutating func payload(_ append: (inout [UInt8]) -> Void) -> Int {
        bytes.append(0xFF)
        let start = bytes.count
        append(&bytes)
        return bytes.count - start
    }

    private static func nibble(_ value: Int) -> Int { value < 13 ? value : value < 269 ? 13 : 14 }

    private mutating func appendRest(_ value: Int) {
        if value >= 269 {
            bytes.append16(value - 269)
        } else if value >= 13 {
            bytes.append(UInt8(value - 13))
        }
    }
}

/// RFC 7252, 3.
enum CoAPMessageType: Int {
    case con, non, ack, rst

    var name: String { ["con", "non", "ack", "rst"][rawValue] }
}

/// Codes as class and detail (RFC 7252, 12.1).
enum Code {
    static let empty: UInt8 = 0x00
    static let get: UInt8 = 0x01
    static let post: UInt8 = 0x02
    static let put: UInt8 = 0x03
    static let delete: UInt8 = 0x04
    static let created: UInt8 = 0x41
    static let deleted: UInt8 = 0x42
    static let changed: UInt8 = 0x44
    static let content: UInt8 = 0x45
    static let notFound: UInt8 = 0x84
    static let notAllowed: UInt8 = 0x85

    static func name(_ code: UInt8) -> String { names[Int(code)] }

    private static let names = (0..<256).map { "\($0 >> 5).\($0 & 31 < 10 ? "0" : "")\($0 & 31)" }
}

/// Numbers of options (RFC 7252, 5.10; RFC 7641; RFC 7959).
enum Option {
    static let eTag = 4
    static let observe = 6
    static let locationPath = 8
    static let uriPath = 11
    static let contentFormat = 12
    static let maxAge = 14
    static let uriQuery = 15
    static let accept = 17
    static let block2 = 23
}

/// Content-Formats (RFC 7252, 12.3).
enum Format {
    static let linkFormat = 40
    static let octetStream = 42
    static let json = 50
}
