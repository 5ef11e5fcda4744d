import TestSupport

/// IP, fragments, links and tunnels.

/// A GET whose bytes of both contents have the same sum, however pieces of eight bytes are mixed.
private func get(_ segment: String) -> [UInt8] {
    Datagram(
        Build.coap(code: 1, id: 1, options: Array(repeating: (11, Array((segment + segment + segment).utf8)), count: 2))
    )
    .bytes
}

private let real = get("real")
private let fake = get("aerl")
private let realPath = "CoAP /realrealreal/realrealreal"
private let end = "CoAP /end"

/// A datagram in fragments; then an ordinary one, so that the flow is known.
private func fragments(
    _ name: String, receiver: [String] = [realPath], told: [String] = [], _ pieces: [Piece]
) -> Row {
    Row("Fragments of a datagram: \(name)", receiver: [end] + receiver, told: told) { scene in
        scene.coap(Build.coap(code: 1, id: 999, options: [(11, Array("end".utf8))]))
        scene.fragments(pieces)
    }
}

/// The overlap matrix of fragments. What the receiver drops, Linux drops; a sensor that drops it with Linux would not see what
/// lwIP and older stacks read, so both are read.
let fragmentTricks: [Row] = [
    fragments("in order", [Piece(0, real[..<16], more: true), Piece(16, real[16...], more: false)]),
    fragments("backwards", [Piece(16, real[16...], more: false), Piece(0, real[..<16], more: true)]),
    fragments(
        "twice the same",
        [Piece(0, real[..<16], more: true), Piece(0, real[..<16], more: true), Piece(16, real[16...], more: false)]),
    fragments(
        "partial overlap with other bytes", receiver: [],
        told: ["fragment_ambiguous", "RFC7252-4.4"],
        [Piece(0, real[..<24], more: true), Piece(16, fake[16...], more: false)]),
    fragments(
        "partial overlap with the same bytes", receiver: [], told: ["fragment_overlap"],
        [Piece(0, real[..<24], more: true), Piece(16, real[16...], more: false)]),
    fragments(
        "partial overlap, the later part first", receiver: [],
        told: ["fragment_ambiguous", "RFC7252-4.4"],
        [Piece(16, real[16...], more: false), Piece(0, fake[..<24], more: true)]),
    fragments(
        "inside a run, other bytes", told: ["fragment_ambiguous", "RFC7252-4.4"],
        [
            Piece(0, real[..<24], more: true), Piece(16, fake[16..<24], more: true),
            Piece(24, real[24...], more: false),
        ]),
    fragments(
        "same range, other bytes", told: ["fragment_ambiguous", "RFC7252-4.4"],
        [Piece(0, real[..<16], more: true), Piece(0, fake[..<16], more: true), Piece(16, real[16...], more: false)]),
    fragments(
        "covers a run with other bytes", receiver: [], told: ["fragment_ambiguous", "RFC7252-4.4"],
        [
            Piece(8, real[8..<16], more: true), Piece(0, fake[..<24], more: true),
            Piece(24, real[24...], more: false),
        ]),
    fragments(
        "first of eight bytes", [Piece(0, real[..<8], more: true), Piece(8, real[8...], more: false)]),
    fragments(
        "eight bytes each",
        stride(from: 0, to: real.count, by: 8).map {
            Piece($0, real[$0..<min($0 + 8, real.count)], more: $0 + 8 < real.count)
        }),
    fragments(
        "a length of no multiple of eight", [Piece(0, real[..<19], more: true), Piece(16, real[16...], more: false)]),
    fragments(
        "two ends", receiver: [],
        [Piece(16, fake[16..<24], more: false), Piece(16, real[16...], more: false), Piece(0, real[..<16], more: true)]
    ),
    fragments(
        "bytes behind the end",
        [
            Piece(16, real[16...], more: false), Piece(48, fake[..<8], more: true), Piece(0, real[..<16], more: true),
        ]),
    fragments(
        "a mark of congestion beside none", receiver: [], told: ["fragment_ambiguous"],
        [Piece(0, real[..<16], more: true), Piece(16, real[16...], more: false, tos: 3)]),
    fragments(
        "able to mark beside not able", receiver: [], told: ["fragment_ambiguous"],
        [Piece(0, real[..<16], more: true, tos: 2), Piece(16, real[16...], more: false)]),
    fragments(
        "congestion beside able to mark",
        [Piece(0, real[..<16], more: true, tos: 2), Piece(16, real[16...], more: false, tos: 3)]),
    Row("Fragments of a datagram: a wrong header checksum first", receiver: [realPath]) { scene in
        var wrong = Piece(0, fake[..<16], more: true)
        wrong.hasWrongHeaderChecksum = true
        scene.fragments([Piece(16, real[16...], more: false), wrong, Piece(0, real[..<16], more: true)])
    },
    Row("Fragments of a datagram: another identification never ends", receiver: [realPath]) { scene in
        scene.fragments([Piece(0, fake[..<16], more: true)], id: 1)
        scene.fragments([Piece(0, real[..<16], more: true), Piece(16, real[16...], more: false)])
    },
    Row("Fragments of a datagram: another protocol under the same identification", receiver: [realPath]) { scene in
        scene.fragments([Piece(0, fake[..<16], more: true)], proto: 132)
        scene.fragments([Piece(0, real[..<16], more: true), Piece(16, real[16...], more: false)])
    },
    Row("Fragments of a datagram: the rest comes when it is forgotten", receiver: []) { scene in
        scene.fragments([Piece(0, real[..<16], more: true)])
        scene.wait(nanoseconds: 130_000_000_000)
        scene.fragments([Piece(16, real[16...], more: false)])
    },
    Row("Fragments of a datagram: whole, under the identification of pieces", receiver: [end, realPath]) { scene in
        scene.fragments([Piece(0, real[..<16], more: true)])
        scene.coap(Build.coap(code: 1, id: 9, options: [(11, Array("end".utf8))])) { $0.fragment = 0 }
        scene.fragments([Piece(16, real[16...], more: false)])
    },
]

