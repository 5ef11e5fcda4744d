import Bytes
import Network

/// What the first bytes of a stream say of a protocol.
public enum ProbeVerdict: Hashable, Sendable {
    /// They are not its.
    case no
    /// They may yet become its.
    case needMore
    /// They look like it; what follows, or what the other end sends, has to prove it.
    case candidate
    /// They are those of the end that asks.
    case client
    /// They are those of the end that answers.
    case server
    /// They are those of either end; the ports have to tell which.
    case either
}

/// What a frame parser found at the beginning of the bytes of a stream.
public enum FrameVerdict: Hashable, Sendable {
    /// A whole message of that many bytes.
    case message(Int)
    /// The beginning of a message; of `total` bytes, once its header tells.
    case incomplete(total: Int?)
    /// No message can begin so: the boundaries are lost. So many bytes are dissected all the same, so that what broke the
    /// stream is told; 0 for none.
    case lost(told: Int)
}

/// What the first byte of a message says for itself, before anything follows it.
public enum HeadVerdict: Hashable, Sendable {
    /// A message may begin so.
    case lawful
    /// None may, though one that does is read like any other. Where it never becomes whole, it is told by that byte.
    case faulty
    /// None may, and none that does has anything to read: it is told at once, and the rest is passed over.
    case hopeless
}

/// What is known of places in bytes that were searched for the beginning of a message.
public enum BoundaryVerdict: Hashable, Sendable {
    /// Messages begin at that offset.
    case proven(Int)
    /// Nothing is proven; what lies before that offset cannot begin a message.
    case open(Int)
}

/// What follows bytes that are searched.
public enum Sequel: Hashable, Sendable {
    /// More bytes, later.
    case more
    /// Bytes that are lost.
    case lost
    /// Nothing: the stream is over.
    case nothing
}

/// What a search in a stream of a flow of which nothing is known found, for each end that may have sent it.
public struct JoinVerdict: Hashable, Sendable {
    /// If the end that asks sent the bytes.
    public var asClient: BoundaryVerdict
    /// If the end that answers sent them.
    public var asServer: BoundaryVerdict
    /// Whether the first message is one that only begins a session, so that nothing of it was missed.
    public var isBeginning: Bool

    /// Makes a verdict.
    public init(asClient: BoundaryVerdict, asServer: BoundaryVerdict, isBeginning: Bool = false) {
        self.asClient = asClient
        self.asServer = asServer
        self.isBeginning = isBeginning
    }
}

/// What is known of candidates: bytes of both ends that look like a protocol.
public enum CandidateVerdict: Hashable, Sendable {
    /// More is needed.
    case open
    /// They are its.
    case proven
    /// They are not.
    case refuted
}

/// What is known of a flow beside its bytes.
public struct FlowHints: Hashable, Sendable {
    /// The ports of both ends.
    public var ports: (UInt16, UInt16) { (first, second) }
    private let first: UInt16
    private let second: UInt16
    /// Of a stream: whether its first byte is there to be read.
    public var hasBeginning: Bool

    /// Hints of a flow between two ports.
    public init(_ first: UInt16, _ second: UInt16, hasBeginning: Bool = true) {
        self.first = first
        self.second = second
        self.hasBeginning = hasBeginning
    }

    /// Whether either end has that port.
    public func has(_ port: UInt16) -> Bool { first == port || second == port }
}

/// A search for the beginning of a message.
public struct BoundaryQuery: Hashable, Sendable {
    /// Whether the first byte began a segment.
    public var startsSegment: Bool
    /// What follows the bytes.
    public var sequel: Sequel
    /// Whether no more can be held, so that a message too long to see the end of is believed by its head.
    public var isFull: Bool

    /// Makes a query.
    public init(startsSegment: Bool, sequel: Sequel, isFull: Bool = false) {
        self.startsSegment = startsSegment
        self.sequel = sequel
        self.isFull = isFull
    }
}

/// The parts of a protocol that the engine needs whatever carries it: a value that owns the state of all its
/// conversations.
///
/// The current message is asked for its fields through `EventSource`.
///
/// What is `static` is a pure question about bytes. Nothing traps or loops on any input, and nothing is allocated by a length
/// that the input states.
public protocol Dissector: ~Copyable, EventSource, SendableMetatype {
    /// Its names, ports and fields.
    static var descriptor: ProtocolDescriptor { get }

    /// What was pushed out of its tables, by table.
    var evictions: [String: UInt64] { get }
}

/// A protocol whose messages follow each other in a stream.
public protocol StreamDissector: ~Copyable, Dissector {
    /// Looks at the first bytes of one end.
    static func probe(_ bytes: RawSpan, _ hints: FlowHints) -> ProbeVerdict
    /// Holds the first bytes of both ends against each other, where one or both were candidates; empty where nothing came.
    static func judge(_ one: RawSpan, _ other: RawSpan) -> CandidateVerdict
    /// Looks at the beginning of a message.
    static func frame(_ bytes: RawSpan) -> FrameVerdict
    /// Looks for messages in a stream of a flow of which nothing is known.
    static func join(_ bytes: RawSpan, _ hints: FlowHints, _ query: BoundaryQuery) -> JoinVerdict

