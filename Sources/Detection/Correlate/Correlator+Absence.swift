import Bytes
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
        if let taken = absences[table].takeMissed(key, at: context.timestamp.nanoseconds) {
            if loss(since: taken) == nil { raiseAbsence(plan, taken, now: record.time) }
        }
        let arrival = absences[table].add(key, context, token: record.token)
        nextAbsence = min(nextAbsence, moved(record.time, by: absences[table].patience))
        let found = RegularKey(table: table, slot: arrival.slot, input: Int(record.number))
        if arrival.hasBecomeRegular { regular.append(found) }
        if arrival.hasBecomeRegular || arrival.isLatest { arrivals.append(found) }
    }

    /// Nothing was captured for a while: what did not come then is not missed.
    mutating func passOver(_ hole: CaptureHole) {
        for index in absences.indices { absences[index].passOver(hole) }
        findNextAbsence()
    }

    /// Bytes between two addresses were lost: what comes regularly from there may have come in them.
    mutating func noteLoss(client: IPAddress, server: IPAddress, at time: Timestamp) {
        if !absences.isEmpty { losses.store(time.nanoseconds, for: lossKey(client, server)) }
    }

    /// When something was lost of what brought a key, if that was after it came last.
    private func loss(since missed: AbsenceTable.Missed) -> Int64? {
        guard let context = missed.shown?.lastSeen,
            let known = losses.find(lossKey(context.client.address, context.server.address))
        else { return nil }
        return losses[known] > missed.last ? losses[known] : nil
    }

    private func lossKey(_ client: IPAddress, _ server: IPAddress) -> UInt64 {
        hash.hash(client.high, client.low, server.high, server.low, client.isIPv4 ? 4 : 6)
    }

    /// Raises the absence of keys that should have come by now.
    mutating func raiseAbsences(now: Int64) {
        for index in plans.cores.indices where plans.cores[index].measure == .absence {
            let plan = plans.cores[index]
            while missed.count < Self.mostMissed, let taken = absences[Int(plan.table)].takeMissed(now: now) {
                if let time = loss(since: taken) {
                    absences[Int(plan.table)].putBack(taken, at: time)
                } else {
                    raiseAbsence(plan, taken, now: now)
                }
            }
        }
        findNextAbsence()
    }

    private mutating func raiseAbsence(_ plan: CorrelationPlans.Core, _ taken: AbsenceTable.Missed, now: Int64) {
        guard let shown = taken.shown else { return }
        keysMissed &+= 1
        guard plan.raises else { return }
        var hit = Hit(rule: Int(plan.rule), matched: taken.streak)
        hit.missed = missed.count
        missed.append(shown)
        collector.removeAll()
        hit.evidence = keepEvidence(taken.token)
        var record = MatchRecord(time: now, token: taken.token, number: plan.rule, kind: .input)
        record.row = taken.key
        raise(hit, record)
    }

    /// Keeps a frame of the latest event with the regular keys that it brought.
    mutating func keep(_ frame: RawSpan, _ place: LastFrame.Place) {
        for index in arrivals.indices { absences[arrivals[index].table].keep(frame, place, arrivals[index].slot) }
    }

    /// Finds out when the next key can be missed.
    mutating func findNextAbsence() {
        nextAbsence = .max
        for index in absences.indices { nextAbsence = min(nextAbsence, absences[index].next) }
    }
}
