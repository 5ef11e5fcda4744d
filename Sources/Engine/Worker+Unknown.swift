import Bytes
import Events
import Flows
import Network
import Packets
import Proxies
import WebSocket

/// Streams of which nothing is known yet: what they carry is told by content, not by port.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// What the first bytes of a stream say.
    private enum Identity {
        /// They are of a protocol, sent by the client or not; `nil` where the ports have to tell.
        case found(UInt8, isClient: Bool?)
        /// They look like a protocol.
        case candidate(UInt8)
        /// They may yet become something, or are for the carrier, or the proxy, that was just found.
        case open
        /// A boundary has to be searched for: the beginning was not seen, or the port is a protocol's own.
        case search
        /// They are TLS.
        case encrypted
        /// Nothing that is followed.
        case other
    }

    /// Takes the next bytes of a stream of which nothing is known.
    mutating func identify(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) {
        if core.streams.table[slot][side].framing.isLost { return join(slot, side, data, frame, .more) }
        if data.isEmpty { return }
        var partial = core.streams.takeHeld(slot, side)
        let start = partial.bytes.count
        let time = partial.frames.firstTime ?? frame.provenance.frame.timestamp
        let identity: Identity
        if start == 0 {
            identity = self.identity(slot, side, data)
        } else {
            partial.bytes.append(copying: data)
            identity = self.identity(slot, side, partial.bytes.span.bytes)
        }
        switch identity {
        case .found(let number, let isClient):
            let client = isClient.map { $0 ? side : side.other } ?? likelyClient(slot, number)
            claim(slot, number, client: client, isFromStart: core.isFromStart(slot), seenFrom: side, at: time)
            if start == 0 { return dissectors.run(.feed, number, slot, side, data, frame, &core) }
            core.put(&partial, used: 0, slot, side, frame, from: start)
            run(.readHeld, slot, side)
        case .candidate(let number):
            core.streams.table[slot].kind = .candidate(number)
            keepPieces(partial, upTo: start, slot, side)
            keep(slot, side, data, frame)
            partial.clear()
            core.streams.putHeld(partial, slot, side)
            settle(slot, number)
        case .open, .search:
            if start == 0 { partial.bytes.append(copying: data) }
            core.put(&partial, used: 0, slot, side, frame, from: start)
            guard case .search = identity else { return }
            core.streams.table[slot][side].framing = .lost(startsSegment: true, searched: 0)
            join(slot, side, RawSpan(), FrameRef(), .more)
        case .encrypted, .other:
            if case .encrypted = identity { noteEncrypted(slot) }
            partial.clear()
            core.streams.putHeld(partial, slot, side)
            ignore(slot)
        }
    }

    private mutating func identity(_ slot: Int, _ side: Side, _ bytes: RawSpan) -> Identity {
        let hints = core.hints(slot, side)
        switch hints.hasBeginning ? ProxyProbe(bytes) : .no {
        case .found(let layer): if beginProxy(slot, side, layer) { return .open }
        case .needMore: if mayBeginProxy(slot) { return .open }
        case .http2:
            core.counters.noteHTTP2()
            return .other
        case .no: break
        }
        let isTLS = isTLS(bytes)
        var candidate: UInt8?
        var isOpen = false
        for index in core.entries.indices {
            guard let verdict = core.entries[index].stream?.probe(bytes, hints) else { continue }
            let number = UInt8(truncatingIfNeeded: index)
            switch verdict {
            case .client: return .found(number, isClient: true)
            case .server: return .found(number, isClient: false)
            case .either: if !isTLS { return .found(number, isClient: nil) }
            case .candidate: candidate = candidate ?? number
            case .needMore: isOpen = true
            case .no: break
            }
        }
        if isTLS { return .encrypted }
        if let candidate { return .candidate(candidate) }
        if isOpen || isCarried(slot, side, bytes) { return .open }
        let isWorthIt =
            !hints.hasBeginning
            || core.entries.contains { entry in
                entry.stream != nil && entry.descriptor.ports.contains { hints.has($0) }
            }
        return isWorthIt ? .search : .other
    }

    /// Whether bytes begin with a TLS record: a content type and a version (RFC 8446, 5.1).
    private func isTLS(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 3 && (20...24).contains(bytes.byte(at: 0)) && bytes.byte(at: 1) == 3
            && bytes.byte(at: 2) <= 4
    }

    /// The end that is probably the client: the one that is not on a port of the protocol's servers, else on the higher one.
    private func likelyClient(_ slot: Int, _ number: UInt8) -> Side {
        let key = core.streams.table[slot].key
        let ports = core.entries[Int(number)].descriptor.serverPorts
        let isFirst = ports.contains(key.first.port)
        if isFirst != ports.contains(key.second.port) { return isFirst ? .second : .first }
        return key.first.port >= key.second.port ? .first : .second
    }
}

