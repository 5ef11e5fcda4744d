import Network
import Packets

// Which datagrams wait, for how long, and who gives way.
extension FragmentTable {
    /// Gives up every datagram whose time is over.
    ///
    /// `insert` does so for a few at a time; a caller may when it is idle.
    public mutating func expire(at time: Timestamp) { expire(at: time, atMost: .max) }

    /// Gives up at most `count` datagrams of each IP version, so that no fragment pays for many.
    mutating func expire(at time: Timestamp, atMost count: Int) {
        expire(at: time, atMost: count, isIPv4: true)
        expire(at: time, atMost: count, isIPv4: false)
    }

    private mutating func expire(at time: Timestamp, atMost count: Int, isIPv4: Bool) {
        var left = count
        while left > 0 {
            let slot = Int(isIPv4 ? waiting4.oldest : waiting6.oldest)
            guard slot >= 0, isOverdue(slot, at: time) else { return }
            counters.timedOut += 1
            remove(slot)
            left -= 1
        }
    }

    /// Whether a datagram has waited too long.
    ///
    /// Where capture time steps back by more than the wait, the clock was set or another capture begins: nothing tells
    /// how long it has waited, and it would wait on until the old time returns.
    func isOverdue(_ slot: Int, at time: Timestamp) -> Bool {
        let wait =
            slots[slot].first.isIPv4 ? limits.fragmentWaitIPv4Nanoseconds : limits.fragmentWaitIPv6Nanoseconds
        return time.nanoseconds(since: slots[slot].began).magnitude > UInt64(max(0, wait))
    }

    /// Gives up the datagram that has waited longest, `spared` apart; false where there is none.
    mutating func evictOldest(except spared: Int) -> Bool {
        let oldest4 = oldest(waiting4, except: spared)
        let oldest6 = oldest(waiting6, except: spared)
        let slot: Int
        if oldest4 >= 0, oldest6 >= 0 {
            slot = slots[oldest4].arrival < slots[oldest6].arrival ? oldest4 : oldest6
        } else {
            slot = max(oldest4, oldest6)
        }
        guard slot >= 0 else { return false }
        counters.evicted += 1
        remove(slot)
        return true
    }

    private func oldest(_ queue: FragmentQueue, except spared: Int) -> Int {
        let slot = Int(queue.oldest)
        return slot >= 0 && slot == spared ? Int(slots[slot].newer) : slot
    }

    /// Puts a datagram without pieces into a slot.
    mutating func begin(_ datagram: FragmentedDatagram) -> Int {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = Int(free)
            slots[slot] = datagram
        } else {
            slot = slots.count
            slots.append(datagram)
            for _ in 0..<pieceLimit { pieces.append(FragmentPiece()) }
        }
        index.insert(slot, datagram.hash)
        link(slot)
        counters.datagramsWaiting += 1
        return slot
    }

    /// Takes a datagram out, with whatever it still holds.
    mutating func remove(_ slot: Int) {
        unlink(slot)
        index.remove(slot, slots[slot].hash)
        counters.bytesWaiting -= slots[slot].store.count
        counters.datagramsWaiting -= 1
        var store = takeStore(slot)
        buffers.give(&store)
        var frames = takeFrames(slot)
        spare(&frames)
        slots[slot].rivals = []
        freeSlots.append(Int32(truncatingIfNeeded: slot))
    }

    private mutating func link(_ slot: Int) {
        let number = Int32(truncatingIfNeeded: slot)
        var queue = slots[slot].first.isIPv4 ? waiting4 : waiting6
        slots[slot].older = queue.newest
        slots[slot].newer = -1
        if queue.newest >= 0 { slots[Int(queue.newest)].newer = number } else { queue.oldest = number }
        queue.newest = number
        put(queue, slot)
    }

    private mutating func unlink(_ slot: Int) {
        var queue = slots[slot].first.isIPv4 ? waiting4 : waiting6
        let (older, newer) = (slots[slot].older, slots[slot].newer)
        if older >= 0 { slots[Int(older)].newer = newer } else { queue.oldest = newer }
        if newer >= 0 { slots[Int(newer)].older = older } else { queue.newest = older }
        put(queue, slot)
    }

    private mutating func put(_ queue: FragmentQueue, _ slot: Int) {
        if slots[slot].first.isIPv4 { waiting4 = queue } else { waiting6 = queue }
    }
}
