import Bytes
import Network

/// What was found in a frame: addresses, ports, and where the transport's payload lies.
///
/// A plain value of integers; `payload` is a range of the frame it was decoded from.
public struct Packet: Sendable {
    /// The innermost IP addresses.
    public var source = IPAddress.unspecified
    public var destination = IPAddress.unspecified
    public var sourcePort: UInt16 = 0
    public var destinationPort: UInt16 = 0
    public var transport = Transport.tcp
    /// Of the innermost Ethernet header; `nil` where the link has no such address.
    public var sourceMAC: MACAddress?
    /// Of the innermost Ethernet header; `nil` where the link has no such address.
    public var destinationMAC: MACAddress?
    /// Of all Ethernet headers, outermost first: those of an outer frame stand before those of a tunnelled one.
    public var vlans = VLANTags()
    /// What the packet was taken out of, outermost first.
    public var tunnels = TunnelPath()
    /// What the transport carries, as far as it was captured.
    public var payload = ByteRange.empty
    /// How many bytes of payload were sent but not captured (snap length).
    public var missing = 0
    /// The fields of the TCP header that streams are put together by; zeros for UDP.
    public var tcp = TCPHeader()
    /// The innermost IP header, extension headers of IPv6 left out; empty after fragments were put together.
    public var networkHeader = ByteRange.empty
    /// The transport's header and payload as they were sent; may reach behind the end of a frame cut short.
    public var segment = ByteRange.empty
    /// Whether an IPv6 routing header names stops still to come: `destination` is then not the last one.
    public var isSourceRouted = false

    /// Makes an empty packet, to be filled by `PacketDecoder`.
    public init() {}
}

/// The fields of a TCP header (RFC 9293, 3.1) that streams are put together by.
public struct TCPHeader: Hashable, Sendable {
    public var sequence = SequenceNumber(0)
    public var acknowledgement = SequenceNumber(0)
    public var flags: TCPFlags = []
    public var window: UInt16 = 0

    /// A header of zeros.
    public init() {}
}

/// The control bits of a TCP header (RFC 9293, 3.1).
public struct TCPFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let fin = TCPFlags(rawValue: 0x01)
    public static let syn = TCPFlags(rawValue: 0x02)
    public static let rst = TCPFlags(rawValue: 0x04)
    public static let psh = TCPFlags(rawValue: 0x08)
    public static let ack = TCPFlags(rawValue: 0x10)
    public static let urg = TCPFlags(rawValue: 0x20)
}

/// A TCP sequence number: counts bytes modulo 2^32 (RFC 9293, 3.4).
public struct SequenceNumber: Hashable, Sendable {
    public var value: UInt32

    /// Makes a number.
    public init(_ value: UInt32) { self.value = value }

    /// Bytes from `earlier` to here; negative where this comes before it. Right for distances below 2^31.
    public func distance(from earlier: SequenceNumber) -> Int {
        Int(Int32(bitPattern: value &- earlier.value))
    }

    /// The number `count` bytes further on.
    public func advanced(by count: Int) -> SequenceNumber {
        SequenceNumber(value &+ UInt32(truncatingIfNeeded: count))
    }
}
