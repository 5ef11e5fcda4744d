import Bytes
import Engine
import Events
import Network
import Packets
import Sensor
import TestSupport

/// A segment of the connection of a scene, header field by header field; checksums are right unless told otherwise.
struct Segment {
    var isFromClient = true
    var sequence: UInt32
    var acknowledgement: UInt32
    var flags: UInt8 = 0x18
    var payload: [UInt8] = []
    var options: [UInt8] = []
    var window = 8192
    var urgent = 0
    var ttl: UInt8 = 64
    var vlans: [Int] = []
    var sourceMAC: [UInt8]?
    var destinationMAC: [UInt8]?
    var ipOptions: [UInt8] = []
    var hasWrongChecksum = false
    var hasWrongHeaderChecksum = false
    /// Whether the checksum is that of the pseudo-header alone, as offloading leaves it.
    var hasPartialChecksum = false

    static let client: [UInt8] = [10, 1, 0, 5]
    static let broker: [UInt8] = [10, 99, 0, 1]

    /// The IPv4 packet.
    var packet: [UInt8] {
        let (from, to) = isFromClient ? (Self.client, Self.broker) : (Self.broker, Self.client)
        let ports = isFromClient ? (40000, 1883) : (1883, 40000)
        let words = UInt8(5 + options.count / 4)
        var segment = Build.u16(ports.0) + Build.u16(ports.1) + Build.u32(sequence) + Build.u32(acknowledgement)
        segment += [words << 4, flags] + Build.u16(window) + [0, 0] + Build.u16(urgent) + options + payload
        let pseudo = from + to + [0, 6] + Build.u16(segment.count)
        var sum = hasPartialChecksum ? ~Self.checksum(pseudo) : Self.checksum(pseudo + segment)
        if hasWrongChecksum { sum = sum &+ 0x1111 }
        segment.replaceSubrange(16..<18, with: Build.u16(Int(sum)))
        var packet = Build.ipv4(from: from, to: to, proto: 6, options: ipOptions, segment)
        packet[8] = ttl
        let header = Self.checksum(Array(packet[..<(20 + ipOptions.count)]))
        packet.replaceSubrange(10..<12, with: Build.u16(Int(hasWrongHeaderChecksum ? header &+ 1 : header)))
        return packet
    }

    /// The Ethernet frame.
    var frame: [UInt8] {
        let (client, broker): ([UInt8], [UInt8]) = ([2, 0, 0, 0, 0, 5], [2, 0, 0, 0, 0, 1])
        let source = sourceMAC ?? (isFromClient ? client : broker)
        let destination = destinationMAC ?? (isFromClient ? broker : client)
        let tags = vlans.flatMap { Build.u16(0x8100) + Build.u16($0) }
        return destination + source + tags + Build.u16(0x0800) + packet
    }

    /// RFC 1071, over an even or odd number of bytes.
    static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
        }
        while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
        return ~UInt16(sum)
    }
}

/// A client that connects to a broker and does something, and whatever somebody slips in between.
struct Scene: ~Copyable {
    private(set) var worker: SensorWorker<Recorder>
    var clientNext: UInt32 = 0x1000_0000
    var brokerNext: UInt32 = 0x2000_0000
    /// The latest TSval, where the connection has timestamps.
    var timestamp: UInt32?
    private var clock: Int64 = 1_700_000_000_000_000_000
    private var number: UInt64 = 0
    /// What was sent, and when, in nanoseconds.
    private(set) var frames: [(time: Int64, bytes: [UInt8])] = []
    private static let fields: Set<String> = [
        "event.category", "mqtt.type", "mqtt.topic", "mqtt.clientid", "mqtt.session.midstream", "network.anomaly",
        "network.doubt",
        "violation.id",
        "coap.uri_path", "coap.class",
    ]

    init(limits: SensorLimits = SensorLimits()) {
        worker = SensorWorker(limits: limits, hash: SeededHash(seed: 1), sink: Recorder(Self.fields))
    }

