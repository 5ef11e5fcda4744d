import Bytes
import Packets

/// How a fragment lies among the pieces that are there.
struct FragmentFinding {
    /// How many runs of bytes are new, and how many bytes.
    var newPieces = 0
    var newBytes = 0
    /// Whether it is an exact copy of a piece.
    var isDuplicate = false
}

// The bytes of one datagram: compared, sorted in, and read out.
extension FragmentTable {
    /// Why a fragment cannot belong to a datagram that is otherwise right.
    func contradiction(_ fragment: Fragment, _ slot: Int) -> FragmentDrop? {
        let end = fragment.offset + fragment.payload.count
        let known = slots[slot].end
        if known >= 0, !fragment.hasMore, end != known { return .contradictoryEnd }
        if known >= 0, end > known { return .behindEnd }
        let count = slots[slot].pieceCount
        if !fragment.hasMore, count > 0, Int(pieces[slot * pieceLimit + count - 1].end) > end { return .behindEnd }
        return nil
    }

    /// Walks over the pieces that a fragment meets, and tells overlaps.
    mutating func compare(_ fragment: Fragment, _ frame: RawSpan, _ slot: Int) -> (FragmentFinding, FragmentOddities) {
        var store: [UInt8] = []
        swap(&store, &slots[slot].store)
        defer { swap(&store, &slots[slot].store) }
        let stop = fragment.offset + fragment.payload.count
        var finding = FragmentFinding()
        var isExact = false
        var meets = false
        var differs = false
        var cursor = fragment.offset
        let base = slot * pieceLimit
        for number in base..<base + slots[slot].pieceCount {
            let (offset, end) = (Int(pieces[number].offset), Int(pieces[number].end))
            if end <= cursor { continue }
            if offset >= stop { break }
            if offset > cursor {
                finding.newPieces += 1
                finding.newBytes += offset - cursor
                cursor = offset
            }
            let count = min(end, stop) - cursor
            meets = true
            isExact = offset == fragment.offset && end == stop
            if !differs {
                let later = frame.slice(
                    ByteRange(offset: fragment.payload.offset + cursor - fragment.offset, count: count))
                let earlier = store.span.bytes.slice(
                    ByteRange(offset: Int(pieces[number].position) + cursor - offset, count: count))
                differs = !earlier.elementsEqual(later)
            }
            cursor += count
        }
        if cursor < stop {
            finding.newPieces += 1
            finding.newBytes += stop - cursor
        }
        if differs { return (finding, .conflict) }
        // A copy that ends the datagram where the piece did not, or the other way round, is none.
        finding.isDuplicate = isExact && fragment.hasMore == (slots[slot].end != stop)
        return (finding, meets && !finding.isDuplicate ? .overlap : [])
    }

    /// Keeps a copy of a fragment that differs from what is there: nobody knows which of them the receiver takes.
    mutating func keepRival(_ fragment: Fragment, _ frame: RawSpan, _ slot: Int) {
        guard slots[slot].rivals.count < FragmentRival.limit,
            frameBytes + fragment.payload.count <= limits.fragmentBytesTotal
        else { return }
        var bytes: [UInt8] = []
        bytes.append(copying: frame.slice(fragment.payload))
        slots[slot].rivals.append(FragmentRival(offset: fragment.offset, bytes: bytes))
        frameBytes += bytes.count
        slots[slot].frameBytes += bytes.count
    }

    /// Keeps the bytes of a fragment that are new.
    ///
    /// Goes from the last piece to the first, so that each moves once.
    mutating func place(_ fragment: Fragment, _ frame: RawSpan, _ slot: Int, _ finding: FragmentFinding) {
        let base = slot * pieceLimit
        let count = slots[slot].pieceCount
        if fragment.offset == 0, count == 0 || pieces[base].offset > 0 { slots[slot].first = fragment }
        var read = base + count - 1
        var write = read + finding.newPieces
        var cursor = fragment.offset + fragment.payload.count
        while write > read {
            let before = read >= base ? Int(pieces[read].end) : 0
            let start = max(before, fragment.offset)
            if start < cursor {
                pieces[write] = keep(start, cursor, fragment, frame, slot)
                write -= 1
            }
            guard read >= base, write > read else { break }
            cursor = min(cursor, Int(pieces[read].offset))
            pieces[write] = pieces[read]
            write -= 1
            read -= 1
        }
        slots[slot].pieceCount += finding.newPieces
    }

