import Bytes
import Events
import Flows
import Network
import Packets
import Tables

/// A connection that is watched.
struct ConnectionWatch: Sendable {
    var key: FlowKey
    /// The slot of its flow.
    var slot: Int32
    var client: Side
    /// The protocol of its server, by its number.
    var number: UInt8
    /// Whether nothing but messages of the protocol is expected, or, where `isSecure`, TLS.
    var isExpected: Bool
    var isSecure: Bool
    /// When its SYN came.
    var start: Timestamp
    /// The sequence number of the client's first byte.
    var first: SequenceNumber
    /// Whether the client went on after the answer to its SYN.
    var isOpen = false
    /// Whether it is counted among those without a first message.
    var isPending = false
    /// Whether a message of the protocol was seen.
    var hasSpoken = false
    /// Whether it was told that the first message is too long.
    var isOversizedTold = false
    /// Whether it was told that it is idle.
    var isIdleTold = false
    /// What was told of it.
    var told = ConnectionStates()
    /// How many times bytes came of a first message.
    var pieces: UInt8 = 0
    /// Bytes of the client when they were last looked at.
    var checkedBytes = 0
    /// When that was, where it was in the midst of a message behind the first; `nil` where it was not.
    var midMessageSince: Timestamp?
    /// Where it stands in `ConnectionWatches.delays`.
    var stage: UInt8 = 0
    /// The first bytes of whoever spoke first.
    var opening: [UInt8] = []
    /// Who sent `frame`.
    var frameSide: Side
    /// The frame that it began with, or that brought the first bytes: its provenance and its beginning.
    var provenance: Provenance
    var frame: [UInt8] = []

    /// A connection that begins.
    init(
        key: FlowKey, slot: Int, client: Side, number: UInt8, isExpected: Bool, isSecure: Bool, start: Timestamp,
        first: SequenceNumber, provenance: Provenance
    ) {
        self.key = key
        self.slot = Int32(truncatingIfNeeded: slot)
        self.client = client
        self.number = number
        self.isExpected = isExpected
        self.isSecure = isSecure
        self.start = start
        self.first = first
        self.provenance = provenance
        frameSide = client
    }
}

/// Connections to servers that were seen to begin, for as long as it is not plain that they serve their purpose.
///
/// Time tells of them what no packet does: each is looked at after the same times, so that those of one stage stand in the
/// order in which they are due, and a packet costs one comparison. Bounded; those watched longest make room, counted.
struct ConnectionWatches: ~Copyable {
    /// When a connection is looked at, in nanoseconds after its SYN.
    static let delays: [Int64] = [10_000_000_000, 30_000_000_000, 60_000_000_000, 600_000_000_000]
    /// What one takes at most, in bytes.
    static let bytesPerConnection = MemoryLayout<ConnectionWatch>.stride + 320
    /// Bytes that are kept of what came first, and of the frame behind it: a SYN with all its headers is shorter.
    static let openingLimit = 16
    static let frameLimit = 128
    /// Servers that are remembered for having spoken the protocol on a port that is not its own.
    private static let serverLimit = 4096

    private let limit: Int
    private let hash: SeededHash
    private var watches: [ConnectionWatch] = []
    /// By stage; the first hands out the slots of all.
    private var lists = [LRUList](repeating: LRUList(), count: ConnectionWatches.delays.count)
    /// The connection of each slot of the flow table; -1 for none.
    private var places: [Int32] = []
    /// Connections without a first message, by client's address and server.
    private var pending: LRUTable<UInt64, UInt32>
    private var servers: LRUTable<UInt64, UInt8>
    /// One that was begun without a frame.
    var unframed: Int?
    /// The earliest time at which one may be due.
    private(set) var due = Timestamp(nanoseconds: .max)
    /// How many were given up for others.
    private(set) var evicted: UInt64 = 0

    init(limit: Int, hash: SeededHash) {
        self.limit = max(1, limit)
        self.hash = hash
        pending = LRUTable(limit: max(1, limit))
        servers = LRUTable(limit: Self.serverLimit)
    }

    /// The connection in a place.
    subscript(place: Int) -> ConnectionWatch {
        _read { yield watches[place] }
        _modify { yield &watches[place] }
    }

    /// Where the connection of a flow is kept; `nil` where it is not watched.
    func place(of slot: Int) -> Int? {
        guard slot < places.count, places[slot] >= 0 else { return nil }
        return Int(places[slot])
    }

    /// Begins to watch a connection.
    mutating func begin(_ watch: ConnectionWatch) {
        let slot = Int(watch.slot)
        if let old = place(of: slot) { end(old) }
        if count >= limit { evictOne() }
        while places.count <= slot { places.append(-1) }
        let place = lists[0].allocate()
        if place == watches.count {
            watches.append(watch)
        } else {
            // Buffers are used again.
            var (opening, frame) = (watches[place].opening, watches[place].frame)
            watches[place] = watch
            opening.removeAll(keepingCapacity: true)
            frame.removeAll(keepingCapacity: true)
            watches[place].opening = opening
            watches[place].frame = frame
        }
        places[slot] = Int32(truncatingIfNeeded: place)
        due = min(due, watch.start.advanced(byNanoseconds: Self.delays[0]))
    }

    /// Ends to watch one.
    mutating func end(_ place: Int) {
        setPending(place, false)
        places[Int(watches[place].slot)] = -1
        let stage = Int(watches[place].stage)
        if stage > 0 {
            lists[stage].remove(place)
            lists[0].add(place)
        }
        lists[0].release(place)
    }

