import Bytes
import Events
import Flows
import Network
import Packets

/// UDP: datagrams of protocols.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Takes a datagram.
    mutating func processDatagram(
        _ packet: borrowing Packet, _ bytes: RawSpan, _ frame: FrameRef, _ checksum: ChecksumVerdict,
        _ hit: FlowTable.Hit
    ) {
        let slot = hit.slot
        // Its receiver drops what has a wrong checksum (RFC 1122, 4.1.3.4), unless the sender leaves that to its card.
        guard core.streams.takesDatagram(checksum, slot: slot, side: hit.side) else { return }
        // What is missing from a datagram would look like faults of its sender.
        guard !packet.payload.isEmpty, packet.missing == 0 else { return }
        let datagram = bytes.slice(packet.payload)
        if core.streams.table[slot].kind == .unknown { identify(slot, datagram) }
        switch core.streams.table[slot].kind {
        case .followed(let number):
            dissectors.run(.dissect, number, slot, hit.side, datagram, frame, &core)
        case .candidate(let number): confirm(slot, hit.side, datagram, frame, number)
        case .unknown, .ignored: core.counters.noteUnread(packet)
        }
    }

    /// Tells what a flow carries by a datagram: on a protocol's own port at once, elsewhere it may become a candidate.
    private mutating func identify(_ slot: Int, _ datagram: RawSpan) {
        let key = core.streams.table[slot].key
        let hints = FlowHints(key.first.port, key.second.port)
        var candidate: UInt8?
        var isEncrypted = false
        for index in core.entries.indices {
            guard let questions = core.entries[index].datagram else { continue }
            let number = UInt8(truncatingIfNeeded: index)
            switch questions.probe(datagram, hints) {
            case .either, .client, .server:
                core.streams.table[slot].kind = .followed(number)
                return
            case .candidate: candidate = candidate ?? number
            case .needMore, .no: break
            }
            isEncrypted = isEncrypted || questions.isEncrypted(datagram, hints)
        }
        if isEncrypted {
            noteEncrypted(slot)
            core.streams.table[slot].kind = .ignored
        } else if let candidate {
            core.streams.table[slot].kind = .candidate(candidate)
        } else {
            // One strange datagram may be anybody's; many are an answer.
            core.streams.table[slot].failedProbes += 1
            if core.streams.table[slot].failedProbes >= Self.datagramsToTry { core.streams.table[slot].kind = .ignored }
        }
    }

    /// Datagrams of a flow on a strange port that are looked at before it is ignored.
    private static var datagramsToTry: UInt8 { 8 }

    /// Waits on a strange port for what proves that a flow carries a protocol, then reads what had to wait first.
    private mutating func confirm(
        _ slot: Int, _ side: Side, _ datagram: RawSpan, _ frame: FrameRef, _ number: UInt8
    ) {
        guard let questions = core.entries[Int(number)].datagram else { return }
        let key = core.streams.table[slot].key
        guard questions.probe(datagram, FlowHints(key.first.port, key.second.port)) != .no else { return ignore(slot) }
        let handle = core.streams.table[slot].handle
        let time = frame.provenance.frame.timestamp
        let isProven =
            handle >= 0 && candidates.isProven(handle, by: datagram, from: side, at: time, questions)
            || dissectors.run(.prove(at: time), number, slot, side, datagram, frame, &core)
        if isProven {
            core.streams.table[slot].kind = .followed(number)
            for waiting in candidates.take(handle) {
                let earlier = waiting.frames.slice(waiting.range)
                dissectors.run(.dissect, number, slot, waiting.side, earlier, FrameRef(waiting.frames), &core)
            }
            core.streams.table[slot].handle = -1
            dissectors.run(.dissect, number, slot, side, datagram, frame, &core)
        } else if !candidates.add(
            &core.streams.table[slot].handle, datagram, from: side, frame, isStream: false,
            byteLimit: core.candidateBytes)
        {
            ignore(slot)
        }
    }
}

extension EngineCore where Sink: ~Copyable {
    /// Does something with a datagram of a flow that carries, or may carry, the protocol of `dissector`.
    public mutating func run<D: DatagramDissector & ~Copyable>(
        _ operation: DatagramOperation, _ dissector: inout D, _ slot: Int, _ side: Side, _ datagram: RawSpan,
        _ frame: FrameRef
    ) -> Bool {
        let key = streams.table[slot].key
        switch operation {
        case .prove(let time):
            return dissector.proves(datagram: datagram, to: side == .first ? key.second : key.first, at: time)
        case .dissect:
            guard case .followed(let number) = streams.table[slot].kind else { return false }
            var context = context(slot, side, frame.provenance, direction: .toServer)
            if dissector.dissect(datagram: datagram, &context) {
                deliver(dissector, number, context, datagram, MessageFrames(frame))
            } else if D.isEncrypted(datagram: datagram, FlowHints(key.first.port, key.second.port)) {
                // Counted once for each flow, which is not given up for it: anybody can send a record in another's name.
                if streams.table[slot].failedProbes == 0 {
                    counters.encryptedFlows &+= 1
                    counters.servers.noteEncrypted(key.first, key.second)
                }
                streams.table[slot].failedProbes = 1
            } else {
                counters.foreignDatagrams[Int(number)] &+= 1
            }
            return true
        }
    }
}
