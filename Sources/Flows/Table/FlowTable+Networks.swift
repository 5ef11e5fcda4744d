import Network
import Packets
import Tables

/// The same addresses and ports in two networks, two VLANs say, are two flows.
///
/// But a mirror may tag one direction only, or show a frame before and after a router: what belongs to one connection all the
/// same is found here, when a packet begins a flow in a network of its own.
struct KnownNetworks: ~Copyable {
    /// The networks that flows began in, the latest first.
    private(set) var networks: [UInt64] = []
    /// The flows that packets of another network belong to, by the key that those packets have.
    fileprivate var joined: LRUTable<Hash128, Int32>
    /// How many flows there are by a part of the hash of their keys without the network; empty while there is one network.
    ///
    /// Most new flows have nobody of the same addresses and ports beside them, and need not be looked for in each network.
    private var populations: [UInt16] = []
    private let hash: SeededHash

    /// How many networks are looked into: a packet of a new flow pays for each.
    private static let limit = 32
    /// Flows that are found by two keys.
    private static let joinedLimit = 4096

    init(hash: SeededHash) {
        self.hash = hash
        joined = LRUTable(limit: Self.joinedLimit)
    }

    /// Whether flows of more than one network were seen.
    var areSeveral: Bool { networks.count > 1 }

    /// Notes the network of a new flow.
    mutating func note(_ network: UInt64) {
        if networks.first == network { return }
        if let index = networks.firstIndex(of: network) {
            networks.swapAt(0, index)
        } else {
            if networks.count >= Self.limit { networks.removeLast() }
            networks.insert(network, at: 0)
        }
    }

    /// Whether flows are counted.
    fileprivate var isCounting: Bool { !populations.isEmpty }

    /// Begins to count flows, of which there are `limit` at most.
    fileprivate mutating func beginCounting(limit: Int) {
        var size = 1024
        while size < limit { size *= 2 }
        populations = Array(repeating: 0, count: size)
    }

    /// Counts a flow that begins, where there are several networks.
    mutating func add(_ key: FlowKey) {
        if populations.isEmpty { return }
        let place = place(of: key)
        if populations[place] < .max { populations[place] += 1 }
    }

    /// Counts a flow that ends.
    ///
    /// A count that has reached its limit stays there: nobody knows how many there are.
    mutating func remove(_ key: FlowKey) {
        if populations.isEmpty { return }
        let place = place(of: key)
        if populations[place] > 0, populations[place] < .max { populations[place] -= 1 }
    }

    /// Whether there may be a flow of the same addresses and ports, in whatever network.
    fileprivate func mayHold(_ key: FlowKey) -> Bool { populations.isEmpty || populations[place(of: key)] > 0 }

    private func place(of key: FlowKey) -> Int {
        var key = key
        key.network = 0
        return Int(truncatingIfNeeded: key.hash(hash)) & (populations.count - 1)
    }

    fileprivate func name(_ key: FlowKey) -> Hash128 {
        Hash128(
            high: key.hash(hash), low: hash.mix(key.network &+ key.second.address.low, key.first.address.low))
    }
}

/// What has to be known of a packet to tell which flow of several networks it belongs to.
public struct FlowTrace: Sendable {
    /// Its TCP header; zeros for UDP.
    public var header: TCPHeader
    /// Of a UDP datagram, its checksum and length: copies of one datagram have the same.
    public var print: UInt32

    /// Makes a trace.
    public init(header: TCPHeader, print: UInt32 = 0) {
        self.header = header
        self.print = print
    }
}

extension FlowTable {
    /// Notes the network of a new flow; from the second one on, flows are counted.
    mutating func note(_ network: UInt64) {
        networks.note(network)
        guard networks.areSeveral, !networks.isCounting else { return }
        networks.beginCounting(limit: limits.flows)
        for slot in slots.indices where slots[slot].isLive { networks.add(slots[slot].key) }
    }

    /// The flow of another network that a packet belongs to all the same.
    ///
    /// That is one whose other direction alone was seen and which the packet answers, or one whose bytes the packet repeats.
    mutating func joined(_ key: FlowKey, _ side: Side, _ trace: FlowTrace) -> Int? {
        guard networks.mayHold(key) else { return nil }
        let name = networks.name(key)
        if let entry = networks.joined.find(name) {
            let slot = Int(networks.joined[entry])
            if slots.indices.contains(slot), slots[slot].isLive, slots[slot].key.isSame(as: key) { return slot }
            networks.joined.remove(entry)
        }
        for network in networks.networks where network != key.network {
            var other = key
            other.network = network
            guard let slot = find(other, other.hash(hash)) else { continue }
            if isAnswer(trace, slot, side) {
                _ = networks.joined.insert(name, Int32(truncatingIfNeeded: slot))
                return slot
            }
            if isRepeat(trace, slot, side) { return slot }
        }
        return nil
    }

    /// Whether a packet is the first one seen of an end of a flow, and answers what the other end sent.
    private func isAnswer(_ trace: FlowTrace, _ slot: Int, _ side: Side) -> Bool {
        guard slots[slot].seen & side.bit == 0 else { return false }
        guard slots[slot].key.transport == .tcp else { return true }
        let asked = slots[slot][side.other]
        guard trace.header.flags.contains(.ack), asked.isSynchronised else { return false }
        return abs(trace.header.acknowledgement.distance(from: asked.next)) <= 1 << 20
    }

    /// Whether a packet lies where a stream of a flow stands, or is the datagram that its end sent last: a copy that the mirror
    /// took elsewhere, or one that somebody forged.
    private func isRepeat(_ trace: FlowTrace, _ slot: Int, _ side: Side) -> Bool {
        guard slots[slot].seen & side.bit != 0 else { return false }
        guard slots[slot].key.transport == .tcp else {
            return trace.print & 0xFFFF_0000 != 0 && slots[slot].prints[Int(side.rawValue)] == trace.print
        }
        let stream = slots[slot][side]
        guard stream.isSynchronised else { return false }
        if trace.header.flags.contains(.syn) {
            return stream.hasSYN && stream.initial == trace.header.sequence.advanced(by: 1)
        }
        guard abs(trace.header.sequence.distance(from: stream.next)) <= 1 << 16 else { return false }
        let other = slots[slot][side.other]
        return !other.isSynchronised || abs(trace.header.acknowledgement.distance(from: other.next)) <= 1 << 20
    }
}

extension Side {
    /// A bit for each side.
    var bit: UInt8 { self == .first ? 1 : 2 }
}
