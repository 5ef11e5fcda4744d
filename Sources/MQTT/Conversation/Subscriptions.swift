import Bytes
import Tables

/// The subscriptions of a session (MQTT 3.1.1 and 5.0, 3.8.4).
struct Subscriptions {
    private struct Entry {
        /// Where the filter lies in `text`.
        var range: ByteRange
        /// The QoS that was granted, 0 to 2.
        var qos: UInt8
        /// Whether it was ended: what the server had begun to deliver may still come (3.10.4).
        var isEnded = false
        /// The subscription identifier (MQTT 5.0, 3.8.2.1.2); 0 for none.
        var identifier: UInt32 = 0
        /// Whether it had another identifier, or none, before: messages may still come that were sent for that.
        var isRenamed = false
    }

    /// How a topic stands to the subscriptions.
    enum Match {
        case matched
        /// Only a subscription takes it in that was ended.
        case ended
        case none
    }

    private var entries: [Entry] = []
    private var text: [UInt8] = []
    /// How many there are.
    private(set) var count = 0
    /// Whether one is not known: it was not kept, or not seen.
    private(set) var hasDropped = false
    /// Whether one was not kept for want of room.
    private(set) var isTruncated = false
    /// Whether one of them has an identifier.
    private(set) var hasIdentifiers = false

    /// Memory that it refers to, in bytes.
    var memory: Int { entries.memory + text.memory }

    /// Forgets all; the room of an ordinary session is kept.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: entries.capacity <= 16)
        text.removeAll(keepingCapacity: text.capacity <= 512)
        count = 0
        hasDropped = false
        isTruncated = false
        hasIdentifiers = false
    }

    /// Gives back the memory; gives whether anything was forgotten that may be asked for.
    mutating func giveUp() -> Bool {
        let isLoss = !entries.isEmpty
        entries = []
        text = []
        count = 0
        hasDropped = hasDropped || isLoss
        isTruncated = isTruncated || isLoss
        return isLoss
    }

    /// Notes that one cannot be kept.
    mutating func noteDropped() {
        hasDropped = true
        isTruncated = true
    }

    /// Notes that one was granted that nobody was seen to ask for.
    mutating func noteUnseen() { hasDropped = true }

    /// Adds a subscription, or replaces that of the same filter; gives whether there was room.
    mutating func set(_ filter: RawSpan, qos: UInt8, identifier: UInt32 = 0, _ limits: MQTTLimits) -> Bool {
        hasIdentifiers = hasIdentifiers || identifier > 0
        if let index = index(of: filter) {
            if entries[index].isEnded { count += 1 }
            entries[index].qos = qos
            entries[index].isEnded = false
            entries[index].isRenamed = entries[index].isRenamed || entries[index].identifier != identifier
            entries[index].identifier = identifier
            return true
        }
        if entries.count >= limits.subscriptions || text.count + filter.byteCount > limits.subscriptionBytes {
            forgetEnded()
        }
        guard entries.count < limits.subscriptions, text.count + filter.byteCount <= limits.subscriptionBytes else {
            noteDropped()
            return false
        }
        let range = ByteRange(offset: text.count, count: filter.byteCount)
        entries.append(Entry(range: range, qos: qos, identifier: identifier))
        text.append(copying: filter)
        count += 1
        return true
    }

    /// Ends the subscription of a filter.
    mutating func end(_ filter: RawSpan) {
        guard let index = index(of: filter), !entries[index].isEnded else { return }
        entries[index].isEnded = true
        count -= 1
    }

    /// Calls `body` with each filter that takes in a topic, as it was asked for.
    func forEachMatch(_ topic: RawSpan, _ body: (RawSpan) -> Void) {
        let bytes = text.span.bytes
        for entry in entries where !entry.isEnded {
            let filter = bytes.slice(entry.range)
            if filterMatches(filter.extracting(droppingFirst: filter.shareLength), topic) { body(filter) }
        }
    }

    /// Whether a subscription takes in a topic.
    func match(_ topic: RawSpan) -> Match {
        let bytes = text.span.bytes
        var result = Match.none
        for entry in entries where !entry.isEnded || result == .none {
            let filter = bytes.slice(entry.range)
            guard filterMatches(filter.extracting(droppingFirst: filter.shareLength), topic) else { continue }
            if !entry.isEnded { return .matched }
            result = .ended
        }
        return result
    }

    /// Whether some subscription takes in a topic and all that do, or did before they were ended, have an identifier.
    func allHaveIdentifiers(_ topic: RawSpan) -> Bool {
        let bytes = text.span.bytes
        var isMatched = false
        for entry in entries {
            let filter = bytes.slice(entry.range)
            guard filterMatches(filter.extracting(droppingFirst: filter.shareLength), topic) else { continue }
            if entry.identifier == 0 || entry.isRenamed { return false }
            isMatched = true
        }
        return isMatched
    }

    /// Whether a topic that begins with `$` is taken in by no subscription but those that would do so if it began with
    /// anything else.
    func matchesByWildcardOnly(_ topic: RawSpan) -> Bool {
        guard match(topic) == .none else { return false }
        let bytes = text.span.bytes
        for entry in entries {
            let filter = bytes.slice(entry.range)
            if levelsMatch(filter.extracting(droppingFirst: filter.shareLength), topic) { return true }
        }
        return false
    }

    private func index(of filter: RawSpan) -> Int? {
        let bytes = text.span.bytes
        for index in entries.indices where entries[index].range.count == filter.byteCount {
            if bytes.slice(entries[index].range).elementsEqual(filter) { return index }
        }
        return nil
    }

    /// Makes room at the cost of what is known of ended subscriptions, so that deliveries for them are no longer told
    /// from those for none.
    private mutating func forgetEnded() {
        guard entries.count > count else { return }
        var kept: [UInt8] = []
        let old = text
        let bytes = old.span.bytes
        entries.removeAll { $0.isEnded }
        for index in entries.indices {
            let filter = bytes.slice(entries[index].range)
            entries[index].range.offset = kept.count
            kept.append(copying: filter)
        }
        text = kept
        noteDropped()
    }
}
