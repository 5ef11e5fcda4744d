import Bytes
import Events
import Tables

/// The WebSocket connections of a worker (RFC 6455, RFC 7692): bytes of TCP go in, bytes of messages come out.
///
/// Bounded; the connection used longest ago makes room. Payload is handed through as it comes and never held: what is
/// held is a head that came in pieces, what a client sends before the answer, and, behind lost bytes, what is searched
/// for a frame.
public struct WebSocketTable: ~Copyable {
    let limits: WebSocketLimits
    var connections: SlotTable<WebSocketConnection, WebSocketTag>
    /// Bytes that wait, a buffer for each direction that needs one.
    var waiting: BufferPool<[UInt8], StreamName<Direction>>
    var inflaters: InflaterPool
    /// Who has each inflater, and whether it was used since a search for a victim last passed.
    var inflaterOwners: [(owner: StreamName<Direction>, isUsed: Bool)?] = []
    var inflaterHand = 0
    /// Where bytes are unmasked on their way to an inflater.
    var unmasked: [UInt8] = []
    /// What was seen and given up.
    public internal(set) var counters = WebSocketCounters()

    /// A table without connections.
    public init(limits: WebSocketLimits) {
        var limits = limits
        limits.outputBytes = max(64, limits.outputBytes)
        self.limits = limits
        waiting = BufferPool(spareLimit: limits.waitingBytesTotal / 4)
        connections = SlotTable(limit: limits.connections)
        inflaters = InflaterPool(limit: limits.inflaters)
    }

    /// How many connections are followed.
    public var count: Int { connections.count }

    /// The memory that the table has taken, in bytes.
    public var bytesTaken: Int {
        connections.bytes + waiting.bytesTaken + inflaters.bytes + unmasked.capacity
            + inflaterOwners.capacity * MemoryLayout<(owner: StreamName<Direction>, isUsed: Bool)?>.stride
    }

    /// Begins to follow a connection from the first bytes of its opening handshake.
    ///
    /// - Parameter isClientFirst: which end is the client, as the caller numbers them; `isClientFirst(_:)` gives it back.
    /// - Returns: its name, which the caller keeps with the flow.
    public mutating func open(isClientFirst: Bool) -> WebSocketID {
        if let victim = connections.victim { remove(victim, isEvicted: true) }
        let index = connections.open(WebSocketConnection())
        connections[index] = WebSocketConnection()
        connections[index].isClientFirst = isClientFirst
        return connections.id(index)
    }

    /// Begins to follow a connection whose opening was not seen.
    ///
    /// The bytes that go in `direction` begin with a frame; in the other direction one has to be found.
    public mutating func join(isClientFirst: Bool, atFrame direction: Direction) -> WebSocketID {
        let id = open(isClientFirst: isClientFirst)
        let index = Int(id.index)
        connections[index].isAnswered = true
        for side in [Direction.toServer, .toClient] {
            var stream = WebSocketStream()
            stream.phase = side == direction ? .frames : .lost
            stream.hasGap = true
            connections[index][side] = stream
        }
        counters.joined &+= 1
        return id
    }

    /// Forgets a connection and gives back what it took up.
    ///
    /// Nothing happens where it was forgotten before.
    ///
    /// - Returns: the statements that were broken and that no message was there to tell.
    @discardableResult public mutating func close(_ id: WebSocketID) -> CarrierViolations {
        guard let index = index(of: id) else { return CarrierViolations() }
        var left = connections[index].notesToServer
        left.formUnion(connections[index].notesToClient)
        remove(index)
        return left
    }

    private mutating func remove(_ index: Int, isEvicted: Bool = false) {
        for direction in [Direction.toServer, .toClient] {
            var stream = connections[index][direction]
            waiting.drop(&stream.waiting)
            releaseInflater(&stream)
            connections[index][direction] = stream
        }
        connections.close(index, isEvicted: isEvicted)
        if isEvicted { counters.connectionsEvicted &+= 1 }
    }

    func index(of id: WebSocketID) -> Int? { connections.slot(of: id) }

    mutating func touch(_ index: Int) { connections.touch(index) }
}

