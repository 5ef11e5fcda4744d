import Bytes
import Capture
import Engine
import Events
import Network
import Packets
import Sensor
import TestSupport

/// Keeps every event as JSON.
struct Recorder: EventSink, ~Copyable {
    var events: [String] = []
    private var json: EventJSON

    /// Keeps these fields; with none given, all but those that tell which frame completed the message and when.
    init(_ fields: Set<String>? = nil) {
        json = EventJSON(registry: Protocols.registry, only: fields ?? Recorder.lasting)
    }

    private static let lasting = Set(Protocols.registry.entries.map(\.info.name)).subtracting([
        "frame.number", "@timestamp", "mqtt.session.age", "mqtt.session.idle", "mqtt.time.idle", "mqtt.time.age",
        "mqtt.inflight.stalled", "mqtt.previous.duration", "mqtt.previous.since",
    ])

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        var line: [UInt8] = []
        json.write(event, context, message: message, to: &line)
        events.append(String(decoding: line, as: UTF8.self))
    }
}

/// A worker that is fed frames by hand, a millisecond apart.
struct Bench: ~Copyable {
    var worker: SensorWorker<Recorder>
    var clock: Int64 = 1_000_000_000
    private var number: UInt64 = 0

    init(_ fields: Set<String>? = nil, limits: SensorLimits = SensorLimits()) {
        worker = SensorWorker(limits: limits, hash: SeededHash(seed: 1), sink: Recorder(fields))
    }

    var events: [String] { worker.sink.events }

    mutating func feed(_ frame: [UInt8], original: Int? = nil, advance: Int64 = 1_000_000) {
        clock += advance
        number += 1
        worker.process(
            FrameHeader(
                timestamp: Timestamp(nanoseconds: clock), number: number, originalLength: original ?? frame.count,
                linkType: .ethernet), frame.span.bytes)
    }

    /// The number behind `key` in the statistics of TCP.
    func tcp(_ key: String) -> UInt64 { worker.statistics.tcp[key] ?? 0 }
}

/// One TCP connection seen from both ends, sequence numbers kept.
struct Connection {
    var clientNext: UInt32
    var serverNext: UInt32
    var clientPort: Int
    var serverPort: Int

    init(client: UInt32 = 1000, server: UInt32 = 9000, clientPort: Int = 40000, serverPort: Int = 1883) {
        clientNext = client
        serverNext = server
        self.clientPort = clientPort
        self.serverPort = serverPort
    }

    /// SYN, SYN-ACK, ACK.
    mutating func handshake() -> [[UInt8]] {
        let frames = [
            fromClient(clientNext, flags: 0x02), fromServer(serverNext, ack: clientNext &+ 1, flags: 0x12),
            fromClient(clientNext &+ 1, flags: 0x10),
        ]
        clientNext &+= 1
        serverNext &+= 1
        return frames
    }

    /// The next bytes of the client.
    mutating func client(_ payload: [UInt8]) -> [UInt8] {
        defer { clientNext &+= UInt32(payload.count) }
        return fromClient(clientNext, payload)
    }

    /// The next bytes of the server.
    mutating func server(_ payload: [UInt8]) -> [UInt8] {
        defer { serverNext &+= UInt32(payload.count) }
        return fromServer(serverNext, payload)
    }

    /// Any segment with the addresses of the client.
    func fromClient(_ sequence: UInt32, flags: UInt8 = 0x18, _ payload: [UInt8] = []) -> [UInt8] {
        Build.tcpFrame(from: clientPort, to: serverPort, seq: sequence, flags: flags, payload)
    }

    /// Any segment with the addresses of the server.
    func fromServer(_ sequence: UInt32, ack: UInt32 = 0, flags: UInt8 = 0x18, _ payload: [UInt8] = []) -> [UInt8] {
        let segment = Build.tcp(from: serverPort, to: clientPort, seq: sequence, ack: ack, flags: flags, payload)
        return Build.ethernet(0x0800, Build.ipv4(from: [10, 0, 0, 2], to: [10, 0, 0, 1], proto: 6, segment))
    }
}
