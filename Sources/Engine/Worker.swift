import Bytes
import Events
import Flows
import Network
import Packets
import WebSocket

/// From frames to events: everything that belongs to a flow, in one value without references to others.
///
/// Frames go in with `process`, events come out at the sink. Time is capture time throughout. What reads a protocol is one of
/// the dissectors; the worker itself knows none.
public struct Worker<Protocols: DissectorSet & ~Copyable, Sink: EventSink & ~Copyable>: ~Copyable {
    /// The protocols.
    public var dissectors: Protocols
    var core: EngineCore<Sink>
    var fragments: FragmentTable
    var candidates = Candidates()
    /// What comes out of WebSocket frames: buffers that are used again.
    var carried = WebSocketOutput()
    var carriedProbe: [UInt8] = []
    let checksums: ChecksumPolicy
    /// The frame whose fragments were told to differ.
    var toldFragments: UInt64 = 0
    /// The most bytes that were captured of a frame so far.
    var largestFrame = 0

    /// A worker that has seen nothing yet.
    ///
    /// Tables are seeded afresh unless `hash` is given.
    public init(
        limits: EngineLimits, dissectors limitsOfDissectors: Protocols.Limits, hash: SeededHash = SeededHash(),
        sink: consuming Sink
    ) {
        dissectors = Protocols(limits: limitsOfDissectors, hash: hash)
        core = EngineCore(limits: limits, entries: Protocols.entries, hash: hash, sink: sink)
        fragments = FragmentTable(limits: limits.flows, hash: hash)
        checksums = limits.checksums
    }

    /// Where the events go.
    public var sink: Sink {
        _read { yield core.sink }
        _modify { yield &core.sink }
    }

    /// What was seen so far.
    public var counters: EngineCounters { core.counters }

    /// Takes a frame.
    public mutating func process(_ header: FrameHeader, _ bytes: RawSpan) {
        WorkStage.decoding.begin()
        core.now = header.timestamp
        core.counters.noteTime(header.timestamp)
        if let hole = core.pace.note(header.timestamp) { noteHole(hole) }
        core.counters.packets &+= 1
        core.counters.bytes &+= UInt64(truncatingIfNeeded: header.originalLength)
        if core.streams.hasQueued { drainOverdue() }
        if core.now >= core.connections.due { tellDueConnections() }
        var packet = Packet()
        switch PacketDecoder.decode(bytes, link: header.linkType, intoNew: &packet) {
        case .undecoded(let reason): core.counters.noteUndecoded(reason, packet, header.linkType)
        case .packet:
            // A constant is lent to whoever looks at it; a variable would be copied for each.
            let packet = packet
            if packet.missing > 0 { core.counters.cutShort &+= 1 }
            if checksums == .strict, !hasRightChecksum(packet, bytes) { return }
            if bytes.byteCount > largestFrame { largestFrame = bytes.byteCount }
            WorkStage.flows.begin()
            let hit = track(packet, bytes)
            guard wants(packet, hit) else { return core.counters.noteUnread(packet) }
            WorkStage.streams.begin()
            let checksum = checksums == .strict ? ChecksumVerdict.ok : verifyChecksum(packet, bytes)
            let provenance = Provenance(header, packet, arrival: core.counters.packets)
            take(packet, bytes, FrameRef(provenance, bytes), checksum, hit)
        case .fragment(let fragment):
            WorkStage.streams.begin()
            let provenance = Provenance(header, packet, arrival: core.counters.packets)
            take(fragment, &packet, FrameRef(provenance, bytes))
        }
    }

    /// Tells whoever measures silences that nothing was captured for a while.
    private mutating func noteHole(_ hole: CaptureHole) {
        core.counters.holes &+= 1
        dissectors.noteHole(hole)
        core.sink.noteHole(hole)
        core.connections.passOver(hole)
    }

