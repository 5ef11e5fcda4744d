import Bytes
import Events
import Tables

/// What came of a step.
public enum WebSocketProgress: Hashable, Sendable {
    /// All bytes were taken.
    case done
    /// The output is full: once it was used, call again with what is left.
    case more
    /// All bytes were taken, and what waited in the other direction can go on: call once for it.
    case answered
    /// This is not WebSocket.
    case refused
    /// The connection made room for another.
    case gone
}

extension WebSocketTable {
    /// Takes the next bytes of a direction, from `offset` on, which is moved behind what was taken; `output` is replaced
    /// by what came of them.
    ///
    /// - Complexity: linear in the bytes that go in and out. Allocates only while buffers grow.
    public mutating func feed(
        _ id: WebSocketID, _ direction: Direction, _ bytes: RawSpan, from offset: inout Int,
        into output: inout WebSocketOutput, isLast: Bool = false
    ) -> WebSocketProgress {
        output.removeAll()
        guard let index = index(of: id) else { return .gone }
        touch(index)
        var stream = connections[index][direction]
        let rest = bytes.extracting(offset..<bytes.byteCount)
        var taken = 0
        guard countPlain(index, stream, rest.byteCount) else { return refuse() }
        if stream.waiting < 0 {
            var progress = advance(index, direction, &stream, rest, &taken, &output, isLast)
            offset += taken
            if progress != .more, taken < rest.byteCount {
                var buffer: [UInt8] = []
                buffer.append(copying: rest.extracting(taken..<rest.byteCount))
                if progress != .refused, !condense(&buffer, &stream) { progress = refuse() }
                keep(buffer, &stream, index, direction)
                offset = bytes.byteCount
            }
            connections[index][direction] = stream
            return progress
        }
        var buffer = waiting.take(stream.waiting)
        buffer.append(copying: rest)
        offset = bytes.byteCount
        var progress = advance(index, direction, &stream, buffer.span.bytes, &taken, &output, isLast)
        if taken < buffer.count {
            buffer.removeFirst(taken)
            if progress != .refused, !condense(&buffer, &stream) { progress = refuse() }
            keep(buffer, &stream, index, direction)
        } else {
            waiting.release(&stream.waiting, keeping: buffer)
        }
        connections[index][direction] = stream
        return progress
    }

    /// Tells that `count` bytes of a direction are missing before those that come next.
    ///
    /// - Returns: how many bytes of the messages are missing with them; `nil` where that is not known.
    public mutating func noteMissing(_ id: WebSocketID, _ direction: Direction, _ count: Int) -> Int? {
        guard let index = index(of: id) else { return nil }
        var stream = connections[index][direction]
        defer { connections[index][direction] = stream }
        if stream.phase == .body, stream.waiting < 0, stream.remaining >= count {
            stream.remaining -= count
            return 0
        }
        guard stream.phase == .frames, stream.waiting < 0, stream.isInFrame, stream.headCount == 0,
            stream.tail < 0, stream.remaining >= count
        else {
            if stream.isOpening { answerIsLost(index, direction) }
            lose(&stream)
            return nil
        }
        stream.remaining -= count
        stream.maskPhase = (stream.maskPhase &+ count) & 3
        if stream.frame.opcode.isControl {
            stream.closeBytes = 3
            return 0
        }
        if stream.treatment == .plain { return count }
        if stream.treatment == .inflate { spoil(&stream) }
        return nil
    }

