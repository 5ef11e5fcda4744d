import Network
import Packets

/// The addresses, ports and transport of a flow, the same for both directions: the lesser end comes first.
public struct FlowKey: Hashable, Sendable {
    /// The lesser end.
    public let first: Endpoint
    /// The other end.
    public let second: Endpoint
    /// TCP or UDP: flows of both between the same ends are two.
    public let transport: Transport
    /// The network that the addresses belong to, as `Packet.network`: the same addresses in two are two flows.
    public internal(set) var network: UInt64

    /// The key of the flow that a packet belongs to, and whether its sender is the first end.
    public static func of(_ packet: borrowing Packet) -> (key: FlowKey, fromFirst: Bool) {
        let source = Endpoint(packet.source, packet.sourcePort)
        let destination = Endpoint(packet.destination, packet.destinationPort)
        let fromFirst =
            source.address != destination.address
            ? source.address < destination.address : source.port <= destination.port
        let key = FlowKey(
            first: fromFirst ? source : destination, second: fromFirst ? destination : source,
            transport: packet.transport, network: packet.network)
        return (key, fromFirst)
    }

    /// A seeded hash of all of it.
    public func hash(_ hash: SeededHash) -> UInt64 {
        let rest =
            UInt64(first.port) << 48 | UInt64(second.port) << 32 | UInt64(transport.rawValue) << 8
            | (first.address.isIPv4 ? 1 : 0)
        return hash.hash(
            first.address.high, first.address.low, second.address.high, second.address.low, rest ^ network)
    }

    /// Whether two keys differ in nothing but the network.
    func isSame(as other: FlowKey) -> Bool {
        first == other.first && second == other.second && transport == other.transport
    }
}
