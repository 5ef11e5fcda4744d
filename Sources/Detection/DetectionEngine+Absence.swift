import Bytes
import Events
import Network

extension DetectionEngine {
    /// The most keys that one event makes known to be missed; the rest follows with the next event.
    private static let mostMissed = 64

    /// Makes the tables of correlations that need one of their own.
    mutating func makeTables() {
        let plans = rules.correlations
        let ordered = plans.indices.filter { plans[$0].measure == .orderedRules }
        for index in ordered {
            let plan = plans[index]
            let kept = plan.runs?.nodes.count ?? (plan.ruleCount * plan.neededRules)
            // More than 16 runs for a group are paid for with groups.
            let limit = limits.sequences / ordered.count * 16 / max(16, kept)
            if let found = plan.runs {
                runs[index] = RunTable(found, timespan: plan.timespan, limit: limit)
                continue
            }
            sequences[index] = SequenceTable(
                rules: plan.ruleCount, needed: plan.neededRules, timespan: plan.timespan,
                limit: limit)
        }
        let absent = plans.indices.filter { plans[$0].measure == .absence }
        for index in absent {
            absences[index] = AbsenceTable(
                timespan: plans[index].timespan, after: plans[index].after, limit: limits.absences / absent.count)
        }
    }

    /// Takes over the tables of correlations that are the same as before.
    mutating func takeTables(
        of hashes: [UInt64], _ oldSequences: [Int: SequenceTable], _ oldRuns: [Int: RunTable],
        _ oldAbsences: [Int: AbsenceTable]
    ) {
        for (index, hash) in correlationHashes.enumerated() {
            guard let old = hashes.firstIndex(of: hash) else { continue }
            if let table = oldSequences[old], sequences[index] != nil { sequences[index] = table }
            if let table = oldRuns[old], runs[index] != nil { runs[index] = table }
            if let table = oldAbsences[old], absences[index] != nil { absences[index] = table }
        }
        findNextAbsence()
    }

    /// Notes that a key came.
    mutating func noteArrival(
        _ input: CorrelationInput, _ plan: CorrelationPlan, _ key: TableKey,
        _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, message: RawSpan
    ) {
        guard let place = absences[input.correlation]?.add(key, context) else { return }
        let (due, overflow) = context.timestamp.nanoseconds.addingReportingOverflow(plan.timespan)
        if !overflow { nextAbsence = min(nextAbsence, due) }
        guard place >= 0 else { return }
        // The one time that text is made of a key: when it has become regular.
        let hit = Hit(rule: plan.rule, matched: Int64(plan.after))
        let shown = MissedKey(
            lastSeen: context, summary: summary(of: hit, event, context, message: message),
            groupKey: keyText(input.groupSlots, event, context, message: message))
        absences[input.correlation]?.show(shown, place)
    }

    /// Raises the absence of keys that should have come by now.
    mutating func raiseAbsences(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        missed.removeAll(keepingCapacity: true)
        let now = context.timestamp.nanoseconds
        for index in rules.correlations.indices where rules.correlations[index].measure == .absence {
            while missed.count < Self.mostMissed, let taken = absences[index]?.takeMissed(now: now) {
                guard let shown = taken.shown else { continue }
                tally.keysMissed &+= 1
                let plan = rules.correlations[index]
                guard plan.raises else { continue }
                var hit = Hit(rule: plan.rule, matched: taken.streak)
                hit.missed = missed.count
                missed.append(shown)
                if let duration = rules.rules[plan.rule].suppression?.duration {
                    (hit.alert, hit.isNew, hit.count) = suppressions.add(taken.key, duration: duration, now: now)
                } else {
                    hit.alert = suppressions.begin()
                }
                hits.append(hit)
            }
        }
        findNextAbsence()
    }

    private mutating func findNextAbsence() {
        nextAbsence = absences.values.reduce(.max) { min($0, $1.next) }
    }
}