    /// Begins a session between two ends; gives its handle, not negative.
    ///
    /// `isFromStart` says whether the first bytes of both ends are there to be read.
    mutating func open(client: Endpoint, server: Endpoint, at time: Timestamp, isFromStart: Bool) -> Int64
    /// Ends a session. Nothing happens where it was forgotten before.
    mutating func closeSession(_ handle: Int64, at time: Timestamp)
    /// Tells that nothing follows from one end of a session (FIN); told again with each segment of that end.
    ///
    /// Somebody else may have said so: messages of that end may follow all the same, and mean that it was not true.
    mutating func noteEnd(_ handle: Int64, of direction: Direction, at time: Timestamp)
    /// Tells that not all that was said in a session is known.
    mutating func noteGap(_ handle: Int64)
    /// Looks for the beginning of a message in a session: a pure question.
    func findBoundary(_ handle: Int64, _ bytes: RawSpan, _ direction: Direction, _ query: BoundaryQuery)
        -> BoundaryVerdict
    /// Whether the first bytes of an end of a session, which other bytes proved, can be its; asked until they are.
    func begins(_ handle: Int64, _ bytes: RawSpan, _ direction: Direction) -> ProbeVerdict
    /// Judges the first byte of a message of a session; of a faulty one, that byte alone can be dissected.
    func judge(head: UInt8, _ handle: Int64, _ direction: Direction) -> HeadVerdict
    /// Dissects a message, which is then the current one; `false` where it gives no event.
    ///
    /// `message` is all of it, or the beginning where `wholeLength` is more. `context` is what surrounds it; the
    /// dissector may set its direction.
    mutating func dissect(_ handle: Int64, _ message: RawSpan, wholeLength: Int, _ context: inout EventContext) -> Bool

    /// Seconds that the ends of the session of the current message may be silent, as they agreed on with it: 0 for any
    /// time, `nil` where it says nothing of that. Values may be read into `scratch`.
    func idleSeconds(_ message: RawSpan, _ scratch: inout FieldValues) -> Int64?
    /// Makes what is told of a connection the current event; `false` where that says nothing to this protocol.
    ///
    /// `handle` is its session, negative where it has none. Of a connection that is `open`, `false` says that it serves its
    /// purpose and need not be watched any longer.
    mutating func report(_ report: ConnectionReport, _ handle: Int64, _ context: EventContext) -> Bool
    /// Where the payload begins in a message too long to be held; `nil` where it has none, or not within `head`.
    func payloadStart(_ handle: Int64, head: RawSpan, wholeLength: Int) -> Int?
}

extension StreamDissector where Self: ~Copyable {
    /// Candidates are of no use to it.
    public static func judge(_ one: RawSpan, _ other: RawSpan) -> CandidateVerdict { .refuted }
    /// A session lasts until both ends have ended it.
    public mutating func noteEnd(_ handle: Int64, of direction: Direction, at time: Timestamp) {}
    /// Whatever comes is looked at.
    public func begins(_ handle: Int64, _ bytes: RawSpan, _ direction: Direction) -> ProbeVerdict { .either }
    /// No first byte is a fault.
    public func judge(head: UInt8, _ handle: Int64, _ direction: Direction) -> HeadVerdict { .lawful }
    /// Nothing is agreed on.
    public func idleSeconds(_ message: RawSpan, _ scratch: inout FieldValues) -> Int64? { nil }
    /// Connections are not told of.
    public mutating func report(_ report: ConnectionReport, _ handle: Int64, _ context: EventContext) -> Bool { false }
    /// No payload is passed on.
    public func payloadStart(_ handle: Int64, head: RawSpan, wholeLength: Int) -> Int? { nil }
}

/// A protocol whose messages are datagrams.
public protocol DatagramDissector: ~Copyable, Dissector {
    /// Looks at a datagram of a flow of which nothing is known: `either` takes the flow for its own at once, `candidate` once
    /// something proves it.
    static func probe(datagram: RawSpan, _ hints: FlowHints) -> ProbeVerdict
    /// Whether a datagram is one of its encrypted form, which is left alone.
    static func isEncrypted(datagram: RawSpan, _ hints: FlowHints) -> Bool
    /// Whether a datagram answers an earlier one of the other end.
    static func answers(_ datagram: RawSpan, _ earlier: RawSpan) -> Bool
    /// Whether a datagram is an earlier one of the same end again, sent that many nanoseconds later.
    static func repeats(_ datagram: RawSpan, _ earlier: RawSpan, after nanoseconds: Int64) -> Bool
    /// Whether a datagram to `receiver` proves itself.
    func proves(datagram: RawSpan, to receiver: Endpoint, at time: Timestamp) -> Bool
    /// Dissects a datagram, which is then the current message; `false` where it is none of its.
    mutating func dissect(datagram: RawSpan, _ context: inout EventContext) -> Bool
}
