import Bytes
import CoAP
import Flows
import Network
import Packets

/// Datagrams and segments on strange ports that look like CoAP and wait for what proves it: a response, or of a stream the
/// beginning of the other side.
///
/// Bounded: few of them a flow, few flows at a time; the flow that waited longest is given up first.
struct CoAPCandidates: ~Copyable {
    /// A datagram, or what came next in a stream, with the frames that it came in.
    struct Piece: Sendable {
        var side: Side
        var isStream: Bool
        var frames = KeptFrames()
        /// Where it lies in `frames`.
        var range = ByteRange.empty
        /// When it came.
        fileprivate var time: Timestamp
    }

    /// A request may be repeated MAX_RETRANSMIT times (RFC 7252, 4.8) before the answer comes.
    private static let datagramsPerFlow = 5
    /// A side may ask before the other one has begun; streams that wait longer are nobody's.
    private static let segmentsPerFlow = 16
    private static let flowLimit = 4096
    /// A client waits for at least ACK_TIMEOUT, two seconds (RFC 7252, 4.2 and 4.8), before it sends a request again; some
    /// are told to wait less. What comes twice at once is no sign of one.
    private static let retransmissionNanoseconds: Int64 = 1_000_000_000
    /// Octets of frames that wait in all flows together.
    private static let byteLimit = 16 << 20

    private var waiting: [Int64: [Piece]] = [:]
    private var totalBytes = 0
    /// Handles are given in order of time; none below `oldestHandle` waits.
    private var nextHandle: Int64 = 0
    private var oldestHandle: Int64 = 0
    /// How many flows were given up because too many waited.
    private(set) var evicted: UInt64 = 0

    /// Keeps a piece for the flow of `handle`, which is set for a flow that waits for nothing yet, or no longer since it had
    /// to make room for others. `false` where it waits in vain.
    mutating func add(
        _ handle: inout Int64, _ payload: RawSpan, from side: Side, _ frame: FrameRef, isStream: Bool
    ) -> Bool {
        let count = waiting[handle]?.count ?? 0
        guard count < (isStream ? Self.segmentsPerFlow : Self.datagramsPerFlow) else { return false }
        var piece = Piece(side: side, isStream: isStream, time: frame.provenance.frame.timestamp)
        piece.range = piece.frames.keep(frame, carrying: payload)
        if count == 0 {
            handle = nextHandle
            nextHandle += 1
        }
        totalBytes += piece.frames.size
        waiting[handle, default: []].append(piece)
        while waiting.count > Self.flowLimit || totalBytes > Self.byteLimit { evictOldest() }
        return true
    }

    /// Whether `payload`, sent by `side`, answers a request that waits.
    func isAnswered(_ handle: Int64, by payload: RawSpan, from side: Side) -> Bool {
        guard let pieces = waiting[handle] else { return false }
        for piece in pieces where piece.side != side && CoAPProbe.isAnswer(payload, to: piece.frames.slice(piece.range))
        { return true }
        return false
    }

    /// What a stream that waits turned out to be.
    enum StreamVerdict {
        case open, proven, other
    }

    /// Whether what waits of a stream proves it to be CoAP: both sides begin with a CSM, or what one of them sent is a
    /// chain of messages that chance would not make.
    func judge(_ handle: Int64) -> StreamVerdict {
        guard let parts = waiting[handle] else { return .other }
        var begun = 0
        for side in [Side.first, .second] {
            var stream: [UInt8] = []
            for part in parts where part.side == side { stream.append(copying: part.frames.slice(part.range)) }
            switch CoAPStreamProbe.verdict(stream.span.bytes) {
            case .no: return .other
            case .needMore: continue
            case .beginning:
                begun += 1
                var boundary = CoAPBoundary()
                if boundary.isProvenBeginning(stream.span.bytes) { return .proven }
            }
        }
        return begun == 2 ? .proven : .open
    }

    /// Whether `payload`, sent by `side` at `time`, repeats a request that waits, as a client does that gets no answer.
    func isRepeated(_ handle: Int64, by payload: RawSpan, from side: Side, at time: Timestamp) -> Bool {
        guard let pieces = waiting[handle] else { return false }
        for piece in pieces where piece.side == side {
            if time.nanoseconds(since: piece.time) >= Self.retransmissionNanoseconds,
                CoAPProbe.isRetransmission(payload, of: piece.frames.slice(piece.range))
            {
                return true
            }
        }
        return false
    }

    /// Takes the pieces of a flow out, in the order in which they came.
    mutating func take(_ handle: Int64) -> [Piece] {
        let pieces = waiting.removeValue(forKey: handle) ?? []
        for piece in pieces { totalBytes -= piece.frames.size }
        return pieces
    }

    /// Forgets the datagrams of a flow.
    mutating func drop(_ handle: Int64) { _ = take(handle) }

    private mutating func evictOldest() {
        while waiting[oldestHandle] == nil, oldestHandle < nextHandle { oldestHandle += 1 }
        drop(oldestHandle)
        evicted += 1
    }
}
