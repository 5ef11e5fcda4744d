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
    /// Since the message before, a TCP segment came again with other content; the first copy stands.
    public static let segmentConflict = NetworkAnomalies(rawValue: 4)
}
