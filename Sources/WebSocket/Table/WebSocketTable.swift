import Bytes
import Events
import Network
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
    /// What all connections together may still be inflated to.
    var budget: InflationBudget
    /// Capture time, which the caller keeps.
    public var now = Timestamp.zero
    /// Where bytes are unmasked on their way to an inflater.
    var unmasked: [UInt8] = []
    /// What was seen and given up.
    public internal(set) var counters = WebSocketCounters()

    /// How WebSocket carries each protocol, by its number.
    private let uses: [ProtocolDescriptor.WebSocketUse?]
    private let isMessageEach: [Bool]
    let names: SubprotocolNames

    /// A table without connections; `uses` says how WebSocket carries each protocol, by its number: `nil` where it does
    /// not.
    public init(limits: WebSocketLimits, uses: [ProtocolDescriptor.WebSocketUse?]) {
        self.uses = uses
        isMessageEach = uses.map { $0?.isMessageEach ?? false }
        names = SubprotocolNames(uses)
        var limits = limits
        limits.outputBytes = max(64, limits.outputBytes)
        self.limits = limits
        budget = InflationBudget(burst: limits.inflatedBytesAtOnceTotal)
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
        connections[index].budget = InflationBudget(burst: limits.inflatedBytesAtOnce)
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
    /// Nothing happens where it was forgotten before. `number` is that of the protocol that it carried, if it is known.
    ///
    /// - Returns: the statements that were broken and that no message was there to tell.
    @discardableResult public mutating func close(_ id: WebSocketID, of number: UInt8? = nil) -> CarrierViolations {
        guard let index = index(of: id) else { return CarrierViolations() }
        if let number = number ?? namedProtocol(id) { noteText(index, number) }
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

    /// How many bytes of a direction came of which nothing has come out yet, the head of a frame among them: what comes out
    /// next may need them.
    public func bytesKeptBack(_ id: WebSocketID, _ direction: Direction) -> Int {
        guard let index = index(of: id) else { return 0 }
        let stream = connections[index][direction]
        return stream.keptBack + (stream.waiting >= 0 ? waiting.count(of: stream.waiting) : 0)
    }

    /// Which end is the client, as the caller said.
    public func isClientFirst(_ id: WebSocketID) -> Bool { index(of: id).map { connections[$0].isClientFirst } ?? true }

    /// Whether both ends have sent a Close frame.
    public func hasClosed(_ id: WebSocketID) -> Bool {
        index(of: id).map { connections[$0].toServer.hasClosed && connections[$0].toClient.hasClosed } ?? false
    }

    /// The number of the protocol that the subprotocol names: the one that the server chose or, where it chose none or was
    /// not seen, the only one that the client offered; `nil` where that is none.
    public func namedProtocol(_ id: WebSocketID) -> UInt8? {
        guard let index = index(of: id) else { return nil }
        if let chosen = connections[index].chosen, !chosen.isEmpty { return names.owner(of: chosen) }
        return names.owner(of: connections[index].request.subprotocols)
    }

    /// The same where each message of WebSocket is one of that protocol; `nil` where messages lie in the stream of all
    /// payloads.
    public func protocolOfMessages(_ id: WebSocketID) -> UInt8? {
        namedProtocol(id).flatMap { isMessageEach[Int($0)] ? $0 : nil }
    }

    private func use(of number: UInt8) -> ProtocolDescriptor.WebSocketUse? {
        Int(number) < uses.count ? uses[Int(number)] : nil
    }

    /// Whether the client offered a subprotocol of one of the protocols.
    public func isMeantForUs(_ id: WebSocketID) -> Bool {
        index(of: id).map { !connections[$0].request.subprotocols.isDisjoint(with: names.known) } ?? false
    }

    /// Notes statements that one side broke, for its next message.
    public mutating func note(_ violations: CarrierViolations, _ id: WebSocketID, _ direction: Direction) {
        if let index = index(of: id) { connections[index].note(violations, direction) }
    }

    /// Notes that one side sent a message of text: what that breaks depends on the protocol of its next message.
    public mutating func noteText(_ id: WebSocketID, _ direction: Direction) {
        guard let index = index(of: id) else { return }
        if direction == .toServer {
            connections[index].hasTextToServer = true
        } else {
            connections[index].hasTextToClient = true
        }
    }

    /// The statements that a side broke since its last message, and with its first one those about the subprotocol, where
    /// the messages are of the protocol of that number.
    ///
    /// They are told once.
    public mutating func takeNotes(
        _ id: WebSocketID, _ direction: Direction, of number: UInt8
    ) -> CarrierViolations {
        guard let index = index(of: id) else { return CarrierViolations() }
        noteText(index, number)
        if direction == .toServer ? !connections[index].toldToServer : !connections[index].toldToClient {
            noteSubprotocol(index, direction, number)
        }
        if direction == .toServer {
            defer { connections[index].notesToServer = CarrierViolations() }
            return connections[index].notesToServer
        }
        defer { connections[index].notesToClient = CarrierViolations() }
        return connections[index].notesToClient
    }

    /// Says which statement the messages of text broke that were noted.
    private mutating func noteText(_ index: Int, _ number: UInt8) {
        guard connections[index].hasTextToServer || connections[index].hasTextToClient, let use = use(of: number)
        else { return }
        if connections[index].hasTextToServer { connections[index].note(CarrierViolations(use.textMessage), .toServer) }
        if connections[index].hasTextToClient { connections[index].note(CarrierViolations(use.textMessage), .toClient) }
        connections[index].hasTextToServer = false
        connections[index].hasTextToClient = false
    }

    private mutating func noteSubprotocol(_ index: Int, _ direction: Direction, _ number: UInt8) {
        guard let use = use(of: number) else { return }
        let wanted = names.names(of: number)
        if direction == .toServer {
            connections[index].toldToServer = true
            guard connections[index].hasRequest, connections[index].request.subprotocols.isDisjoint(with: wanted)
            else { return }
            connections[index].note(CarrierViolations(use.notOffered), direction)
        } else {
            connections[index].toldToClient = true
            guard let chosen = connections[index].chosen, chosen.isDisjoint(with: wanted) else { return }
            connections[index].note(CarrierViolations(use.notChosen), direction)
        }
    }
}
