import Network

/// A list of slots in order of the time last seen.
struct FlowList: Sendable {
    /// Both -1 where the list is empty.
    var oldest: Int32 = -1
    var newest: Int32 = -1
}

extension FlowTable {
    /// Notes that a flow was seen.
    ///
    /// Capture time may step back a little; a flow never gets older by that.
    mutating func touch(_ slot: Int, at time: Timestamp) {
        if time > slots[slot].lastSeen { slots[slot].lastSeen = time }
        let list = slots[slot].isEstablished ? established : transient
        if list.newest == Int32(truncatingIfNeeded: slot) { return }
        unlink(slot)
        link(slot)
    }

    /// Forgets the flows whose silence is longer than their list allows; a few at a time, so that no packet pays for many.
    mutating func expire(before time: Timestamp) {
        forgetFuture(Int(transient.oldest), time)
        forgetFuture(Int(established.oldest), time)
        for _ in 0..<4 {
            let slot = Int(transient.oldest)
            guard slot >= 0, isSilent(slot, at: time, seconds: limits.transientIdleSeconds) else { break }
            expired += 1
            remove(slot)
        }
        for _ in 0..<4 {
            let slot = Int(established.oldest)
            guard slot >= 0, isSilent(slot, at: time, seconds: idleLimit(slot)) else { break }
            expired += 1
            remove(slot)
        }
        sweep(at: time)
    }

    /// Counts a flow as seen now where a frame of it was dated far ahead of all others.
    ///
    /// Else it would stand for good before all that fall silent after it.
    private mutating func forgetFuture(_ slot: Int, _ time: Timestamp) {
        guard slot >= 0, slots[slot].lastSeen > time else { return }
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
        let slot = transient.oldest >= 0 ? transient.oldest : established.oldest
        guard slot >= 0 else { return }
        evicted += 1
        remove(Int(slot))
    }

    /// Appends a slot as the newest of the list that it belongs to.
    mutating func link(_ slot: Int) {
        let number = Int32(truncatingIfNeeded: slot)
        var list = slots[slot].isEstablished ? established : transient
        slots[slot].older = list.newest
        slots[slot].newer = -1
        if list.newest >= 0 { slots[Int(list.newest)].newer = number } else { list.oldest = number }
        list.newest = number
        store(list, slot)
    }

    /// Takes a slot out of its list.
    mutating func unlink(_ slot: Int) {
        var list = slots[slot].isEstablished ? established : transient
        let (older, newer) = (slots[slot].older, slots[slot].newer)
        if older >= 0 { slots[Int(older)].newer = newer } else { list.oldest = newer }
        if newer >= 0 { slots[Int(newer)].older = older } else { list.newest = older }
        store(list, slot)
    }

    private mutating func store(_ list: FlowList, _ slot: Int) {
        if slots[slot].isEstablished { established = list } else { transient = list }
    }
}
