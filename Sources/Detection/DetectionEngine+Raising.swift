import Bytes
import Events
import Network
import Sigma

extension DetectionEngine {
    /// Notes that the condition of a rule holds.
    mutating func matched(
        _ rule: Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        matchesByRule[rule] &+= 1
        for index in rules.feeds[rule].indices { enter(rules.feeds[rule][index]) }
        if rules.rules[rule].raisesAlerts { raise(Hit(rule: rule, matched: 1), event, context, message: message) }
    }

    /// Queues an input, once for each event, in the order of their numbers.
    mutating func enter(_ input: Int) {
        guard touched[input] != generation else { return }
        touched[input] = generation
        var place = pending.count
        while place > 0, pending[place &- 1] > input { place &-= 1 }
        pending.insert(input, at: place)
    }

    /// Begins an alert row or adds to one. `hit` has all but the row.
    mutating func raise(
        _ hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        var hit = hit
        if let duration = rules.rules[hit.rule].suppression?.duration {
            var key = KeyHash(hash, ruleHashes[hit.rule])
            let count = rules.rules[hit.rule].suppression?.slots.count ?? 0
            for index in 0..<count {
                guard let slot = rules.rules[hit.rule].suppression?.slots[index] else { continue }
                fetch(slot, event, context, message: message)
                add(slot, to: &key, message: message)
            }
            (hit.alert, hit.isNew, hit.count) = suppressions.add(
                key.key, duration: duration, now: context.timestamp.nanoseconds)
        } else {
            hit.alert = suppressions.begin()
        }
        hits.append(hit)
    }

    /// Adds the values of a slot to a key; an absent field is a key of its own.
    func add(_ slot: Int, to key: inout KeyHash, message: RawSpan) {
        let range = fetched[slot].range
        key.add(UInt64(range.count))
        for index in range { add(values.values[index], to: &key, message: message) }
    }

    func add(_ value: FieldValue, to key: inout KeyHash, message: RawSpan) {
        switch value {
        case .bool(let flag): key.add(flag ? 1 : 0)
        case .int(let number): key.add(UInt64(bitPattern: number))
        case .float(let number): key.add(number.bitPattern)
        case .time(let time): key.add(UInt64(bitPattern: time.nanoseconds))
        case .address(let address):
            key.add(address.isIPv4 ? 4 : 6)
            key.add(address.high)
            key.add(address.low)
        case .bytes(let reference):
            values.withBytes(reference, message: message) { key.add(folding: $0) }
        }
    }
}
