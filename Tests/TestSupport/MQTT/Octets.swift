/// How MQTT writes what its packets are made of (MQTT 3.1.1, 1.5 and 2.2.3; MQTT 5.0, 1.5), apart from the code under
/// test.
public enum Bytes {
    /// Two bytes, most significant first.
    public static func uint16(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }

    /// Four bytes, most significant first.
    public static func uint32(_ value: UInt32) -> [UInt8] {
        uint16(UInt16(value >> 16)) + uint16(UInt16(value & 0xFFFF))
    }

    /// Seven bits a byte, least significant first, the top bit where more follows.
    public static func variable(_ value: Int) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while true {
            let digit = UInt8(rest & 127)
            rest >>= 7
            if rest == 0 { return bytes + [digit] }
            bytes.append(digit | 128)
        }
    }

    /// The same in more bytes than it needs.
    public static func padded(_ value: Int, bytes count: Int) -> [UInt8] {
        (0..<count).map { UInt8(value >> (7 * $0) & 127) | ($0 < count - 1 ? 128 : 0) }
    }

    /// A length in two bytes, and bytes.
    public static func binary(_ value: [UInt8]) -> [UInt8] { uint16(UInt16(truncatingIfNeeded: value.count)) + value }

    /// A length in two bytes, and text.
    public static func text(_ value: String) -> [UInt8] { binary(Array(value.utf8)) }

    /// A fixed header and what follows it.
    public static func packet(_ type: UInt8, flags: UInt8 = 0, _ body: [UInt8]) -> [UInt8] {
        [type << 4 | flags] + variable(body.count) + body
    }

    /// Lower-case hexadecimal digits.
    public static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
