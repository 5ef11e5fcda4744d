import Bytes
import Events
import Flows
import Network
import Packets
import Proxies
import WebSocket

/// What the engine owns beside the dissectors: the streams, what carries them, the counters, and where events go.
///
/// It knows no protocol.
public struct EngineCore<Sink: EventSink & ~Copyable>: ~Copyable {
    var streams: TCPStreams
    var webSocket: WebSocketTable
    /// What proxies put in front of streams.
    var proxies: ProxyTable
    /// The addresses of proxies that are believed whom they speak for.
    let trustedProxies: [CIDRBlock]
    /// Connections that are watched for what they do not say.
    var connections: ConnectionWatches
    /// Whether the dissector took what it was last told of a connection.
    var lastReport = false
    /// The frames behind what WebSocket keeps back.
    var carrierFrames: CarrierFrames
    /// What was seen so far.
    var counters: EngineCounters
    /// Where the events go.
    var sink: Sink
    /// How many messages went there.
    var delivered: UInt64 = 0
    /// The payloads of long messages that are passing.
    var payloads = LongPayloads()
    /// Scratch space for values of fields.
    var values = FieldValues()
    /// Capture time: that of the latest frame, or what passed since then.
    var now = Timestamp.zero
    /// How fast frames follow each other.
    var pace = CapturePace()
    let entries: [ProtocolEntry]
    /// Bytes that candidates may take.
    let candidateBytes: Int

    init(limits: EngineLimits, entries: [ProtocolEntry], hash: SeededHash, sink: consuming Sink) {
        streams = TCPStreams(limits: limits.flows, hash: hash)
        webSocket = WebSocketTable(limits: limits.webSocket, uses: entries.map(\.descriptor.webSocket))
        proxies = ProxyTable(limit: limits.proxiedFlows)
        connections = ConnectionWatches(limit: limits.watchedConnections, hash: hash)
        trustedProxies = limits.proxies
        carrierFrames = CarrierFrames(byteLimit: limits.webSocket.waitingBytesTotal)
        counters = EngineCounters(protocols: entries.count)
        self.entries = entries
        candidateBytes = limits.candidateBytes
        self.sink = sink
    }

    /// The context of a message that `side` of a flow sent, completed where `provenance` says.
    func context(_ slot: Int, _ side: Side, _ provenance: Provenance, direction: Direction) -> EventContext {
        let flow = streams.table[slot].key
        let (source, destination) = side == .first ? (flow.first, flow.second) : (flow.second, flow.first)
        return EventContext(
            timestamp: provenance.frame.timestamp, frameNumber: provenance.frame.number, source: source,
            destination: destination, sourceMAC: provenance.sourceMAC, destinationMAC: provenance.destinationMAC,
            vlans: provenance.vlans, tunnels: provenance.tunnels, anomalies: provenance.anomalies,
            transport: flow.transport, direction: direction)
    }

    /// What is known of a flow beside its bytes, where `side` sent them.
    func hints(_ slot: Int, _ side: Side) -> FlowHints {
        let key = streams.table[slot].key
        return FlowHints(key.first.port, key.second.port, hasBeginning: streams.table[slot][side].hasSYN)
    }

    /// Gives an event that a dissector holds to the sink, counted by type and violation.
    mutating func deliver(
        _ dissector: borrowing some Dissector & ~Copyable, _ number: UInt8, _ context: EventContext, _ message: RawSpan,
        _ frames: MessageFrames
    ) {
        delivered &+= 1
        counters.countMessage(number, dissector.messageType)
        counters.countViolations(of: dissector, message: message, &values)
        sink.receive(dissector, context, message: message, frames: frames)
        WorkStage.dissecting.begin()
    }

    /// Counts a loss by the server of a flow that is followed.
    mutating func noteLoss(_ slot: Int, _ change: (inout LossesByServer.Loss) -> Void) {
        guard streams.table[slot].kind.isFollowed else { return }
        let flow = streams.table[slot]
        counters.losses.note(flow.client == .first ? flow.key.second : flow.key.first, change)
    }

    /// How many bytes of a message are held at most.
    var heldLimit: Int { streams.table.limits.heldBytesPerMessage }

    /// Whether the first bytes of both ends are there to be read.
    func isFromStart(_ slot: Int) -> Bool {
        [Side.first, .second].allSatisfy {
            streams.table[slot][$0].hasSYN && !streams.table[slot][$0].framing.isLost
        }
    }
}
