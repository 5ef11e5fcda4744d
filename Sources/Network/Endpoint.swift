import Bytes

/// One end of a conversation: an address and a port.
public struct Endpoint: Hashable, Sendable {
    /// The IP address.
    public var address: IPAddress
    /// The port of TCP or UDP.
    public var port: UInt16

    /// Makes an end of a conversation.
    public init(_ address: IPAddress, _ port: UInt16) {
        self.address = address
        self.port = port
    }
}

/// The transport protocols that the sensor follows, by their number in the IANA registry *Protocol Numbers*.
public enum Transport: UInt8, Sendable {
    case tcp = 6
    case udp = 17

    /// The lower-case name, as `network.transport` shows it.
    public var name: StaticString { self == .tcp ? "tcp" : "udp" }
}

/// An IEEE 802 MAC address in the low 48 bits.
public struct MACAddress: Hashable, Sendable {
    /// The address as a number, first byte most significant.
    public var value: UInt64

    /// Makes an address from 48 bits, first byte most significant.
    public init(_ value: UInt64) { self.value = value }

    /// The 6 bytes at `offset`; traps outside the span.
    public init(_ bytes: RawSpan, at offset: Int) {
        value = UInt64(bytes.uint16(at: offset)) << 32 | UInt64(bytes.uint32(at: offset + 2))
    }

    /// Appends `aa:bb:cc:dd:ee:ff`.
    public func write(to text: inout [UInt8]) {
        for index in 0..<6 {
            if index > 0 { text.append(UInt8(ascii: ":")) }
            text.append(hex: UInt8(truncatingIfNeeded: value >> UInt64(40 - 8 * index)))
        }
    }
}