    /// Keeps the frame that stands for a connection.
    mutating func keep(_ frame: FrameRef, _ place: Int) {
        guard frame.isFrame else { return }
        watches[place].provenance = frame.provenance
        watches[place].frame.removeAll(keepingCapacity: true)
        watches[place].frame.append(copying: frame.bytes.extracting(0..<min(frame.bytes.byteCount, Self.frameLimit)))
    }

    /// Keeps the frame of the connection that was begun without one.
    mutating func frame(_ frame: FrameRef) {
        if let place = unframed, watches[place].provenance.arrival == 0 { keep(frame, place) }
        unframed = nil
    }

    /// The next connection that is to be looked at; `nil` where none is due.
    ///
    /// `due` then says when one may be.
    mutating func nextDue(at time: Timestamp) -> Int? {
        due = Timestamp(nanoseconds: .max)
        for stage in lists.indices {
            guard let place = lists[stage].oldest else { continue }
            let deadline = watches[place].start.advanced(byNanoseconds: Self.delays[stage])
            if deadline <= time {
                due = deadline
                return place
            }
            due = min(due, deadline)
        }
        return nil
    }

    /// Waits for the next time; `false` where there is none.
    mutating func advance(_ place: Int) -> Bool {
        let stage = Int(watches[place].stage)
        guard stage + 1 < lists.count else { return false }
        lists[stage].remove(place)
        lists[stage + 1].add(place)
        watches[place].stage += 1
        return true
    }

    /// Takes a time in which nothing was captured off the age of all: what they said meanwhile is not known.
    mutating func passOver(_ hole: CaptureHole) {
        for list in lists {
            var place = list.oldest
            while let next = place {
                if watches[next].start <= hole.start {
                    watches[next].start = watches[next].start.advanced(byNanoseconds: hole.nanoseconds)
                }
                place = list.newer(than: next)
            }
        }
        _ = nextDue(at: hole.start)
    }

    /// All that are watched, those of the last stage first.
    var all: [Int] {
        var found: [Int] = []
        for list in lists.reversed() {
            var place = list.oldest
            while let next = place {
                found.append(next)
                place = list.newer(than: next)
            }
        }
        return found
    }

    private var count: Int { lists.reduce(0) { $0 + $1.count } }

    private mutating func evictOne() {
        for stage in lists.indices.reversed() {
            guard let place = lists[stage].oldest else { continue }
            evicted &+= 1
            return end(place)
        }
    }
}

// How many connections of an address wait for a first message, and who is known to be a server.
extension ConnectionWatches {
    /// Counts a connection among those without a first message, or no longer.
    mutating func setPending(_ place: Int, _ isPending: Bool) {
        guard watches[place].isPending != isPending else { return }
        watches[place].isPending = isPending
        let key = pairKey(place)
        if isPending {
            let count = pending.find(key).map { pending[$0] } ?? 0
            pending.store(count &+ 1, for: key)
        } else if let known = pending.find(key) {
            if pending[known] > 1 { pending[known] &-= 1 } else { pending.remove(known) }
        }
    }

    /// How many of the same address wait at the same server.
    func pendingCount(_ place: Int) -> UInt32 { pending.find(pairKey(place)).map { pending[$0] } ?? 0 }

    private func pairKey(_ place: Int) -> UInt64 {
        let (client, server) = watches[place].ends
        let rest = UInt64(server.port) << 8 | (client.address.isIPv4 ? 1 : 0) | (server.address.isIPv4 ? 2 : 0)
        return hash.hash(
            client.address.high, client.address.low, server.address.high, server.address.low,
            rest ^ watches[place].key.network)
    }

    /// Remembers that a server speaks a protocol.
    mutating func noteServer(_ server: Endpoint, _ number: UInt8) { servers.store(number, for: serverKey(server)) }

    /// The protocol that a server was heard to speak.
    func protocolNumber(of server: Endpoint) -> UInt8? { servers.find(serverKey(server)).map { servers[$0] } }

    private func serverKey(_ server: Endpoint) -> UInt64 {
        hash.hash(server.address.high, server.address.low, UInt64(server.port), server.address.isIPv4 ? 4 : 6, 5)
    }
}

/// States of a connection, a bit each.
struct ConnectionStates: Sendable {
    private var bits: UInt16 = 0

    /// Whether that one is among them.
    func contains(_ state: ConnectionState) -> Bool { bits >> UInt16(state.rawValue) & 1 != 0 }

    /// Adds one.
    mutating func insert(_ state: ConnectionState) { bits |= 1 << UInt16(state.rawValue) }
}

extension ConnectionWatch {
    /// The client and the server.
    var ends: (client: Endpoint, server: Endpoint) {
        client == .first ? (key.first, key.second) : (key.second, key.first)
    }

    /// The name of a protocol that begins so; `nil` for none that has a name here.
    var foreignName: StaticString? {
        let bytes = opening.span.bytes
        if bytes.byteCount >= 3, (20...24).contains(bytes.byte(at: 0)), bytes.byte(at: 1) == 3, bytes.byte(at: 2) <= 4 {
            return "tls"
        }
        if bytes.starts(with: "SSH-") { return "ssh" }
        for method: StaticString in [
            "GET ", "POST ", "HEAD ", "PUT ", "OPTIONS ", "DELETE ", "CONNECT ", "PATCH ", "TRACE ", "PRI * ", "HTTP/",
        ] where bytes.starts(with: method) { return "http" }
        return nil
    }

    /// Whether the first bytes are text, as of a protocol of lines.
    var isText: Bool { opening.count >= 4 && opening.allSatisfy { (32..<127).contains($0) || (9...13).contains($0) } }
}