    /// Says that capture time went on without a frame: what waited long enough for lost bytes is read.
    public mutating func advance(to time: Timestamp) {
        guard time > core.now else { return }
        core.now = time
        if core.streams.hasQueued { drainOverdue() }
        if core.now >= core.connections.due { tellDueConnections() }
    }

    /// Finds the flow of a packet, and ends those that leave the table for it.
    mutating func track(_ packet: borrowing Packet, _ bytes: RawSpan) -> FlowTable.Hit {
        let (key, fromFirst) = FlowKey.of(packet)
        var trace = FlowTrace(header: packet.tcp)
        if packet.transport == .udp { trace.print = PacketDecoder.print(ofDatagram: packet, bytes) }
        let hit = core.streams.table.track(key, fromFirst: fromFirst, trace, at: core.now)
        if !core.streams.table.departed.isEmpty { closeDeparted() }
        if packet.transport == .tcp { noteMirror(packet, hit) }
        return hit
    }

    /// Whether a packet of a flow is looked at: one that is ignored costs no more than its slot, until a new connection begins
    /// on its ports.
    func wants(_ packet: borrowing Packet, _ hit: FlowTable.Hit) -> Bool {
        if hit.isCopy { return false }
        if core.streams.table[hit.slot].kind != .ignored { return true }
        guard packet.transport == .tcp else { return false }
        return packet.tcp.flags.contains(.syn)
    }

    /// Takes a packet, whose payload lies in `bytes`: those of its frame, or what fragments were put together to.
    mutating func take(
        _ packet: borrowing Packet, _ bytes: RawSpan, _ frame: FrameRef, _ checksum: ChecksumVerdict,
        _ hit: FlowTable.Hit
    ) {
        if packet.transport == .tcp {
            processSegment(packet, bytes, frame, checksum, hit)
        } else {
            processDatagram(packet, bytes, frame, checksum, hit)
        }
    }

    /// Ends everything: what waits for lost bytes is read as far as it goes, every session is closed.
    public mutating func finish() {
        flushQueues()
        flushConnections()
        core.streams.table.removeAll()
        closeDeparted()
    }

    /// Begins another source: its span of capture time is its own.
    public mutating func beginSource() { core.counters.span = nil }

    private mutating func closeDeparted() {
        var index = 0
        while index < core.streams.table.departed.count {
            var flow = core.streams.table.departed[index]
            if flow.kind.isFollowed, flow.hasHeld { tellUnfinished(of: &flow) }
            if flow.kind.isFollowed, flow.key.transport == .tcp, flow.isOneSided {
                core.counters.connectionsOneSided &+= 1
            }
            closeSession(of: &flow)
            releaseCarrier(of: &flow)
            core.streams.release(&flow)
            index += 1
        }
        core.streams.table.clearDeparted()
    }

    /// Looks at what is held of a flow that fell silent, as at the end of a capture.
    private mutating func tellUnfinished(of flow: inout Flow) {
        let slot = core.streams.table.lend(flow)
        endStream(slot, .first, .nothing)
        endStream(slot, .second, .nothing)
        flow = core.streams.table.takeBack(slot)
    }

    /// Ends the protocol state that a flow has.
    mutating func closeSession(of flow: inout Flow) {
        guard flow.handle >= 0 else { return }
        switch flow.kind {
        case .followed(let number):
            dissectors.run(
                .close(handle: flow.handle, at: core.now), number, -1, .first, RawSpan(), FrameRef(), &core)
        case .candidate: candidates.drop(flow.handle)
        case .unknown, .ignored: break
        }
        flow.handle = -1
    }

    /// Does something with a stream of a flow, if it carries a protocol.
    mutating func run(
        _ operation: StreamOperation, _ slot: Int, _ side: Side, _ data: RawSpan = RawSpan(),
        _ frame: FrameRef = FrameRef()
    ) {
        guard case .followed(let number) = core.streams.table[slot].kind else { return }
        dissectors.run(operation, number, slot, side, data, frame, &core)
    }
}
