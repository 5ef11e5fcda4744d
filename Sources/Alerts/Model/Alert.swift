import Network

/// What a rule found: one row of the store.
///
/// Texts hold what the network sent, hostile bytes included; whoever shows them escapes them (`terminalSafe`).
public struct Alert: Codable, Hashable, Sendable {
    /// The number that the detection engine gave this alert, unique within the run.
    public var serial: UInt64
    /// Capture time of the first match, microseconds since 1970 UTC.
    public var firstSeen: Int64
    /// Capture time of the latest match, microseconds since 1970 UTC.
    public var lastSeen: Int64
    /// How many matches the row stands for, from 1.
    public var count: Int64
    /// The id of the rule that matched.
    public var ruleID: String
    /// The title of that rule.
    public var ruleTitle: String
    /// How bad the rule says it is.
    public var level: AlertLevel
    /// `mqtt`, `coap`; empty for a correlation over several.
    public var category: String
    /// One line that says what happened.
    public var summary: String
    /// The address that sent the message.
    public var sourceIP: IPAddress?
    /// The port that it came from.
    public var sourcePort: UInt16?
    /// The address that it went to.
    public var destinationIP: IPAddress?
    /// The port that it went to.
    public var destinationPort: UInt16?
    /// The transport protocol.
    public var transport: Transport?
    /// The end that asks.
    public var clientIP: IPAddress?
    /// The end that answers.
    public var serverIP: IPAddress?
    /// The MQTT client identifier.
    public var clientID: String?
    /// The Community ID of the flow, version 1.
    public var communityID: String?
    /// What suppression or correlation grouped by, as text.
    public var groupKey: String?
    /// The event as one JSON object, names as in the registry of fields.
    public var event: String
    /// The frames that it rests on, oldest first.
    public var evidence: [EvidenceFrame]
    /// How many frames it rests on besides, of which no bytes were kept; `nil` for none.
    public var evidenceLeftOut: Int?
    /// What its matches come to beside their number; `nil` where the rule does not ask.
    public var tally: AlertTally?
    /// What tells its row from others, as the detection engine hashed it: 16 bytes; `nil` where repetitions have rows of
    /// their own.
    public var rowKey: [UInt8]?
    /// The latest messages between its two ends, oldest first.
    public var history: [HistoryEntry]?

    /// Makes an alert; what is not given is absent.
    public init(
        serial: UInt64, firstSeen: Int64, lastSeen: Int64, count: Int64 = 1, ruleID: String, ruleTitle: String,
        level: AlertLevel, category: String, summary: String, sourceIP: IPAddress? = nil, sourcePort: UInt16? = nil,
        destinationIP: IPAddress? = nil, destinationPort: UInt16? = nil, transport: Transport? = nil,
        clientIP: IPAddress? = nil, serverIP: IPAddress? = nil, clientID: String? = nil, communityID: String? = nil,
        groupKey: String? = nil, event: String = "{}", evidence: [EvidenceFrame] = [],
        evidenceLeftOut: Int? = nil, tally: AlertTally? = nil, rowKey: [UInt8]? = nil,
        history: [HistoryEntry]? = nil
    ) {
        self.serial = serial
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.count = count
        self.ruleID = ruleID
        self.ruleTitle = ruleTitle
        self.level = level
        self.category = category
        self.summary = summary
        self.sourceIP = sourceIP
        self.sourcePort = sourcePort
        self.destinationIP = destinationIP
        self.destinationPort = destinationPort
        self.transport = transport
        self.clientIP = clientIP
        self.serverIP = serverIP
        self.clientID = clientID
        self.communityID = communityID
        self.groupKey = groupKey
        self.event = event
        self.evidence = evidence
        self.evidenceLeftOut = evidenceLeftOut
        self.tally = tally
        self.rowKey = rowKey
        self.history = history
    }
}
