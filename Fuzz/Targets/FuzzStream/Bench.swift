import Bytes
import Engine
import Events
import FuzzSupport
import Network
import Packets
import TestSupport

private let unused = EventCheck(registry: FieldRegistry(of: Dissectors.self))

/// Keeps the events, every field of them, where they are to be compared; else only the first few are read.
struct Recorder: EventSink, ~Copyable {
    private(set) var count: UInt64 = 0
    private(set) var lines: [[UInt8]] = []
    private var check = unused
    private let keepsLines: Bool

    init(keepsLines: Bool) { self.keepsLines = keepsLines }

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        count += 1
        guard keepsLines || count <= 8 else { return }
        let line = check.line(event, context, message: message)
        if keepsLines { lines.append(line) }
    }
}

/// The bounds of a worker.
struct Limits {
    var engine = EngineLimits()
    var dissectors = Dissectors.Limits()
}

/// A worker that is fed frames by hand. Every frame has the same number, so that it makes no difference to events.
struct Bench: ~Copyable {
    var worker: Worker<Dissectors, Recorder>
    /// Capture time of the next frame, in nanoseconds.
    var clock: Int64 = 1_000_000_000
    private(set) var fed: UInt64 = 0

    init(limits: Limits, keepsLines: Bool) {
        worker = Worker(
            limits: limits.engine, dissectors: limits.dissectors, hash: SeededHash(seed: 1),
            sink: Recorder(keepsLines: keepsLines))
    }

    mutating func feed(_ frame: [UInt8], link: LinkType = .raw) {
        fed += 1
        worker.process(
            FrameHeader(
                timestamp: Timestamp(nanoseconds: clock), number: 1, originalLength: frame.count, linkType: link),
            frame.span.bytes)
    }

    /// Every frame and every message was counted.
    func checkCounters() {
        require(worker.counters.packets == fed, "\(worker.counters.packets) of \(fed) frames counted")
        let beside = worker.counters.tricks.reduce(0, &+) + worker.counters.connections.reduce(0, &+)
        let counted = worker.counters.messages + beside
        require(counted == worker.sink.count, "\(counted) of \(worker.sink.count) events counted")
    }
}

/// A TCP connection as both ends see it, with right checksums where all bytes are there: of many wrong ones some are right by
/// chance, and the sensor would take the others for forged.
struct Connection {
    /// The next sequence numbers, of the client and of the server.
    var next: [UInt32] = [1000, 9000]
    var clientPort = 40_000
    var serverPort = 1883

    private static let ends: [[UInt8]] = [[10, 0, 0, 1], [10, 0, 0, 2]]

    /// A segment of an end in an IPv4 packet; `missing` bytes of it were sent and not captured.
    func segment(
        _ end: Int, at sequence: UInt32, ack: UInt32, flags: UInt8, missing: Int = 0, _ payload: [UInt8]
    ) -> [UInt8] {
        let ports = end == 0 ? (clientPort, serverPort) : (serverPort, clientPort)
        let tcp = Build.tcp(from: ports.0, to: ports.1, seq: sequence, ack: ack, flags: flags, payload)
        let packet = Build.withHeaderChecksum(
            Build.ipv4(from: Self.ends[end], to: Self.ends[1 - end], proto: 6, length: 20 + tcp.count + missing, tcp))
        return missing == 0 ? Build.withTransportChecksum(packet) : packet
    }

    /// The next bytes of an end, which acknowledges all that the other has sent.
    mutating func send(_ end: Int, flags: UInt8 = 0x18, _ payload: [UInt8]) -> [UInt8] {
        defer { next[end] &+= UInt32(payload.count) + (flags & 0x03 == 0 ? 0 : 1) }
        return segment(end, at: next[end], ack: next[1 - end], flags: flags, payload)
    }

    /// SYN, SYN-ACK, ACK.
    mutating func handshake() -> [[UInt8]] {
        [send(0, flags: 0x02, []), send(1, flags: 0x12, []), send(0, flags: 0x10, [])]
    }
}
