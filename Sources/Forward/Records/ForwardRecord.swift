import Alerts

/// One thing that is told to a target.
struct ForwardRecord: Sendable {
    /// What is told.
    enum Kind: String, Sendable {
        /// A new alert.
        case alert
        /// An alert that has grown or become worse.
        case update
        /// What a person said of an alert.
        case triage
        /// Records that were to come and will not.
        case gap
        /// A target has fallen behind, or has caught up.
        case lag
        /// A sign of life.
        case heartbeat
        /// What the sensor counted.
        case stats
        /// A new record of the inventory.
        case asset
    }

    /// What is told.
    var kind: Kind
    /// The same each time that this is sent, and wherever it is sent: by it a far end drops doubles.
    var id: String
    /// The sensor that it is about; the name of this machine where it is about none.
    var sensor: String
    /// Wall clock of what it is about, microseconds since 1970 UTC.
    var storedAt: Int64
    /// The alert, of an alert, an update, or what a person said.
    var alert: OutboxAlert?
    /// What alerts of several sensors that saw the same packets have in common.
    var correlation: String?
    /// What a person said.
    var triage: TriageEntry?
    /// What is missing.
    var gap: RecordGap?
    /// An object of JSON: a sign of life, what was counted, a record of the inventory.
    var detail: String?
    /// Frames of an alert as pcapng.
    var evidence: [UInt8]?
    /// Its number in the stream of the target; one more with each record.
    var sequence: Int64 = 0
    /// What tells the stream of the target from every other.
    var stream = ""
    /// Where the target stands once this is confirmed: the path of a store and its cursor; `nil` where it stays.
    var cursor: (path: String, cursor: StoreCursor)?
}

/// Why and how many records are missing.
struct RecordGap: Sendable {
    /// What became of them.
    enum Cause: String, Sendable {
        /// They were removed from the store before they could go: by retention, or since a later run of the same capture took
        /// their place.
        case removed
        /// The store was replaced by another, and what was left in the old one cannot be found.
        case storeReplaced = "store_replaced"
        /// The store is an older copy of itself: what it holds is sent again.
        case storeWentBack = "store_went_back"
    }

    /// What became of them.
    let cause: Cause
    /// How many; `nil` where nobody knows.
    let count: Int64?
    /// The numbers of the first and the last.
    let numbers: ClosedRange<Int64>?
    /// A sentence for people.
    let text: String
}

extension ForwardRecord {
    /// Whether it is about an alert.
    var isAboutAlert: Bool { kind == .alert || kind == .update || kind == .triage }

    /// How urgent it is, as a Sigma level; a gap matters, a sign of life does not.
    var level: AlertLevel {
        switch kind {
        case .alert, .update, .triage: alert?.stored.alert.level ?? .informational
        case .gap, .lag: .high
        case .heartbeat, .stats, .asset: .informational
        }
    }

    /// What the record does to an alert, in the words of OCSF: 1 create, 2 update, 3 close.
    var activity: Int {
        switch kind {
        case .triage: triage?.action == .close ? 3 : 2
        case .update: 2
        default: 1
        }
    }
}
