import Bytes
import Events
import Network
import Tables

extension CoAPDirectory {
    /// Takes a message of a connection into account and says what is known of it.
    ///
    /// Requests and responses meet by token alone, within their connection and in their direction (RFC 8323, 3.3): both
    /// ends may ask. `direction` is the way from the end that opened the connection or back.
    mutating func addStreamed(
        _ message: CoAPMessage, _ bytes: RawSpan, _ context: EventContext, _ connection: CoAPConnectionID
    ) -> MessageState {
        var passage = Passage(context, hash)
        passage.source = hash.end(passage.source, on: connection)
        passage.destination = hash.end(passage.destination, on: connection)
        passage.isMulticast = false
        forgetOld(passage.time)
        var state = MessageState(direction: context.direction)
        var record = MessageRecord(
            firstSeen: passage.time, print: 0, type: message.type, exchange: Hash128(high: 0, low: 0))
        if message.code.isRequest { countRequest(message, context, to: hash.end(context.destination), &state) }
        guard message.hasToken else { return state }
        if message.code.isRequest {
            state.direction = .toServer
            addRequest(message, bytes, passage, &state, &record)
        } else if message.code.isResponse {
            state.direction = .toClient
            addResponse(message, bytes, passage, nil, &state, &record)
        } else if message.code == .ping || message.code == .pong {
            addPing(message, bytes, passage, &state)
        }
        return state
    }

    /// A Ping waits for its Pong as a request does for its response (RFC 8323, 5.4).
    private mutating func addPing(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ state: inout MessageState
    ) {
        let token = bytes.slice(message.token)
        if message.code == .ping {
            let key = hash.ping(from: passage.source, to: passage.destination, token: token)
            if let known = exchanges.find(key) { exchanges.remove(known) }
            var exchange = Exchange(started: passage.time, messageID: 0, method: message.code)
            exchange.addRequest(bytes: message.length)
            _ = exchanges.insert(key, exchange)
        } else {
            let key = hash.ping(from: passage.destination, to: passage.source, token: token)
            guard let slot = liveExchange(key, passage.time) else { return }
            exchanges[slot].addResponse(bytes: message.length, isCopy: false)
            state.exchangeSlot = slot
            state.answersRequest = true
        }
    }
}
