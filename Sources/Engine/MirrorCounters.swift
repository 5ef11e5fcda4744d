import Bytes
import Events
import Flows
import Network
import Packets

/// What frames tell of the port that they came through: whether a mirror delivers both directions, with the same tags.
public struct MirrorCounters: Hashable, Sendable {
    /// TCP segments that acknowledge something, of connections of which both ends were seen.
    public var answered: UInt64 = 0
    /// The same of connections of which one end was seen: it acknowledges what never came by.
    public var unanswered: UInt64 = 0
    /// Of those that are answered, segments of connections with VLAN tags on one side only.
    public var taggedOnOneSide: UInt64 = 0
    /// Packets whose checksum was looked at.
    public var checked: UInt64 = 0
    /// Of those, packets whose checksum is wrong: not one that the sender's card had yet to put in.
    public var wrong: UInt64 = 0

    /// Zeros.
    public init() {}
}

/// How many connections of each server could be read and how many were encrypted, by address.
///
/// Only addresses of which something was read are known. Bounded: of those beyond `limit` nothing is counted.
public struct ConnectionsByServer: Sendable {
    /// The connections of a server.
    public struct Counts: Hashable, Sendable {
        /// Connections that carry a protocol in clear.
        public var readable: UInt64 = 0
        /// Connections of TLS and DTLS.
        public var encrypted: UInt64 = 0

        /// Makes counts.
        public init(readable: UInt64 = 0, encrypted: UInt64 = 0) {
            self.readable = readable
            self.encrypted = encrypted
        }
    }

    private static let limit = 256

    /// The counts by address.
    public private(set) var counts: [IPAddress: Counts] = [:]

    /// By address, a port over which it was spoken to with encryption; whether or not anything else was read.
    public private(set) var encryptedPorts: [IPAddress: UInt16] = [:]
    /// How many addresses of these are kept.
    private static let encryptedLimit = 1024

    /// None yet.
    public init() {}

    /// Takes up an encrypted connection, between whatever ends: the one of the lower port is the server's.
    mutating func noteEncrypted(_ one: Endpoint, _ other: Endpoint) {
        let server = one.port < other.port ? one : other
        guard encryptedPorts[server.address] == nil, encryptedPorts.count < Self.encryptedLimit else { return }
        encryptedPorts[server.address] = server.port
    }

    mutating func noteReadable(_ server: Endpoint) {
        guard counts.count < Self.limit || counts[server.address] != nil else { return }
        counts[server.address, default: Counts()].readable &+= 1
    }

    /// Counts an encrypted connection of a server, where that is known.
    mutating func noteEncrypted(_ server: Endpoint) { counts[server.address]?.encrypted &+= 1 }
}

extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Counts a segment by what was seen of the ends of its connection.
    ///
    /// A SYN or RST needs no other end, or has none: a scan, and what comes of forged addresses, is no fault of the port.
    mutating func noteMirror(_ packet: borrowing Packet, _ hit: FlowTable.Hit) {
        let flags = packet.tcp.flags
        guard flags.contains(.ack), flags.isDisjoint(with: [.syn, .rst]) else { return }
        switch core.streams.table[hit.slot].noteTags(hit.side, isTagged: packet.vlans.count > 0) {
        case .one: core.counters.mirror.unanswered &+= 1
        case .both: core.counters.mirror.answered &+= 1
        case .bothWithTagsOnOneSide:
            core.counters.mirror.answered &+= 1
            core.counters.mirror.taggedOnOneSide &+= 1
        }
    }

    /// Counts a flow of TLS or DTLS, and by its server where it goes to the port of one.
    mutating func noteEncrypted(_ slot: Int) {
        core.counters.encryptedFlows &+= 1
        let key = core.streams.table[slot].key
        core.counters.servers.noteEncrypted(key.first, key.second)
        var isOnPort = false
        for end in [key.first, key.second]
        where core.entries.contains(where: { $0.descriptor.serverPorts.contains(end.port) }) {
            core.counters.servers.noteEncrypted(end)
            isOnPort = true
        }
        if isOnPort { core.counters.encryptedSessions &+= 1 }
    }
}
