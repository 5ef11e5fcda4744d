/// How many records a second go to a target at most: after a long silence of the far end it is not run over.
struct Pace {
    private let rate: Int
    private var free = ContinuousClock.now

    /// No limit for 0.
    init(_ rate: Int) { self.rate = rate }

    /// Waits until so many records may go.
    mutating func wait(_ count: Int, _ control: ForwardSwitch) {
        guard rate > 0 else { return }
        let now = ContinuousClock.now
        if free > now { control.pause((free - now) / .seconds(1)) }
        free = max(free, now) + .seconds(Double(count) / Double(rate))
    }
}

/// When a request may be sent: so many in any minute at most, the last of which is kept for what is critical.
struct RequestAllowance {
    private let perMinute: Int?
    private let groupWait: Duration
    /// When the last requests were sent, oldest first.
    private var sent: [ContinuousClock.Instant] = []

    init(_ settings: TargetSettings) {
        perMinute = settings.kind == .webhook ? settings.requestsPerMinute : nil
        groupWait = .seconds(settings.groupWait)
    }

    /// Whether what is held goes now.
    mutating func isDue(_ gathering: Gathering, isOnce: Bool) -> Bool {
        guard !gathering.isEmpty else { return false }
        guard let perMinute else { return true }
        let now = ContinuousClock.now
        sent.removeAll { now - $0 >= .seconds(60) }
        if gathering.isUrgent { return sent.count < perMinute }
        let isReady = gathering.isFull || isOnce || gathering.since.map { now - $0 >= groupWait } ?? false
        return isReady && sent.count < max(1, perMinute - 1)
    }

    /// A request was sent.
    mutating func spend() { if perMinute != nil { sent.append(ContinuousClock.now) } }
}
