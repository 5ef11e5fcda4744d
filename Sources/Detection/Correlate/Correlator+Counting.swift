import Events
import Network
import Tables

extension Correlator {
    /// What a correlation came to whose condition holds.
    struct Finding: BitwiseCopyable {
        var matched: Int64
        var measure: Double
        var isEstimate = false
        var isCountCut = false
        /// When the window ends, or the run.
        var end: Int64 = 0

        init(_ matched: Int64) {
            self.matched = matched
            measure = Double(matched)
        }
    }

    /// Counts an event for a correlation, and raises that if its condition holds.
    mutating func count(
        _ record: MatchRecord, isLast: Bool, _ values: Span<MatchValue>, _ context: EventContext
    ) {
        let input = plans.inputs[Int(record.number)]
        let plan = plans.cores[Int(input.correlation)]
        var (time, token) = (record.time, record.token)
        if record.kind == .chainedInput {
            time = chained[Int(record.number)].time
            token = chained[Int(record.number)].token
        }
        let key = below(record.group, plan.hash)
        switch plan.measure {
        case .absence: noteArrival(plan, record, key, context)
        case .orderedRules:
            let found = ordered[Int(plan.table)].add(
                key, rule: Int(input.source), now: time, token: token, isLast: isLast, &collector)
            guard let found else { return }
            var finding = Finding(Int64(found.length))
            finding.end = found.end
            finish(input, plan, finding, record, token)
        default:
            let slot = windows.open(key, plan, now: time)
            enter(plan, input, slot, key, record, values, time, token)
            guard isLast, let finding = finding(plan, slot, key, time) else { return }
            finish(input, plan, finding, record, token)
        }
    }

    /// Raises a correlation whose condition holds, and hands it on to those that refer to it.
    private mutating func finish(
        _ input: CorrelationPlans.Input, _ plan: CorrelationPlans.Core, _ finding: Finding, _ record: MatchRecord,
        _ token: UInt64
    ) {
        if plan.measure != .ratio { matchesByRule[Int(plan.rule)] &+= 1 }
        guard plan.raises || input.next.lowerBound < input.next.upperBound else { return }
        let evidence = keepEvidence(token)
        if input.next.lowerBound < input.next.upperBound {
            let reference = tokenSets.add(evidenceTokens, evidence)
            for index in input.next.indices {
                let next = Int(plans.next[index])
                if chained[next].number == number, chained[next].time <= finding.end { continue }
                chained[next] = Chained(number: number, time: finding.end, token: reference)
            }
        }
        guard plan.raises else { return }
        var hit = Hit(rule: Int(plan.rule), matched: finding.matched, isCountCut: finding.isCountCut)
        hit.measure = finding.measure
        hit.isEstimate = finding.isEstimate
        hit.evidence = evidence
        raise(hit, record)
    }

    /// Adds an event to the window of its group.
    private mutating func enter(
        _ plan: CorrelationPlans.Core, _ input: CorrelationPlans.Input, _ slot: Int, _ key: Hash128,
        _ record: MatchRecord, _ values: Span<MatchValue>, _ time: Int64, _ token: UInt64
    ) {
        switch plan.measure {
        case .events: windows.addEvent(number, slot, time, token: token)
        case .manyEvents: windows.addToLot(number, slot, time, token: token)
        case .rules:
            let value = below(key, UInt64(truncatingIfNeeded: input.source))
            windows.addDistinct(value, slot, of: key, entries: 0, time, token: token)
        case .distinctValues:
            for index in record.values.indices {
                var value = KeyHash(hash, below: key)
                value.add(values[index].high)
                value.add(values[index].low)
                windows.addDistinct(value.key, slot, of: key, entries: plan.entries, time, token: token)
            }
        case .sum, .average:
            for index in record.values.indices {
                windows.addNumbers(values[index].number, 1, slot, time, token: token)
            }
        case .ratio:
            for index in record.values.indices {
                windows.addNumbers(values[index].number, values[index].divisor, slot, time, token: token)
            }
        case .percentile:
            for index in record.values.indices { windows.addRanked(values[index].number, slot, time, token: token) }
        case .orderedRules, .absence: return
        }
    }

    /// What a correlation came to in the earliest window, of those that the event is in, in which its condition holds;
    /// `nil` where it does in none.
    ///
    /// Of an event that does not come late there is one such window.
    private mutating func finding(
        _ plan: CorrelationPlans.Core, _ slot: Int, _ key: Hash128, _ time: Int64
    ) -> Finding? {
        let isLate = time < windows.latest(slot)
        if plan.measure.isDistinct {
            return isLate ? lateDistinct(plan, slot, key, time) : distinct(plan, slot, key, at: time)
        }
        var view = windows.current(slot)
        guard isLate else {
            guard let result = measure(plan, view) else { return nil }
            collector.removeAll()
            windows.collect(view, into: &collector)
            return result
        }
        var result: Finding?
        var found = view
        var entriesLeft = CorrelationWindows.mostValues
        var numbersLeft = 8 * CorrelationWindows.percentileValues
        repeat {
            if difference(view.end, time) <= plan.timespan, let met = measure(plan, view) {
                result = met
                found = view
            }
            if case .percentile = plan.measure { numbersLeft -= view.count }
        } while view.end > time && numbersLeft > 0 && windows.stepBack(&view, slot, to: time, &entriesLeft)
        guard result != nil else { return nil }
        collector.removeAll()
        windows.collect(found, into: &collector)
        return result
    }

