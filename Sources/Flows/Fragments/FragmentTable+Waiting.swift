import Network
import Packets
import Tables

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
            guard let slot = isIPv4 ? waiting4.oldest : waiting6.oldest, isOverdue(slot, at: time) else { return }
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
        var victim = oldest(waiting4, except: spared)
        if let other = oldest(waiting6, except: spared) {
            let isOlder = victim.map { slots[other].arrival < slots[$0].arrival } ?? true
            if isOlder { victim = other }
        }
        guard let victim else { return false }
        counters.evicted += 1
        remove(victim)
        return true
    }

    private func oldest(_ queue: LRUList, except spared: Int) -> Int? {
        guard let slot = queue.oldest else { return nil }
        return slot == spared ? queue.newer(than: slot) : slot
    }

    /// Puts a datagram without pieces into a slot.
    mutating func begin(_ datagram: FragmentedDatagram) -> Int {
        let slot = waiting4.allocate()
        if !datagram.first.isIPv4 {
            waiting4.remove(slot)
            waiting6.add(slot)
        }
        if slot == slots.count {
            slots.append(datagram)
            pieces.append(contentsOf: repeatElement(FragmentPiece(), count: pieceLimit))
        } else {
            slots[slot] = datagram
        }
        index.insert(UInt32(truncatingIfNeeded: datagram.hash), slot: slot)
        counters.datagramsWaiting += 1
        return slot
    }

    /// Takes a datagram out, with whatever it still holds.
    mutating func remove(_ slot: Int) {
        if !slots[slot].first.isIPv4 {
            waiting6.remove(slot)
            waiting4.add(slot)
        }
        waiting4.release(slot)
        index.remove(UInt32(truncatingIfNeeded: slots[slot].hash), slot: slot)
        counters.bytesWaiting -= slots[slot].store.count
        counters.datagramsWaiting -= 1
        var store = takeStore(slot)
        buffers.give(&store)
        var frames = takeFrames(slot)
        spare(&frames)
        slots[slot].rivals = []
    }
}
