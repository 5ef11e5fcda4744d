import Packets

/// Streams whose beginning was not captured. The segment that is seen first may have been sent, or may arrive, behind
/// others that are still to come; so what comes waits in the queue until the other end acknowledges it, which it does
/// when it has everything before it, or until the usual wait is over.
extension TCPStreams {
    /// Segments that settle where a stream begins when the other end is not seen: reordering seldom reaches further.
    static var segmentsToSettle: Int32 { 8 }

    /// Lets a stream begin earlier: with a segment that comes before those that wait.
    mutating func moveBack(to start: SequenceNumber, _ slot: Int, _ side: Side) {
        let ahead = start.distance(from: table[slot][side].next)
        // A keep-alive has the number of the byte before the next one (RFC 1122, 4.2.3.6).
        if ahead < 0 || ahead == 1 && !hasQueued(in: slot, side) { table[slot][side].next = start }
    }

    /// Settles that a stream begins with the next segment of it, since that can be nothing but a beginning.
    ///
    /// Nothing changes where something waits already.
    public mutating func settle(_ slot: Int, _ side: Side) {
        if !hasQueued(in: slot, side) { table[slot][side].isSettled = true }
    }

    /// Settles where a stream begins when the other end acknowledges bytes that wait.
    mutating func settle(by acknowledgement: SequenceNumber, _ slot: Int, _ side: Side) {
        let stream = table[slot][side]
        guard !stream.isSettled, !stream.queued.isEmpty, acknowledgement.distance(from: stream.next) > 0 else { return }
        table[slot][side].isSettled = true
    }
}