    /// Appends the bytes `start..<end` of the payload to the store.
    private mutating func keep(_ start: Int, _ end: Int, _ fragment: Fragment, _ frame: RawSpan, _ slot: Int)
        -> FragmentPiece
    {
        let position = slots[slot].store.count
        if position != start { slots[slot].isInOrder = false }
        let range = ByteRange(offset: fragment.payload.offset + start - fragment.offset, count: end - start)
        slots[slot].store.append(copying: frame.slice(range))
        counters.bytesWaiting += end - start
        return FragmentPiece(
            offset: UInt16(truncatingIfNeeded: start), end: UInt16(truncatingIfNeeded: end),
            position: UInt16(truncatingIfNeeded: position))
    }

    /// Makes the store large enough for `count` bytes; false where the memory allowed is too little.
    mutating func reserve(_ count: Int, _ slot: Int) -> Bool {
        let old = slots[slot].reserved
        let size = FragmentBuffers.size(for: count)
        if size <= old { return true }
        guard size <= limits.fragmentBytesTotal else { return false }
        while reservedBytes - old + size > limits.fragmentBytesTotal {
            // Others give way first, since this one has just come closer to its end.
            guard evictOldest(except: slot) else { return false }
        }
        var larger = buffers.take(size)
        var smaller = takeStore(slot)
        larger.append(copying: smaller.span.bytes)
        buffers.give(&smaller)
        swap(&slots[slot].store, &larger)
        slots[slot].reserved = size
        reservedBytes += size
        return true
    }

    /// Takes the store out of a slot, which holds no memory then.
    mutating func takeStore(_ slot: Int) -> [UInt8] {
        var store: [UInt8] = []
        swap(&store, &slots[slot].store)
        reservedBytes -= slots[slot].reserved
        slots[slot].reserved = 0
        return store
    }

    /// Keeps a copy of the frame of a fragment, as far as the memory allowed for fragments goes.
    mutating func keep(_ source: FrameRef, _ slot: Int) {
        if slots[slot].frames.isEmpty, let spare = spareFrames.popLast() {
            slots[slot].frames = spare
        }
        let needed = KeptFrames.memory(ofFrame: source.bytes.byteCount)
        let end = slots[slot].store.count
        if frameBytes + needed <= limits.fragmentBytesTotal {
            slots[slot].frames.keep(source, upTo: end)
        } else {
            slots[slot].frames.passOver(source, upTo: end)
        }
        let memory = slots[slot].frames.memory + slots[slot].rivals.reduce(0) { $0 + $1.bytes.count }
        frameBytes += memory - slots[slot].frameBytes
        slots[slot].frameBytes = memory
    }

    /// Takes the frames out of a slot, which keeps none then.
    mutating func takeFrames(_ slot: Int) -> KeptFrames {
        var frames = KeptFrames()
        swap(&frames, &slots[slot].frames)
        frameBytes -= slots[slot].frameBytes
        slots[slot].frameBytes = 0
        return frames
    }

    /// Keeps a list of frames for later use, unless enough are kept or it is a large one.
    mutating func spare(_ frames: inout KeptFrames) {
        guard frames.memory > 0, frames.memory <= 1 << 14, spareFrames.count < 64 else { return }
        frames.removeAll()
        var kept = KeptFrames()
        swap(&kept, &frames)
        spareFrames.append(kept)
    }

    /// Takes a datagram whose every byte came out of the table.
    mutating func complete(_ slot: Int) -> FragmentVerdict {
        counters.completed += 1
        counters.bytesWaiting -= slots[slot].store.count
        var store = takeStore(slot)
        var first = slots[slot].first
        first.payload = ByteRange(offset: 0, count: store.count)
        let oddities = slots[slot].oddities
        var rivals: [FragmentRival] = []
        swap(&rivals, &slots[slot].rivals)
        let frames = takeFrames(slot)
        let isInOrder = slots[slot].isInOrder
        let numbers = slot * pieceLimit..<slot * pieceLimit + slots[slot].pieceCount
        remove(slot)
        if isInOrder {
            return .complete(
                FragmentBuffer(bytes: store, first: first, oddities: oddities, rivals: rivals, frames: frames))
        }
        // The pieces stay as they are until the slot is used again.
        var bytes = buffers.take(FragmentBuffers.size(for: store.count))
        for number in numbers {
            let piece = pieces[number]
            let range = ByteRange(offset: Int(piece.position), count: Int(piece.end) - Int(piece.offset))
            bytes.append(copying: store.span.bytes.slice(range))
        }
        buffers.give(&store)
        return .complete(
            FragmentBuffer(bytes: bytes, first: first, oddities: oddities, rivals: rivals, frames: frames))
    }
}
