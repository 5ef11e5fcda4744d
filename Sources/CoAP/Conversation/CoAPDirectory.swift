import Bytes
import Events
import Network
import Tables

/// When and between whom a message passed, as the tables need it.
struct Passage: Sendable {
    var time: Timestamp
    /// The hashes of the ends.
    var source: Hash128
    var destination: Hash128
    /// The address of the source.
    var address: IPAddress
    /// The hash of the address of the destination, whatever its port.
    var destinationHost: UInt64
    /// Whether it went to a group.
    var isMulticast: Bool
    /// Which way it went, if the ports alone are asked.
    var directionByPort: Direction

    init(_ context: EventContext, _ hash: ConversationHash) {
        time = context.timestamp
        source = hash.end(context.source)
        destination = hash.end(context.destination)
        address = context.source.address
        destinationHost = hash.end(Endpoint(context.destination.address, 0)).low
        isMulticast = context.destination.address.isMulticastOrBroadcast
        directionByPort = likelyDirection(from: context.source.port, to: context.destination.port)
    }
}

/// The server is the end on a well-known port (RFC 7252, 12.6 and 12.7), else on the lower one; the receiver if equal.
private func likelyDirection(from source: UInt16, to destination: UInt16) -> Direction {
    let isKnownSource = CoAPPort.isKnown(source)
    let isKnownDestination = CoAPPort.isKnown(destination)
    if isKnownSource != isKnownDestination { return isKnownDestination ? .toServer : .toClient }
    return destination <= source ? .toServer : .toClient
}

/// What the ends know of each other: requests whose answers are awaited, message ids, observations, bodies in blocks,
/// Partial IVs.
///
/// Keyed by ends, addresses and groups, apart from what belongs to one connection, so that several analyzers can share it
/// one day: `add`, `addStreamed` and `repeatsPartialIV` take a message in and give a plain value; slots in that value are
/// asked for the fields of the same message.
///
/// Roles belong to an exchange, not to a flow: two ends may ask each other from port 5683 to port 5683. Tables with
/// limits; nothing is allocated once they have grown, but for blocks that come too early. Time is capture time.
struct CoAPDirectory: ~Copyable, Sendable {
    var exchanges: LRUTable<Hash128, Exchange>
    var records: LRUTable<Hash128, MessageRecord>
    var observations: LRUTable<Hash128, Observation>
    var pairs: LRUTable<Hash128, PairTraffic>
    var registrations: LRUTable<Hash128, Registration>
    var bodies: BodyTable
    /// How many requests came of late, by client and server, and by server.
    private var clientRates: RateTable
    private var serverRates: RateTable
    private var partialIVs: PartialIVTable
    /// Paths of requests, `pathBytes` for each slot of `exchanges`.
    var paths: [UInt8] = []
    var cutPaths: UInt64 = 0
    let hash: ConversationHash
    let limits: CoAPLimits
    let lifetimes: Lifetimes
    private let anchor = Anchor()

    init(limits: CoAPLimits, hash: SeededHash) {
        var limits = limits
        limits.pathBytes = max(8, min(limits.pathBytes, 4096))
        self.limits = limits
        lifetimes = Lifetimes(limits)
        self.hash = ConversationHash(hash)
        exchanges = LRUTable(limit: limits.exchanges)
        records = LRUTable(limit: limits.messageIDs)
        observations = LRUTable(limit: limits.observations)
        pairs = LRUTable(limit: limits.pairs)
        registrations = LRUTable(limit: limits.registrations)
        bodies = BodyTable(limits: limits)
        partialIVs = PartialIVTable(limit: limits.partialIVs)
        let places = limits.features.contains(.rates) ? limits.rates : 1
        clientRates = RateTable(places: places, step: 250_000_000)
        serverRates = RateTable(places: places, step: 250_000_000)
    }

    var counters: CoAPCounters {
        var counters = CoAPCounters()
        counters.evictedExchanges = exchanges.evictions
        counters.evictedMessageIDs = records.evictions
        counters.evictedObservations = observations.evictions
        counters.evictedPairs = pairs.evictions
        counters.evictedRegistrations = registrations.evictions
        counters.evictedBodies = bodies.evictions
        counters.evictedPartialIVs = partialIVs.evictions
        counters.blocksNotHeld = bodies.notHeld
        counters.evictedBlocks = bodies.heldEvictions
        counters.cutPaths = cutPaths
        return counters
    }

    /// The memory taken, in bytes.
    var bytesTaken: Int {
        exchanges.bytes + records.bytes + observations.bytes + pairs.bytes + registrations.bytes + bodies.bytesTaken
            + partialIVs.bytes + paths.memory + clientRates.bytes + serverRates.bytes
    }

