import Bytes
import Network
import Tables

extension CoAPDirectory {
    /// Begins an exchange, or adds a copy to the one that the first copy began.
    mutating func addRequest(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ state: inout MessageState,
        _ record: inout MessageRecord
    ) {
        state.observation = requestedObservation(message)
        let key = requestKey(message, bytes, passage)
        record.flags.insert(.request)
        record.exchange = key
        let known = exchanges.find(key)
        let slot: Int
        if let known, state.isRetransmitted, exchanges[known].messageID == message.messageID,
            !lifetimes.isOver(exchanges[known], passage.time)
        {
            slot = known
            exchanges[slot].lastSeen = passage.time
            exchanges[slot].addRequestCopy()
            exchanges.touch(slot)
        } else {
            slot = begin(message, bytes, passage, key, known, &state)
        }
        exchanges[slot].addRequest(bytes: message.length)
        if passage.isMulticast { rememberMulticast(record, message, passage) }
        if message.isBlockwise { addRequestBlock(message, bytes, passage, slot, &state) }
    }

    private mutating func begin(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ key: Hash128, _ known: Int?,
        _ state: inout MessageState
    ) -> Int {
        var exchange = Exchange(started: passage.time, messageID: message.messageID, method: message.code)
        if message.isBlockwise {
            exchange.flags.insert(.blockwise)
            exchange.askedBlock = message.block(.block2, bytes)
        }
        if message.type == .nonConfirmable { exchange.flags.insert(.nonConfirmable) }
        if passage.isMulticast { exchange.flags.insert(.multicast) }
        if message.mayHave(.oscore), message.first(.oscore, bytes) != nil { exchange.flags.insert(.protected) }
        if message.mayHave(.noResponse), let value = message.first(.noResponse, bytes)?.unsigned(bytes) {
            exchange.unwanted = UInt8(truncatingIfNeeded: value)
        }
        exchange.isObserved = state.observation == .register
        let slot: Int
        var goesOn = false
        if let known {
            let earlier = exchanges[known]
            if !lifetimes.isOver(earlier, passage.time) {
                exchange.flags.insert(.tokenUsedBefore)
                if earlier.askedBlock != nil { exchange.flags.insert(.sizeAskedBefore) }
                exchange.flags.formUnion(earlier.flags.intersection(.serverHeard))
                replace(earlier, message, &exchange, &state)
                goesOn = earlier.isObserved && exchange.isObserved
            }
            slot = known
            exchanges[slot] = exchange
            exchanges.touch(slot)
        } else {
            slot = exchanges.insert(key, exchange)
        }
        if !goesOn, exchange.isObserved || known != nil { resetObservation(key, isObserved: exchange.isObserved) }
        keepPath(of: message, bytes, slot)
        return slot
    }

    /// What becomes of an exchange whose token is used again: an observation goes on where the rest of a notification in
    /// blocks is asked for (RFC 7959, 2.6), and ends by a deregistration; a request that waits for its answer should have
    /// the token for itself (RFC 7252, 5.3.1).
    ///
    /// Only what cannot be anything else is told: the answer may have been lost or pass where nobody listens, so the server
    /// must have been heard; a client may give up whenever it likes (4.2), but hardly before ACK_TIMEOUT, and nobody knows
    /// when it does so with a NON; tokens are unique for a pair of ends, and several groups share a key here; who
    /// registers or deregisters repeats the token of the registration (RFC 7641, 3.3.1 and 3.6).
    private func replace(
        _ known: Exchange, _ message: CoAPMessage, _ exchange: inout Exchange,
        _ state: inout MessageState
    ) {
        if known.isObserved {
            if state.observation == .deregister { state.observationEnd = .deregister }
            if let asked = exchange.askedBlock, asked.number > 0 { exchange.isObserved = true }
            return
        }
        let awaitsAnswer =
            known.responses == 0 && known.unwanted == 0 && known.flags.contains(.serverHeard)
            && known.flags.isDisjoint(with: [.blockwise, .multicast, .nonConfirmable])
            && !exchange.flags.contains(.blockwise) && state.observation == .none
        guard awaitsAnswer, !message.token.isEmpty, known.messageID != message.messageID,
            !lifetimes.mayBeGivenUp(known, exchange.started)
        else { return }
        state.violations.insert(.tokenReused)
    }

    /// A member of a group answers from its own address: the message id must be found without the group's.
    private mutating func rememberMulticast(_ record: MessageRecord, _ message: CoAPMessage, _ passage: Passage) {
        var record = record
        record.flags.insert(.multicast)
        let key = hash.multicastMessageID(message.messageID, from: passage.source)
        if let slot = records.find(key) {
            records[slot] = record
            records.touch(slot)
        } else {
            _ = records.insert(key, record)
        }
    }

    /// Matches a response with its request: RFC 7252, 5.3.2 and 8.2.
    mutating func addResponse(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ answered: MessageRecord?,
        _ state: inout MessageState, _ record: inout MessageRecord
    ) {
        if message.observe != nil, message.code.class == .success { state.observation = .notification }
        guard let (slot, key) = exchange(answeredBy: message, bytes, passage, answered) else {
            if let answered, answered.isRequest, message.type == .acknowledgement,
                liveExchange(answered.exchange, passage.time) != nil
            {
                state.violations.insert(.tokenNotEchoed)
            }
            return
        }
        noteCopy(message, bytes, slot, &state)
        exchanges[slot].addResponse(bytes: message.length, isCopy: state.copies > 0)
        exchanges[slot].flags.insert(.serverHeard)
        exchanges[slot].lastSeen = passage.time
        if exchanges[slot].isObserved { addToObservation(message, passage, slot, key, &state) }
        exchanges.touch(slot)
        state.exchangeSlot = slot
        state.answersRequest = true
        state.isUnwanted = exchanges[slot].isUnwanted(message.code)
        state.isMulticast = exchanges[slot].flags.contains(.multicast)
        record.flags.insert(.matchedResponse)
        record.exchange = key
        if message.isBlockwise { addResponseBlock(message, bytes, passage, slot, &state) }
    }

