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
    /// Time to live (RFC 791, 3.1) or hop limit (RFC 8200, 3) of the same header as `source`.
    public var hopLimit: UInt8 = 0
    /// Which network the addresses belong to: 0 where there is neither VLAN nor tunnel, else a number made of the VLAN
    /// identifiers and of the ends and identifiers of the tunnels.
    ///
    /// The same for both directions of a tunnel. Not seeded: whoever may send any tag can choose it.
    public var network: UInt64 = 0
    /// Whether an IPv6 routing header names stops still to come: `destination` is then not the last one.
    public var isSourceRouted = false
    /// Whether the IPv4 header has options for which hosts drop a packet: a source route, or such as run over the end.
    public var hasRefusedOptions = false

    /// The number of what could not be decoded, where `Undecoded` says that it is not known: an EtherType, a protocol.
    public var unknownNumber: UInt16 = 0

    /// Makes an empty packet, to be filled by `PacketDecoder`.
    public init() {}

    /// Goes a network further in: one that `value` tells from its neighbours.
    mutating func enterNetwork(_ value: UInt64) {
        let mixed = (network ^ value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        network = mixed.high ^ mixed.low
    }
}