// MARK: What is known of a connection

extension WebSocketTable {
    /// Whether a connection is followed.
    public func isFollowed(_ id: WebSocketID) -> Bool { index(of: id) != nil }

    /// How many bytes of a direction were taken of which nothing has come out yet, the head of a frame among them; more than
    /// any number of bytes where they belong to a compressed message.
    public func bytesKeptBack(_ id: WebSocketID, _ direction: Direction) -> Int {
        guard let index = index(of: id) else { return 0 }
        let stream = connections[index][direction]
        if stream.waiting >= 0 { return waiting.count(of: stream.waiting) }
        if stream.isInMessage, stream.treatment == .inflate, !stream.hasInflated { return .max }
        if stream.isInFrame { return stream.maskPhase == 0 && stream.remaining == stream.frame.length ? 1 : 0 }
        return stream.headCount
    }

    /// Which end is the client, as the caller said.
    public func isClientFirst(_ id: WebSocketID) -> Bool { index(of: id).map { connections[$0].isClientFirst } ?? true }

    /// Whether both ends have sent a Close frame.
    public func hasClosed(_ id: WebSocketID) -> Bool {
        index(of: id).map { connections[$0].toServer.hasClosed && connections[$0].toClient.hasClosed } ?? false
    }

    /// Whether a message is one of the protocol inside, which is so of CoAP, by the subprotocol: the one that the server chose or, where it chose none or
    /// was not seen, the only one that the client offered.
    public func isMessageEach(_ id: WebSocketID) -> Bool {
        guard let index = index(of: id) else { return false }
        if let chosen = connections[index].chosen, !chosen.isEmpty { return chosen == .coap }
        return connections[index].request.subprotocols == .coap
    }

    /// Whether the client offered a subprotocol that this sensor reads.
    public func isMeantForUs(_ id: WebSocketID) -> Bool {
        index(of: id).map { !connections[$0].request.subprotocols.isDisjoint(with: [.mqtt, .mqtt31, .coap]) } ?? false
    }

    /// Notes statements that one side broke, for its next message.
    public mutating func note(_ violations: CarrierViolations, _ id: WebSocketID, _ direction: Direction) {
        if let index = index(of: id) { connections[index].note(violations, direction) }
    }

    /// What carries messages over a connection.
    public enum Inner: Sendable {
        /// MQTT (MQTT 5.0, 6).
        case mqtt
        /// CoAP (RFC 8323, 4).
        case coap

        /// That of which a message of WebSocket is one message, or the other one.
        public init(isMessageEach: Bool) { self = isMessageEach ? .coap : .mqtt }
    }

    /// The statements that a side broke since its last message, and with its first one those about the subprotocol.
    ///
    /// They are told once.
    public mutating func takeNotes(
        _ id: WebSocketID, _ direction: Direction, of inner: Inner
    ) -> CarrierViolations {
        guard let index = index(of: id) else { return CarrierViolations() }
        if direction == .toServer ? !connections[index].toldToServer : !connections[index].toldToClient {
            noteSubprotocol(index, direction, inner)
        }
        if direction == .toServer {
            defer { connections[index].notesToServer = CarrierViolations() }
            return connections[index].notesToServer
        }
        defer { connections[index].notesToClient = CarrierViolations() }
        return connections[index].notesToClient
    }

    private mutating func noteSubprotocol(_ index: Int, _ direction: Direction, _ inner: Inner) {
        let wanted: WebSocketSubprotocols = inner == .mqtt ? [.mqtt, .mqtt31] : .coap
        if direction == .toServer {
            connections[index].toldToServer = true
            guard connections[index].hasRequest,
                connections[index].request.subprotocols.isDisjoint(with: wanted)
            else { return }
            connections[index].note(CarrierViolations(inner == .mqtt ? .mqttNotOffered : .coapSubprotocol), direction)
        } else {
            connections[index].toldToClient = true
            guard let chosen = connections[index].chosen, chosen.isDisjoint(with: wanted) else { return }
            connections[index].note(CarrierViolations(inner == .mqtt ? .mqttNotChosen : .coapSubprotocol), direction)
        }
    }
}
