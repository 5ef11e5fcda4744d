import Bytes
import Capture
import CoAP
import Flows
import Network
import Packets

/// Datagrams and segments on strange ports that look like CoAP and wait for what proves it: a response, or of a stream the
/// beginning of the other side.
///
/// Bounded: few of them a flow, few flows at a time; the flow that waited longest is given up first.
struct CoAPCandidates: ~Copyable {
    /// A datagram with the frame it came in.
    struct Datagram: Sendable {
        var frame: FrameHeader
        var packet: Packet
        var side: Side
        /// Of a segment: what came next in the stream.
        var stream: [UInt8] = []
        var bytes: [UInt8] = []
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

    private var waiting: [Int64: [Datagram]] = [:]
    private var totalBytes = 0
    /// Handles are given in order of time; none below `oldestHandle` waits.
    private var nextHandle: Int64 = 0
    private var oldestHandle: Int64 = 0
    /// How many flows were given up because too many waited.
    private(set) var evicted: UInt64 = 0

    /// Keeps a datagram for the flow of `handle`, which is set for a flow that waits for nothing yet, or no longer since
    /// it had to make room for others. `false` where it waits in vain.
    mutating func add(_ handle: inout Int64, _ datagram: Datagram, _ bytes: RawSpan) -> Bool {
        let count = waiting[handle]?.count ?? 0
        let limit = datagram.stream.isEmpty ? Self.datagramsPerFlow : Self.segmentsPerFlow
        guard count < limit, bytes.byteCount <= Self.byteLimit else { return false }
        var datagram = datagram
        datagram.bytes.append(copying: bytes)
        if count == 0 {
            handle = nextHandle
            nextHandle += 1
        }
        waiting[handle, default: []].append(datagram)
        totalBytes += bytes.byteCount + datagram.stream.count
        while waiting.count > Self.flowLimit || totalBytes > Self.byteLimit { evictOldest() }
        return true
    }

    /// Whether `payload`, sent by `side`, answers a request that waits.
    func isAnswered(_ handle: Int64, by payload: RawSpan, from side: Side) -> Bool {
        guard let datagrams = waiting[handle] else { return false }
        return datagrams.contains { waiting in
            waiting.side != side
                && CoAPProbe.isAnswer(payload, to: waiting.bytes.span.bytes.slice(waiting.packet.payload))
        }
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
            let stream = parts.filter { $0.side == side }.flatMap(\.stream)
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
        guard let datagrams = waiting[handle] else { return false }
        return datagrams.contains { waiting in
            waiting.side == side
                && time.nanoseconds(since: waiting.frame.timestamp) >= Self.retransmissionNanoseconds
                && CoAPProbe.isRetransmission(payload, of: waiting.bytes.span.bytes.slice(waiting.packet.payload))
        }
    }

    /// Takes the datagrams of a flow out, in the order in which they came.
    mutating func take(_ handle: Int64) -> [Datagram] {
        let datagrams = waiting.removeValue(forKey: handle) ?? []
        for datagram in datagrams { totalBytes -= datagram.bytes.count + datagram.stream.count }
        return datagrams
    }

    /// Forgets the datagrams of a flow.
    mutating func drop(_ handle: Int64) { _ = take(handle) }

    private mutating func evictOldest() {
        while waiting[oldestHandle] == nil, oldestHandle < nextHandle { oldestHandle += 1 }
        drop(oldestHandle)
        evicted += 1
    }
}
