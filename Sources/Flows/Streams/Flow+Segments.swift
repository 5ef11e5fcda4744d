import Bytes
import Network
import Packets

// What every segment goes through, as methods of the flow: they look at its two streams in their place, where a stream that
// is taken out of the table to look at it would be copied each time.
extension Flow {
    /// What speaks against a segment, by what was learnt of the end that sent it, which learns from this one.
    mutating func doubts(
        _ packet: borrowing Packet, _ checksum: ChecksumVerdict, _ side: Side
    ) -> SegmentDoubts {
        let (own, other) = (Int(side.rawValue), Int(side.other.rawValue))
        let traits = streams[own].profile.traits
        let flags = packet.tcp.flags
        var doubts: SegmentDoubts = []
        switch checksum {
        case .ok: if !traits.contains(.rightChecksum) { streams[own].profile.learnChecksum(isRight: true) }
        case .wrong, .partial:
            if traits.contains(.rightChecksum) {
                doubts.insert(checksum == .wrong ? .checksum : .partialChecksum)
            } else {
                streams[own].profile.learnChecksum(isRight: false)
            }
        case .absent, .unknown: break
        }
        if packet.tcp.options.isSigned, traits.contains(.known), !traits.contains(.signed) {
            doubts.insert(.signature)
        }
        if packet.hasRefusedOptions { doubts.insert(.ipOptions) }
        if flags.contains(.syn) { return doubts }
        if traits.contains(.known) {
            doubts.formUnion(streams[own].profile.doubtsOfPath(packet))
        } else if doubts.isEmpty {
            streams[own].profile.learn(
                hopLimit: packet.hopLimit, network: packet.network, sourceMAC: packet.sourceMAC,
                destinationMAC: packet.destinationMAC)
        }
        if flags.isDisjoint(with: [.ack, .rst]) { doubts.insert(.noACK) }
        if let timestamp = packet.tcp.options.timestamp, traits.contains(.timestamps),
            streams[other].profile.traits.contains(.timestamps)
        {
            let newer = Int32(bitPattern: timestamp &- streams[own].profile.timestamp)
            // One older is taken by Linux, and dropped by others.
            if newer < -1 {
                doubts.insert(.oldTimestamp)
            } else if newer > 0, doubts.isEmpty, packet.tcp.sequence.distance(from: streams[own].next) <= 0 {
                streams[own].profile.timestamp = timestamp
            }
        }
        if !packet.payload.isEmpty {
            // Bytes that come next are believed: a window that is full already was not followed well.
            if streams[other].profile.traits.contains(.edge),
                packet.tcp.sequence.distance(from: streams[other].profile.edge) >= 0,
                packet.tcp.sequence.distance(from: streams[own].next) > 0
            {
                doubts.insert(.outsideWindow)
            }
            if streams[own].hasFIN, isBehindEnd(packet.tcp.sequence, side) { doubts.insert(.afterEnd) }
        }
        if flags.contains(.ack), doubts.isSubset(of: .path) { noteAcknowledgement(packet.tcp, own, other) }
        return doubts
    }

    /// Notes what the end `own` has acknowledged, and how much more it takes.
    private mutating func noteAcknowledgement(_ header: TCPHeader, _ own: Int, _ other: Int) {
        guard streams[other].isSynchronised else { return }
        // Nobody acknowledges what came before the first byte (RFC 5961, 5.2).
        if streams[other].hasSYN, header.acknowledgement.distance(from: streams[other].initial) < 0 { return }
        streams[own].profile.heard = lastSeen
        let traits = streams[own].profile.traits
        if !traits.contains(.acknowledges)
            || header.acknowledgement.distance(from: streams[own].profile.acknowledgement) > 0
        {
            streams[own].profile.acknowledgement = header.acknowledgement
            streams[own].profile.traits.insert(.acknowledges)
        }
        let others = streams[other].profile.traits
        guard traits.contains(.syn), others.contains(.syn) else { return }
        let isScaled = traits.contains(.windowScale) && others.contains(.windowScale)
        let shift = isScaled ? Int(streams[own].profile.windowScale) : 0
        let edge = header.acknowledgement.advanced(by: Int(header.window) << shift)
        if !traits.contains(.edge) || edge.distance(from: streams[own].profile.edge) > 0 {
            streams[own].profile.edge = edge
            streams[own].profile.traits.insert(.edge)
        }
    }

    /// Whether bytes lie behind the FIN of a stream, which came in order and is all that the other end acknowledged.
    func isBehindEnd(_ start: SequenceNumber, _ side: Side) -> Bool {
        let (own, other) = (Int(side.rawValue), Int(side.other.rawValue))
        guard streams[own].hasFIN, streams[own].isSynchronised, streams[own].next == streams[own].finSequence else {
            return false
        }
        let end = streams[own].finSequence
        return streams[other].profile.traits.contains(.acknowledges)
            && streams[other].profile.acknowledgement == end.advanced(by: 1)
            && (0...(1 << 20)).contains(start.distance(from: end))
    }

    /// What became of a segment of the usual kind.
    enum Usual {
        /// It brings nothing but an acknowledgement.
        case empty
        /// All its bytes come next.
        case next
        /// It is of another kind; nothing has changed.
        case other
    }

    /// Takes a segment with nothing missing, if it is one of the usual kind, as most are: bytes that come next, or nothing
    /// but an acknowledgement.
    mutating func takeUsual(_ header: TCPHeader, count: Int, _ side: Side) -> Usual {
        let (own, other) = (Int(side.rawValue), Int(side.other.rawValue))
        guard header.flags.isDisjoint(with: [.syn, .fin, .rst]), !isEnding,
            !(header.flags.contains(.ack) && streams[other].isBehind(header.acknowledgement))
        else { return .other }
        if count == 0 {
            if !streams[own].isSynchronised { streams[own].expect(header.sequence) }
            return .empty
        }
        guard streams[own].queued.isEmpty, streams[own].advance(from: header.sequence, by: count) else { return .other }
        return .next
    }
}

extension HalfStream {
    /// A segment further off than this is no part of the stream: the largest window is 1 GiB (RFC 7323, 2.3), but a
    /// device with more than 16 MiB in flight is not one of those that we watch.
    static var maximumDistance: Int { 1 << 24 }

    /// Whether the stream has not come as far as `number`, which the other end acknowledged.
    ///
    /// A FIN takes a number of its own.
    func isBehind(_ number: SequenceNumber) -> Bool {
        guard isSynchronised else { return false }
        let distance = number.distance(from: next)
        return distance > (hasFIN ? 1 : 0) && distance <= Self.maximumDistance
    }

    /// Notes what the stream sends next, as its acknowledgements without bytes say.
    mutating func expect(_ next: SequenceNumber) {
        self.next = next
        isSynchronised = true
    }
}
