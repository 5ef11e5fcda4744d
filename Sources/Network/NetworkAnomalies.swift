/// What was odd about the way a message came.
public struct NetworkAnomalies: OptionSet, Hashable, Sendable {
    /// The bits, one for each anomaly.
    public let rawValue: UInt8

    /// The anomalies of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Fragments of its packet overlapped with the same bytes.
    public static let fragmentOverlap = NetworkAnomalies(rawValue: 1)
    /// Fragments of its packet overlapped with different bytes; the first copy stands.
    public static let fragmentConflict = NetworkAnomalies(rawValue: 2)
    /// A TCP segment came again with other content, and nothing says which copy its receiver took: both are read.
    public static let segmentAmbiguous = NetworkAnomalies(rawValue: 4)
    /// A TCP segment that its receiver will have dropped differs from the one that it took.
    public static let segmentDecoy = NetworkAnomalies(rawValue: 8)
    /// A RST came in the name of an end that did not send it.
    public static let forgedReset = NetworkAnomalies(rawValue: 16)
    /// Fragments of its packet overlapped with different bytes, and each of the copies is read; or their ECN marks do not go
    /// together, and nothing says whether the receiver put them together.
    public static let fragmentAmbiguous = NetworkAnomalies(rawValue: 32)

    /// Compressed messages of WebSocket come to more bytes than are read of a connection in a second.
    public static let webSocketBudget = NetworkAnomalies(rawValue: 128)
    /// A byte was marked as urgent: receivers take it out of the stream, or do not.
    ///
    /// Both are read.
    public static let urgentData = NetworkAnomalies(rawValue: 64)

    /// The anomalies and their names, as `network.anomaly` shows them.
    public static let names: [(anomaly: NetworkAnomalies, name: StaticString)] = [
        (.fragmentOverlap, "fragment_overlap"), (.fragmentConflict, "fragment_conflict"),
        (.segmentAmbiguous, "segment_ambiguous"),
        (.segmentDecoy, "segment_decoy"), (.forgedReset, "forged_reset"), (.fragmentAmbiguous, "fragment_ambiguous"),
        (.webSocketBudget, "websocket_budget"),
        (.urgentData, "urgent_data"),
    ]
}
