import Bytes
import Events
import Tables

extension WebSocketTable {
    /// What ends every compressed message and is not sent (RFC 7692, 7.2.2).
    private static var tail: [UInt8] { [0, 0, 0xFF, 0xFF] }

    /// Bytes that are unmasked at once on their way to an inflater.
    private static var stride: Int { 8192 }

    /// Inflates payload of the current message; gives how many bytes of it were taken.
    mutating func inflate(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream, _ payload: RawSpan,
        _ output: inout WebSocketOutput
    ) -> Int {
        guard openInflater(index, direction, &stream) else {
            stream.treatment = .skip
            output.mark(.hole)
            output.dropped += payload.byteCount
            return payload.byteCount
        }
        unmasked.removeAll(keepingCapacity: true)
        let part = payload.extracting(0..<min(payload.byteCount, Self.stride))
        unmasked.append(copying: part, maskedBy: stream.frame.mask, phase: stream.maskPhase)
        // Lent for the call, so that the table may change beside it.
        var input: [UInt8] = []
        swap(&input, &unmasked)
        defer { swap(&input, &unmasked) }
        guard let consumed = step(index, direction, &stream, input.span.bytes, isPayload: true, &output) else {
            output.dropped += payload.byteCount
            return payload.byteCount
        }
        if consumed > 0 { stream.hasInflated = true }
        return consumed
    }

    /// Asks the inflater for what it still has.
    mutating func drain(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream, _ output: inout WebSocketOutput
    ) {
        let none: [UInt8] = []
        _ = step(index, direction, &stream, none.span.bytes, isPayload: false, &output)
    }

    /// Ends a compressed message.
    mutating func takeTail(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream, _ output: inout WebSocketOutput
    ) {
        // An empty message should be one byte (RFC 7692, 7.2.3.6). Some senders leave that out as well: the four are then
        // no end of anything.
        if !stream.hasInflated { stream.tail = 4 }
        if stream.tail < 4, stream.inflater >= 0 {
            let left = Array(Self.tail[stream.tail...])
            guard let consumed = step(index, direction, &stream, left.span.bytes, isPayload: false, &output) else {
                // It was spoilt by its end.
                stream.tail = -1
                return endMessage(&stream, &output)
            }
            stream.tail = stream.isDraining ? stream.tail + consumed : 4
            if stream.isDraining || stream.tail < 4 { return }
        }
        stream.tail = -1
        stream.hasInflated = false
        endMessage(&stream, &output)
        if hasNoContext(connections[index].deflate, direction) { releaseInflater(&stream) }
    }

    private func endMessage(_ stream: inout WebSocketStream, _ output: inout WebSocketOutput) {
        stream.isInMessage = false
        output.markEnd(needed: stream.needed)
        stream.settle(at: output.position)
    }

    /// One step of the inflater; `nil` where the message was given up.
    ///
    /// `isPayload` tells whether the input is of the message, which it is not where it is what ends every message.
    private mutating func step(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream, _ input: RawSpan,
        isPayload: Bool, _ output: inout WebSocketOutput
    ) -> Int? {
        if let place = inflaterOwners[Int(stream.inflater)] {
            inflaterOwners[Int(stream.inflater)] = (place.owner, true)
        }
        let room = limits.outputBytes - output.bytes.count
        let step = inflaters.inflate(stream.inflater, input, into: &output.bytes, room: room)
        // Nothing in, nothing out, and yet there was room: it would go on for ever.
        let isStuck = input.byteCount > 0 && step.consumed == 0 && step.produced == 0
        stream.isDraining = step.isFull
        counters.inflatedBytes &+= UInt64(step.produced)
        if step.produced > 0, !isWithinBudget(step.produced, index) {
            output.bytes.removeLast(step.produced)
            counters.overBudget &+= UInt64(step.produced)
            stream.needed = output.position + (isPayload ? step.consumed : 0)
            if !stream.isOverBudget {
                stream.isOverBudget = true
                output.mark(.overBudget)
                output.mark(.hole)
            }
        } else if step.produced > 0 {
            stream.isOverBudget = false
            let end = output.position + (isPayload ? step.consumed : 0)
            // Without new input they came of that before it.
            output.noteOrigin(min(stream.needed, end - 1)..<end, isVerbatim: false)
            stream.needed = end
        }
        if step.isBroken || isStuck {
            counters.notInflated &+= 1
            output.note(.inflation)
            output.mark(.hole)
            spoil(&stream)
            return nil
        }
        return step.consumed
    }

    /// Whether bytes that a message was inflated to are to be read.
    private mutating func isWithinBudget(_ count: Int, _ index: Int) -> Bool {
        let ofConnection = connections[index].budget.take(
            count, at: now, perSecond: limits.inflatedBytesPerSecond, burst: limits.inflatedBytesAtOnce)
        guard ofConnection else { return false }
        return budget.take(
            count, at: now, perSecond: limits.inflatedBytesPerSecondTotal, burst: limits.inflatedBytesAtOnceTotal)
    }

    /// Notes how many messages of the protocol inside were read in what a step inflated.
    public mutating func charge(_ id: WebSocketID, messages: Int) {
        guard let index = connections.slot(of: id) else { return }
        let count = messages * limits.inflatedBytesPerMessage
        connections[index].budget.charge(count)
        budget.charge(count)
    }

    /// Gives up the current message, and with it, where messages share a window, all that follow.
    mutating func spoil(_ stream: inout WebSocketStream) {
        stream.hasInflated = false
        stream.treatment = .skip
        stream.isDraining = false
        stream.tail = -1
        stream.isContextLost = true
        releaseInflater(&stream)
    }

    /// Whether a side compresses each message on its own.
    func hasNoContext(_ deflate: DeflateParameters, _ direction: Direction) -> Bool {
        direction == .toServer ? deflate.clientHasNoContext : deflate.serverHasNoContext
    }

    /// Gives a direction its inflater, for which another may have to go; `false` where there is none to be had.
    private mutating func openInflater(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream
    ) -> Bool {
        if stream.inflater >= 0 { return true }
        let deflate = connections[index].deflate
        let bits = direction == .toServer ? deflate.clientWindowBits : deflate.serverWindowBits
        var number = inflaters.open(windowBits: bits)
        if number == nil, evictInflater() { number = inflaters.open(windowBits: bits) }
        guard let number else { return false }
        while inflaterOwners.count <= Int(number) { inflaterOwners.append(nil) }
        inflaterOwners[Int(number)] = (StreamName(slot: index, half: direction), true)
        stream.inflater = number
        return true
    }

    /// Takes an inflater from a direction that has not used it for the longest time, more or less: a hand goes round and
    /// passes once over those that were used.
    private mutating func evictInflater() -> Bool {
        for _ in 0..<(2 * inflaterOwners.count) {
            inflaterHand = inflaterHand + 1 < inflaterOwners.count ? inflaterHand + 1 : 0
            guard let place = inflaterOwners[inflaterHand] else { continue }
            if place.isUsed {
                inflaterOwners[inflaterHand] = (place.owner, false)
                continue
            }
            counters.inflatersEvicted &+= 1
            var stream = connections[Int(place.owner.slot)][place.owner.half]
            spoil(&stream)
            connections[Int(place.owner.slot)][place.owner.half] = stream
            return true
        }
        return false
    }

    /// Gives an inflater back.
    mutating func releaseInflater(_ stream: inout WebSocketStream) {
        guard stream.inflater >= 0 else { return }
        inflaters.close(stream.inflater)
        inflaterOwners[Int(stream.inflater)] = nil
        stream.inflater = -1
    }
}
