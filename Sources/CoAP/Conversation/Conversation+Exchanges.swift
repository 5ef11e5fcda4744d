import Bytes

extension Conversation {
    /// Begins an exchange, or adds a copy to the one that the first copy began.
    mutating func addRequest(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ state: inout MessageState,
        _ record: inout MessageRecord
    ) {
        state.observation = requestedObservation(message)
        let key = requestKey(message, bytes, passage)
        record.isRequest = true
        record.exchange = key
        let known = exchanges.find(key)
        if let known, state.isRetransmitted, exchanges[known].messageID == message.messageID,
            !isOld(exchanges[known], passage.time)
        {
            exchanges[known].requestOctets &+= UInt64(message.length)
            exchanges[known].lastSeen = passage.time
            exchanges.touch(known)
            return
        }
        let exchange = Exchange(
            started: passage.time, lastSeen: passage.time, requestOctets: UInt64(message.length),
            messageID: message.messageID, method: message.code, isObserved: state.observation == .register)
        let slot: Int
        if let known {
            slot = known
            exchanges[slot] = exchange
            exchanges.touch(slot)
        } else {
            slot = exchanges.insert(key, exchange)
        }
        keepPath(of: message, bytes, slot)
    }

    /// Matches a response with its request: RFC 7252, 5.3.2 and 8.2.
    mutating func addResponse(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ answered: MessageRecord?,
        _ state: inout MessageState, _ record: inout MessageRecord
    ) {
        if message.observe != nil, message.code.class == .success { state.observation = .notification }
        guard let (slot, key) = exchange(answeredBy: message, bytes, passage, answered) else { return }
        exchanges[slot].responseOctets &+= UInt64(message.length)
        exchanges[slot].lastSeen = passage.time
        // A response that is no notification says that there are no more (RFC 7641, 4.1 and 4.2).
        if state.observation != .notification { exchanges[slot].isObserved = false }
        exchanges.touch(slot)
        state.exchangeSlot = slot
        state.answersRequest = true
        record.isMatchedResponse = true
        record.exchange = key
    }

    /// An Empty ACK or RST: of a server to a request, or of a client to a response.
    mutating func addEmptyAnswer(
        _ message: CoAPMessage, _ passage: Passage, _ answered: MessageRecord, _ state: inout MessageState
    ) {
        guard answered.isRequest || answered.isMatchedResponse else { return }
        state.answersRequest = true
        guard let slot = liveExchange(answered.exchange, passage.time) else { return }
        exchanges[slot].lastSeen = passage.time
        exchanges.touch(slot)
        if answered.isRequest {
            exchanges[slot].responseOctets &+= UInt64(message.length)
        } else if message.type == .reset {
            // Rejecting a notification ends the observation (RFC 7641, 3.6).
            exchanges[slot].isObserved = false
        }
    }

    private func exchange(
        answeredBy message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ answered: MessageRecord?
    ) -> (slot: Int, key: HashedKey)? {
        let token = bytes.slice(message.token)
        let key = hash.exchange(client: passage.destination, server: passage.source, token: token)
        if let slot = liveExchange(key, passage.time) {
            // A piggybacked response must repeat the request's message id as well as its token.
            let answersCopy = answered?.isRequest == true && answered?.exchange == key
            let hasSameID = answersCopy || exchanges[slot].messageID == message.messageID
            if message.type == .acknowledgement, !hasSameID { return nil }
            return (slot, key)
        }
        guard message.type != .acknowledgement else { return nil }
        let group = hash.multicastExchange(client: passage.destination, token: token)
        return liveExchange(group, passage.time).map { ($0, group) }
    }

    private func requestKey(_ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage) -> HashedKey {
        let token = bytes.slice(message.token)
        if passage.isMulticast {
            return hash.multicastExchange(client: passage.source, token: token)
        }
        return hash.exchange(client: passage.source, server: passage.destination, token: token)
    }

    /// Observe means something in a GET (RFC 7641, 2) and in a FETCH (RFC 8132, 2.4).
    private func requestedObservation(_ message: CoAPMessage) -> MessageState.Observation {
        guard message.code == .get || message.code == .fetch else { return .none }
        switch message.observe {
        case 0: return .register
        case 1: return .deregister
        default: return .none
        }
    }
}

extension Conversation {
    /// The path of the request of the exchange in a slot.
    func withPath<Result>(_ slot: Int, _ body: (RawSpan) -> Result) -> Result {
        let range = ByteRange(offset: slot &* limits.pathOctets, count: Int(exchanges[slot].pathLength))
        return body(paths.span.bytes.slice(range))
    }

    /// Keeps the path of a request; one that does not fit is cut and ends in `…`, which no path holds otherwise.
    private mutating func keepPath(of message: CoAPMessage, _ bytes: RawSpan, _ slot: Int) {
        let room = limits.pathOctets
        let start = slot &* room
        if paths.count < start &+ room {
            paths.append(contentsOf: repeatElement(0, count: exchanges.slotCount &* room &- paths.count))
        }
        pathScratch.removeAll(keepingCapacity: true)
        if message.writePath(bytes, to: &pathScratch, limit: room) {
            cutPaths &+= 1
            pathScratch.removeAll(keepingCapacity: true)
            message.writePath(bytes, to: &pathScratch, limit: room &- 3)
            pathScratch.append(text: "…")
        }
        for offset in pathScratch.indices { paths[start &+ offset] = pathScratch[offset] }
        exchanges[slot].pathLength = UInt16(truncatingIfNeeded: pathScratch.count)
    }
}
