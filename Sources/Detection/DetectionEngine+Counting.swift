import Bytes
import Events
import Network
import Sigma

extension DetectionEngine {
    /// Counts an event for a correlation, which it came into by the input at a place in `pending`, and raises it if its
    /// condition holds.
    mutating func count(
        _ place: Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        let input = rules.inputs[pending[place]]
        // An event that comes in twice is measured once, when all of it is in.
        var isLast = true
        if place + 1 < pending.count {
            let next = rules.inputs[pending[place + 1]]
            isLast = next.correlation != input.correlation || next.group != input.group
        }
        let plan = rules.correlations[input.correlation]
        var key = KeyHash(hash, correlationHashes[input.correlation])
        for index in input.groupSlots.indices {
            let slot = input.groupSlots[index]
            fetch(slot, event, context, message: message)
            if fetched[slot].range.isEmpty {
                tally.eventsWithoutGroup &+= 1
                return
            }
            add(slot, to: &key, message: message)
        }
        let now = context.timestamp.nanoseconds
        switch plan.measure {
        case .absence:
            noteArrival(input, plan, key.key, event, context, message: message)
            return
        case .orderedRules:
            var matched: Int?
            if plan.runs != nil {
                matched = runs[input.correlation]?.add(key.key, rule: input.source, now: now)
            } else if sequences[input.correlation]?.add(key.key, rule: input.source, now: now) ?? false {
                matched = plan.neededRules
            }
            guard let matched, isLast else { return }
            finish(input, plan, Hit(rule: plan.rule, matched: Int64(matched)), event, context, message)
            return
        default: break
        }
        if input.valueSlot >= 0 { fetch(input.valueSlot, event, context, message: message) }
        if input.overSlot >= 0 { fetch(input.overSlot, event, context, message: message) }
        let group = correlations.open(
            key.key, timespan: plan.timespan, isDistinct: plan.measure.isDistinct, now: now)
        guard let hit = measure(input, plan, group, key.key, message: message), isLast else { return }
        finish(input, plan, hit, event, context, message)
    }

    /// Raises a correlation whose condition holds, and hands it on to those that refer to it.
    private mutating func finish(
        _ input: CorrelationInput, _ plan: CorrelationPlan, _ hit: Hit, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, _ message: RawSpan
    ) {
        if plan.measure != .ratio { matchesByRule[plan.rule] &+= 1 }
        for index in input.next.indices { enter(input.next[index]) }
        if plan.raises { raise(hit, event, context, message: message) }
    }

    /// Adds an event to its window, and measures that; `nil` where the condition does not hold.
    private mutating func measure(
        _ input: CorrelationInput, _ plan: CorrelationPlan, _ group: Int32, _ key: TableKey, message: RawSpan
    ) -> Hit? {
        switch plan.measure {
        case .events:
            correlations.addEvent(generation, group, entries: plan.entries)
            return counted(plan, correlations.count(group), isEstimate: false)
        case .manyEvents:
            correlations.addToLot(generation, group)
            guard let sums = correlations.sums(group) else { return nil }
            return whole(plan, sums.first, isEstimate: sums.isCut)
        case .rules:
            var value = KeyHash(hash, below: key)
            value.add(UInt64(input.source))
            correlations.addDistinct(value.key, group, of: key, entries: .max)
            if !plan.conditionCode.isEmpty, !holds(plan, of: key) {
                if latestMeasures != nil { latestMeasures?[plan.rule] = Double(correlations.count(group)) }
                return nil
            }
            return counted(plan, correlations.count(group), isEstimate: false)
        case .distinctValues:
            for index in fetched[input.valueSlot].range {
                var value = KeyHash(hash, below: key)
                add(values.values[index], to: &value, message: message)
                correlations.addDistinct(value.key, group, of: key, entries: plan.entries)
            }
            let count = correlations.distinctCount(group, of: key)
            return counted(plan, count.count, isEstimate: count.isEstimate)
        case .sum, .average:
            for index in fetched[input.valueSlot].range {
                guard let number = number(at: index, plan.scale) else { continue }
                correlations.addNumbers(number, 1, group)
            }
            guard let sums = correlations.sums(group) else { return nil }
            if plan.measure == .sum, plan.scale == 1, !plan.hasFractions {
                return whole(plan, sums.first, isEstimate: sums.isCut)
            }
            let sum = Double(sums.first) / Double(plan.scale)
            return real(plan, plan.measure == .sum ? sum : sum / Double(max(1, sums.second)), isEstimate: sums.isCut)
        case .percentile(let percent):
            for index in fetched[input.valueSlot].range {
                if let number = number(at: index, plan.scale) { correlations.addRanked(number, group) }
            }
            guard let (value, isCut) = correlations.percentile(percent, group) else { return nil }
            return real(plan, value / Double(plan.scale), isEstimate: isCut)
        case .ratio:
            let first = total(of: input.valueSlot, plan.scale)
            let second = total(of: input.overSlot, plan.scale)
            if first != 0 || second != 0 { correlations.addNumbers(first, second, group) }
            guard let sums = correlations.sums(group), sums.second != 0 else { return nil }
            let (sum, over) = (Double(sums.first) / Double(plan.scale), Double(sums.second) / Double(plan.scale))
            guard sum >= plan.minimumSum, over >= plan.minimumOver else { return nil }
            return real(plan, sum / over, isEstimate: sums.isCut)
        case .orderedRules, .absence: return nil
        }
    }