/// A SUBSCRIBE in a segment that comes in fragments, which `cut` makes of two segments.
private func segments(
    _ name: String, receiver: [String], told: [String] = [],
    _ cut: @escaping @Sendable (_ real: [UInt8], _ fake: [UInt8]) -> [Piece]
) -> Row {
    Row("Fragments of a segment: \(name)", receiver: receiver, told: told) { scene in
        scene.connect()
        let bytes = MQTT.subscribe(1, "real") + MQTT.subscribe(2, "last")
        let real = Array(scene.next(bytes).packet[20...])
        let fake = Array(scene.next(MQTT.subscribe(1, "fake") + MQTT.subscribe(2, "last")).packet[20...])
        scene.fragments(cut(real, fake), proto: 6)
        if !receiver.isEmpty {
            scene.clientNext &+= UInt32(bytes.count)
            scene.broker(MQTT.suback(1) + MQTT.suback(2))
        }
    }
}

private let both = ["SUBSCRIBE real", "SUBSCRIBE last"]

let fragmentedSegmentTricks: [Row] = [
    segments("in order", receiver: both) { real, _ in
        [Piece(0, real[..<24], more: true), Piece(24, real[24...], more: false)]
    },
    segments("the header cut in two", receiver: both) { real, _ in
        [Piece(0, real[..<8], more: true), Piece(8, real[8...], more: false)]
    },
    segments("same range, other bytes", receiver: both, told: ["fragment_ambiguous"]) { real, fake in
        [Piece(0, real[..<24], more: true), Piece(0, fake[..<24], more: true), Piece(24, real[24...], more: false)]
    },
    segments(
        "partial overlap, which gives another checksum", receiver: [], told: ["fragment_ambiguous", "segment_decoy"]
    ) {
        real, fake in [Piece(0, real[..<32], more: true), Piece(24, fake[24...], more: false)]
    },
    segments("a mark of congestion beside none", receiver: [], told: ["fragment_ambiguous"]) { real, _ in
        [Piece(0, real[..<24], more: true), Piece(24, real[24...], more: false, tos: 3)]
    },
]

private let decoy = MQTT.subscribe(1, "a")

/// A packet that leads the copy of what the client sends next somewhere else.
private func wrapped(
    _ name: String, told: [String] = [], _ wrap: @escaping @Sendable (_ packet: [UInt8]) -> [UInt8]
) -> Row {
    Row(name, receiver: ["SUBSCRIBE #"], told: told) { scene in
        scene.connect()
        scene.send(frame: wrap(scene.next(decoy).packet))
        scene.harvest()
    }
}

