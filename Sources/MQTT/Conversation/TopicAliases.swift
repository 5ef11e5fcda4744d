import Bytes
import Tables

/// The topic aliases that one side of a connection has introduced (MQTT 5.0, 3.3.2.3.4).
///
/// A slot keeps the room of its topic when it is used again.
struct TopicAliases {
    private struct Slot {
        var alias: UInt16
        var topic: [UInt8]
    }

    private var slots: [Slot] = []
    private var used = 0
    private var bytes = 0
    /// Memory of the topics in all slots, in bytes, those out of use among them.
    private var topicMemory = 0
    /// Whether one was not kept: then an alias that is not known here may have been introduced all the same.
    private(set) var hasDropped = false

    /// Forgets all.
    mutating func removeAll() {
        used = 0
        bytes = 0
        hasDropped = false
    }

    /// Memory that it refers to, in bytes.
    var memory: Int { slots.memory + topicMemory }

    /// Gives back the memory; gives whether anything was forgotten that may be asked for.
    mutating func giveUp() -> Bool {
        let isLoss = used > 0
        slots = []
        used = 0
        bytes = 0
        topicMemory = 0
        hasDropped = hasDropped || isLoss
        return isLoss
    }

    /// Lets `alias` stand for `topic` from now on; gives whether there was room.
    mutating func set(_ alias: UInt16, _ topic: RawSpan, _ limits: MQTTLimits) -> Bool {
        let slot = index(of: alias)
        let known = slot.map { slots[$0].topic.count } ?? 0
        guard bytes - known + topic.byteCount <= limits.topicAliasBytes, slot != nil || used < limits.topicAliases
        else {
            // The alias no longer stands for what it did.
            if let slot { drop(slot) }
            hasDropped = true
            return false
        }
        bytes += topic.byteCount - known
        let index = slot ?? takeSlot(alias)
        topicMemory -= slots[index].topic.memory
        slots[index].topic.removeAll(keepingCapacity: true)
        slots[index].topic.append(copying: topic)
        topicMemory += slots[index].topic.memory
        return true
    }

    /// The topic that an alias stands for.
    func topic(_ alias: UInt16) -> [UInt8]? { index(of: alias).map { slots[$0].topic } }

    private mutating func takeSlot(_ alias: UInt16) -> Int {
        if used == slots.count { slots.append(Slot(alias: alias, topic: [])) }
        slots[used].alias = alias
        used += 1
        return used - 1
    }

    private mutating func drop(_ index: Int) {
        bytes -= slots[index].topic.count
        used -= 1
        slots.swapAt(index, used)
    }

    private func index(of alias: UInt16) -> Int? {
        // Senders count from 1, so it is mostly where it is first looked for.
        let guess = Int(alias) - 1
        if guess >= 0, guess < used, slots[guess].alias == alias { return guess }
        for index in 0..<used where slots[index].alias == alias { return index }
        return nil
    }
}