    /// Takes a message into account and says what is known of it.
    mutating func add(_ message: CoAPMessage, _ bytes: RawSpan, _ context: EventContext) -> MessageState {
        let passage = Passage(context, hash)
        forgetOld(passage.time)
        let answered = message.type.echoesMessageID ? recordAnswered(by: message, passage) : nil
        var state = MessageState(direction: direction(of: message, answered, passage))
        state.isMulticast = passage.isMulticast
        let own = hash.messageID(message.messageID, message.type, from: passage.source, to: passage.destination)
        let known = records.find(own)
        var record = MessageRecord(
            firstSeen: passage.time, print: print(of: message, bytes), type: message.type, exchange: own)
        if let known, !lifetimes.isOver(records[known], passage.time) {
            compare(record, known, &state)
            if message.type == .acknowledgement, let answered, answered.isRequest, answered.copies == 0 {
                let (one, other) = (records[known].print, record.print)
                state.differs = one != 0 && other != 0 && one != other
            }
        }
        if state.direction == .toServer { record.flags.insert(.toServer) }

        if message.code.isRequest { countRequest(message, context, to: passage.destination, &state) }
        if message.code.isRequest, message.hasToken, !message.type.echoesMessageID {
            addRequest(message, bytes, passage, &state, &record)
            if limits.features.contains(.registrations) { noteRegistration(message, bytes, passage, &state) }
        } else if message.code.isResponse, message.hasToken, message.type != .reset {
            addResponse(message, bytes, passage, answered, &state, &record)
            if limits.features.contains(.registrations) { noteRegistered(message, bytes, passage, &state) }
        } else if message.code.isEmpty, message.type.echoesMessageID {
            if let answered { addEmptyAnswer(message, passage, answered, &state) } else { state.isUnasked = true }
        }
        if message.type == .acknowledgement, answered?.type == .nonConfirmable {
            state.violations.insert(.nonConfirmableAcknowledged)
        }
        if limits.features.contains(.pairs) { countPair(message, bytes, context, &state) }
        remember(record, own, known, isCopy: state.isRetransmitted)
        return state
    }

    /// Whether a message repeats a Partial IV of OSCORE; `nil` where it has none that could be a repeat.
    mutating func repeatsPartialIV(
        _ message: CoAPMessage, _ option: OSCOREOption, _ bytes: RawSpan, _ context: EventContext, isCopy: Bool
    ) -> Bool? {
        partialIVs.take(message, option, bytes, context, isCopy: isCopy, hash)
    }

    /// Whether a protected request was seen before in another message; `nil` where that cannot be said.
    mutating func repeatsProtected(
        _ message: CoAPMessage, _ option: OSCOREOption, _ bytes: RawSpan, _ context: EventContext, isCopy: Bool
    ) -> Bool? {
        partialIVs.takesAgain(message, option, bytes, context, isCopy: isCopy, hash)
    }

    /// The exchange in a slot that a message's state names.
    func exchange(_ slot: Int) -> Exchange { exchanges[slot] }

    /// The bytes between two addresses in a slot that a message's state names.
    func pair(_ slot: Int) -> PairTraffic { pairs[slot] }

    /// Whether what is known of a body has its digest.
    var hashesBodies: Bool { limits.features.contains(.bodyHash) }

    /// The record of the message that an ACK or RST answers (RFC 7252, 4.4).
    private func recordAnswered(by message: CoAPMessage, _ passage: Passage) -> MessageRecord? {
        let key = hash.messageID(message.messageID, .confirmable, from: passage.destination, to: passage.source)
        if let slot = records.find(key), !lifetimes.isOver(records[slot], passage.time) { return records[slot] }
        guard message.type == .reset else { return nil }
        let group = hash.multicastMessageID(message.messageID, from: passage.destination)
        guard let slot = records.find(group), !lifetimes.isOver(records[slot], passage.time) else { return nil }
        return records[slot]
    }

    /// Holds a message against the one that had its id before: a copy of it, or another message (RFC 7252, 4.4).
    ///
    /// A server may answer each copy of a request anew, so that acknowledgements may differ (4.5).
    private func compare(_ record: MessageRecord, _ known: Int, _ state: inout MessageState) {
        state.isRetransmitted = records[known].type == record.type
        if state.isRetransmitted { state.copies = records[known].copies == .max ? .max : records[known].copies &+ 1 }
        guard !record.type.echoesMessageID else { return }
        let isOther = record.print != 0 && records[known].print != 0 && records[known].print != record.print
        if !state.isRetransmitted || isOther { state.violations.insert(.messageIDReused) }
    }