    /// Goes as far as it can with bytes that wait and bytes that come.
    private mutating func advance(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream, _ bytes: RawSpan, _ taken: inout Int,
        _ output: inout WebSocketOutput, _ isLast: Bool
    ) -> WebSocketProgress {
        var progress = stream.owesAnswer ? WebSocketProgress.answered : .done
        stream.owesAnswer = false
        stream.needed = 0
        defer {
            let end = stream.keptBack + taken
            // Of what is no frame nothing comes out.
            if stream.phase != .frames { stream.needed = end }
            stream.keptBack = end - stream.needed
        }
        while true {
            let rest = bytes.extracting(taken..<bytes.byteCount)
            switch stream.phase {
            case .head:
                // Servers pass over empty lines before a head (RFC 9112, 2.2).
                if stream.searched == 0, rest.byteCount > 0, HTTPHead.isLineEnd(rest.byte(at: 0)) {
                    taken += 1
                    continue
                }
                guard HTTPMessage.mayBegin(rest, isRequest: direction == .toServer) else { return refuse() }
                guard let length = HTTPHead.length(rest, from: &stream.searched) else { return progress }
                taken += length
                stream.searched = 0
                guard takeHead(index, direction, &stream, rest.extracting(0..<length), &progress) else {
                    return refuse()
                }
            case .body, .chunk, .trailer:
                switch stream.phase == .body ? passBody(&stream, rest, &taken) : passLine(&stream, rest, &taken) {
                case .goesOn: break
                case .waits: return progress
                case .wrong: return refuse()
                }
            case .waiting:
                if connections[index].isAnswered {
                    stream.phase = .frames
                } else if rest.byteCount > limits.waitingBytesPerStream {
                    lose(&stream, isFed: true)
                } else {
                    return progress
                }
            case .frames:
                switch takeFrames(index, direction, &stream, rest, &taken, &output) {
                case .full:
                    stream.owesAnswer = progress == .answered
                    return .more
                case .done: return progress
                case .lost: break
                }
            case .lost:
                guard search(index, direction, &stream, rest, &taken, &output, isLast) else { return progress }
            }
        }
    }

    /// Takes the whole head of a request or an answer; `false` where no upgrade will come.
    private mutating func takeHead(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream, _ head: RawSpan,
        _ progress: inout WebSocketProgress
    ) -> Bool {
        if direction == .toServer { return takeRequest(index, &stream, head) }
        switch takeAnswer(index, &stream, head) {
        case .refused: return false
        case .interim, .plain: break
        case .upgraded, .again: progress = .answered
        }
        return true
    }

    private mutating func refuse() -> WebSocketProgress {
        counters.refused &+= 1
        return .refused
    }

    /// Lets bytes wait.
    ///
    /// Where the room of all connections is taken, others give way.
    private mutating func keep(
        _ buffer: consuming [UInt8], _ stream: inout WebSocketStream, _ index: Int, _ direction: Direction
    ) {
        while waiting.bytes + buffer.capacity > limits.waitingBytesTotal, let victim = waiting.victim() {
            counters.waitingEvicted &+= 1
            let slot = Int(victim.slot)
            var other = connections[slot][victim.half]
            if other.isOpening { answerIsLost(slot, victim.half) }
            lose(&other)
            connections[slot][victim.half] = other
        }
        waiting.put(buffer, &stream.waiting, of: StreamName(slot: index, half: direction))
    }

    /// Searches the bytes of a direction that lost its boundaries; `false` where nothing is found.
    private mutating func search(
        _ index: Int, _ direction: Direction, _ stream: inout WebSocketStream, _ rest: RawSpan, _ taken: inout Int,
        _ output: inout WebSocketOutput, _ isLast: Bool
    ) -> Bool {
        // Searching again for every byte that comes would let a sender of single bytes make it quadratic.
        let isFull = rest.byteCount > limits.waitingBytesPerStream
        let isWorth = rest.byteCount >= stream.searched + stream.searched / 8 + 1
        guard isLast || isFull || isWorth, rest.byteCount > 0 else { return false }
        var boundary = WebSocketBoundary(direction: direction, mayCompress: mayCompress(index))
        switch boundary.find(rest, isWeak: isLast) {
        case .proven(let offset):
            taken += offset
            output.dropped += offset
            stream.phase = .frames
            stream.searched = 0
            counters.found &+= 1
            return true
        case .open(let offset):
            // A frame too long to see the end of is given up with the first half of what waits.
            let dropped = isFull ? max(offset, rest.byteCount - limits.waitingBytesPerStream / 2) : offset
            taken += dropped
            output.dropped += dropped
            stream.searched = rest.byteCount - dropped
            return false
        }
    }

    /// Whether messages of a connection may be compressed: it was agreed on, or offered and the answer was not seen.
    func mayCompress(_ index: Int) -> Bool { connections[index].deflate.isAgreed }

    /// Gives up the boundaries of a direction; `isFed` within a step of its own.
    mutating func lose(_ stream: inout WebSocketStream, isFed: Bool = false) {
        waiting.drop(&stream.waiting)
        if stream.phase != .lost { counters.lost &+= 1 }
        releaseInflater(&stream)
        let (hasClosed, keptBack) = (stream.hasClosed, stream.keptBack)
        stream = WebSocketStream()
        if isFed { stream.keptBack = keptBack }
        stream.phase = .lost
        stream.hasGap = true
        stream.hasClosed = hasClosed
        stream.isContextLost = true
    }
}
