import Bytes
import Events
import Network
import Payload
import Tables

extension CoAPAnalyzer {
    /// Begins to follow a connection over TCP or WebSocket.
    ///
    /// - Parameter isFromStart: whether the first bytes of both ends will be dissected. Only then is a first message that
    ///   is no CSM a violation; otherwise the connection was taken up midstream.
    /// - Returns: its name, which the caller keeps with the flow.
    public mutating func openConnection(isFromStart: Bool) -> CoAPConnectionID {
        if let victim = connections.victim { connections.close(victim, isEvicted: true) }
        let slot = connections.open(CoAPConnection())
        connections[slot] = CoAPConnection()
        connections[slot].isFromStart = isFromStart
        return connections.id(slot)
    }

    /// Forgets a connection.
    ///
    /// Nothing happens where it was forgotten before.
    public mutating func closeConnection(_ id: CoAPConnectionID) {
        if let slot = connections.slot(of: id) { connections.close(slot) }
    }

    /// Says that bytes of a connection were lost: what depends on having seen every message is no longer a violation.
    public mutating func noteGap(_ id: CoAPConnectionID) {
        if let slot = connections.slot(of: id) { connections[slot].hasGap = true }
    }

    /// Whether one end of a connection has sent a message yet; `toServer` is the end that opened it.
    ///
    /// True for a connection whose beginning was not seen.
    public func hasBegun(_ id: CoAPConnectionID, _ direction: Direction) -> Bool {
        guard let slot = connections.slot(of: id), connections[slot].isFromStart else { return true }
        return direction == .toServer ? connections[slot].initiator.hasSent : connections[slot].acceptor.hasSent
    }

    /// Whether everything that was said over a connection was seen.
    func isWhole(_ id: CoAPConnectionID) -> Bool {
        guard let slot = connections.slot(of: id) else { return false }
        return connections[slot].isFromStart && !connections[slot].hasGap
    }

    /// How many connections are open.
    public var connectionCount: Int { connections.count }

    /// Dissects a message of a connection, takes it into the conversation and makes it the current event.
    ///
    /// Sets `context.direction` as `dissect(_:context:)` does: a request goes to the server, a response to the client. What
    /// is neither keeps the direction given, which is `toServer` where the end that opened the connection sent it.
    ///
    /// - Parameters:
    ///   - id: its connection. A message of one that is closed or was given up is read on its own, as if midstream.
    ///   - bytes: the message from its first byte, or only its head where it was too long to hold; over WebSocket the
    ///     payload of a binary message.
    ///   - wholeLength: bytes of the whole message. What lies behind the head is not a violation.
    ///   - carrier: what the message came over.
    ///   - context: when and between whom; its direction is set.
    /// - Returns: false where the bytes have no code; then nothing has changed.
    public mutating func dissect(
        _ id: CoAPConnectionID, message bytes: RawSpan, wholeLength: Int, over carrier: CoAPCarrier = .stream,
        context: inout EventContext
    ) -> Bool {
        guard var message = CoAPMessage(streamed: bytes, wholeLength: wholeLength, carrier: carrier) else {
            return false
        }
        extra = MessageExtra()
        extra.isMidstream = true
        if let slot = connections.slot(of: id) {
            connections.touch(slot)
            connections[slot].take(&message, bytes, context.direction)
            extra.isMidstream = !connections[slot].isFromStart
        }
        state = directory.addStreamed(message, bytes, context, id)
        message.violations.formUnion(state.violations)
        carrierViolations = context.carrier.violations
        current = message
        timestamp = context.timestamp
        context.direction = state.direction
        takeOSCORE(bytes, context)
        inspector.clear()
        if inspector.isOn { inspectPayload(bytes) }
        return true
    }

    /// Takes what is to be seen of OSCORE into account.
    mutating func takeOSCORE(_ bytes: RawSpan, _ context: EventContext) {
        guard current.mayHave(.oscore) || !current.signalOptions.isEmpty, let option = current.oscore(bytes) else {
            return
        }
        extra.oscore = option
        extra.repeatsPartialIV = directory.repeatsPartialIV(
            current, option, bytes, context, isCopy: state.isRetransmitted)
        extra.repeatsProtected = directory.repeatsProtected(
            current, option, bytes, context, isCopy: state.isRetransmitted)
    }
}

/// What is known of the current message beside the conversation: of its connection, and of what OSCORE shows.
struct MessageExtra: Sendable {
    /// Whether the beginning of the connection was not seen.
    var isMidstream = false
    /// The OSCORE option, taken apart.
    var oscore: OSCOREOption?
    /// Whether its Partial IV was seen before; `nil` where that cannot be said.
    var repeatsPartialIV: Bool?
    /// Whether the same protected request was seen before in another message; `nil` where that cannot be said.
    var repeatsProtected: Bool?
}
