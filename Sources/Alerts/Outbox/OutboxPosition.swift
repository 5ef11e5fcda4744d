/// How far somebody has come who hands the alerts of a store on, each once and each change of it.
public struct OutboxPosition: Codable, Hashable, Sendable {
    /// Every change up to this revision of an alert up to `alert` was handed on.
    public var revision: Int64
    /// Every alert up to this number was handed on as a new one.
    public var alert: Int64

    /// The beginning, or another place.
    public init(revision: Int64 = 0, alert: Int64 = 0) {
        self.revision = revision
        self.alert = alert
    }
}

/// An alert that is handed on, with what a receiver wants to know beside it.
public struct OutboxAlert: Hashable, Sendable {
    /// The alert; its evidence is left out.
    public var stored: StoredAlert
    /// The tags of its rule as it was when it fired.
    public var tags: [String]
    /// Wall clock of its last change, microseconds since 1970 UTC.
    public var storedAt: Int64
    /// The earliest frame that it rests on; `nil` where none was kept.
    public var firstFrame: EvidenceFrame?
    /// Whether it was not handed on before.
    public var isNew: Bool
    /// Where whoever has handed it on stands.
    public var position: OutboxPosition

    /// Puts one together.
    public init(
        stored: StoredAlert, tags: [String], storedAt: Int64, firstFrame: EvidenceFrame?, isNew: Bool,
        position: OutboxPosition
    ) {
        self.stored = stored
        self.tags = tags
        self.storedAt = storedAt
        self.firstFrame = firstFrame
        self.isNew = isNew
        self.position = position
    }
}

/// What is to be handed on next.
public struct OutboxBatch: Sendable {
    /// What tells the store from every other.
    public var store: String
    /// Changes of alerts that were handed on before, then new alerts, in the order of the store.
    public var alerts: [OutboxAlert] = []
    /// Numbers of alerts that were to come next and are not there any more, between two that are: retention removed them, or
    /// a later run of the same capture took their place.
    public var removed: [ClosedRange<Int64>] = []
    /// Where whoever has handed on all of it stands.
    public var position: OutboxPosition
    /// Whether there is nothing behind it yet.
    public var isDrained = false
    /// Whether the store has seen less than the one who asks: it is an older copy of itself.
    public var wentBack = false
}
