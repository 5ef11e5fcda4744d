import Bytes
import Events
import Network

/// What the conversation says of a message.
struct MessageState: Sendable {
    /// How the message stands to an observation, RFC 7641.
    enum Observation: Sendable {
        case none, register, deregister, notification
    }

    /// Which way it goes.
    var direction: Direction
    /// Whether a message of the same type, message id and ends was seen within EXCHANGE_LIFETIME.
    var isRetransmitted = false
    /// Where the exchange of a matched response lies.
    var exchangeSlot: Int?
    /// Whether it answers a request that is known, by token or by message id.
    var answersRequest = false
    /// How it stands to an observation.
    var observation = Observation.none
}

/// When and between whom a message passed, as the tables need it.
struct Passage: Sendable {
    var time: Timestamp
    /// The hashes of the ends.
    var source: HashedKey
    var destination: HashedKey
    /// Whether it went to a group.
    var isMulticast: Bool
    /// Which way it went, if the ports alone are asked.
    var directionByPort: Direction

    init(_ context: EventContext, _ hash: ConversationHash) {
        time = context.timestamp
        source = hash.end(context.source)
        destination = hash.end(context.destination)
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

/// What the ends know of each other: requests whose answers are awaited, and message ids.
///
/// Roles belong to an exchange, not to a flow: two ends may ask each other from port 5683 to port 5683. Two tables with
/// limits; nothing is allocated once they have grown. Time is capture time.
struct Conversation: Sendable {
    var exchanges: BoundedTable<Exchange>
    var records: BoundedTable<MessageRecord>
    /// Paths of requests, `pathOctets` for each slot of `exchanges`.
    var paths: [UInt8] = []
    var pathScratch: [UInt8] = []
    var cutPaths: UInt64 = 0
    let hash: ConversationHash
    let limits: CoAPLimits

    init(limits: CoAPLimits, hash: SeededHash) {
        var limits = limits
        limits.pathOctets = max(8, min(limits.pathOctets, 4096))
        self.limits = limits
        self.hash = ConversationHash(hash)
        exchanges = BoundedTable(limit: limits.exchanges)
        records = BoundedTable(limit: limits.messageIDs)
        pathScratch.reserveCapacity(limits.pathOctets)
    }

    var counters: CoAPCounters {
        var counters = CoAPCounters()
        counters.evictedExchanges = exchanges.evictions
        counters.evictedMessageIDs = records.evictions
        counters.cutPaths = cutPaths
        return counters
    }

    /// Takes a message into account and says what is known of it.
    mutating func add(_ message: CoAPMessage, _ bytes: RawSpan, _ context: EventContext) -> MessageState {
        let passage = Passage(context, hash)
        forgetOld(passage.time)
        let answered = message.type.echoesMessageID ? recordAnswered(by: message, passage) : nil
        var state = MessageState(direction: direction(of: message, answered, passage))
        let own = hash.messageID(message.messageID, message.type, from: passage.source, to: passage.destination)
        let known = records.find(own)
        if let known, !isOld(records[known], passage.time) {
            state.isRetransmitted = records[known].type == message.type
        }

        var record = MessageRecord(
            firstSeen: passage.time, type: message.type, isToServer: state.direction == .toServer,
            isRequest: false, isMatchedResponse: false, exchange: own)
        if message.code.isRequest, message.hasToken, !message.type.echoesMessageID {
            addRequest(message, bytes, passage, &state, &record)
        } else if message.code.isResponse, message.hasToken, message.type != .reset {
            addResponse(message, bytes, passage, answered, &state, &record)
        } else if message.code.isEmpty, message.type.echoesMessageID, let answered {
            addEmptyAnswer(message, passage, answered, &state)
        }
        remember(record, own, known, isCopy: state.isRetransmitted)
        return state
    }

    /// The record of the message that an ACK or RST answers (RFC 7252, 4.4).
    private func recordAnswered(by message: CoAPMessage, _ passage: Passage) -> MessageRecord? {
        let key = hash.messageID(message.messageID, .confirmable, from: passage.destination, to: passage.source)
        guard let slot = records.find(key), !isOld(records[slot], passage.time) else { return nil }
        return records[slot]
    }

    /// A request goes to the server, a response to the client, an Empty answer against what it answers; of all else the
    /// ports must tell.
    private func direction(
        of message: CoAPMessage, _ answered: MessageRecord?, _ passage: Passage
    ) -> Direction {
        if message.code.isRequest { return .toServer }
        if message.code.isResponse { return .toClient }
        if let answered { return answered.isToServer ? .toClient : .toServer }
        return passage.directionByPort
    }

    /// The first copy stands for all, so that EXCHANGE_LIFETIME runs from there.
    private mutating func remember(_ record: MessageRecord, _ key: HashedKey, _ slot: Int?, isCopy: Bool) {
        guard let slot else {
            _ = records.insert(key, record)
            return
        }
        records.touch(slot)
        if !isCopy { records[slot] = record }
    }
}
