import Bytes
import Engine
import Events
import Network
import Packets
import Sensor
import TestSupport

/// What an event says of where it came from.
struct Told: Equatable {
    var topic: String
    var frame: UInt64
    var nanoseconds: Int64
    var vlan: UInt16
    var anomalies: NetworkAnomalies
    /// The numbers of the frames that are its evidence.
    var evidence: [UInt64]
    var leftOut: Int
}

/// Keeps what is told of PUBLISH and CoAP messages, by topic or path; frames that differ from those that were fed are noted.
struct OriginRecorder: EventSink, ~Copyable {
    var told: [Told] = []
    var fed: [UInt64: [UInt8]] = [:]
    var wrongFrames: [UInt64] = []
    private let names = ["mqtt.topic", "coap.opt.uri_path_recon", "mqtt.type"].compactMap {
        Protocols.registry.field(named: $0)?.id
    }

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        var name = ""
        for field in names where name.isEmpty {
            var values = FieldValues()
            event.read(field, message: message, into: &values)
            if case .bytes(let reference)? = values.values.first {
                name = values.withBytes(reference, message: message) { String(copying: $0) }
            }
        }
        var numbers: [UInt64] = []
        var wrong: [UInt64] = []
        let fed = fed
        frames.forEach { frame, bytes in
            numbers.append(frame.number)
            var copy: [UInt8] = []
            copy.append(copying: bytes)
            if fed[frame.number] != copy { wrong.append(frame.number) }
        }
        wrongFrames += wrong
        told.append(
            Told(
                topic: name, frame: context.frameNumber, nanoseconds: context.timestamp.nanoseconds,
                vlan: context.vlans.count > 0 ? context.vlans[0] : 0, anomalies: context.anomalies, evidence: numbers,
                leftOut: frames.leftOut))
    }
}

/// Feeds frames, a millisecond apart; each is on the VLAN of its two hosts.
struct Line: ~Copyable {
    var worker: SensorWorker<OriginRecorder>
    var number: UInt64 = 0

    init() { worker = SensorWorker(hash: SeededHash(seed: 1), sink: OriginRecorder()) }

    static func time(_ number: UInt64) -> Int64 { 1_000_000_000 + Int64(number) * 1_000_000 }

    /// The VLAN of the hosts of an IPv4 packet.
    static func vlan(of packet: [UInt8]) -> UInt16 {
        10 * UInt16(packet[13]) + UInt16(packet[15]) + UInt16(packet[19])
    }

    /// Feeds an IPv4 packet on a VLAN; gives the number of its frame.
    @discardableResult
    mutating func feed(ip packet: [UInt8]) -> UInt64 {
        number += 1
        let frame = Build.ethernet(0x0800, vlans: [(0x8100, Int(Self.vlan(of: packet)))], packet)
        worker.sink.fed[number] = frame
        worker.process(
            FrameHeader(
                timestamp: Timestamp(nanoseconds: Self.time(number)), number: number, originalLength: frame.count,
                linkType: .ethernet), frame.span.bytes)
        return number
    }

    /// Feeds the beginning of a connection up to its CONNACK; gives the client's next sequence number. The server's is 5004.
    mutating func begin() -> UInt32 {
        let connect = MQTT.connect("a")
        feed(ip: Self.segment(999, flags: 2))
        feed(ip: Self.answer(4999, ack: 1000, flags: 0x12))
        feed(ip: Self.segment(1000, connect))
        feed(ip: Self.answer(5000, ack: 1000 + UInt32(connect.count), MQTT.connack))
        return 1000 + UInt32(connect.count)
    }

    /// What was told of messages with a topic or path that begins so.
    func told(_ prefix: String) -> [Told] { worker.sink.told.filter { $0.topic.hasPrefix(prefix) } }
}

extension Line {
    static let client: [UInt8] = [10, 0, 0, 1]
    static let server: [UInt8] = [10, 0, 0, 2]

    /// A segment of the client.
    static func segment(_ sequence: UInt32, flags: UInt8 = 0x18, _ payload: [UInt8] = []) -> [UInt8] {
        Build.ipv4(
            from: client, to: server, proto: 6, Build.tcp(from: 40000, to: 1883, seq: sequence, flags: flags, payload))
    }

    /// A segment of the server.
    static func answer(_ sequence: UInt32, ack: UInt32, flags: UInt8 = 0x18, _ payload: [UInt8] = []) -> [UInt8] {
        Build.ipv4(
            from: server, to: client, proto: 6,
            Build.tcp(from: 1883, to: 40000, seq: sequence, ack: ack, flags: flags, payload))
    }

    /// Cuts an IPv4 packet into fragments at multiples of 8 bytes (RFC 791, 3.2), all with the same identification.
    static func fragments(_ packet: [UInt8], identification: Int, at cuts: [Int]) -> [[UInt8]] {
        let payload = Array(packet[20...])
        let bounds = [0] + cuts.filter { $0 > 0 && $0 < payload.count } + [payload.count]
        return zip(bounds, bounds.dropFirst()).map { start, end in
            let more = end < payload.count ? 0x2000 : 0
            var fragment = Build.ipv4(
                from: client, to: server, proto: packet[9], fragment: more | start / 8, Array(payload[start..<end]))
            fragment[4] = UInt8(identification >> 8 & 0xFF)
            fragment[5] = UInt8(identification & 0xFF)
            return fragment
        }
    }
}
