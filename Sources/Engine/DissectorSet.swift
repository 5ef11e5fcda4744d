import Bytes
import Events
import Flows
import Network
import Packets
import Payload

/// What is to be done with a stream that is known to carry a protocol.
public enum StreamOperation: Sendable {
    /// A session begins. `isFromStart` says whether the first bytes of both ends are there to be read.
    case open(at: Timestamp, isFromStart: Bool)
    /// Bytes come next, in order.
    case feed
    /// What is held of the stream is to be read: the flow was just found to carry the protocol.
    case readHeld
    /// So many bytes were lost, or, with a frame, cut off it by the snap length.
    case hole(Int)
    /// Nothing follows what is held, or nothing that belongs to it.
    case end(Sequel)
    /// The end that sends the stream said that nothing follows; bytes may come all the same where somebody else said it.
    case finished
    /// Not all that was said is known.
    case gap
    /// Something is to be told of the connection beside its messages: of a session, or of none where that is negative.
    case report(ConnectionReport, handle: Int64, at: Timestamp)
    /// What is held is a whole message, of so many bytes, that a carrier gave.
    case message(wholeLength: Int)
    /// The session ends.
    case close(handle: Int64, at: Timestamp)
}

/// What is to be done with a datagram of a flow that is known, or may be found, to carry a protocol.
public enum DatagramOperation: Sendable {
    /// It is one of its messages.
    case dissect
    /// Whether it proves itself.
    case prove(at: Timestamp)
}

/// The protocols of an engine: their dissectors, each a stored property, and one `switch` over them.
///
/// The number of a protocol is its place in `entries`.
public protocol DissectorSet: ~Copyable {
    /// The bounds of all its tables.
    associatedtype Limits: Sendable

    /// Dissectors that have seen nothing.
    init(limits: Limits, hash: SeededHash)
    /// What is to be known of each protocol.
    static var entries: [ProtocolEntry] { get }
    /// Does something with a stream of a flow that carries a protocol, by its number.
    mutating func run<Sink: EventSink & ~Copyable>(
        _ operation: StreamOperation, _ number: UInt8, _ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef,
        _ core: inout EngineCore<Sink>)
    /// Does something with a datagram of a flow; for `prove` the answer.
    @discardableResult
    mutating func run<Sink: EventSink & ~Copyable>(
        _ operation: DatagramOperation, _ number: UInt8, _ slot: Int, _ side: Side, _ datagram: RawSpan,
        _ frame: FrameRef, _ core: inout EngineCore<Sink>
    ) -> Bool
    /// Tells that nothing was captured for a while.
    mutating func noteHole(_ hole: CaptureHole)
    /// What was pushed out of tables, by table.
    var evictions: [String: UInt64] { get }
}

extension DissectorSet where Self: ~Copyable {
    /// Protocols that measure no silence take no notice.
    public mutating func noteHole(_ hole: CaptureHole) {}
}

/// A protocol as the engine knows it before any flow carries it: its descriptor, and the pure questions about bytes.
public struct ProtocolEntry: Sendable {
    /// Names, ports and fields.
    public let descriptor: ProtocolDescriptor
    let stream: StreamQuestions?
    let datagram: DatagramQuestions?

    /// The questions about a stream of which nothing is known.
    struct StreamQuestions: Sendable {
        let probe: @Sendable (RawSpan, FlowHints) -> ProbeVerdict
        let judge: @Sendable (RawSpan, RawSpan) -> CandidateVerdict
        let frame: @Sendable (RawSpan) -> FrameVerdict
        let join: @Sendable (RawSpan, FlowHints, BoundaryQuery) -> JoinVerdict

        init<D: StreamDissector & ~Copyable>(_ type: D.Type) {
            probe = { D.probe($0, $1) }
            judge = { D.judge($0, $1) }
            frame = { D.frame($0) }
            join = { D.join($0, $1, $2) }
        }
    }

    /// The questions about a datagram of a flow of which nothing is known.
    struct DatagramQuestions: Sendable {
        let probe: @Sendable (RawSpan, FlowHints) -> ProbeVerdict
        let isEncrypted: @Sendable (RawSpan, FlowHints) -> Bool
        let answers: @Sendable (RawSpan, RawSpan) -> Bool
        let repeats: @Sendable (RawSpan, RawSpan, Int64) -> Bool

        init<D: DatagramDissector & ~Copyable>(_ type: D.Type) {
            probe = { D.probe(datagram: $0, $1) }
            isEncrypted = { D.isEncrypted(datagram: $0, $1) }
            answers = { D.answers($0, $1) }
            repeats = { D.repeats($0, $1, after: $2) }
        }
    }

    /// A protocol over TCP.
    public init<D: StreamDissector & ~Copyable>(stream type: D.Type) {
        descriptor = D.descriptor
        stream = StreamQuestions(type)
        datagram = nil
    }

    /// A protocol over UDP.
    public init<D: DatagramDissector & ~Copyable>(datagram type: D.Type) {
        descriptor = D.descriptor
        stream = nil
        datagram = DatagramQuestions(type)
    }

    /// A protocol over both.
    public init<D: StreamDissector & DatagramDissector & ~Copyable>(both type: D.Type) {
        descriptor = D.descriptor
        stream = StreamQuestions(type)
        datagram = DatagramQuestions(type)
    }
}

extension FieldRegistry {
    /// Every field that an event of the protocols of a set can have.
    public init<Protocols: DissectorSet & ~Copyable>(of type: Protocols.Type) {
        self.init(
            blocks: [CommonField.block] + Protocols.entries.flatMap(\.descriptor.fields)
                + [NetworkField.block, SensorField.block, PolicyField.block, PayloadField.block, ViolationField.block])
    }
}
