import Network
import Packets

/// How much there was of what is not looked into.
///
/// Bounded: a sender who goes through all numbers fills it, and the rest is counted together.
public struct BlindSpots: Sendable {
    private var counts: [BlindSpot: UInt64] = [:]
    /// Those of kinds for which there was no room.
    private var others: UInt64 = 0
    private static let limit = 256

    /// Counts one.
    mutating func note(_ spot: BlindSpot) {
        guard counts[spot] == nil, counts.count >= Self.limit else { return counts[spot, default: 0] &+= 1 }
        others &+= 1
    }

    /// The counts by name.
    public var named: [String: UInt64] {
        var named = others > 0 ? ["others": others] : [:]
        for (spot, count) in counts { named[spot.name, default: 0] &+= count }
        return named
    }
}

extension EngineCounters {
    /// Counts a frame that gave no segment and no datagram.
    mutating func noteUndecoded(_ reason: Undecoded, _ packet: borrowing Packet, _ link: LinkType) {
        undecoded[Int(reason.rawValue)] &+= 1
        if let spot = BlindSpot(reason, packet, link) { blindSpots.note(spot) }
    }

    /// Counts a connection of HTTP/2, whose frames may carry anything: WebSocket (RFC 8441), or the tunnel of a proxy.
    mutating func noteHTTP2() { blindSpots.note(BlindSpot(.httpVersion, 2)) }

    /// Counts a datagram of which nothing is made, where it goes through a tunnel.
    mutating func noteUnread(_ packet: borrowing Packet) {
        guard packet.transport == .udp,
            let spot = BlindSpot(tunnelTo: packet.destinationPort, from: packet.sourcePort)
        else { return }
        blindSpots.note(spot)
    }
}