    /// What tells a message from another with its id; 0 where copies may differ.
    ///
    /// A server brings the Observe option of a notification up to date before it sends it again (RFC 7641, 4.4). Of
    /// acknowledgements it is asked only where the request was sent once.
    private func print(of message: CoAPMessage, _ bytes: RawSpan) -> UInt32 {
        if message.observe != nil && message.code.isResponse { return 0 }
        return ByteSum.ofEnds(bytes)
    }

    private mutating func countPair(
        _ message: CoAPMessage, _ bytes: RawSpan, _ context: EventContext, _ state: inout MessageState
    ) {
        guard !state.isMulticast || state.direction == .toClient else { return }
        let isToServer = state.direction == .toServer
        let client = isToServer ? context.source.address : context.destination.address
        let server = isToServer ? context.destination.address : context.source.address
        state.pairSlot = count(hash.pair(client: client, server: server), message, isToServer, context)
        // The second place may be taken from the first one where the table is full.
        guard pairs.limit > 1, state.observation != .notification, !isPaced(message, bytes) else { return }
        state.networkSlot = count(hash.network(client: client, server: server), message, isToServer, context)
    }

    private mutating func count(
        _ key: Hash128, _ message: CoAPMessage, _ isToServer: Bool, _ context: EventContext
    ) -> Int {
        let slot = pairs.find(key) ?? pairs.insert(key, PairTraffic(start: context.timestamp))
        pairs.touch(slot)
        pairs[slot].add(
            bytes: message.length, isToServer: isToServer, at: context.timestamp,
            seconds: limits.pairHalfWindowSeconds)
        return slot
    }

    /// Whether it is a block behind the first of a body, which comes when the client asks for it: a client that has to
    /// ask for each is a client that gets them (RFC 7252, 11.3).
    private func isPaced(_ message: CoAPMessage, _ bytes: RawSpan) -> Bool {
        guard message.isBlockwise else { return false }
        func isLater(_ option: CoAPOption) -> Bool { (message.block(option, bytes)?.number ?? 0) > 0 }
        return isLater(.block2) || isLater(.block1) || isLater(.qBlock2) || isLater(.qBlock1)
    }

    /// Counts a request of a client's address, whatever its ports, to a server, given as the hash of its end.
    mutating func countRequest(
        _ message: CoAPMessage, _ context: EventContext, to end: Hash128, _ state: inout MessageState
    ) {
        guard limits.features.contains(.rates) else { return }
        let time = context.timestamp.nanoseconds
        let server = end.low
        state.serverRate = serverRates.add(server, at: time)
        // Blocks of one body come as fast as they are answered.
        guard !message.isBlockwise else { return }
        let client = hash.end(Endpoint(context.source.address, 0)).low
        state.clientRate = clientRates.add(client &+ server &* 3, at: time)
    }

    /// A request goes to the server, a response to the client, an Empty answer against what it answers; of all else the
    /// ports must tell.
    private func direction(
        of message: CoAPMessage, _ answered: MessageRecord?, _ passage: Passage
    ) -> Direction {
        if message.code.isRequest { return .toServer }
        if message.code.isResponse { return .toClient }
        if let answered { return answered.flags.contains(.toServer) ? .toClient : .toServer }
        return passage.directionByPort
    }

    /// The direction of a message that is not taken into account.
    func direction(of message: CoAPMessage, _ context: EventContext) -> Direction {
        direction(of: message, nil, Passage(context, hash))
    }

    /// The first copy stands for all, so that the lifetime of the id runs from there.
    private mutating func remember(_ record: MessageRecord, _ key: Hash128, _ slot: Int?, isCopy: Bool) {
        guard let slot else {
            _ = records.insert(key, record)
            return
        }
        records.touch(slot)
        if isCopy {
            if records[slot].copies < .max { records[slot].copies &+= 1 }
        } else {
            records[slot] = record
        }
    }
}

extension CoAPDirectory {
    /// The slot of an exchange that has not outlived its time.
    func liveExchange(_ key: Hash128, _ now: Timestamp) -> Int? {
        guard let slot = exchanges.find(key), !lifetimes.isOver(exchanges[slot], now) else { return nil }
        return slot
    }

    /// Removes the entries unused for longest where they are old: at most two of each table for each message, so that
    /// tables shrink faster than they grow and no message pays for many.
    mutating func forgetOld(_ now: Timestamp) {
        for _ in 0..<2 {
            guard let oldest = exchanges.oldest, lifetimes.isOver(exchanges[oldest], now) else { break }
            exchanges.remove(oldest)
        }
        for _ in 0..<2 {
            guard let oldest = records.oldest, lifetimes.isOver(records[oldest], now) else { break }
            records.remove(oldest)
        }
    }
}