    /// Measures a window of events or numbers.
    private mutating func measure(_ plan: CorrelationPlans.Core, _ view: WindowView) -> Finding? {
        var result: Finding?
        switch plan.measure {
        case .events: result = counted(plan, view.count)
        case .manyEvents:
            guard view.count > 0 else { return nil }
            result = whole(plan, view.sum)
            result?.isEstimate = view.isCut
        case .sum, .average:
            guard view.count > 0 else { return nil }
            if plan.measure == .sum, plan.scale == 1, !plan.hasFractions {
                result = whole(plan, view.sum)
            } else {
                let sum = Double(view.sum) / Double(plan.scale)
                result = real(plan, plan.measure == .sum ? sum : sum / Double(max(1, view.second)))
            }
            result?.isEstimate = view.isCut
        case .percentile(let percent):
            guard let value = windows.percentile(percent, view) else { return nil }
            result = real(plan, value / Double(plan.scale))
            result?.isEstimate = view.isCut
        case .ratio:
            guard view.count > 0, view.second != 0 else { return nil }
            let (sum, over) = (Double(view.sum) / Double(plan.scale), Double(view.second) / Double(plan.scale))
            guard sum >= plan.minimumSum, over >= plan.minimumOver else { return nil }
            result = real(plan, sum / over)
            result?.isEstimate = view.isCut
        case .distinctValues, .rules, .orderedRules, .absence: return nil
        }
        result?.end = view.end
        return result
    }

    private mutating func lateDistinct(
        _ plan: CorrelationPlans.Core, _ slot: Int, _ key: Hash128, _ time: Int64
    ) -> Finding? {
        windows.beginSweep(slot, after: time)
        while let window = windows.sweep.next() {
            if let result = distinct(plan, slot, key, at: window.end, counted: window.count) { return result }
        }
        return nil
    }

    /// Measures the window of distinct values that ends at a time; of one that ends before the latest event of the group, how
    /// many there are in it is known.
    private mutating func distinct(
        _ plan: CorrelationPlans.Core, _ slot: Int, _ key: Hash128, at end: Int64, counted known: Int = 0
    ) -> Finding? {
        var (count, isEstimate) = (windows.limited(known, slot), false)
        if end == windows.latest(slot) { (count, isEstimate) = windows.distinctCount(slot, of: key) }
        if plan.measure == .rules, plan.hasCondition, !holds(plan, of: key, at: end) {
            if latestMeasures != nil { latestMeasures?[Int(plan.rule)] = Double(count) }
            return nil
        }
        guard var result = counted(plan, count, isEstimate: isEstimate) else { return nil }
        result.end = end
        collector.removeAll()
        windows.collect(slot, at: end, into: &collector)
        return result
    }

    /// Whether a condition over rules is true of those that matched in the window of a group that ends at a time.
    private func holds(_ plan: CorrelationPlans.Core, of key: Hash128, at end: Int64) -> Bool {
        var next = plan.conditionStart
        while next >= 0 {
            let instruction = plans.instructions[Int(next)]
            let value = below(key, UInt64(truncatingIfNeeded: instruction.check))
            let isHeld = windows.holds(value, at: end, timespan: plan.timespan)
            next = isHeld ? instruction.ifTrue : instruction.ifFalse
        }
        return next == Instruction.accept
    }

    private mutating func counted(
        _ plan: CorrelationPlans.Core, _ count: Int, isEstimate: Bool = false
    ) -> Finding? {
        var result = whole(plan, Int64(count))
        result?.isEstimate = isEstimate
        // More entries than the thresholds need are not kept.
        result?.isCountCut = !isEstimate && plan.measure != .rules && count >= plan.entries
        return result
    }

    private mutating func whole(_ plan: CorrelationPlans.Core, _ measure: Int64) -> Finding? {
        if latestMeasures != nil { latestMeasures?[Int(plan.rule)] = Double(measure) }
        return plans.holds(plan, measure) ? Finding(measure) : nil
    }

    private mutating func real(_ plan: CorrelationPlans.Core, _ measure: Double) -> Finding? {
        if latestMeasures != nil { latestMeasures?[Int(plan.rule)] = measure }
        guard plans.holds(plan, measure) else { return nil }
        var result = Finding(Int64(exactly: measure.rounded()) ?? (measure < 0 ? .min : .max))
        result.measure = measure
        return result
    }
}
