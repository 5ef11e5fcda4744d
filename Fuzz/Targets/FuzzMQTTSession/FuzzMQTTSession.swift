import CMalloc
import FuzzSupport

/// A whole session: bytes of either side in turn, fallen into packets as they come. A byte of the script before each
/// piece says whose it is and what happens before it, the next how long it is.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    let isFromStart = script.byte() & 1 == 0
    var steps: [Step] = []
    while !script.isOver { steps.append(Step(&script)) }

    var whole = SessionListener(isFromStart: isFromStart, readsFields: true)
    for step in steps { whole.take(step, pieces: .max) }
    // The split law: however the bytes are cut, the events are the same.
    for pieces in [1, 7] {
        var cut = SessionListener(isFromStart: isFromStart, readsFields: true)
        for step in steps { cut.take(step, pieces: pieces) }
        require(cut.outcome == whole.outcome, "other events in pieces of \(pieces)")
    }

    // Once more with nothing but the conversation, for what it keeps.
    let before = usedMemory()
    var kept = SessionListener(isFromStart: isFromStart, readsFields: false)
    for step in steps { kept.take(step, pieces: .max) }
    let used = usedMemory() - before
    require(used < memoryLimit, "\(used) bytes of memory in use")
    return 0
}

/// What a session with the limits of `SessionListener` may keep, the bytes of unfinished packets included.
private let memoryLimit = 64 << 10

/// Bytes that are allocated now.
private func usedMemory() -> Int {
    let info = mallinfo2()
    return Int(info.uordblks) + Int(info.hblkhd)
}
