import Events
import Network
import Tables

extension PolicyMonitor {
    /// How often it is looked for what stays away, in nanoseconds of capture time.
    private static let pause: Int64 = 1_000_000_000
    /// Records over which the pace is measured.
    private static let paceRecords: Int32 = 10

    /// Notes that a record of a name came from whom it has to come.
    mutating func noteLife(_ slot: Int, _ context: EventContext) {
        names[slot].last = context.timestamp
        names[slot].isMissed = false
        names[slot].hasLived = true
        (names[slot].client, names[slot].server) = (context.client, context.server)
        names[slot].transport = context.transport
    }

    /// Looks how fast the records of a name follow each other, whoever sends them.
    mutating func notePace(_ slot: Int, _ context: EventContext) {
        let time = context.timestamp
        guard names[slot].rule >= 0 else { return }
        guard names[slot].paceCount < Self.paceRecords else {
            let passed = Double(time.nanoseconds(since: names[slot].paceStart)) / 1e9
            let pace = passed / Double(names[slot].paceCount)
            let rule = Int(names[slot].rule)
            (names[slot].paceCount, names[slot].paceStart) = (1, time)
            guard let (least, most) = index.rules[rule].entry.band(.pace), pace < least || pace > most,
                names[slot].told.isDue(PolicyDeviation.Kind.rateOutOfBand.rawValue, at: time)
            else { return }
            return tell(
                slot, .rateOutOfBand, .topics, "one every \(least) to \(most) s",
                "one every \((pace * 1000).rounded() / 1000) s", context)
        }
        if names[slot].paceCount == 0 { names[slot].paceStart = time }
        names[slot].paceCount += 1
    }

    /// Goes on to a later time: what should have come by then is missed, whether or not anything else came.
    public mutating func advance(to time: Timestamp) {
        guard time > now else { return }
        now = time
        if time.microseconds >= index.nextEnd { take(index.advanced(to: now.microseconds)) }
        guard time >= lookDue else { return }
        // Of many names it is looked at less often.
        let pause = Self.pause * Int64(1 + names.count / 4096)
        lookDue = time.advanced(byNanoseconds: pause)
        if !index.maintenance.isEmpty { lookAtWindows() }
        lookForSilences()
    }

    private mutating func lookForSilences() {
        // The table is in the order of use: the oldest come first.
        var next = names.oldest
        while let slot = next {
            next = names.newer(than: slot)
            let silence = names[slot].silence
            guard silence > 0, names[slot].hasLived, !names[slot].isMissed,
                now.nanoseconds(since: names[slot].last) > silence
            else {
                continue
            }
            names[slot].isMissed = true
            let state = names[slot]
            let context = EventContext(
                timestamp: now, frameNumber: 0, source: state.client, destination: state.server,
                transport: state.transport, direction: .toServer)
            var deviation = PolicyDeviation(.silence, section: PolicySection.heartbeats.rawValue, name: state.label)
            deviation.party = state.holderKind
            deviation.client = state.holder
            deviation.server = state.scope
            deviation.state = "allow"
            deviation.expected = "a record every \(Double(silence) / 1e9) s at the latest"
            let quiet = Double(now.nanoseconds(since: state.last)) / 1e9
            deviation.observed = "none for \((quiet * 10).rounded() / 10) s"
            deviation.count = 1
            let isHidden = window(over: .heartbeats, state.scope, at: now) != nil
            names[slot].isMissHidden = isHidden && index.mode(of: .heartbeats) == .on
            tell(deviation, .heartbeats, context)
        }
    }

    /// Takes off what stays away the time in which nothing was captured.
    public mutating func noteHole(_ hole: CaptureHole) {
        var next = names.oldest
        while let slot = next {
            next = names.newer(than: slot)
            names[slot].last = names[slot].last.advanced(byNanoseconds: hole.nanoseconds)
            names[slot].paceCount = 0
        }
    }

    /// Waits anew for what may have come in bytes that were lost.
    public mutating func noteLoss(client: Endpoint, server: Endpoint, at time: Timestamp) {
        var next = names.oldest
        while let slot = next {
            next = names.newer(than: slot)
            if names[slot].client == client, names[slot].server == server { names[slot].last = time }
        }
    }
}
