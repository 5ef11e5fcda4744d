import Bytes
import Capture
import CoAP
import Flows
import Packets

/// Datagrams on strange ports that look like CoAP and wait for the response that proves it.
///
/// Bounded: few datagrams a flow, few flows at a time; the flow that waited longest is given up first.
struct CoAPCandidates: ~Copyable {
    /// A datagram with the frame it came in.
    struct Datagram: Sendable {
        var frame: FrameHeader
        var packet: Packet
        var side: Side
        var bytes: [UInt8] = []
    }

    /// A request may be repeated MAX_RETRANSMIT times (RFC 7252, 4.8) before the answer comes.
    private static let datagramsPerFlow = 5
    private static let flowLimit = 4096

    private var waiting: [Int64: [Datagram]] = [:]
    private var nextHandle: Int64 = 0
    /// How many flows were given up because too many waited.
    private(set) var evicted: UInt64 = 0

    /// Keeps a datagram for the flow of `handle`, which is set for a flow that had none. `false` where it waits in vain.
    mutating func add(_ handle: inout Int64, _ datagram: Datagram, _ bytes: RawSpan) -> Bool {
        var datagram = datagram
        datagram.bytes.append(copying: bytes)
        if handle < 0 {
            handle = nextHandle
            nextHandle = nextHandle == .max ? 0 : nextHandle + 1
            if waiting.count >= Self.flowLimit { evictOldest() }
            waiting[handle] = [datagram]
            return true
        }
        guard let count = waiting[handle]?.count, count < Self.datagramsPerFlow else { return false }
        waiting[handle]?.append(datagram)
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

    /// Takes the datagrams of a flow out, in the order in which they came.
    mutating func take(_ handle: Int64) -> [Datagram] { waiting.removeValue(forKey: handle) ?? [] }

    /// Forgets the datagrams of a flow.
    mutating func drop(_ handle: Int64) { waiting[handle] = nil }

    private mutating func evictOldest() {
        guard let oldest = waiting.keys.min() else { return }
        waiting[oldest] = nil
        evicted += 1
    }
}
