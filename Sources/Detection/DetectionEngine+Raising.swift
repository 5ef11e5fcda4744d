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
        for index in rules.feeds[rule].indices {
            let correlation = rules.feeds[rule][index]
            if touched[correlation] != generation {
                touched[correlation] = generation
                pending.append(correlation)
            }
        }
        if rules.rules[rule].raisesAlerts { raise(rule, 1, isCut: false, event, context, message: message) }
    }

    /// Begins an alert row or adds to one.
    private mutating func raise(
        _ rule: Int, _ matched: Int64, isCut: Bool, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, message: RawSpan
    ) {
        var hit = Hit(rule: rule, alert: 0, isNew: true, count: 1, matched: matched, isCountCut: isCut)
        if let duration = rules.rules[rule].suppression?.duration {
            var key = KeyHash(hash, ruleHashes[rule])
            let count = rules.rules[rule].suppression?.slots.count ?? 0
            for index in 0..<count {
                guard let slot = rules.rules[rule].suppression?.slots[index] else { continue }
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

    /// Counts an event for a correlation and raises it if its condition holds.
    mutating func count(
        _ correlation: Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        let plan = rules.correlations[correlation]
        var key = KeyHash(hash, correlationHashes[correlation])
        for index in plan.groupSlots.indices {
            let slot = plan.groupSlots[index]
            fetch(slot, event, context, message: message)
            if fetched[slot].range.isEmpty {
                tally.eventsWithoutGroup &+= 1
                return
            }
            add(slot, to: &key, message: message)
        }
        let group = correlations.open(
            key.key, timespan: plan.timespan, isDistinct: plan.kind == .valueCount,
            now: context.timestamp.nanoseconds)
        if plan.valueSlot >= 0 { fetch(plan.valueSlot, event, context, message: message) }
        var measure: Int64? = nil
        switch plan.kind {
        case .eventCount:
            correlations.addEvent(group, entries: plan.entries)
            measure = Int64(correlations.count(group))
        case .valueCount:
            for index in fetched[plan.valueSlot].range {
                var value = KeyHash(hash, below: key.key)
                add(values.values[index], to: &value, message: message)
                correlations.addDistinct(value.key, group, entries: plan.entries)
            }
            measure = Int64(correlations.count(group))
        case .valueSum:
            for index in fetched[plan.valueSlot].range {
                if case .int(let number) = values.values[index] { correlations.addNumber(number, group) }
            }
            measure = correlations.sum(group)
        }
        guard let measure else { return }
        for index in plan.bounds.indices where !plan.bounds[index].holds(measure) { return }
        matchesByRule[plan.rule] &+= 1
        let isCut = plan.kind != .valueSum && measure >= Int64(plan.entries)
        raise(plan.rule, measure, isCut: isCut, event, context, message: message)
    }

    /// Adds the values of a slot to a key; an absent field is a key of its own.
    private func add(_ slot: Int, to key: inout KeyHash, message: RawSpan) {
        let range = fetched[slot].range
        key.add(UInt64(range.count))
        for index in range { add(values.values[index], to: &key, message: message) }
    }

    private func add(_ value: FieldValue, to key: inout KeyHash, message: RawSpan) {
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

extension SigmaCorrelation.Bound {
    /// Whether a count is as this bound wants it.
    func holds(_ count: Int64) -> Bool {
        switch comparison {
        case .gt: count > threshold
        case .gte: count >= threshold
        case .lt: count < threshold
        case .lte: count <= threshold
        case .eq: count == threshold
        case .neq: count != threshold
        }
    }
}
