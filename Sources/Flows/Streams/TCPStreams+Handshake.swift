import Bytes
import Network
import Packets

/// Beginnings and ends. Whoever can send a packet with a forged sender must not make the sensor lose a connection by it:
/// the ends would not (RFC 5961, 3 and 4).
extension TCPStreams {
    /// Takes a SYN; `true` where a new connection begins on the addresses and ports of an old one.
    ///
    /// In the middle of a connection a SYN alone means nothing. The new connection begins when the other end has
    /// acknowledged it; or with its first bytes, where the other end is not seen at all.
    mutating func acceptSYN(_ header: TCPHeader, _ frame: FrameRef, _ slot: Int, _ side: Side) -> Bool {
        let first = header.sequence.advanced(by: 1)
        if table[slot].isClosed {
            restart(slot, side, at: first)
            learn(header, frame, slot, side)
            return true
        }
        if header.flags.contains(.ack), let rival = table[slot][side.other].rival, rival == header.acknowledgement,
            rival != table[slot][side.other].initial || table[slot][side].initial != first
        {
            restart(slot, side.other, at: rival)
            begin(slot, side, at: first)
            learn(header, frame, slot, side)
            return true
        }
        let stream = table[slot][side]
        guard stream.isSynchronised else {
            begin(slot, side, at: first)
            learn(header, frame, slot, side)
            return false
        }
        let isKnown = stream.hasSYN ? stream.initial == first : isNear(first, stream.next)
        if !isKnown {
            table[slot][side].rival = first
        } else if !stream.isSettled, first.distance(from: stream.next) <= 0 {
            // It comes late, and says where the stream begins whose segments wait.
            begin(slot, side, at: first)
            learn(header, frame, slot, side)
        } else if stream.hasSYN, stream.next != first, header.flags.isDisjoint(with: .ack) {
            // A machine that starts anew may choose its number again: the other end's new number will tell (RFC 9293, 3.10.7.3).
            table[slot][side].rival = first
        }
        return false
    }

    /// Learns how packets of an end look from the SYN that begins its stream.
    private mutating func learn(_ header: TCPHeader, _ frame: FrameRef, _ slot: Int, _ side: Side) {
        table[slot][side].profile.learn(frame.provenance)
        table[slot][side].profile.learn(header.options)
    }

    /// Lets data of a SYN wait: the other end may acknowledge the SYN alone, and the same numbers come again.
    mutating func setSYNDataAside(
        _ header: TCPHeader, _ payload: ByteRange, _ packet: RawSpan, _ frame: FrameRef, _ slot: Int, _ side: Side,
        _ time: Timestamp
    ) {
        let start = header.sequence.advanced(by: 1)
        guard table[slot][side].hasSYN, table[slot][side].initial == start else { return }
        counters.doubted += 1
        setAside(packet.slice(payload), frame, at: start, .synData, slot, side, time)
    }

    /// Whether bytes at `start` are the first of a connection that a SYN announced and whose other end is not seen.
    func isRival(_ start: SequenceNumber, _ slot: Int, _ side: Side) -> Bool {
        table[slot][side].rival == start && !table[slot][side.other].isSynchronised
    }

    /// Forgets the streams of a flow; `side` begins anew.
    mutating func restart(_ slot: Int, _ side: Side, at first: SequenceNumber) {
        reset(slot)
        begin(slot, side, at: first)
    }

    private mutating func begin(_ slot: Int, _ side: Side, at first: SequenceNumber) {
        table[slot][side].isSynchronised = true
        table[slot][side].isSettled = true
        table[slot][side].hasSYN = true
        table[slot][side].initial = first
        table[slot][side].next = first
    }

    /// Whether a RST may be that of the sender: its sequence number lies near what the sender sent last.
    ///
    /// A side that has sent nothing has nothing to hold it against.
    func isPlausibleReset(_ header: TCPHeader, _ slot: Int, _ side: Side) -> Bool {
        let stream = table[slot][side]
        return !stream.isSynchronised || isNear(header.sequence, stream.next)
    }

    /// Notes where a stream ends.
    ///
    /// A FIN far off is not believed; one that follows in order, or ends the stream later than another did, stands in its
    /// place, so that a forged one does not hide that of the sender.
    mutating func acceptFIN(_ start: SequenceNumber, _ sent: Int, _ slot: Int, _ side: Side) {
        let end = start.advanced(by: sent)
        let stream = table[slot][side]
        guard stream.isSynchronised, isNear(end, stream.next) else { return }
        guard !stream.hasFIN || start == stream.next || end.distance(from: stream.finSequence) > 0 else { return }
        table[slot][side].hasFIN = true
        table[slot][side].finSequence = end
    }

    private func isNear(_ one: SequenceNumber, _ other: SequenceNumber) -> Bool {
        abs(one.distance(from: other)) <= 1 << 20
    }

    /// Takes a connection for open again: its RST or its FINs were not those of the ends, since bytes go on.
    public mutating func reopen(_ slot: Int) {
        table[slot].isClosed = false
        table[slot][.first].hasFIN = false
        table[slot][.second].hasFIN = false
    }
}
