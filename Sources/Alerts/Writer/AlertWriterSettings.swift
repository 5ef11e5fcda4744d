/// The limits of a writer.
public struct AlertWriterSettings: Sendable {
    /// A transaction holds at most this many changes.
    public var batchSize = 1000
    /// A new alert, or one that becomes worse, waits at most this long for company.
    public var batchDelaySeconds = 0.1
    /// A repetition waits this long, where nothing more urgent does: those of one row are written as one.
    public var repetitionDelaySeconds = 1.0
    /// How many alerts may wait in memory.
    public var queueLimit = 100_000
    /// How many bytes of alerts may wait in memory.
    public var queueLimitBytes = 32 << 20
    /// How many bytes of the database may be kept in memory.
    public var cacheBytes = 16 << 20
    /// How large the spill file may grow, in bytes.
    public var spillLimitBytes = 256 << 20
    /// While an alert has fewer frames as evidence, those of its next match are added.
    ///
    /// The frames of the first match are all kept, however many it came in; 0 keeps none.
    public var evidenceLimit = 10
    /// How long a transaction waits for another program's lock.
    public var busyTimeoutSeconds = 0.25
    /// How long opening the store or beginning the run of a file waits for another program's lock.
    public var openTimeoutSeconds = 5.0
    /// How long after a failure the next attempt is made; doubled up to twenty times this.
    public var retrySeconds = 0.25
    /// How long `submit` waits for room in a full queue before it gives the alert up.
    public var patienceSeconds = 1.0
    /// What is removed, and when.
    public var retention = Retention()
    /// Who may read the files that are made.
    public var access = StoreAccess()
    /// The numbers of the alerts that somebody has closed: retention takes them before open ones.
    public var closedAlerts: @Sendable () -> Set<Int64> = { [] }

    /// The default limits.
    public init() {}

    /// How long alerts stay.
    ///
    /// The store's own clock decides, not capture time, so that the alerts of an old capture stay as long as others
    /// do. What matters least goes first, and of that what changed longest ago.
    public struct Retention: Hashable, Sendable {
        /// Alerts that have not changed for so long are removed, but for high and critical ones that nobody has closed;
        /// `nil` keeps them.
        public var maximumAgeSeconds: Int64?
        /// Alerts are removed while the file holds more bytes than this: closed, low and informational ones first, open
        /// critical ones last; `nil` lets it grow.
        public var maximumBytes: Int64?
        /// How often this is looked after.
        public var intervalSeconds = 60.0
        /// How many changes may be stored before it is looked after again.
        public var intervalChanges = 20_000
        /// How many alerts one transaction removes at most.
        public var batchSize = 500

        /// Keeps everything.
        public init() {}
    }
}

/// What a writer did.
///
/// All numbers count changes: alerts and repetitions.
public struct AlertWriterCounters: Hashable, Sendable {
    /// Handed to `submit`.
    public var submitted = 0
    /// Joined with one that waited already, and so not written apart.
    public var coalesced = 0
    /// Committed to the database, those taken in from the spill file included.
    public var committed = 0
    /// Written to the spill file.
    public var spilled = 0
    /// Read back from the spill file and committed, or found to belong to a run that was replaced.
    public var takenIn = 0
    /// Those in the spill file now, whoever put them there: they wait for this writer or the next.
    public var waiting = 0
    /// What could not be kept.
    public var lost = 0
    /// Records of the spill file that were damaged: a torn tail counts as one.
    public var damaged = 0
    /// Repetitions of an alert that retention had removed.
    public var orphaned = 0
    /// Alerts that retention removed for their age.
    public var removedByAge = 0
    /// Alerts that retention removed for the size of the store.
    public var removedBySize = 0
    /// Alerts that retention removed, for whatever reason, by their level.
    public var removedByLevel: [AlertLevel: Int] = [:]

    /// All zero.
    public init() {}
}