    mutating func send(_ segment: Segment) { send(frame: segment.frame) }

    mutating func send(frame: [UInt8]) {
        number += 1
        clock += 10_000_000
        frames.append((clock, frame))
        let header = FrameHeader(
            timestamp: Timestamp(nanoseconds: clock), number: number, originalLength: frame.count, linkType: .ethernet)
        worker.process(header, frame.span.bytes)
    }

    mutating func wait(nanoseconds: Int64) {
        clock += nanoseconds
        worker.advance(to: Timestamp(nanoseconds: clock))
    }

    mutating func finish() { worker.finish() }

    /// Timestamps as an option of the next segment, of the present time or another.
    func options(timestamp: UInt32? = nil) -> [UInt8] {
        guard let now = timestamp ?? self.timestamp else { return [] }
        return [1, 1, 8, 10] + Build.u32(now) + Build.u32(1)
    }

    /// What the client sends next, not sent yet.
    func next(_ payload: [UInt8], flags: UInt8 = 0x18) -> Segment {
        Segment(
            sequence: clientNext, acknowledgement: brokerNext, flags: flags, payload: payload, options: options())
    }

    /// What the broker sends next, not sent yet.
    func answer(_ payload: [UInt8], flags: UInt8 = 0x18) -> Segment {
        Segment(
            isFromClient: false, sequence: brokerNext, acknowledgement: clientNext, flags: flags, payload: payload,
            options: options())
    }

    /// The client sends bytes.
    mutating func client(_ payload: [UInt8], flags: UInt8 = 0x18) {
        if timestamp != nil { timestamp? += 10 }
        send(next(payload, flags: flags))
        clientNext &+= UInt32(payload.count)
    }

    /// The broker sends bytes, or acknowledges alone.
    mutating func broker(_ payload: [UInt8] = []) {
        send(answer(payload, flags: payload.isEmpty ? 0x10 : 0x18))
        brokerNext &+= UInt32(payload.count)
    }

    /// SYN, SYN-ACK, ACK.
    mutating func handshake(windowScale: UInt8? = nil) {
        let scale: [UInt8] = windowScale.map { [1, 3, 3, $0] } ?? []
        var syn = next([], flags: 0x02)
        syn.acknowledgement = 0
        syn.options += scale
        send(syn)
        clientNext &+= 1
        var answer = answer([], flags: 0x12)
        answer.options += scale
        send(answer)
        brokerNext &+= 1
        send(next([], flags: 0x10))
    }

    /// A hand-shake, CONNECT and CONNACK.
    mutating func connect(windowScale: UInt8? = nil) {
        handshake(windowScale: windowScale)
        client(MQTT.connect("evil"))
        broker(MQTT.connack)
    }

    /// SUBSCRIBE to everything, and the broker's grant.
    mutating func harvest() {
        client(MQTT.subscribe(1, "#"))
        broker(MQTT.suback(1))
    }

    /// The topics of messages of a type, in the order in which they were told; of events with that anomaly, where given.
    func topics(_ type: String, anomaly: String? = nil) -> [String] {
        worker.sink.events.filter { event in
            event.contains("\"mqtt.type\":\"\(type)\"") && anomaly.map { event.contains("\"\($0)\"") } ?? true
        }
        .map { $0.text(of: "mqtt.topic") }
    }

    /// The anomalies of the events of the category `network`.
    var tricks: [String] {
        worker.sink.events.filter { $0.contains("\"event.category\":\"network\"") }.map {
            $0.text(of: "network.anomaly")
        }
    }
}

extension String {
    /// The first text behind a key of an event in JSON.
    func text(of key: String) -> String {
        let name = "\"\(key)\":"
        var rest = self[...]
        while !rest.isEmpty, !rest.hasPrefix(name) { rest.removeFirst() }
        return String(rest.dropFirst(name.count).drop { $0 == "[" || $0 == "\"" }.prefix { $0 != "\"" })
    }
}
