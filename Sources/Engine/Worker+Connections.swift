import Bytes
import Events
import Flows
import Network
import Packets

/// Connections to servers, watched for what they do not say: silence, a first message that never ends, another protocol; and
/// sessions that serve no purpose.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Begins to watch the connection of a flow, where it goes to a server of a protocol.
    ///
    /// `isBeginning` says that no more than its SYN is known.
    mutating func watch(_ slot: Int, client: Side, _ frame: FrameRef, isBeginning: Bool) {
        let key = core.streams.table[slot].key
        let server = client == .first ? key.second : key.first
        guard let server = expectation(of: server) else { return }
        core.connections.begin(
            ConnectionWatch(
                key: key, slot: slot, client: client, number: server.number,
                isExpected: server.isExpected, isSecure: server.isSecure, start: core.now,
                first: core.streams.table[slot][client].next, provenance: frame.provenance))
        guard let place = core.connections.place(of: slot) else { return }
        core.connections.keep(frame, place)
        core.connections[place].isOpen = !isBeginning
        if isBeginning { core.counters.connectionsBegun &+= 1 }
    }

    /// Where the connection of a flow is kept; `nil` where it is not watched, or the slot was that of another flow.
    private mutating func place(of slot: Int) -> Int? {
        guard let place = core.connections.place(of: slot) else { return nil }
        if core.connections[place].key == core.streams.table[slot].key { return place }
        core.connections.end(place)
        return nil
    }

    /// Whether `count` bytes are all that the client has sent since its SYN, so that nothing in front of them is lost.
    func isAllThere(_ slot: Int, _ side: Side, _ count: Int) -> Bool {
        guard let place = core.connections.place(of: slot), core.connections[place].client == side,
            core.connections[place].key == core.streams.table[slot].key, core.streams.table[slot][side.other].hasSYN
        else { return false }
        return core.streams.table[slot][side].next.distance(from: core.connections[place].first) == count
    }

    /// Whether a message of the protocol was seen of a connection; it is no longer one of those without.
    private mutating func hasSpoken(_ place: Int) -> Bool {
        if core.connections[place].hasSpoken { return true }
        let slot = Int(core.connections[place].slot)
        guard core.streams.table[slot].heard != 0 || core.streams.table[slot].isEstablished else { return false }
        core.connections[place].hasSpoken = true
        core.connections.setPending(place, false)
        return true
    }

    /// What is expected of connections to a server; `nil` where they are not watched.
    private func expectation(of server: Endpoint) -> (number: UInt8, isExpected: Bool, isSecure: Bool)? {
        for index in core.entries.indices where core.entries[index].descriptor.watchedPorts.contains(server.port) {
            let descriptor = core.entries[index].descriptor
            let isPlain = descriptor.ports.contains(server.port)
            let isSecure = !isPlain && descriptor.serverPorts.contains(server.port)
            return (UInt8(truncatingIfNeeded: index), isPlain || isSecure, isSecure)
        }
        return core.connections.protocolNumber(of: server).map { ($0, true, false) }
    }

    /// Watches a connection that turned out to carry a protocol, and remembers its server.
    mutating func watchFound(_ slot: Int, _ number: UInt8) {
        let flow = core.streams.table[slot]
        guard flow.key.transport == .tcp, core.entries[Int(number)].descriptor.watchedPorts.count > 0 else { return }
        if flow.carrier < 0 {
            core.connections.noteServer(flow.client == .first ? flow.key.second : flow.key.first, number)
        }
        guard flow[.first].hasSYN, flow[.second].hasSYN, place(of: slot) == nil else { return }
        watch(slot, client: flow.client, FrameRef(), isBeginning: false)
        core.connections.unframed = core.connections.place(of: slot)
    }

    /// Keeps the first bytes of a stream of a connection that is watched.
    mutating func noteOpening(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) {
        guard !data.isEmpty, let place = place(of: slot), !core.connections[place].hasSpoken else { return }
        let isClient = side == core.connections[place].client
        if isClient { core.connections[place].pieces = min(core.connections[place].pieces, 254) + 1 }
        let count = core.connections[place].opening.count
        guard count < ConnectionWatches.openingLimit, isClient || count == 0 else { return }
        let length = min(ConnectionWatches.openingLimit - count, data.byteCount)
        core.connections[place].opening.append(copying: data.extracting(0..<length))
        core.connections.keep(frame, place)
        core.connections[place].frameSide = side
    }

    /// Looks at a connection that is watched, after a segment of it.
    mutating func noteSegment(_ slot: Int, _ side: Side, _ flags: TCPFlags, _ frame: FrameRef) {
        guard let place = place(of: slot), !core.connections[place].hasSpoken else { return }
        if side == core.connections[place].client, flags.isDisjoint(with: [.syn, .rst]) {
            core.connections[place].isOpen = true
        }
        if hasSpoken(place) { return }
        if core.connections[place].isOpen { core.connections.setPending(place, true) }
        guard core.connections[place].isExpected, !core.connections[place].isOversizedTold,
            let length = announcedLength(place), length > Self.longestFirst
        else { return }
        core.connections[place].isOversizedTold = true
        tell(.oversized, place, at: core.now, frame, of: side)
    }

    /// The longest first message that a stranger has reason to send: with a certificate or a token it has 16 KiB; this is what
    /// two bytes can count, and a header.
    private static var longestFirst: Int { 65_539 }

    /// The length of the first message, by its header.
    private func announcedLength(_ place: Int) -> Int? {
        let watch = core.connections[place]
        guard watch.foreignName == nil, !watch.isText,
            let frame = core.entries[Int(watch.number)].stream?.frame
        else { return nil }
        switch frame(watch.opening.span.bytes) {
        case .incomplete(let total): return total
        case .message(let length): return length
        case .lost: return nil
        }
    }

    /// A connection carries nothing that is followed.
    mutating func noteIgnored(_ slot: Int) {
        guard let place = place(of: slot) else { return }
        if !hasSpoken(place) { tellForeign(place, at: core.now) }
        core.connections.end(place)
    }

    /// Tells another protocol where none is expected; whether there was one.
    @discardableResult
    private mutating func tellForeign(_ place: Int, at time: Timestamp) -> Bool {
        let watch = core.connections[place]
        guard watch.isExpected, !watch.opening.isEmpty else { return false }
        var name = watch.foreignName
        if watch.isSecure, let name, "\(name)" == "tls" { return false }
        if name == nil, isForeign(watch) { name = "unknown" }
        guard let name else { return false }
        tell(.foreign, place, at: time, foreignName: name)
        return true
    }

    /// Whether the first bytes cannot become a message of the protocol.
    private func isForeign(_ watch: ConnectionWatch) -> Bool {
        guard let questions = core.entries[Int(watch.number)].stream else { return false }
        if core.streams.table[Int(watch.slot)].kind.isFollowed { return false }
        if watch.isText { return true }
        if case .incomplete = questions.frame(watch.opening.span.bytes) { return false }
        let (client, server) = watch.ends
        return questions.probe(watch.opening.span.bytes, FlowHints(client.port, server.port)) == .no
    }
}