    /// Whether a condition over rules is true of those that matched in the window of a group.
    private func holds(_ plan: CorrelationPlan, of key: TableKey) -> Bool {
        var next = plan.conditionStart
        while next >= 0 {
            let instruction = plan.conditionCode[Int(next)]
            var value = KeyHash(hash, below: key)
            value.add(UInt64(instruction.check))
            next = correlations.holds(value.key) ? instruction.ifTrue : instruction.ifFalse
        }
        return next == Instruction.accept
    }

    private mutating func counted(_ plan: CorrelationPlan, _ count: Int, isEstimate: Bool) -> Hit? {
        var hit = whole(plan, Int64(count), isEstimate: isEstimate)
        // More entries than the thresholds need are not kept.
        hit?.isCountCut = !isEstimate && plan.measure != .rules && count >= plan.entries
        return hit
    }

    private mutating func whole(_ plan: CorrelationPlan, _ measure: Int64, isEstimate: Bool) -> Hit? {
        if latestMeasures != nil { latestMeasures?[plan.rule] = Double(measure) }
        for index in plan.bounds.indices where !plan.bounds[index].holds(measure) { return nil }
        var hit = Hit(rule: plan.rule, matched: measure)
        hit.isEstimate = isEstimate
        return hit
    }

    private mutating func real(_ plan: CorrelationPlan, _ measure: Double, isEstimate: Bool) -> Hit? {
        if latestMeasures != nil { latestMeasures?[plan.rule] = measure }
        for index in plan.bounds.indices where !plan.bounds[index].holds(measure) { return nil }
        var hit = Hit(rule: plan.rule, matched: Int64(exactly: measure.rounded()) ?? (measure < 0 ? .min : .max))
        hit.measure = measure
        hit.isEstimate = isEstimate
        return hit
    }

    /// A value as a number of the windows, in units of 1 / `scale`; `nil` where it is none.
    private func number(at index: Int, _ scale: Int64) -> Int64? {
        switch values.values[index] {
        case .int(let number):
            if scale == 1 { return number }
            let (product, overflow) = number.multipliedReportingOverflow(by: scale)
            return overflow ? (number < 0 ? .min : .max) : product
        case .float(let number):
            guard number.isFinite else { return nil }
            let scaled = (number * Double(scale)).rounded()
            return Int64(exactly: scaled) ?? (scaled < 0 ? .min : .max)
        default: return nil
        }
    }

    private func total(of slot: Int, _ scale: Int64) -> Int64 {
        var sum: Int64 = 0
        for index in fetched[slot].range {
            guard let number = number(at: index, scale) else { continue }
            let (next, overflow) = sum.addingReportingOverflow(number)
            sum = overflow ? (number < 0 ? .min : .max) : next
        }
        return sum
    }
}
