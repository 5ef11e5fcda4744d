import Network
import Tables

// Which flows leave the table, and when.
extension FlowTable {
    /// Notes that a flow was seen.
    ///
    /// Capture time may step back a little; a flow never gets older by that.
    mutating func touch(_ slot: Int, at time: Timestamp) {
        var span = slots.mutableSpan
        if time > span[slot].lastSeen { span[slot].lastSeen = time }
        let isEstablished = span[slot].isEstablished
        if isEstablished { established.touch(slot) } else { transient.touch(slot) }
    }

    /// Forgets the flows whose silence is longer than their list allows; a few at a time, so that no packet pays for many.
    mutating func expire(before time: Timestamp) {
        forgetFuture(transient.oldest, time)
        forgetFuture(established.oldest, time)
        for _ in 0..<4 {
            guard let slot = transient.oldest, isSilent(slot, at: time, seconds: limits.transientIdleSeconds) else {
                break
            }
            expired += 1
            remove(slot)
        }
        for _ in 0..<4 {
            guard let slot = established.oldest, isSilent(slot, at: time, seconds: idleLimit(slot)) else { break }
            expired += 1
            remove(slot)
        }
        sweep(at: time)
    }

    /// Counts a flow as seen now where a frame of it was dated far ahead of all others.
    ///
    /// Else it would stand for good before all that fall silent after it.
    private mutating func forgetFuture(_ slot: Int?, _ time: Timestamp) {
        guard let slot, slots[slot].lastSeen > time else { return }
        slots[slot].lastSeen = time
    }

    /// Looks at a few slots, in turn: flows whose ends agreed on less silence than others need not wait for those.
    private mutating func sweep(at time: Timestamp) {
        for _ in 0..<min(2, slots.count) {
            sweepHand = sweepHand + 1 < slots.count ? sweepHand + 1 : 0
            let slot = sweepHand
            guard slots[slot].isLive, slots[slot].isEstablished else { continue }
            forgetFuture(slot, time)
            guard isSilent(slot, at: time, seconds: idleLimit(slot)) else { continue }
            expired += 1
            remove(slot)
        }
    }

    private func idleLimit(_ slot: Int) -> Int64 {
        let own = Int64(slots[slot].idleSeconds)
        return own > 0 ? min(own, limits.establishedIdleSeconds) : limits.establishedIdleSeconds
    }

    private func isSilent(_ slot: Int, at time: Timestamp, seconds: Int64) -> Bool {
        time.nanoseconds(since: slots[slot].lastSeen) > seconds * 1_000_000_000
    }

    /// Makes room for one flow.
    mutating func evictOne() {
        guard let slot = transient.oldest ?? established.oldest else { return }
        evicted += 1
        remove(slot)
    }
}