// What time tells, and the end.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Looks at all connections that are due.
    mutating func tellDueConnections() {
        while let place = core.connections.nextDue(at: core.now) {
            let watch = core.connections[place]
            let delay = ConnectionWatches.delays[Int(watch.stage)]
            // The flow made room for another.
            guard core.streams.table[Int(watch.slot)].key == watch.key else {
                core.connections.end(place)
                continue
            }
            let isWatched = look(place, at: watch.start.advanced(byNanoseconds: delay))
            if !isWatched || !core.connections.advance(place) { core.connections.end(place) }
        }
    }

    /// Tells what a connection has come to; whether it is worth watching any longer.
    private mutating func look(_ place: Int, at time: Timestamp) -> Bool {
        let hasSpoken = hasSpoken(place)
        let watch = core.connections[place]
        if hasSpoken {
            let isInMessage = tellStalled(place, at: time)
            return watch.stage == 0 || tellSession(place, at: time) || isInMessage
        }
        if !watch.isOpen {
            tell(isAnswered(watch) ? .halfOpen : .unanswered, place, at: time)
            return false
        }
        guard watch.isExpected else { return false }
        if watch.opening.isEmpty {
            tell(.silent, place, at: time)
            return true
        }
        if tellForeign(place, at: time) { return false }
        let bytes = clientBytes(watch)
        let hasGrown = watch.stage == 0 ? watch.pieces >= 3 : bytes > watch.checkedBytes
        core.connections[place].checkedBytes = bytes
        tell(hasGrown ? .trickle : .partial, place, at: time)
        return true
    }

    /// Bytes in a second below which a client that is in the midst of a message keeps its server waiting: no link that a message
    /// can be sent over is so slow.
    private static var slowest: Int64 { 10 }

    /// Tells a session whose client was in the midst of a message when it was last looked at and still is, with hardly a byte
    /// between; whether it is in the midst of one now.
    private mutating func tellStalled(_ place: Int, at time: Timestamp) -> Bool {
        let watch = core.connections[place]
        let flow = core.streams.table[Int(watch.slot)]
        guard flow.kind.isFollowed, flow.carrier < 0, !flow.isClosed, !flow[watch.client].framing.isLost,
            !flow[watch.client].isAtBoundary
        else {
            core.connections[place].midMessageSince = nil
            return false
        }
        let bytes = clientBytes(watch)
        if let since = watch.midMessageSince {
            let seconds = max(1, time.nanoseconds(since: since) / 1_000_000_000)
            if Int64(bytes - watch.checkedBytes) < Self.slowest * seconds { tell(.stalled, place, at: time) }
        }
        core.connections[place].midMessageSince = time
        core.connections[place].checkedBytes = bytes
        return true
    }

    /// Whether the server answered the SYN.
    private func isAnswered(_ watch: ConnectionWatch) -> Bool {
        core.streams.table[Int(watch.slot)][watch.client.other].hasSYN
    }

    private func clientBytes(_ watch: ConnectionWatch) -> Int {
        max(0, core.streams.table[Int(watch.slot)][watch.client].next.distance(from: watch.first))
    }

    /// Tells a session that was open for long and serves no purpose; whether it is one.
    private mutating func tellSession(_ place: Int, at time: Timestamp) -> Bool {
        guard case .followed(let number) = core.streams.table[Int(core.connections[place].slot)].kind,
            number == core.connections[place].number
        else { return false }
        core.lastReport = false
        tell(.open, place, at: time)
        if core.lastReport { core.connections[place].isIdleTold = true }
        return core.lastReport
    }

    /// Tells of a connection that ends with a segment of `side`.
    mutating func endConnection(_ slot: Int, _ side: Side, isReset: Bool, _ frame: FrameRef) {
        if core.streams.table[slot].kind.isFollowed || core.connections.place(of: slot) != nil {
            core.counters.connectionsEnded &+= 1
        }
        guard let place = place(of: slot) else { return }
        let hasSpoken = hasSpoken(place)
        let watch = core.connections[place]
        if hasSpoken {
            let age = core.now.nanoseconds(since: watch.start)
            if !watch.isIdleTold, age >= ConnectionWatches.delays[0] { _ = tellSession(place, at: core.now) }
        } else if watch.isOpen {
            if !tellForeign(place, at: core.now) { tell(.closed, place, at: core.now, frame, of: side) }
        } else if isReset, side != watch.client {
            tell(.refused, place, at: core.now, frame, of: side)
        } else {
            tell(isAnswered(watch) ? .halfOpen : .unanswered, place, at: core.now, frame, of: side)
        }
        core.connections.end(place)
    }

    /// Ends to watch a connection in whose place another has begun: its streams are not there any more.
    mutating func replaceConnection(_ slot: Int) {
        guard let place = place(of: slot) else { return }
        if hasSpoken(place) {
            let age = core.now.nanoseconds(since: core.connections[place].start)
            if !core.connections[place].isIdleTold, age >= ConnectionWatches.delays[0] {
                _ = tellSession(place, at: core.now)
            }
        } else {
            tellForeign(place, at: core.now)
        }
        core.connections.end(place)
    }

    /// At the end of a capture: tells what is plain of those that are still open.
    mutating func flushConnections() {
        for place in core.connections.all {
            let watch = core.connections[place]
            let age = core.now.nanoseconds(since: watch.start)
            if core.streams.table[Int(watch.slot)].key == watch.key, age >= Self.shortestFlushed {
                if hasSpoken(place) {
                    if age >= ConnectionWatches.delays[0], !watch.isIdleTold { _ = tellSession(place, at: core.now) }
                } else {
                    _ = look(place, at: core.now)
                }
            }
            core.connections.end(place)
        }
    }

    /// A connection younger than a round trip may still go on as it should.
    private static var shortestFlushed: Int64 { 1_000_000_000 }

    /// Tells what a connection has come to: with the frame that made it plain, which `side` sent, or with the one that is kept.
    private mutating func tell(
        _ state: ConnectionState, _ place: Int, at time: Timestamp, _ frame: FrameRef = FrameRef(),
        of side: Side? = nil, foreignName: StaticString? = nil
    ) {
        let watch = core.connections[place]
        let report = ConnectionReport(
            state: state, duration: max(0, time.nanoseconds(since: watch.start)), clientBytes: clientBytes(watch),
            announcedLength: watch.hasSpoken || foreignName != nil ? nil : announcedLength(place),
            foreignName: foreignName, pending: core.connections.pendingCount(place))
        let slot = Int(watch.slot)
        let operation = StreamOperation.report(report, handle: core.streams.table[slot].handle, at: time)
        if frame.isFrame {
            dissectors.run(operation, watch.number, slot, side ?? watch.client, RawSpan(), frame, &core)
        } else {
            let kept = FrameRef(watch.provenance, watch.frame.span.bytes)
            dissectors.run(operation, watch.number, slot, watch.frameSide, RawSpan(), kept, &core)
        }
    }
}

extension EngineCore where Sink: ~Copyable {
    /// Gives what is told of a connection to the sink, where the dissector has a word for it; `side` sent the frame.
    mutating func tell<D: StreamDissector & ~Copyable>(
        _ report: ConnectionReport, _ handle: Int64, _ time: Timestamp, _ dissector: inout D, _ slot: Int,
        _ side: Side, _ frame: FrameRef
    ) {
        let client = connections.place(of: slot).map { connections[$0].client } ?? side
        var context = context(slot, client, frame.provenance, direction: .toServer)
        if client != side { swap(&context.sourceMAC, &context.destinationMAC) }
        context.timestamp = time
        if streams.table[slot].proxy >= 0 { noteProxies(slot, in: &context.carrier) }
        guard dissector.report(report, handle, context) else { return }
        lastReport = true
        counters.connections[Int(report.state.rawValue)] &+= 1
        if let place = connections.place(of: slot), !connections[place].told.contains(report.state) {
            connections[place].told.insert(report.state)
            counters.connectionStates[Int(report.state.rawValue)] &+= 1
        }
        sink.receive(dissector, context, message: RawSpan(), frames: MessageFrames(frame))
    }
}