// Streams whose beginning was not seen, or does not begin as it should.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Takes bytes of a stream in which a protocol may be found anywhere: they are held until a place in them proves that
    /// messages begin there.
    mutating func join(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef, _ sequel: Sequel) {
        guard var search = core.beginSearch(slot, side, data, frame, sequel) else { return }
        let time = search.partial.frames.firstTime ?? frame.provenance.frame.timestamp
        switch joining(slot, side, search.partial.bytes.span.bytes, search.query, at: time) {
        case .found(let offset, let number, let isFromStart):
            core.noteResumed(slot, side, dropped: offset)
            // A stream that begins with what should not come first has lost nothing.
            if !isFromStart { run(.gap, slot, side) }
            if core.entries[Int(number)].descriptor.needsConfirmation { core.confirm(slot, number) }
            core.put(&search.partial, used: offset, slot, side, frame, from: search.start)
            run(.readHeld, slot, side)
        case .carried(let offset):
            core.countDropped(offset, slot)
            core.put(&search.partial, used: offset, slot, side, frame, from: search.start)
        case .open(let offset): core.endSearch(&search, open: offset, slot, side, frame)
        case .other:
            search.partial.clear()
            core.streams.putHeld(search.partial, slot, side)
            ignore(slot)
        }
    }

    private enum Joining {
        /// Messages of a protocol begin at an offset, which may be where both streams begin.
        case found(Int, UInt8, isFromStart: Bool)
        /// Frames of a carrier, which was found for the flow, begin at an offset.
        case carried(Int)
        /// What lies before an offset is of no use.
        case open(Int)
        case other
    }

    /// Looks whether a flow carries one of the protocols, and which end is the client: what only one of them may send tells
    /// that, else the port.
    private mutating func joining(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, _ query: BoundaryQuery, at time: Timestamp
    ) -> Joining {
        let hints = core.hints(slot, side)
        var firstOpen = bytes.byteCount
        for index in core.entries.indices {
            guard let questions = core.entries[index].stream else { continue }
            let number = UInt8(truncatingIfNeeded: index)
            let verdict = questions.join(bytes, hints, query)
            if core.entries[index].descriptor.webSocket?.isMessageEach == false {
                let frames = joinCarrier(slot, side, bytes, verdict.asServer, number, query.startsSegment, at: time)
                if core.streams.table[slot].carrier >= 0 { return .carried(frames) }
                firstOpen = min(firstOpen, frames)
            }
            // What proved to be one protocol is not guessed to be another: its payloads may hold anything.
            if let earlier = core.streams.table[slot].earlier, earlier != number { continue }
            let client: Side
            let offset: Int
            switch (verdict.asClient, verdict.asServer) {
            case (.proven(let one), .proven(let other)):
                client = likelyClient(slot, number)
                offset = client == side ? one : other
            case (.proven(let one), .open): (client, offset) = (side, one)
            case (.open, .proven(let other)): (client, offset) = (side.other, other)
            case (.open(let one), .open(let other)):
                firstOpen = min(firstOpen, one, other)
                continue
            }
            let isFromStart = verdict.isBeginning && client == side
            claim(slot, number, client: client, isFromStart: isFromStart, seenFrom: side, at: time)
            let isWhole = isFromStart && offset == 0 && isAllThere(slot, side, bytes.byteCount)
            return .found(offset, number, isFromStart: isWhole)
        }
        core.streams.table[slot].failedProbes += 1
        if bytes.byteCount > Self.joiningLimit || core.streams.table[slot].failedProbes >= Self.joiningTries {
            return .other
        }
        return .open(firstOpen)
    }

    /// Bytes of one direction of an unknown flow that are held in search of a proof, and how often it is searched for: a flow
    /// that is ignored in the end must not cost much.
    private static var joiningLimit: Int { 16_384 }
    private static var joiningTries: UInt8 { 48 }
}

// Streams that look like a protocol and wait for a proof.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Takes bytes of a flow that may be a protocol's; with those that prove it, everything that waited is read.
    mutating func weigh(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef, _ number: UInt8) {
        if core.streams.table[slot][side].framing.isLost {
            // Lost bytes: from here on only a chain of messages proves anything.
            candidates.drop(core.streams.table[slot].handle)
            core.streams.table[slot].handle = -1
            core.streams.table[slot].kind = .unknown
            core.streams.loseBoundary(slot, side.other)
            return join(slot, side, data, frame, .more)
        }
        var partial = core.streams.takeHeld(slot, side)
        keepPieces(partial, upTo: partial.bytes.count, slot, side)
        keep(slot, side, data, frame)
        partial.clear()
        core.streams.putHeld(partial, slot, side)
        settle(slot, number)
    }

    /// Lets bytes that waited already wait for a proof, each with the frame that it came in.
    private mutating func keepPieces(_ partial: borrowing PartialMessage, upTo end: Int, _ slot: Int, _ side: Side) {
        var start = 0
        while start < end, let piece = partial.frames.piece(from: start) {
            keep(slot, side, partial.bytes.span.bytes.extracting(piece.bytes), partial.frames.frame(piece.frames))
            start = piece.bytes.upperBound
        }
    }

    /// Lets bytes wait for a proof, with the frame that they came in.
    private mutating func keep(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) {
        guard case .candidate = core.streams.table[slot].kind else { return }
        let isKept = candidates.add(
            &core.streams.table[slot].handle, data, from: side, frame, isStream: true, byteLimit: core.candidateBytes)
        if !isKept { ignore(slot) }
    }

    /// Looks whether what waits of a flow proves it, and reads it then.
    private mutating func settle(_ slot: Int, _ number: UInt8) {
        guard core.streams.table[slot].kind == .candidate(number), let questions = core.entries[Int(number)].stream
        else { return }
        switch candidates.judge(core.streams.table[slot].handle, questions) {
        case .open: return
        case .refuted: ignore(slot)
        case .proven:
            let waiting = candidates.take(core.streams.table[slot].handle)
            core.streams.table[slot].handle = -1
            let time = waiting.first?.frames.firstTime ?? core.now
            claim(
                slot, number, client: likelyClient(slot, number), isFromStart: core.isFromStart(slot), seenFrom: nil,
                at: time)
            for piece in waiting { feed(slot, piece.side, piece.frames.slice(piece.range), FrameRef(piece.frames)) }
        }
    }
}
