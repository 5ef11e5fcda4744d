import Events
import Network
import Tables

extension Correlator {
    /// The most keys that one event makes known to be missed; the rest follows with the next event.
    private static let mostMissed = 64

    /// Notes that a key came.
    mutating func noteArrival(
        _ plan: CorrelationPlans.Core, _ record: MatchRecord, _ key: Hash128, _ context: EventContext
    ) {
        let table = Int(plan.table)
        let slot = absences[table].add(key, context, token: record.token)
        nextAbsence = min(nextAbsence, moved(record.time, by: plan.timespan))
        if slot >= 0 { regular.append(RegularKey(table: table, slot: slot, input: Int(record.number))) }
    }

    /// Raises the absence of keys that should have come by now.
    mutating func raiseAbsences(now: Int64) {
        missed.removeAll(keepingCapacity: true)
        for index in plans.cores.indices where plans.cores[index].measure == .absence {
            let plan = plans.cores[index]
            while missed.count < Self.mostMissed, let taken = absences[Int(plan.table)].takeMissed(now: now) {
                guard let shown = taken.shown else { continue }
                keysMissed &+= 1
                guard plan.raises else { continue }
                var hit = Hit(rule: Int(plan.rule), matched: taken.streak)
                hit.missed = missed.count
                missed.append(shown)
                collector.removeAll()
                hit.evidence = keepEvidence(taken.token)
                raise(hit, taken.key, now)
            }
        }
        findNextAbsence()
    }

    /// Finds out when the next key can be missed.
    mutating func findNextAbsence() {
        nextAbsence = .max
        for index in absences.indices { nextAbsence = min(nextAbsence, absences[index].next) }
    }
}
