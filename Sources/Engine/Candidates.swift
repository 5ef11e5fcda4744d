import Bytes
import Events
import Flows
import Network
import Packets

/// Datagrams and segments on strange ports that look like a protocol and wait for what proves it: an answer, or of a stream
/// the beginning of the other side.
///
/// Bounded: few of them a flow, few flows at a time; the flow that waited longest is given up first.
struct Candidates: ~Copyable {
    /// A datagram, or what came next in a stream, with the frames that it came in.
    struct Piece: Sendable {
        var side: Side
        var isStream: Bool
        var frames = KeptFrames()
        /// Where it lies in `frames`.
        var range = ByteRange.empty
        /// When it came.
        fileprivate var time: Timestamp
        /// What it takes, with the buffers that it refers to.
        fileprivate var memory: Int { frames.memory + MemoryLayout<Piece>.stride + 128 }
    }

    /// A question may be repeated a few times before the answer comes: four times by MAX_RETRANSMIT of RFC 7252, 4.8.
    private static let datagramsPerFlow = 5
    /// A side may ask before the other one has begun; streams that wait longer are ignored.
    private static let segmentsPerFlow = 16
    private static let flowLimit = 4096

    private var waiting: [Int64: [Piece]] = [:]
    private var totalBytes = 0
    /// Handles are given in order of time; none below `oldestHandle` waits.
    private var nextHandle: Int64 = 0
    private var oldestHandle: Int64 = 0
    /// How many flows were given up because too many waited.
    private(set) var evicted: UInt64 = 0

    /// Keeps a piece for the flow of `handle`, which is set for a flow that waits for nothing yet, or no longer since
    /// it had to make room for others.
    ///
    /// All flows together take at most `byteLimit` bytes. `false` where it waits in vain.
    mutating func add(
        _ handle: inout Int64, _ payload: RawSpan, from side: Side, _ frame: FrameRef, isStream: Bool, byteLimit: Int
    ) -> Bool {
        let count = waiting[handle]?.count ?? 0
        guard count < (isStream ? Self.segmentsPerFlow : Self.datagramsPerFlow) else { return false }
        var piece = Piece(side: side, isStream: isStream, time: frame.provenance.frame.timestamp)
        piece.range = piece.frames.keep(frame, carrying: payload)
        if count == 0 {
            handle = nextHandle
            nextHandle += 1
        }
        totalBytes += piece.memory
        waiting[handle, default: []].append(piece)
        while waiting.count > Self.flowLimit || totalBytes > byteLimit { evictOldest() }
        return true
    }

    /// Whether a datagram that `side` sent proves a flow by what waits of it: it answers an earlier one, or comes again.
    func isProven(
        _ handle: Int64, by datagram: RawSpan, from side: Side, at time: Timestamp,
        _ questions: ProtocolEntry.DatagramQuestions
    ) -> Bool {
        guard let pieces = waiting[handle] else { return false }
        for piece in pieces {
            let earlier = piece.frames.slice(piece.range)
            if piece.side != side, questions.answers(datagram, earlier) { return true }
            if piece.side == side, questions.repeats(datagram, earlier, time.nanoseconds(since: piece.time)) {
                return true
            }
        }
        return false
    }

    /// Whether what waits of both streams of a flow proves it.
    func judge(_ handle: Int64, _ questions: ProtocolEntry.StreamQuestions) -> CandidateVerdict {
        guard let pieces = waiting[handle] else { return .refuted }
        var first: [UInt8] = []
        var second: [UInt8] = []
        for piece in pieces {
            if piece.side == .first {
                first.append(copying: piece.frames.slice(piece.range))
            } else {
                second.append(copying: piece.frames.slice(piece.range))
            }
        }
        return questions.judge(first.span.bytes, second.span.bytes)
    }

    /// Takes the pieces of a flow out, in the order in which they came.
    mutating func take(_ handle: Int64) -> [Piece] {
        let pieces = waiting.removeValue(forKey: handle) ?? []
        for piece in pieces { totalBytes -= piece.memory }
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
