import Bytes
import Packets
import Tables

/// Second readings of streams.
///
/// Where two copies of the same bytes differ and nothing says which of them the receiver took, what follows may mean one thing
/// or another. Both are read until they meet again.
///
/// Bounded: one for a stream, and so many in all; the oldest gives way.
struct OtherReadings: ~Copyable {
    /// Where a second reading stands.
    struct Reading: Sendable {
        var framing = MessageFraming.inOrder
        var partial = PartialMessage()
        var stream: StreamName
    }

    private static let limit = 256
    private var readings: [Reading] = []
    /// The memory that what they hold takes, in bytes, and its limit.
    private(set) var bytes = 0
    private let byteLimit: Int

    /// None yet; they hold `byteLimit` bytes of memory at most.
    init(byteLimit: Int) { self.byteLimit = byteLimit }

    /// Keeps a reading.
    mutating func keep(_ reading: Reading) {
        _ = take(reading.stream)
        while !readings.isEmpty, readings.count >= Self.limit || bytes + reading.partial.room > byteLimit {
            _ = take(readings[0].stream)
        }
        guard reading.partial.room <= byteLimit else { return }
        bytes += reading.partial.room
        readings.append(reading)
    }

    /// Takes the reading of a stream out.
    mutating func take(_ stream: StreamName) -> Reading? {
        guard let index = index(of: stream) else { return nil }
        let reading = readings.remove(at: index)
        bytes -= reading.partial.room
        return reading
    }

    private func index(of stream: StreamName) -> Int? {
        readings.firstIndex { $0.stream.slot == stream.slot && $0.stream.side == stream.side }
    }
}

extension TCPStreams {
    /// Copies of a stream that are read; more are told, no more.
    private static var otherReadingLimit: UInt8 { 64 }

    /// Bytes of a stream that are looked at once more for such copies: a copy of one byte may lie in front of all that is
    /// remembered of its stream.
    private static var bytesReadAgainLimit: UInt32 { 1 << 18 }

    /// What a stream delivered from the last message boundary before a copy that differs, and where the copy begins in it;
    /// `nil` where that is not remembered, or the stream had too many such copies.
    public mutating func deliveredMessages(
        before finding: SegmentFinding, _ slot: Int, _ side: Side
    ) -> (bytes: [UInt8], start: Int)? {
        let stream = table[slot][side]
        // Who sends copies without end must not make the sensor read all before them each time.
        guard stream.otherReadings < Self.otherReadingLimit else { return nil }
        table[slot][side].otherReadings += 1
        let first = finding.start.advanced(by: finding.difference.lowerBound)
        guard let boundary = history.boundary(upTo: first, stream.newest) else { return nil }
        let count = stream.next.distance(from: boundary)
        guard count > 0, count <= limits.heldBytesPerMessage,
            stream.bytesReadAgain &+ UInt32(truncatingIfNeeded: count) <= Self.bytesReadAgainLimit
        else { return nil }
        table[slot][side].bytesReadAgain &+= UInt32(truncatingIfNeeded: count)
        guard let bytes = history.delivered(from: boundary, count: count, stream.newest)
        else { return nil }
        return (bytes, finding.start.distance(from: boundary))
    }

    /// Puts the reading of a stream aside, and begins another one at a message boundary.
    ///
    /// Until `endOtherReading` the stream is that of the other reading.
    public mutating func beginOtherReading(_ slot: Int, _ side: Side) {
        suspended = OtherReadings.Reading(
            framing: table[slot][side].framing, partial: takeHeld(slot, side), stream: StreamName(slot, side))
        table[slot][side].framing = .inOrder
        table[slot][side].isOtherReading = true
    }

    /// The same, with the second reading of the stream where it has one; `false`, and nothing has changed, where not.
    public mutating func resumeOtherReading(_ slot: Int, _ side: Side) -> Bool {
        guard table[slot][side].hasOtherReading, let reading = otherReadings.take(StreamName(slot, side)) else {
            return false
        }
        beginOtherReading(slot, side)
        table[slot][side].framing = reading.framing
        putHeld(reading.partial, slot, side)
        return true
    }

    /// Gives up the second reading of a stream, where it has one.
    public mutating func dropOtherReading(_ slot: Int, _ side: Side) {
        guard table[slot][side].hasOtherReading else { return }
        table[slot][side].hasOtherReading = false
        _ = otherReadings.take(StreamName(slot, side))
    }

    /// Gives up the reading that goes on at the moment, which makes no sense.
    public mutating func abandonOtherReading(_ slot: Int, _ side: Side) {
        table[slot][side].framing = .lost(startsSegment: false, searched: 0)
    }

    /// Goes on with the first reading of a stream.
    ///
    /// The second one is kept for what comes next, unless it `isOver`: or lost its boundaries, or stands where the first
    /// one stands.
    public mutating func endOtherReading(_ slot: Int, _ side: Side, isOver: Bool) {
        guard let first = suspended else { return }
        suspended = nil
        let framing = table[slot][side].framing
        let partial = takeHeld(slot, side)
        putHeld(PartialMessage(), slot, side)
        table[slot][side].isOtherReading = false
        table[slot][side].framing = first.framing
        let isSame = framing == first.framing && partial.bytes == first.partial.bytes
        putHeld(first.partial, slot, side)
        let goesOn = !isOver && !isSame && !framing.isLost
        table[slot][side].hasOtherReading = goesOn
        if goesOn {
            otherReadings.keep(
                OtherReadings.Reading(framing: framing, partial: partial, stream: StreamName(slot, side)))
        }
    }
}
