/// A kind of traffic that the sensor does not look into, by the number that names it: whoever sees none of the messages in it
/// shall know that they may be there.
public struct BlindSpot: Hashable, Sendable {
    /// What the number is of.
    public enum Registry: UInt8, Hashable, Sendable {
        /// What a capture's frames begin with.
        case linkType
        /// What an Ethernet frame, or GRE, carries.
        case etherType
        /// What PPP carries.
        case pppProtocol
        /// What IP carries.
        case ipProtocol
        /// The port of a tunnel over UDP.
        case udpPort
        /// The version of HTTP that a connection begins with.
        case httpVersion
    }

    /// What the number is of.
    public let registry: Registry
    /// The number.
    public let number: UInt32

    /// Names a kind of traffic.
    public init(_ registry: Registry, _ number: UInt32) {
        self.registry = registry
        self.number = number
    }

    /// The kind of traffic of a frame that gave nothing; `nil` where that is no matter of a number, or there is nothing to
    /// be missed.
    public init?(_ reason: Undecoded, _ packet: borrowing Packet, _ link: LinkType) {
        switch reason {
        case .linkTypeUnknown: self.init(.linkType, link.rawValue)
        case .etherTypeUnknown, .grePayloadUnknown: self.init(.etherType, UInt32(packet.unknownNumber))
        case .macsec: self.init(.etherType, UInt32(EtherType.macsec.rawValue))
        case .pppProtocolUnknown: self.init(.pppProtocol, UInt32(packet.unknownNumber))
        case .ipProtocolUnknown: self.init(.ipProtocol, UInt32(packet.unknownNumber))
        default: return nil
        }
    }

    /// The tunnel that a datagram probably goes through, which was not taken off it, by the port of either end; `nil` for
    /// ports of no tunnel.
    public init?(tunnelTo destination: UInt16, from source: UInt16) {
        // What a service of a port below 1024 sends or gets may have any port at the other end.
        guard destination >= 1024, source >= 1024 else { return nil }
        if TunnelPort(rawValue: destination).name != nil {
            self.init(.udpPort, UInt32(destination))
        } else if TunnelPort(rawValue: source).name != nil {
            self.init(.udpPort, UInt32(source))
        } else {
            return nil
        }
    }

    /// The registry and the number, as in `ether_type 0x88e5 (MACsec)`: a key of `earshot stats --json`.
    public var name: String {
        let number16 = UInt16(truncatingIfNeeded: number)
        switch registry {
        case .linkType: return labelled("link_type \(number)", LinkType(rawValue: number).foreignName)
        case .etherType:
            // Values up to 1500 are lengths of IEEE 802.3: bridges talk to each other so.
            if number <= 1500 { return "ieee_802_3" }
            return labelled("ether_type 0x\(hex(number16))", EtherType(rawValue: number16).foreignName)
        case .pppProtocol: return "ppp_protocol 0x\(hex(number16))"
        case .ipProtocol:
            return labelled(
                "ip_protocol \(number)", IPProtocol(rawValue: UInt8(truncatingIfNeeded: number)).foreignName)
        case .httpVersion: return "http_version \(number)"
        case .udpPort: return labelled("udp_port \(number)", TunnelPort(rawValue: number16).name)
        }
    }

    private func labelled(_ key: String, _ name: StaticString?) -> String {
        name.map { "\(key) (\($0))" } ?? key
    }

    private func hex(_ number: UInt16) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
