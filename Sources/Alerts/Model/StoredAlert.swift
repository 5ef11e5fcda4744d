/// An alert as it lies in the store.
public struct StoredAlert: Hashable, Sendable {
    /// The row's number: grows with each row, never used again.
    public var id: Int64
    /// Grows with each change of any row: what `poll` goes by.
    public var revision: Int64
    /// The run that raised it.
    public var runID: Int64
    /// The name of the sensor that raised it.
    public var sensor: String
    /// The alert; its evidence is left out unless it was asked for by number.
    public var alert: Alert
    /// What people said of it; `nil` where nobody did.
    public var triage: AlertTriage?

    /// Puts a row together.
    public init(id: Int64, revision: Int64, runID: Int64, sensor: String, alert: Alert) {
        self.id = id
        self.revision = revision
        self.runID = runID
        self.sensor = sensor
        self.alert = alert
    }
}

extension StoredAlert {
    /// How far people have come with it.
    public var state: AlertState { triage?.state ?? .open }
}

/// An alert in full: what `show` prints.
public struct AlertDetail: Hashable, Sendable {
    /// The alert with its evidence.
    public var stored: StoredAlert
    /// The rule as it was when it fired; `nil` where the writer was not told of it.
    public var rule: RuleRecord?
    /// The run that raised it.
    public var run: RunRecord?
}
