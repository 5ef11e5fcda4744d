/// A message of the session that an alert came from: what else its two ends did.
public struct HistoryEntry: Codable, Hashable, Sendable {
    /// Capture time, microseconds since 1970 UTC.
    public var time: Int64
    /// Number of its frame in its source, from 1.
    public var frameNumber: UInt64
    /// Whether the client sent it.
    public var isFromClient: Bool
    /// Its type, such as `PUBLISH` or `2.05`.
    public var type: String
    /// What it is about, such as a topic or a path, cut where it is long; what the network sent must be escaped before it is
    /// shown.
    public var text: String

    // Short, since there are twenty to an alert.
    enum CodingKeys: String, CodingKey {
        case time = "t"
        case frameNumber = "frame"
        case isFromClient = "client"
        case type
        case text
    }

    /// Puts an entry together.
    public init(time: Int64, frameNumber: UInt64, isFromClient: Bool, type: String, text: String) {
        self.time = time
        self.frameNumber = frameNumber
        self.isFromClient = isFromClient
        self.type = type
        self.text = text
    }
}
