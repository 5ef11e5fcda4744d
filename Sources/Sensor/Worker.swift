import Bytes
import Capture
import CoAP
import Events
import Flows
import MQTT
import Network
import Packets
import Tables
import WebSocket

/// From frames to events: everything that belongs to a flow, in one value without references to others.
///
/// Frames go in with `process`, events come out at the sink. Time is capture time throughout.
public struct Worker<Sink: EventSink & ~Copyable>: ~Copyable {
    var streams: TCPStreams
    var fragments: FragmentTable
    var mqtt: MQTTAnalyzer
    var coap: CoAPAnalyzer
    var candidates: CoAPCandidates
    var webSocket: WebSocketTable
    /// What comes out of WebSocket frames: buffers that are used again.
    var carried = WebSocketOutput()
    var carriedProbe: [UInt8] = []
    /// What was seen so far.
    public internal(set) var counters = WorkerCounters()
    /// Where the events go.
    public var sink: Sink
    var violations = FieldValues()
    /// The payloads of long messages that are passing.
    var payloads = LongPayloads()
    /// The frame that is being processed, and what was decoded from it.
    var frame = FrameHeader.none
    var packet = Packet()
    /// What was odd about the way the current packet came.
    var anomalies: NetworkAnomalies = []
    let checksums: ChecksumPolicy

    /// A worker that has seen nothing yet. Tables are seeded afresh unless `hash` is given.
    public init(limits: SensorLimits = SensorLimits(), hash: SeededHash = SeededHash(), sink: consuming Sink) {
        streams = TCPStreams(limits: limits.flows, hash: hash)
        fragments = FragmentTable(limits: limits.flows, hash: hash)
        checksums = limits.checksums
        mqtt = MQTTAnalyzer(limits: limits.mqtt, hash: hash)
        coap = CoAPAnalyzer(limits: limits.coap, hash: hash)
        candidates = CoAPCandidates()
        webSocket = WebSocketTable(limits: limits.webSocket)
        self.sink = sink
    }

    /// Shows digests of passwords, made with `key`: of the CONNECT that has the password, and where `ofSessions`, of all that
    /// follows it. That is work for each CONNECT, so it is for those who ask.
    public mutating func digestPasswords(with key: KeyedDigest?, ofSessions: Bool) {
        mqtt.passwordKey = key
        mqtt.keepsPasswordDigests = ofSessions
    }

    /// Takes a frame.
    public mutating func process(_ frame: FrameHeader, _ bytes: RawSpan) {
        self.frame = frame
        counters.noteTime(frame.timestamp)
        counters.packets &+= 1
        counters.bytes &+= UInt64(truncatingIfNeeded: frame.originalLength)
        if streams.hasQueued { drainOverdue() }
        switch PacketDecoder.decode(bytes, link: frame.linkType, into: &packet) {
        case .undecoded(let reason): counters.undecoded[Int(reason.rawValue)] &+= 1
        case .packet:
            if packet.missing > 0 { counters.cutShort &+= 1 }
            if checksums == .strict, hasWrongChecksum(bytes) { return }
            anomalies = []
            take(bytes, frameBytes: bytes, countsChecksum: checksums != .strict)
        case .fragment(let fragment): take(fragment, bytes)
        }
    }

    /// Says that capture time went on without a frame: what waited long enough for lost octets is read.
    public mutating func advance(to time: Timestamp) {
        guard time > frame.timestamp else { return }
        frame.timestamp = time
        if streams.hasQueued { drainOverdue() }
    }

    /// Takes the current packet, whose payload lies in `bytes`: those of its frame, or what fragments were put together to.
    ///
    /// - Parameter countsChecksum: whether a wrong checksum is to be counted, of flows that are not nobody's.
    mutating func take(_ bytes: RawSpan, frameBytes: RawSpan, countsChecksum: Bool = false) {
        let (key, fromFirst) = FlowKey.of(packet)
        let hit = streams.table.track(key, fromFirst: fromFirst, at: frame.timestamp)
        if !streams.table.departed.isEmpty { closeDeparted(at: frame.timestamp) }
        if countsChecksum, streams.table[hit.slot].label != FlowLabel.ignored { _ = hasWrongChecksum(bytes) }
        if packet.transport == .tcp {
            processSegment(bytes, frameBytes, hit)
        } else {
            processDatagram(bytes, frameBytes, hit)
        }
    }

    /// Ends everything: what waits for lost octets is read as far as it goes, every session is closed.
    public mutating func finish() {
        flushQueues()
        streams.table.removeAll()
        closeDeparted(at: frame.timestamp)
    }

    /// Begins another source: its span of capture time is its own.
    public mutating func beginSource() { counters.span = nil }

    /// The context of a message in the current packet.
    func context(direction: Direction) -> EventContext {
        EventContext(
            timestamp: frame.timestamp, frameNumber: frame.number,
            source: Endpoint(packet.source, packet.sourcePort),
            destination: Endpoint(packet.destination, packet.destinationPort),
            sourceMAC: packet.sourceMAC, destinationMAC: packet.destinationMAC, vlans: packet.vlans,
            tunnels: packet.tunnels, anomalies: anomalies, transport: packet.transport, direction: direction)
    }

    private mutating func closeDeparted(at time: Timestamp) {
        var index = 0
        while index < streams.table.departed.count {
            var flow = streams.table.departed[index]
            closeSession(of: &flow, at: time)
            releaseCarrier(of: &flow)
            streams.release(&flow)
            index += 1
        }
        streams.table.clearDeparted()
    }

    /// Ends the protocol state that a flow has.
    mutating func closeSession(of flow: inout Flow, at time: Timestamp) {
        guard flow.handle >= 0 else { return }
        switch flow.label {
        case FlowLabel.mqtt: mqtt.closeSession(MQTTSessionID(rawValue: flow.handle), at: time)
        case FlowLabel.coapStream: coap.closeConnection(CoAPConnectionID(rawValue: flow.handle))
        case FlowLabel.coapCandidate, FlowLabel.coapStreamCandidate: candidates.drop(flow.handle)
        default: break
        }
        flow.handle = -1
    }
}

extension FrameHeader {
    /// Stands for "no frame yet".
    static let none = FrameHeader(timestamp: .zero, number: 0, originalLength: 0, linkType: .ethernet)
}
