import Bytes
import Network
import Packets

/// What a survey takes of a frame: plain numbers, nothing of its content.
public struct FrameFacts: Sendable {
    /// What the frame was read as.
    public enum Kind: Hashable, Sendable {
        /// A TCP segment or UDP datagram.
        case packet
        /// A part of an IP packet.
        case fragment
        /// Nothing that is followed, and why.
        case other(Undecoded)
    }

    /// How the payload begins.
    public enum Opening: Sendable {
        case other
        /// A record of TLS (RFC 8446, 5.1).
        case tls
        /// A record of DTLS (RFC 6347, 4.1; RFC 9147, 4).
        case dtls
    }

    /// Capture time.
    public var time: Timestamp
    /// Which interface of the source saw it.
    public var interface: UInt32 = 0
    /// Bytes that were captured.
    public var capturedLength = 0
    /// Bytes on the wire.
    public var originalLength = 0
    /// What it was read as.
    public var kind = Kind.packet
    /// Of the innermost Ethernet header; `nil` where the link has no such address.
    public var sourceMAC: MACAddress?
    /// Of the innermost Ethernet header; `nil` where the link has no such address.
    public var destinationMAC: MACAddress?
    /// Outermost first.
    public var vlans = VLANTags()
    /// Outermost first.
    public var tunnels = TunnelPath()
    /// The sender of the packet.
    public var source = Endpoint(.unspecified, 0)
    /// The receiver of the packet.
    public var destination = Endpoint(.unspecified, 0)
    /// TCP or UDP.
    public var transport = Transport.udp
    /// The fields of the TCP header; zeros for UDP.
    public var tcp = TCPHeader()
    /// The maximum segment size of a SYN (RFC 9293, 3.7.1); `nil` without one.
    public var maximumSegment: Int?
    /// Bytes of payload as they were sent.
    public var payloadLength = 0
    /// Bytes of payload that were sent and not captured.
    public var missing = 0
    /// What the checksums of IP and the transport say.
    public var checksum = ChecksumVerdict.ok
    /// Time to live or hop limit.
    public var hopLimit: UInt8 = 0
    /// A hash of all that copies of a frame have in common whatever they passed: apart from addresses of the link,
    /// VLANs, tunnels, time to live, and the checksum over it; 0 where two frames may be alike without being copies.
    public var print: UInt64 = 0
    /// How the payload begins.
    public var opening = Opening.other
    /// Whether it is a part of a packet of GRE, in which mirrors send frames on.
    public var isTunnelFragment = false

    /// A frame of which nothing but its time is known.
    public init(time: Timestamp) { self.time = time }

    /// Reads a frame; `hash` makes its print.
    public init(_ header: FrameHeader, _ bytes: RawSpan, hash: SeededHash) {
        time = header.timestamp
        interface = header.interface
        capturedLength = bytes.byteCount
        originalLength = max(header.originalLength, bytes.byteCount)
        var packet = Packet()
        let outcome = PacketDecoder.decode(bytes, link: header.linkType, intoNew: &packet)
        (sourceMAC, destinationMAC) = (packet.sourceMAC, packet.destinationMAC)
        (vlans, tunnels) = (packet.vlans, packet.tunnels)
        switch outcome {
        case .undecoded(let reason): kind = .other(reason)
        case .fragment(let fragment):
            kind = .fragment
            isTunnelFragment = fragment.protocolNumber == Self.gre
        case .packet:
            source = Endpoint(packet.source, packet.sourcePort)
            destination = Endpoint(packet.destination, packet.destinationPort)
            transport = packet.transport
            tcp = packet.tcp
            payloadLength = packet.payload.count + packet.missing
            missing = packet.missing
            hopLimit = packet.hopLimit
            checksum = PacketDecoder.checksum(bytes, packet)
            if transport == .tcp, tcp.flags.contains(.syn) { maximumSegment = Self.maximumSegment(packet, bytes) }
            opening = Self.opening(bytes.slice(packet.payload), transport)
            print = Self.print(packet, bytes, hash)
        }
    }

    /// Whether the sender expects an answer to nothing: an acknowledgement without data, of which a host may send two
    /// alike.
    private static func isBare(_ packet: Packet) -> Bool {
        packet.transport == .tcp && packet.payload.count + packet.missing == 0
            && packet.tcp.flags.isDisjoint(with: [.syn, .fin, .rst])
    }

    /// A host numbers its IPv4 packets, so that what it sends twice differs; where it does not, bare acknowledgements
    /// and what TCP sends again cannot be told from copies by their bytes, and only the latter by their time.
    private static func print(_ packet: Packet, _ bytes: RawSpan, _ hash: SeededHash) -> UInt64 {
        let header = packet.networkHeader
        let isNumbered = packet.source.isIPv4 && header.count >= 20 && header.end <= bytes.byteCount
        let number = isNumbered ? UInt64(bytes.uint16(at: header.offset + 4)) : 0
        if number == 0, isBare(packet) { return 0 }
        let ends = hash.hash(
            packet.source.high ^ UInt64(packet.sourcePort), packet.source.low,
            packet.destination.high ^ UInt64(packet.destinationPort), packet.destination.low,
            number << 32 | UInt64(truncatingIfNeeded: packet.segment.count))
        let length = min(packet.segment.count, printedBytes)
        let content = bytes.slice(ByteRange(offset: packet.segment.offset, count: length))
        return hash.hash(content, initial: ends) | 1
    }

    /// The number of GRE in the IANA registry *Protocol Numbers*.
    private static var gre: UInt8 { 47 }

    /// Bytes of a segment that go into its print.
    private static var printedBytes: Int { 512 }

    private static func maximumSegment(_ packet: Packet, _ bytes: RawSpan) -> Int? {
        var offset = packet.segment.offset + 20
        let end = min(packet.payload.offset, bytes.byteCount)
        while offset < end {
            switch bytes.byte(at: offset) {
            case 0: return nil
            case 1: offset += 1
            case let kind:
                guard offset + 1 < end else { return nil }
                let length = Int(bytes.byte(at: offset + 1))
                guard length >= 2, offset + length <= end else { return nil }
                if kind == 2, length == 4 { return Int(bytes.uint16(at: offset + 2)) }
                offset += length
            }
        }
        return nil
    }

    private static func opening(_ payload: RawSpan, _ transport: Transport) -> Opening {
        guard payload.byteCount >= 6 else { return .other }
        let type = payload.byte(at: 0)
        if transport == .tcp {
            // Change cipher spec, alert, handshake, application data.
            guard (20...23).contains(type), payload.byte(at: 1) == 3, payload.byte(at: 2) <= 4 else { return .other }
            return .tls
        }
        // The version is the ones' complement of 1.0, 1.2; a record with a connection identifier is of type 25 (RFC
        // 9146, 4).
        guard (20...25).contains(type), payload.byteCount >= 13, payload.byte(at: 1) == 0xFE,
            payload.byte(at: 2) >= 0xFC
        else { return .other }
        return .dtls
    }
}
