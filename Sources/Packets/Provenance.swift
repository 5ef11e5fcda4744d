import Network

/// Where bytes came from: the frame that they were captured in, and what was learnt around them.
///
/// A plain value that goes with every piece of bytes that waits for something, so that a message is told with the time,
/// number and link of the frame that completed it, whatever let it through later.
public struct Provenance: Sendable {
    /// The frame: its time, its number, its link.
    public var frame: FrameHeader
    /// Counts the frames of all sources in the order in which they were processed, from 1: frames of two captures have the
    /// same numbers, and times may step back.
    public var arrival: UInt64
    /// Of the innermost Ethernet header; `nil` where the link has no such address.
    public var sourceMAC: MACAddress?
    /// Of the innermost Ethernet header; `nil` where the link has no such address.
    public var destinationMAC: MACAddress?
    /// Of all Ethernet headers, outermost first.
    public var vlans: VLANTags
    /// What the packet was taken out of, outermost first.
    public var tunnels: TunnelPath
    /// The network that the innermost addresses belong to, as `Packet.network`.
    public var network: UInt64
    /// Time to live or hop limit of the innermost IP header.
    public var hopLimit: UInt8
    /// What was odd about the way the packet came.
    public var anomalies: NetworkAnomalies

    /// The provenance of what `packet` carries, which was decoded from `frame`.
    public init(_ frame: FrameHeader, _ packet: borrowing Packet, arrival: UInt64, anomalies: NetworkAnomalies = []) {
        self.frame = frame
        self.arrival = arrival
        sourceMAC = packet.sourceMAC
        destinationMAC = packet.destinationMAC
        vlans = packet.vlans
        tunnels = packet.tunnels
        network = packet.network
        hopLimit = packet.hopLimit
        self.anomalies = anomalies
    }

    /// Stands for "no frame": of what is released without one.
    public static let none = Provenance(
        FrameHeader(timestamp: .zero, number: 0, originalLength: 0, linkType: .ethernet), Packet(), arrival: 0)
}
