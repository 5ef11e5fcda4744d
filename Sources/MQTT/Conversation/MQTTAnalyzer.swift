import Bytes
import Events
import Network
import Payload
import Tables

/// Dissects the messages of MQTT 3.1, 3.1.1 and 5.0 and remembers what the ends know of each other.
///
/// One value for all flows of a worker. It holds one message at a time, the *current event*: `dissect` replaces it, and
/// `read` answers questions about it. In the steady state nothing is allocated.
public struct MQTTAnalyzer: ~Copyable, EventSource {
    let limits: MQTTLimits
    let hash: SeededHash
    /// The connections.
    ///
    /// Slot 0 is for messages whose session is not there; it never holds a session of its own.
    var sessions: SlotTable<MQTTSession, MQTTSessionTag>
    /// What all sessions hold together.
    var memory: SessionMemory
    /// What is known across connections.
    var directory: MQTTDirectory
    /// The latest `MQTTSession.revision`.
    var revision: UInt64 = 0
    /// How many packets addresses sent to brokers of late.
    var rates: RateTable
    /// When nothing was captured.
    var holes = CaptureHoles()
    /// Who set the retained message that was there before the current one.
    var retainedOwner: TopicOwner?
    /// What was known of the client identifier before the current CONNECT.
    var previous: ClientRecord?
    /// When the current message came.
    var now = Timestamp.zero
    /// The key of `mqtt.passwd.digest`; without one there are no digests.
    public var passwordKey: KeyedDigest?
    /// Whether the digest is shown of all messages of a session, not of the CONNECT alone.
    public var keepsPasswordDigests = false
    /// What looks into payloads and the messages of wills; off unless it is set.
    public var inspector = PayloadInspector()
    /// The SUBSCRIBE that the current SUBACK answers.
    var answered = PendingSubscribe()
    var event = MQTTEvent()
    private let anchor = Anchor()
    var counts = MQTTCounters()

    /// The slot of `sessions` that is for messages whose session is not there.
    static var orphan: Int { 0 }

    /// Makes an analyzer that has seen nothing yet.
    public init(limits: MQTTLimits, hash: SeededHash) {
        self.limits = limits
        self.hash = hash
        sessions = SlotTable(limit: limits.sessions, reserving: MQTTSession())
        memory = SessionMemory(limits)
        directory = MQTTDirectory(limits: limits)
        rates = RateTable(places: limits.rates, step: 1_000_000_000)
    }

    /// Begins to follow a connection.
    ///
    /// - Parameters:
    ///   - client: the end that opened the connection.
    ///   - server: the other end.
    ///   - time: capture time; sessions are given up in the order in which they were last heard of, not by time.
    ///   - isFromStart: whether the first bytes of both sides will be dissected. Only then is a first packet that is not a
    ///     CONNECT a violation; otherwise the session was taken up midstream.
    /// - Returns: its name, which the caller keeps with the flow.
    public mutating func openSession(
        client: Endpoint, server: Endpoint, at time: Timestamp, isFromStart: Bool = false
    ) -> MQTTSessionID {
        if let victim = sessions.victim { close(victim, at: time, isEvicted: true) }
        let index = sessions.open(MQTTSession())
        sessions[index].reset(client: client, server: server, isFromStart: isFromStart)
        sessions[index].rateKey = addressKey(index)
        revise(index)
        return sessions.id(index)
    }

    /// Forgets a connection.
    ///
    /// Nothing happens where it was forgotten before.
    public mutating func closeSession(_ id: MQTTSessionID, at time: Timestamp) {
        if let index = sessions.slot(of: id) { close(index, at: time) }
    }

    /// Says that bytes of a connection were lost: what depends on having seen every message is no longer a violation.
    public mutating func noteGap(_ id: MQTTSessionID) {
        if let index = sessions.slot(of: id) { sessions[index].hasGap = true }
    }

    /// Says that an end of a connection sends no more.
    ///
    /// A broker that has closed its end (RFC 9293, 3.6) has nothing more to say to the client, which may be asleep or gone and
    /// never answer. A client that has closed its end may wait for what the broker still has to say.
    public mutating func noteEnd(_ id: MQTTSessionID, of direction: Direction, at time: Timestamp) {
        guard direction == .toClient, let index = sessions.slot(of: id) else { return }
        endAtServer(index, at: time)
    }

    /// Says that nothing was captured for a while: a silence that lies in it is none.
    public mutating func noteHole(_ hole: CaptureHole) { holes.add(hole) }

    /// The version that a session speaks, as far as it is known.
    public func version(of id: MQTTSessionID) -> MQTTVersion {
        sessions.slot(of: id).map { sessions[$0].version } ?? .unknown
    }

    /// How many sessions are open.
    public var sessionCount: Int { sessions.count }

    /// What was seen and what could not be kept.
    public var counters: MQTTCounters {
        var result = counts
        result.sessionsEvicted = sessions.evictions
        result.handshakesEvicted = memory.handshakes.evictions
        result.topicAliasesEvicted = memory.aliases.evictions
        result.subscriptionsEvicted = memory.subscriptions.evictions
        result.pendingSubscribesEvicted &+= memory.pending.evictions
        directory.count(in: &result)
        return result
    }
}

// MARK: The current event

extension MQTTAnalyzer {
    /// The protocol of all its events: MQTT.
    public var category: EventCategory { .mqtt }

    /// The packet type of the current event, 0 to 15.
    public var messageType: UInt8 { event.message.type.rawValue }

    /// The current message.
    public var message: MQTTMessage { event.message }

    /// What the current message breaks.
    public var violations: MQTTViolations { event.violations }

    /// Whether the current message could not be read to its end because of a fault in it.
    public var isFatal: Bool { event.message.isFatal }

    /// The version by which the current message was read.
    public var version: MQTTVersion { event.version }

    /// Calls `body` with the name of each statement that the current message breaks, as `violation.id` gives them.
    public borrowing func forEachViolation(_ body: (StaticString) -> Void) {
        event.violations.forEachName(event.version, event.message.type, body)
    }
}
