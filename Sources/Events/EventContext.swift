import Bytes
import Network

/// Which way a message went.
public enum Direction: UInt8, Sendable {
    case toServer
    case toClient

    /// The other way.
    public var reversed: Direction { self == .toServer ? .toClient : .toServer }
}

/// What surrounds a message: when and where it was seen, who sent it to whom.
public struct EventContext: Sendable {
    /// Capture time of the frame that completed the message.
    public var timestamp: Timestamp
    /// Number of that frame in its source, from 1.
    public var frameNumber: UInt64
    /// The end that sent the message.
    public var source: Endpoint
    /// The end that it was sent to.
    public var destination: Endpoint
    /// `nil` where the link has no such address.
    public var sourceMAC: MACAddress?
    /// `nil` where the link has no such address.
    public var destinationMAC: MACAddress?
    /// The tags of IEEE 802.1Q in front of the packet, outermost first.
    public var vlans: VLANTags
    /// What the packet was taken out of.
    public var tunnels: TunnelPath
    /// What was odd about the way it came.
    public var anomalies: NetworkAnomalies
    /// The transport protocol below the message.
    public var transport: Transport
    /// Which way the message goes, by the roles of its ends.
    public var direction: Direction
    /// What carried the message over its transport, and what was wrong with it.
    public var carrier = Carrier()

    /// Makes a context.
    public init(
        timestamp: Timestamp, frameNumber: UInt64, source: Endpoint, destination: Endpoint,
        sourceMAC: MACAddress? = nil, destinationMAC: MACAddress? = nil, vlans: VLANTags = VLANTags(),
        tunnels: TunnelPath = TunnelPath(), anomalies: NetworkAnomalies = [], transport: Transport, direction: Direction
    ) {
        self.timestamp = timestamp
        self.frameNumber = frameNumber
        self.source = source
        self.destination = destination
        self.sourceMAC = sourceMAC
        self.destinationMAC = destinationMAC
        self.vlans = vlans
        self.tunnels = tunnels
        self.anomalies = anomalies
        self.transport = transport
        self.direction = direction
    }

    /// The end that asks: the MQTT client, the CoAP client; the one that a proxy speaks for which is believed.
    public var client: Endpoint { carrier.client ?? (direction == .toServer ? source : destination) }

    /// The end that answers: the broker, the CoAP server.
    public var server: Endpoint { direction == .toServer ? destination : source }
}
