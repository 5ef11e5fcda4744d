/// What became plain of a connection beside its messages, or what came of it in the end.
public enum ConnectionState: UInt8, CaseIterable, Sendable {
    /// The SYN was not answered.
    case unanswered
    /// The SYN was answered by a RST.
    case refused
    /// The SYN was answered, and the client did not go on.
    case halfOpen
    /// The client has said nothing.
    case silent
    /// The client has begun a first message and not ended it.
    case partial
    /// The same, though more of it comes from time to time.
    case trickle
    /// The first message says that it is longer than any that a stranger has reason to send.
    case oversized
    /// What came first is another protocol.
    case foreign
    /// Messages were exchanged; the dissector knows what for.
    case open
    /// It ended before the first message was whole.
    case closed
    /// Messages were exchanged, and the client has begun another and ended it neither at one look nor at the next.
    case stalled

    /// The keyword that fields and statistics show.
    public var name: StaticString {
        switch self {
        case .unanswered: "syn_only"
        case .refused: "refused"
        case .halfOpen: "half_open"
        case .silent: "silent"
        case .partial: "partial"
        case .trickle: "trickle"
        case .oversized: "oversized"
        case .foreign: "foreign"
        case .open: "idle"
        case .closed: "closed"
        case .stalled: "stalled"
        }
    }
}

/// What is told of a TCP connection to a server of a protocol beside its messages: most attacks on connections are the
/// messages that never come.
public struct ConnectionReport: Sendable {
    /// What is told.
    public var state: ConnectionState
    /// Nanoseconds since its SYN.
    public var duration: Int64
    /// Bytes that the client has sent.
    public var clientBytes: Int
    /// The length of the first message, as its header says; `nil` where there is none.
    public var announcedLength: Int?
    /// The name of the protocol that came instead; `nil` where it is this one, or may be.
    public var foreignName: StaticString?
    /// Connections that this client's address holds open to this server without a first message.
    public var pending: UInt32

    /// Makes a report.
    public init(
        state: ConnectionState, duration: Int64, clientBytes: Int, announcedLength: Int? = nil,
        foreignName: StaticString? = nil, pending: UInt32
    ) {
        self.state = state
        self.duration = duration
        self.clientBytes = clientBytes
        self.announcedLength = announcedLength
        self.foreignName = foreignName
        self.pending = pending
    }
}
