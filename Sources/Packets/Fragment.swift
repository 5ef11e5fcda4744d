import Bytes
import Network

/// A fragment of an IP packet (RFC 791, 3.2; RFC 8200, 4.5), as it was found in a frame.
public struct Fragment: Hashable, Sendable {
    public var source: IPAddress
    public var destination: IPAddress
    /// 16 bits in IPv4, 32 in IPv6.
    public var identification: UInt32
    /// What the whole packet carries: Protocol in IPv4, Next Header of the fragment header in IPv6.
    public var protocolNumber: UInt8
    public var isIPv4: Bool
    /// Where the fragment stands in the payload of the whole packet, in octets.
    public var offset: Int
    /// Whether more fragments follow this one.
    public var hasMore: Bool
    /// The octets of the fragment in the frame, as far as they were captured.
    public var payload: ByteRange
    /// How many octets of the fragment were sent but not captured (snap length).
    public var missing: Int

    /// Makes a fragment.
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
