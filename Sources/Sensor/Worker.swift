import Bytes
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
    /// Of the frames that lie behind what WebSocket keeps back.
    var carrierFrames: CarrierFrames
    /// Capture time: that of the latest frame, or what passed since then.
    var now = Timestamp.zero
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
        carrierFrames = CarrierFrames(byteLimit: limits.webSocket.waitingBytesTotal)
        self.sink = sink
    }

    /// Shows digests of passwords, made with `key`: of the CONNECT that has the password, and where `ofSessions`, of all that
    /// follows it. That is work for each CONNECT, so it is for those who ask.
    public mutating func digestPasswords(with key: KeyedDigest?, ofSessions: Bool) {
        mqtt.passwordKey = key
        mqtt.keepsPasswordDigests = ofSessions
    }

    /// Takes a frame.
    public mutating func process(_ header: FrameHeader, _ bytes: RawSpan) {
        now = header.timestamp
        counters.noteTime(now)
        counters.packets &+= 1
        counters.bytes &+= UInt64(truncatingIfNeeded: header.originalLength)
        if streams.hasQueued { drainOverdue() }
        var packet = Packet()
        switch PacketDecoder.decode(bytes, link: header.linkType, into: &packet) {
        case .undecoded(let reason): counters.undecoded[Int(reason.rawValue)] &+= 1
        case .packet:
            if packet.missing > 0 { counters.cutShort &+= 1 }
            if checksums == .strict, hasWrongChecksum(packet, bytes) { return }
            let provenance = Provenance(header, packet, arrival: counters.packets)
            take(packet, bytes, FrameRef(provenance, bytes), countsChecksum: checksums != .strict)
        case .fragment(let fragment):
            let provenance = Provenance(header, packet, arrival: counters.packets)
            take(fragment, &packet, FrameRef(provenance, bytes))
        }
    }

    /// Says that capture time went on without a frame: what waited long enough for lost octets is read.
    public mutating func advance(to time: Timestamp) {
        guard time > now else { return }
        now = time
        if streams.hasQueued { drainOverdue() }
    }

    /// Takes a packet, whose payload lies in `bytes`: those of its frame, or what fragments were put together to.
    ///
    /// - Parameter countsChecksum: whether to count a wrong checksum; those of flows that are ignored are not summed.
    mutating func take(_ packet: borrowing Packet, _ bytes: RawSpan, _ frame: FrameRef, countsChecksum: Bool = false) {
        let (key, fromFirst) = FlowKey.of(packet)
        let hit = streams.table.track(key, fromFirst: fromFirst, at: now)
        if !streams.table.departed.isEmpty { closeDeparted(at: now) }
        if countsChecksum, streams.table[hit.slot].label != FlowLabel.ignored { _ = hasWrongChecksum(packet, bytes) }
        if packet.transport == .tcp {
            processSegment(packet, bytes, frame, hit)
        } else {
            processDatagram(packet, bytes, frame, hit)
        }
    }

    /// Ends everything: what waits for lost octets is read as far as it goes, every session is closed.
    public mutating func finish() {
        flushQueues()
        streams.table.removeAll()
        closeDeparted(at: now)
    }

    /// Begins another source: its span of capture time is its own.
    public mutating func beginSource() { counters.span = nil }

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
