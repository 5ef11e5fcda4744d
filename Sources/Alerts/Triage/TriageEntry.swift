/// How far people have come with an alert.
public enum AlertState: String, CaseIterable, Codable, Hashable, Sendable {
    /// Nobody has looked at it, or it was opened again.
    case open
    /// Somebody has seen it and is at it.
    case acknowledged
    /// Somebody has dealt with it.
    case closed
}

/// Something that a person said of an alert.
public struct TriageEntry: Codable, Hashable, Sendable {
    /// What was said.
    public enum Action: String, CaseIterable, Codable, Hashable, Sendable {
        /// The alert was seen.
        case acknowledge
        /// The alert is dealt with.
        case close
        /// The alert is not dealt with after all.
        case reopen
        /// A remark, which changes no state.
        case note
    }

    /// The identity of the store that the alert is in.
    public var store: String
    /// The number of the alert in that store.
    public var alert: Int64
    /// What was said.
    public var action: Action
    /// A remark with it.
    public var note: String?
    /// Who said it.
    public var by: String
    /// When, by the wall clock, microseconds since 1970 UTC.
    public var at: Int64
    /// How many matches the alert had then.
    public var count: Int64
    /// How bad it was then.
    public var level: AlertLevel

    /// Puts an entry together.
    public init(
        store: String, alert: Int64, action: Action, note: String? = nil, by: String, at: Int64, count: Int64,
        level: AlertLevel
    ) {
        self.store = store
        self.alert = alert
        self.action = action
        self.note = note
        self.by = by
        self.at = at
        self.count = count
        self.level = level
    }
}

/// What people said of one alert, and what that makes of it.
public struct AlertTriage: Hashable, Sendable {
    /// How far people have come.
    public var state: AlertState
    /// Whether it was closed, or seen, and is open again because it grew or became worse since.
    public var isReopened: Bool
    /// Everything that was said, oldest first.
    public var entries: [TriageEntry]

    /// The latest entry that has a remark.
    public var latestNote: TriageEntry? { entries.last { $0.note != nil } }

    /// The latest entry that changed the state.
    public var latestChange: TriageEntry? { entries.last { $0.action != .note } }

    /// What entries, oldest first, make of an alert that has so many matches and is so bad by now.
    ///
    /// A closed alert opens again when it grows or becomes worse; one that was seen only when it becomes worse.
    init(_ entries: [TriageEntry], count: Int64, level: AlertLevel) {
        self.entries = entries
        state = .open
        isReopened = false
        guard let change = entries.last(where: { $0.action != .note }) else { return }
        switch change.action {
        case .close:
            isReopened = count > change.count || level > change.level
            state = isReopened ? .open : .closed
        case .acknowledge:
            isReopened = level > change.level
            state = isReopened ? .open : .acknowledged
        case .reopen, .note: break
        }
    }
}
