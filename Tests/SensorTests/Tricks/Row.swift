import Engine
import Sensor
import TestSupport
import Testing

/// One trick, and what the receiver makes of it: Linux 6, Mosquitto, libcoap.
struct Row: Sendable, CustomTestStringConvertible {
    /// What is done.
    var name: String
    /// The messages that the receiver takes: `SUBSCRIBE filter`, `PUBLISH topic`, `CoAP /path`.
    var receiver: [String]
    /// What is told of it: anomalies of the network, and broken rules; each once, in the order in which they come.
    var told: [String]
    /// Plays it.
    var play: @Sendable (inout Scene) -> Void

    init(
        _ name: String, receiver: [String], told: [String] = [], _ play: @escaping @Sendable (inout Scene) -> Void
    ) {
        self.name = name
        self.receiver = receiver
        self.told = told
        self.play = play
    }

    var testDescription: String { name }

    /// Plays it, and holds the events against the receiver.
    ///
    /// Each message that the receiver takes must be told; others may be, where something says that they are doubtful.
    func check() {
        var scene = Scene()
        play(&scene)
        scene.finish()
        let (sure, marked) = scene.readings
        for message in receiver {
            #expect(sure.contains(message) || marked.contains(message), "sure: \(sure), marked: \(marked)")
        }
        let told = scene.told
        #expect(told == self.told, "sure: \(sure), marked: \(marked)")
        if told.isEmpty { #expect(sure == receiver) }
    }
}

extension Scene {
    /// The messages that were told without reserve, and those that are marked as ambiguous or wrong.
    var readings: (sure: [String], marked: [String]) {
        var (sure, marked): ([String], [String]) = ([], [])
        for event in worker.sink.events {
            let name: String
            switch (event.text(of: "mqtt.type"), event.text(of: "coap.class")) {
            case ("SUBSCRIBE", _): name = "SUBSCRIBE \(event.text(of: "mqtt.topic"))"
            case ("PUBLISH", _): name = "PUBLISH \(event.text(of: "mqtt.topic"))"
            case (_, "request"): name = "CoAP \(event.text(of: "coap.uri_path"))"
            default: continue
            }
            let isMarked = ["\"network.anomaly\"", "\"violation.id\"", Self.midstream].contains(where: event.contains)
            if isMarked { marked.append(name) } else { sure.append(name) }
        }
        return (sure, marked)
    }

    private static var midstream: String { "\"mqtt.session.midstream\":true" }

    /// Anomalies of the events of the category `network` and broken rules of messages, each once.
    var told: [String] {
        var names: [String] = []
        for event in worker.sink.events {
            let isNetwork = event.contains("\"event.category\":\"network\"")
            for name in event.texts(of: isNetwork ? "network.anomaly" : "violation.id") where !names.contains(name) {
                names.append(name)
            }
            if event.contains(Self.midstream), !names.contains("midstream") { names.append("midstream") }
        }
        return names
    }

    /// A datagram of CoAP from the client to a server.
    mutating func coap(_ payload: [UInt8], _ change: (inout Datagram) -> Void = { _ in }) {
        var datagram = Datagram(payload)
        change(&datagram)
        send(frame: datagram.frame)
    }

    /// Fragments of a packet of the client's.
    mutating func fragments(_ pieces: [Piece], proto: UInt8 = 17, id: Int = 77) {
        for piece in pieces { send(frame: piece.frame(proto: proto, id: id)) }
    }
}

extension String {
    /// All texts of a list behind a key of an event in JSON.
    func texts(of key: String) -> [String] {
        guard let start = range(behind: "\"\(key)\":[") else { return [] }
        return self[start...].prefix { $0 != "]" }.split(separator: ",").map { String($0.filter { $0 != "\"" }) }
    }

    private func range(behind text: String) -> Index? {
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(text) { return rest.index(rest.startIndex, offsetBy: text.count) }
            rest.removeFirst()
        }
        return nil
    }
}

/// A datagram of UDP between the hosts of a scene; checksums are right unless told otherwise.
struct Datagram {
    var payload: [UInt8]
    var ports = (from: 40000, to: 5683)
    /// The length in the header, where it is not that of the payload.
    var length: Int?
    /// Bytes behind the datagram inside its packet.
    var tail: [UInt8] = []
    var hasWrongChecksum = false
    var hasChecksum = true
    var hasWrongHeaderChecksum = false
    var ttl: UInt8 = 64
    var source = Segment.client
    var destination = Segment.broker
    var ipOptions: [UInt8] = []
    var vlans: [Int] = []
    /// The flags of the IP header.
    var fragment = 0x4000

    init(_ payload: [UInt8]) { self.payload = payload }

    /// Header and payload.
    var bytes: [UInt8] {
        var datagram = Build.u16(ports.from) + Build.u16(ports.to)
        datagram += Build.u16(length ?? 8 + payload.count) + [0, 0] + payload
        guard hasChecksum else { return datagram + tail }
        let pseudo = source + destination + [0, 17] + Build.u16(datagram.count)
        let sum = Segment.checksum(pseudo + datagram)
        datagram.replaceSubrange(6..<8, with: Build.u16(Int(hasWrongChecksum ? sum &+ 0x1111 : sum)))
        return datagram + tail
    }

    /// The IPv4 packet.
    var packet: [UInt8] {
        var packet = Build.ipv4(
            from: source, to: destination, proto: 17, options: ipOptions, fragment: fragment, bytes)
        packet[8] = ttl
        packet = Build.withHeaderChecksum(packet)
        if hasWrongHeaderChecksum { packet[10] ^= 0x11 }
        return packet
    }

    /// The Ethernet frame.
    var frame: [UInt8] { Self.frame(packet, vlans: vlans) }

    /// A frame from the client to the broker.
    static func frame(_ packet: [UInt8], vlans: [Int] = []) -> [UInt8] {
        [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 5] + vlans.flatMap { Build.u16(0x8100) + Build.u16($0) }
            + Build.u16(0x0800) + packet
    }
}

/// A fragment.
struct Piece: Sendable {
    var offset: Int
    var bytes: [UInt8]
    var hasMore: Bool
    /// The byte of the header with the mark for congestion notification.
    var tos: UInt8 = 0
    var ttl: UInt8 = 64
    var hasWrongHeaderChecksum = false

    init(_ offset: Int, _ bytes: ArraySlice<UInt8>, more: Bool, tos: UInt8 = 0) {
        (self.offset, self.bytes, hasMore, self.tos) = (offset, Array(bytes), more, tos)
    }

    func frame(proto: UInt8, id: Int) -> [UInt8] {
        var packet = Build.ipv4(
            from: Segment.client, to: Segment.broker, proto: proto,
            fragment: offset / 8 | (hasMore ? 0x2000 : 0), bytes)
        packet.replaceSubrange(4..<6, with: Build.u16(id))
        (packet[1], packet[8]) = (tos, ttl)
        packet = Build.withHeaderChecksum(packet)
        if hasWrongHeaderChecksum { packet[10] ^= 0x11 }
        return Datagram.frame(packet)
    }
}