/// UDP from the client to somebody, around something.
private func udp(to port: Int, _ payload: [UInt8]) -> [UInt8] {
    var datagram = Datagram(payload)
    datagram.ports.to = port
    return datagram.frame
}

private func inner(_ packet: [UInt8]) -> [UInt8] { Datagram.frame(packet) }

/// Packets inside something else, and frames that no host takes.
let linkTricks: [Row] = [
    wrapped("VXLAN around a copy", told: ["segment_decoy"]) { udp(to: 4789, Build.vxlan(inner($0))) },
    wrapped("Geneve around a copy", told: ["segment_decoy"]) { udp(to: 6081, Build.geneve(0x6558, inner($0))) },
    wrapped("GTP around a copy", told: ["segment_decoy"]) { udp(to: 2152, Build.gtp($0)) },
    wrapped("IP in IP around a copy", told: ["segment_decoy"]) { Datagram.frame(Build.outerIPv4(proto: 4, $0)) },
    wrapped("VLAN 0 is no VLAN, and a copy is a rival", told: ["MQTT-2.3.1-2", "segment_ambiguous"]) {
        Datagram.frame($0, vlans: [0])
    },
    wrapped("Three VLAN tags around a copy", told: ["segment_decoy"]) { Datagram.frame($0, vlans: [5, 6, 7]) },
    wrapped("A header of four words") {
        var packet = $0
        packet[0] = 0x44
        return Datagram.frame(packet)
    },
    wrapped("Version 5") {
        var packet = $0
        packet[0] = 0x55
        return Datagram.frame(packet)
    },
    wrapped("Longer than its frame", told: ["segment_decoy"]) {
        var packet = $0
        packet.replaceSubrange(2..<4, with: Build.u16(900))
        return Datagram.frame(Build.withHeaderChecksum(packet))
    },
    wrapped("Protocol 253") {
        var packet = $0
        packet[9] = 253
        return Datagram.frame(Build.withHeaderChecksum(packet))
    },
    wrapped("From loopback", told: ["midstream"]) {
        var packet = $0
        packet.replaceSubrange(12..<16, with: [127, 0, 0, 1])
        return Datagram.frame(Build.withHeaderChecksum(packet))
    },
    wrapped("To the sender itself", told: ["midstream"]) {
        var packet = $0
        packet.replaceSubrange(16..<20, with: packet[12..<16])
        return Datagram.frame(Build.withHeaderChecksum(packet))
    },
    Row("Bytes behind the packet in its frame", receiver: ["SUBSCRIBE #"]) { scene in
        scene.connect()
        let subscribe = scene.next(MQTT.subscribe(1, "#"))
        scene.send(frame: subscribe.frame + decoy)
        scene.clientNext &+= UInt32(subscribe.payload.count)
        scene.broker(MQTT.suback(1))
    },
    Row("Reserved bit of the IP header", receiver: ["SUBSCRIBE #"]) { scene in
        scene.connect()
        var packet = scene.next(MQTT.subscribe(1, "#")).packet
        packet[6] |= 0x80
        scene.send(frame: Datagram.frame(Build.withHeaderChecksum(packet)))
        scene.clientNext &+= UInt32(MQTT.subscribe(1, "#").count)
        scene.broker(MQTT.suback(1))
    },
    Row("An ICMP error in the server's name ends nothing", receiver: ["SUBSCRIBE #"]) { scene in
        scene.connect()
        let quoted = Array(scene.next([]).packet.prefix(28))
        var packet = Build.ipv4(
            from: Segment.broker, to: Segment.client, proto: 1, [3, 3, 0, 0, 0, 0, 0, 0] + quoted)
        packet = Build.withHeaderChecksum(packet)
        scene.send(frame: Datagram.frame(packet))
        scene.harvest()
    },
    Row("The mirror port gives each frame twice", receiver: ["SUBSCRIBE #", "SUBSCRIBE b"]) { scene in
        scene.connect()
        for (number, filter) in ["#", "b"].enumerated() {
            let segment = scene.next(MQTT.subscribe(number + 1, filter))
            scene.send(segment)
            scene.send(segment)
            scene.clientNext &+= UInt32(segment.payload.count)
            let answer = scene.answer(MQTT.suback(number + 1))
            scene.send(answer)
            scene.send(answer)
            scene.brokerNext &+= UInt32(answer.payload.count)
        }
    },
]
