import Bytes
import Events
import Tables

/// What is kept of a SUBSCRIBE or UNSUBSCRIBE until it is answered.
struct PendingSubscribe {
    var packetID: UInt16 = 0
    var isUnsubscribe = false
    /// The subscription identifier; 0 for none.
    var identifier: UInt32 = 0
    /// How many filters it had; `nil` where only its beginning was held.
    var filterCount: Int?
    /// The class of each filter, by `MQTTWildcard.rawValue`, as many as the limit allows.
    var classes: [UInt8] = []
    /// The first filters, each behind its length in two bytes.
    var filters: [UInt8] = []
    /// How many filters are kept whole.
    var keptCount = 0

    /// Takes in a packet; gives how many filters, or their classes, did not fit.
    mutating func fill(
        _ list: MQTTFilterList, _ packetID: UInt16, identifier: UInt32, _ bytes: RawSpan, isWhole: Bool, room: Int,
        _ limits: MQTTLimits
    ) -> Int {
        self.packetID = packetID
        self.identifier = identifier
        isUnsubscribe = !list.hasOptions
        filterCount = isWhole ? list.count : nil
        classes.removeAll(keepingCapacity: true)
        filters.removeAll(keepingCapacity: true)
        keptCount = 0
        let isSubscribe = list.hasOptions
        var isFull = false
        list.forEach(bytes) { filter, _ in
            let text = bytes.slice(filter)
            if isSubscribe, classes.count < limits.pendingFilters {
                classes.append(MQTTTopicFilter(text).wildcard.rawValue)
            }
            isFull = isFull || keptCount >= limits.pendingFilters || filters.count + 2 + filter.count > room
            guard !isFull else { return }
            filters.append(UInt8(truncatingIfNeeded: filter.count >> 8))
            filters.append(UInt8(truncatingIfNeeded: filter.count))
            filters.append(copying: text)
            keptCount += 1
        }
        return list.count - keptCount
    }

    /// Memory that it refers to, in bytes.
    var memory: Int { classes.memory + filters.memory }

    /// Calls `body` with each filter that is kept whole.
    func forEachFilter(_ body: (Int, RawSpan) -> Void) {
        let bytes = filters.span.bytes
        var cursor = MessageCursor(position: 0, end: bytes.byteCount, held: bytes.byteCount)
        for index in 0..<keptCount {
            guard let filter = try? cursor.string(bytes) else { return }
            body(index, bytes.slice(filter))
        }
    }
}

/// The SUBSCRIBE and UNSUBSCRIBE packets of a session that were not answered yet.
struct PendingSubscribes {
    /// The first `used` are in use, oldest first; the others keep their room.
    private var slots: [PendingSubscribe] = []
    private var used = 0
    /// Whether one was given up: then an answer that fits none here may be right all the same.
    private(set) var hasDropped = false

    /// Forgets all.
    mutating func removeAll() {
        used = 0
        hasDropped = false
    }

    /// Memory that it refers to, in bytes.
    var memory: Int { slots.reduce(slots.memory) { $0 + $1.memory } }

    /// Gives back the memory; gives whether anything was forgotten that may be asked for.
    mutating func giveUp() -> Bool {
        let isLoss = used > 0
        slots = []
        used = 0
        hasDropped = hasDropped || isLoss
        return isLoss
    }

    /// Notes that there may be more answers than packets that are kept.
    mutating func noteRepeated() { hasDropped = true }

    /// Keeps a packet; one of the same kind and identifier before it is forgotten.
    mutating func add(
        _ list: MQTTFilterList, _ packetID: UInt16, identifier: UInt32, _ bytes: RawSpan, isWhole: Bool,
        _ limits: MQTTLimits, _ counters: inout MQTTCounters
    ) {
        if let index = index(of: packetID, isUnsubscribe: !list.hasOptions) { release(index) }
        if used >= max(1, limits.pendingSubscribes) {
            release(0)
            hasDropped = true
            counters.pendingSubscribesEvicted &+= 1
        }
        if used == slots.count { slots.append(PendingSubscribe()) }
        var room = limits.pendingFilterBytes
        for index in 0..<used { room -= slots[index].filters.count }
        let dropped = slots[used].fill(
            list, packetID, identifier: identifier, bytes, isWhole: isWhole, room: room, limits)
        counters.filtersDropped &+= UInt64(dropped)
        used += 1
    }

    /// Moves the packet that an answer belongs to into `answered`, whose room is kept for later; gives whether there is one.
    mutating func take(_ packetID: UInt16, isUnsubscribe: Bool, into answered: inout PendingSubscribe) -> Bool {
        guard let index = index(of: packetID, isUnsubscribe: isUnsubscribe) else { return false }
        swap(&slots[index], &answered)
        release(index)
        return true
    }

    /// Whether nothing is unanswered.
    var isEmpty: Bool { used == 0 }

    /// Whether a packet of that identifier is unanswered.
    func contains(_ packetID: UInt16) -> Bool {
        for index in 0..<used where slots[index].packetID == packetID { return true }
        return false
    }

    /// Whether an unanswered SUBSCRIBE takes in a topic; `nil` where not all of its filters are known.
    func matches(_ topic: RawSpan) -> Bool? {
        var isKnown = !hasDropped
        for index in 0..<used where !slots[index].isUnsubscribe {
            var isMatch = false
            slots[index].forEachFilter { _, filter in
                isMatch = isMatch || topic.fitsTopicFilter(filter)
            }
            if isMatch { return true }
            isKnown = isKnown && slots[index].keptCount == slots[index].filterCount
        }
        return isKnown ? false : nil
    }

    private func index(of packetID: UInt16, isUnsubscribe: Bool) -> Int? {
        for index in 0..<used where slots[index].packetID == packetID && slots[index].isUnsubscribe == isUnsubscribe {
            return index
        }
        return nil
    }

    /// Takes a slot out of use; the order of the others stays.
    private mutating func release(_ index: Int) {
        var index = index
        while index + 1 < used {
            slots.swapAt(index, index + 1)
            index += 1
        }
        used -= 1
    }
}
