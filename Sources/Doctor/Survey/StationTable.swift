import Network
import Packets

/// Who speaks on the link: addresses of Ethernet, and what they send to each other.
struct StationTable: Sendable {
    /// Two addresses of Ethernet, in the order of sending.
    struct Pair: Hashable, Sendable {
        var source: MACAddress
        var destination: MACAddress

        var reversed: Pair { Pair(source: destination, destination: source) }
    }

    private static let limit = 4096

    /// Frames to one station, by pair.
    private(set) var pairs: [Pair: UInt64] = [:]
    /// Such frames of pairs for which there was no room.
    private(set) var otherPairs: UInt64 = 0
    /// Frames to one station.
    private(set) var unicast: UInt64 = 0
    /// Frames to many or all.
    private(set) var group: UInt64 = 0
    /// Frames of a link without addresses, or with the sender's alone.
    private(set) var unaddressed: UInt64 = 0
    /// Different IP addresses.
    private(set) var addresses: Set<IPAddress> = []
    /// ARP, and ICMP, in which IPv6 does the same.
    private(set) var arp: UInt64 = 0
    /// DHCP over IPv4 and IPv6.
    private(set) var dhcp: UInt64 = 0
    /// LLDP, of which a switch sends one every half a minute.
    private(set) var lldp: UInt64 = 0

    /// Takes a frame.
    mutating func note(_ facts: FrameFacts) {
        switch facts.kind {
        case .other(.arp): arp += 1
        case .other(.lldp): lldp += 1
        case .packet:
            let ports = [facts.source.port, facts.destination.port]
            if facts.transport == .udp, !ports.allSatisfy({ ![67, 68, 546, 547].contains($0) }) { dhcp += 1 }
            if addresses.count < Self.limit {
                addresses.insert(facts.source.address)
                addresses.insert(facts.destination.address)
            }
        default: break
        }
        guard let source = facts.sourceMAC, let destination = facts.destinationMAC,
            source.value != 0 || destination.value != 0
        else { return unaddressed += 1 }
        // The group bit of the first byte (IEEE 802, 8.2.2).
        guard destination.value >> 40 & 1 == 0 else { return group += 1 }
        unicast += 1
        let pair = Pair(source: source, destination: destination)
        if pairs[pair] != nil || pairs.count < Self.limit { pairs[pair, default: 0] += 1 } else { otherPairs += 1 }
    }

    /// Frames to one station of which none of `own` is an end.
    func unicastForOthers(than own: Set<MACAddress>) -> UInt64 {
        otherPairs
            + pairs.reduce(0) {
                own.contains($1.key.source) || own.contains($1.key.destination) ? $0 : $0 + $1.value
            }
    }

    /// Pairs of which only one sends, so many frames at least; those with most frames first.
    func oneWayPairs(least: UInt64) -> [(pair: Pair, frames: UInt64)] {
        pairs.filter { $0.value >= least && pairs[$0.key.reversed] == nil }
            .sorted { ($1.value, $0.key.source.value) < ($0.value, $1.key.source.value) }
            .map { ($0.key, $0.value) }
    }

    /// The pairs of stations that send to each other, whichever sends.
    var couples: Int {
        pairs.keys.reduce(0) { count, pair in
            pairs[pair.reversed] == nil || pair.source.value < pair.destination.value ? count + 1 : count
        }
    }
}
