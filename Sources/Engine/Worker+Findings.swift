import Bytes
import Events
import Flows
import Network
import Packets
import Proxies
import Tables

/// Tricks with segments: told as events, and the other copy read beside the first where nothing says which of them counts.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Tells what was found in streams since the last call.
    mutating func tellFindings() {
        while core.streams.hasFindings {
            for finding in core.streams.takeFindings() {
                switch finding.kind {
                case .ambiguous: readOtherCopy(finding)
                case .urgent: readInline(finding)
                case .decoy, .forgedReset: break
                }
                tell(finding)
            }
        }
    }

    private mutating func tell(_ finding: SegmentFinding) {
        let slot = Int(finding.stream.slot)
        guard core.streams.table[slot].kind.isFollowed, let provenance = finding.frames.lastProvenance else { return }
        let anomaly: NetworkAnomalies =
            switch finding.kind {
            case .ambiguous: .segmentAmbiguous
            case .decoy: .segmentDecoy
            case .forgedReset: .forgedReset
            case .urgent: .urgentData
            }
        let event = NetworkEvent(
            anomaly: anomaly, doubts: finding.doubts, difference: finding.difference, read: finding.read)
        tell(
            event, slot, finding.stream.side, provenance, finding.copy.span.bytes,
            MessageFrames(FrameRef(finding.frames))
        )
    }

    /// Tells that compressed messages come to more than is read of them.
    mutating func tellBudget(_ slot: Int, _ side: Side, _ frame: FrameRef) {
        guard core.streams.table[slot].kind.isFollowed, frame.isFrame else { return }
        let event = NetworkEvent(anomaly: .webSocketBudget, doubts: [], difference: 0..<0, read: [])
        tell(event, slot, side, frame.provenance, RawSpan(), MessageFrames(frame))
    }

    /// Counts a trick with packets that `side` of a flow sent, and gives it to the sink; `copy` is the message of the event.
    mutating func tell(
        _ event: NetworkEvent, _ slot: Int, _ side: Side, _ provenance: Provenance, _ copy: RawSpan,
        _ frames: MessageFrames
    ) {
        core.counters.tricks[Int(event.messageType)] &+= 1
        let flow = core.streams.table[slot]
        var context = core.context(
            slot, side, provenance, direction: flow.client == side ? .toServer : .toClient)
        context.anomalies = event.anomaly
        if flow.proxy >= 0 { core.noteProxies(slot, in: &context.carrier) }
        core.sink.receive(event, context, message: copy, frames: frames)
    }

    /// Reads the messages that a stream would have had with another copy of some of its bytes.
    ///
    /// They begin where a message began before the first byte that differs, and end where both readings have a boundary in
    /// common again; or they wait with what comes next, as a second reading of the stream.
    private mutating func readOtherCopy(_ finding: SegmentFinding) {
        let (slot, side) = (Int(finding.stream.slot), finding.stream.side)
        guard case .followed(let number) = core.streams.table[slot].kind, core.streams.table[slot].carrier < 0,
            let frame = core.entries[Int(number)].stream?.frame,
            let original = core.streams.deliveredMessages(before: finding, slot, side)
        else { return }
        let changed = original.start + finding.difference.lowerBound..<original.start + finding.difference.upperBound
        let bytes = original.bytes
        // The hand-shake of a proxy is none of its messages.
        if core.streams.table[slot].proxy >= 0, case .found = ProxyProbe(bytes.span.bytes) { return }
        var other = bytes
        for index in finding.difference where original.start + index < other.count {
            other[original.start + index] = finding.copy[index]
        }
        let known = Set(boundaries(bytes, frame))
        let common = boundaries(other, frame).filter { known.contains($0) }
        let begin = common.last { $0 <= changed.lowerBound } ?? 0
        let end = common.first { $0 >= changed.upperBound }
        let reading = Array(other[begin..<(end ?? other.count)])
        core.streams.beginOtherReading(slot, side)
        run(.feed, slot, side, reading.span.bytes, FrameRef(finding.frames))
        core.streams.endOtherReading(slot, side, isOver: end != nil)
    }

    /// Reads a stream as a receiver does that leaves the urgent byte where it was (SO_OOBINLINE; lwIP).
    private mutating func readInline(_ finding: SegmentFinding) {
        let (slot, side) = (Int(finding.stream.slot), finding.stream.side)
        guard case .followed(let number) = core.streams.table[slot].kind, core.streams.table[slot].carrier < 0,
            let frame = core.entries[Int(number)].stream?.frame,
            let inline = core.streams.deliveredMessages(before: finding, slot, side)
        else { return }
        let found = boundaries(inline.bytes, frame)
        let begin = found.last { $0 <= inline.start + finding.difference.lowerBound } ?? 0
        let isOver = core.streams.table[slot][side].isAtBoundary && found.last == inline.bytes.count
        let reading = Array(inline.bytes[begin...])
        core.streams.beginOtherReading(slot, side)
        run(.feed, slot, side, reading.span.bytes, FrameRef(finding.frames))
        core.streams.endOtherReading(slot, side, isOver: isOver)
    }

    /// Where messages begin in bytes that begin with one, and where the last whole one ends.
    private func boundaries(_ bytes: [UInt8], _ frame: (RawSpan) -> FrameVerdict) -> [Int] {
        var found = [0]
        var offset = 0
        while offset < bytes.count,
            case .message(let length) = frame(bytes.span.bytes.extracting(offset..<bytes.count)),
            length > 0
        {
            offset += length
            found.append(offset)
        }
        return found
    }

    /// Gives what comes next of a stream to its second reading, too.
    mutating func feedOtherReading(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) {
        guard core.streams.resumeOtherReading(slot, side) else { return }
        run(.feed, slot, side, data, frame)
        core.streams.endOtherReading(slot, side, isOver: false)
    }
}
