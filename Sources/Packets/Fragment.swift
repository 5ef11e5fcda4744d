import Bytes
import Network

/// One fragment of an IP datagram (RFC 791, 3.2; RFC 8200, 4.5), as it lies in a frame.
public struct Fragment: Hashable, Sendable {
    /// The sender of the datagram.
    public var source: IPAddress
    /// The receiver of the datagram.
    public var destination: IPAddress
    /// What all fragments of a datagram share: 16 bits in IPv4, 32 in IPv6.
    public var identification: UInt32
    /// The protocol (IPv4), or the next header of the fragment header (IPv6), which counts in the first fragment only.
    public var protocolNumber: UInt8
    /// Whether it came in IPv4.
    public var isIPv4: Bool
    /// Where the payload lies in the payload of the datagram, in bytes.
    public var offset: Int
    /// Whether more fragments follow behind this one.
    public var hasMore: Bool
    /// What the fragment carries, as far as it was captured: a range of the frame.
    public var payload: ByteRange
    /// How many bytes of the payload were sent but not captured (snap length).
    public var missing: Int

    /// The network that the addresses belong to, as `Packet.network`.
    public var network: UInt64 = 0
    /// The mark for congestion, two bits: 0 is "not capable" (RFC 3168, 5).
    public var congestion: UInt8 = 0
    /// Whether the checksum of its IP header is wrong; always right in IPv6, which has none.
    public var hasWrongChecksum = false

    /// Makes a fragment from its fields.
    public init(
        source: IPAddress, destination: IPAddress, identification: UInt32, protocolNumber: UInt8, isIPv4: Bool,
        offset: Int, hasMore: Bool, payload: ByteRange, missing: Int
    ) {
        self.source = source
        self.destination = destination
        self.identification = identification
        self.protocolNumber = protocolNumber
        self.isIPv4 = isIPv4
        self.offset = offset
        self.hasMore = hasMore
        self.payload = payload
        self.missing = missing
    }
}