    /// A response with a message id of its own may still be the answer to a copy of the request.
    ///
    /// Members of a group share an exchange, and notifications a request: equal words are no copies there.
    private mutating func noteCopy(
        _ message: CoAPMessage, _ bytes: RawSpan, _ slot: Int, _ state: inout MessageState
    ) {
        guard !state.isRetransmitted, !message.isStreamed, message.observe == nil,
            exchanges[slot].flags.isDisjoint(with: [.multicast, .observed])
        else { return }
        // Behind type and message id; the code stands before it.
        let words = bytes.extracting(min(4, bytes.byteCount)..<bytes.byteCount)
        let sum = ByteSum.ofEnds(words) ^ UInt32(message.code.rawValue)
        if exchanges[slot].repeatsAnswer(sum) { state.copies = exchanges[slot].answerCopies }
    }

    /// A response that is no notification says that there are no more (RFC 7641, 4.1 and 4.2), unless it is a later block
    /// of one.
    private mutating func addToObservation(
        _ message: CoAPMessage, _ passage: Passage, _ slot: Int, _ key: Hash128, _ state: inout MessageState
    ) {
        if state.observation == .notification {
            guard let number = message.observe, let place = observations.find(key) else { return }
            // A stream keeps the order, and its numbers say nothing (RFC 8323, 7.1).
            let next = UInt32(truncatingIfNeeded: observations[place].count &+ 1) & 0xFF_FFFF
            state.freshness = observations[place].add(sequence: message.isStreamed ? next : number, at: passage.time)
            state.notifications = observations[place].count
            observations.touch(place)
            return
        }
        if message.code.class == .success, let asked = exchanges[slot].askedBlock, asked.number > 0 { return }
        state.observationEnd = message.code.isError ? .error : .response
        endObservation(slot, key)
    }

    /// Begins an observation anew, or forgets one that is no more.
    private mutating func resetObservation(_ key: Hash128, isObserved: Bool) {
        if let place = observations.find(key) { observations.remove(place) }
        if isObserved { _ = observations.insert(key, Observation()) }
    }

    private mutating func endObservation(_ slot: Int, _ key: Hash128) {
        exchanges[slot].isObserved = false
        if let place = observations.find(key) { observations.remove(place) }
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
            exchanges[slot].flags.insert(.serverHeard)
            exchanges[slot].responseBytes &+= UInt64(message.length)
        } else if message.type == .reset, exchanges[slot].isObserved {
            // Rejecting a notification ends the observation (RFC 7641, 3.6).
            state.observationEnd = .reset
            endObservation(slot, answered.exchange)
        }
    }

    private func exchange(
        answeredBy message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ answered: MessageRecord?
    ) -> (slot: Int, key: Hash128)? {
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

    /// Whether an end sent a request with that token to a group, of which answers may still come.
    func awaitsGroupAnswer(_ client: Endpoint, token: RawSpan, at time: Timestamp) -> Bool {
        liveExchange(hash.multicastExchange(client: hash.end(client), token: token), time) != nil
    }

    private func requestKey(_ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage) -> Hash128 {
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

extension CoAPDirectory {
    /// The path of the request of the exchange in a slot.
    func withPath<Result>(_ slot: Int, _ body: (RawSpan) -> Result) -> Result {
        let range = ByteRange(offset: slot &* limits.pathBytes, count: Int(exchanges[slot].pathLength))
        return body(paths.span.bytes.slice(range))
    }

    /// Keeps the path of a request, and where bodies are followed a hash of what it asks for.
    private mutating func keepPath(of message: CoAPMessage, _ bytes: RawSpan, _ slot: Int) {
        let room = limits.pathBytes
        let start = slot &* room
        if paths.count < start &+ room {
            // A few slots at a time: the array doubles by itself, but not beyond what all slots need.
            let slots = min(exchanges.slotCount &+ 15, max(exchanges.limit, exchanges.slotCount))
            if slots &* room > paths.capacity {
                paths.reserveCapacity(min(exchanges.limit &* room, max(slots &* room, 2 &* paths.capacity)))
            }
            paths += [UInt8](repeating: 0, count: slots &* room &- paths.count)
        }
        var arena = paths.mutableSpan
        let (length, isCut) = message.writePath(bytes, to: &arena, at: start, room: room)
        if isCut { cutPaths &+= 1 }
        exchanges[slot].pathLength = UInt16(truncatingIfNeeded: length)
        if limits.features.contains(.bodies) { exchanges[slot].resource = resource(message, bytes) }
    }

    /// A hash of every option that names the resource: RFC 7252, 5.4.2 and 5.6, without the options of blocks and Observe.
    private func resource(_ message: CoAPMessage, _ bytes: RawSpan) -> UInt64 {
        var result = UInt64(message.code.rawValue)
        var walk = CoAPOptionWalk(message.options)
        while case .option(let instance) = walk.next(bytes) {
            switch instance.option {
            case .uriHost, .uriPort, .uriPath, .uriQuery, .accept, .proxyURI, .proxyScheme:
                result = hash.hash(bytes.slice(instance.value), initial: result ^ UInt64(instance.option.rawValue))
            default: continue
            }
        }
        return result
    }
}
