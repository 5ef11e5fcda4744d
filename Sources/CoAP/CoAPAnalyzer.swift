import Bytes
import Events
import Network
import Payload
import Tables

/// Dissects CoAP over UDP (RFC 7252, with RFC 7641 and RFC 7959), TCP and WebSocket (RFC 8323) and follows its
/// conversations.
///
/// One analyzer may serve every flow of a worker: its tables are keyed by the ends of a message. The message dissected
/// last is the current event, which can be asked for its fields beside the datagram that it was dissected from.
public struct CoAPAnalyzer: ~Copyable {
    var current = CoAPMessage.none
    var state = MessageState(direction: .toServer)
    var extra = MessageExtra()
    var timestamp = Timestamp.zero
    /// What looks into payloads and joined bodies; off unless it is set.
    public var inspector = PayloadInspector()
    /// The path of a request while its payload is looked at.
    var pathText: [UInt8] = []
    /// What was wrong with the way the current message was carried.
    var carrierViolations = CarrierViolations()
    /// What is known across connections.
    var directory: CoAPDirectory
    var connections: SlotTable<CoAPConnection, CoAPConnectionTag>

    /// Makes an analyzer that has seen nothing; `hash` keys its tables.
    public init(limits: CoAPLimits, hash: SeededHash) {
        directory = CoAPDirectory(limits: limits, hash: hash)
        connections = SlotTable(limit: limits.connections)
    }

    /// Dissects a datagram, updates the conversation and makes the message the current event.
    ///
    /// Sets `context.direction` by the role of the sender in the exchange: a request goes to the server, a response to
    /// the client, an Empty ACK or RST against the message that it answers. Of what remains the ports decide: the
    /// server is the end on 5683 or 5684, else on the lower port.
    ///
    /// - Returns: false where the bytes cannot be CoAP at all (shorter than 4 bytes, or version not 1, RFC 7252, 3, unless
    ///   all else is as in a message without a fault); then nothing has changed. A message that is otherwise malformed is an event with violations.
    public mutating func dissect(_ datagram: RawSpan, context: inout EventContext) -> Bool {
        if let message = CoAPMessage(datagram) {
            current = message
            if context.destination.address.isMulticastOrBroadcast { current.checkMulticast() }
            state = directory.add(current, datagram, context)
        } else if let message = CoAPMessage(ofOtherVersion: datagram) {
            // Its receiver ignores it: nothing of it counts for the conversation.
            current = message
            state = MessageState(direction: directory.direction(of: message, context))
        } else {
            return false
        }
        current.violations.formUnion(state.violations)
        timestamp = context.timestamp
        carrierViolations = context.carrier.violations
        context.direction = state.direction
        extra = MessageExtra()
        takeOSCORE(datagram, context)
        inspector.clear()
        if inspector.isOn { inspectPayload(datagram) }
        return true
    }

    /// The message of the current event.
    public var message: CoAPMessage { current }

    /// Whether the current event answers a request that was seen before: a response that matches by token and ends (RFC
    /// 7252, 5.3.2), or an Empty ACK or RST that repeats the message id of a request or of such a response.
    ///
    /// Proof enough that a flow on a strange port is CoAP.
    public var confirmsFlow: Bool { state.answersRequest }

    /// Whether a datagram on a strange port would answer a request to a group, which comes from another address than
    /// the request went to (RFC 7252, 8.2).
    ///
    /// Changes nothing.
    public func answersGroup(_ datagram: RawSpan, to destination: Endpoint, at time: Timestamp) -> Bool {
        guard let message = CoAPMessage(datagram), message.code.isResponse, message.type != .acknowledgement else {
            return false
        }
        return directory.awaitsGroupAnswer(destination, token: datagram.slice(message.token), at: time)
    }

    /// The memory that the analyzer has taken, in bytes: its tables and what they refer to.
    public var bytesTaken: Int { connections.bytes + directory.bytesTaken }

    /// What had to be forgotten.
    public var counters: CoAPCounters {
        var counters = directory.counters
        counters.evictedConnections = connections.evictions
        return counters
    }
}

extension CoAPMessage {
    /// The message of an analyzer that has not dissected one: Empty.
    static let none = CoAPMessage()

    private init() {
        type = .confirmable
        code = .empty
        messageID = 0
        length = 0
    }
}
