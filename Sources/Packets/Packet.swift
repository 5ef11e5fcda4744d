import Bytes
import Network

/// What was found in a frame: addresses, ports, and where the transport's payload lies.
///
/// A plain value of integers; `payload` is a range of the frame it was decoded from.
public struct Packet: Sendable {
    /// The innermost IP addresses.
    public var source = IPAddress.unspecified
    /// The receiver, of the same header as `source`.
    public var destination = IPAddress.unspecified
    /// The port of the sender, TCP or UDP.
    public var sourcePort: UInt16 = 0
    /// The port of the receiver, TCP or UDP.
    public var destinationPort: UInt16 = 0
    /// The protocol of the ports: TCP or UDP.
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

    /// The number of what could not be decoded, where `Undecoded` says that it is not known: an EtherType, a protocol.
    public var unknownNumber: UInt16 = 0

    /// Makes an empty packet, to be filled by `PacketDecoder`.
    public init() {}
}

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

    /// A header of zeros.
    public init() {}
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
