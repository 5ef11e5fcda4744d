import TestSupport

/// Segments: overlaps of what waits, options, urgent data, and what comes behind an end.

/// The stream: a hole of a PINGREQ, then a PUBLISH whose topic shows which copy was read.
private func copy(_ letter: Character) -> [UInt8] {
    MQTT.pingreq + MQTT.publish(String(repeating: letter, count: 16), [0x21])
}

/// Two pieces that overlap behind the hole: `o` in the older one, `n` in the newer; the rest is `x`.
private func overlap(
    _ name: String, _ older: Range<Int>, _ newer: Range<Int>, receiver: String, told: [String] = ["segment_ambiguous"]
) -> Row {
    Row("Waiting bytes overlap: \(name)", receiver: ["PUBLISH \(receiver)"], told: told) { scene in
        scene.connect()
        let whole = copy("x")
        func piece(_ letter: Character, _ range: Range<Int>) {
            var segment = scene.next(Array(copy(letter)[range]))
            segment.sequence &+= UInt32(range.lowerBound)
            scene.send(segment)
        }
        let last = max(older.upperBound, newer.upperBound)
        piece("o", older)
        piece("n", newer)
        piece("x", last..<whole.count)
        let first = min(older.lowerBound, newer.lowerBound)
        if first > 0 { piece("x", 0..<first) }
        scene.clientNext &+= UInt32(whole.count)
        scene.broker(MQTT.pingresp)
        scene.client(MQTT.pingreq)
    }
}

/// What Linux reads of each; other stacks read another copy in all rows but the first.
let overlapTricks: [Row] = [
    overlap("the same range", 8..<16, 8..<16, receiver: "xxooooooooxxxxxx"),
    overlap("the newer inside", 8..<16, 10..<14, receiver: "xxooooooooxxxxxx"),
    overlap("the newer ends later", 8..<14, 10..<18, receiver: "xxoooooonnnnxxxx"),
    overlap("the newer is longer", 8..<12, 8..<16, receiver: "xxnnnnnnnnxxxxxx"),
    overlap("the newer begins earlier", 10..<16, 8..<14, receiver: "xxnnnnnnooxxxxxx"),
    overlap("the newer covers", 10..<14, 8..<18, receiver: "xxnnnnnnnnnnxxxx"),
    overlap("the newer in order, over all", 10..<14, 0..<18, receiver: "nnnnnnnnnnnnxxxx"),
    overlap("the newer in order, over a part", 10..<14, 0..<12, receiver: "nnnnnnooxxxxxxxx"),
    overlap("none, one beside the other", 8..<12, 12..<16, receiver: "xxoooonnnnxxxxxx", told: []),
    Row("Byte by byte, backwards", receiver: ["SUBSCRIBE #"]) { scene in
        scene.connect()
        let bytes = MQTT.subscribe(1, "#")
        for place in bytes.indices.reversed() {
            var segment = scene.next([bytes[place]])
            segment.sequence &+= UInt32(place)
            scene.send(segment)
        }
        scene.clientNext &+= UInt32(bytes.count)
        scene.broker(MQTT.suback(1))
    },
    Row("Numbers that begin anew at 2^32", receiver: ["SUBSCRIBE a", "SUBSCRIBE b"]) { scene in
        scene.clientNext = 0xFFFF_FFF0
        scene.connect()
        scene.client(MQTT.subscribe(1, "a"))
        scene.broker(MQTT.suback(1))
        scene.client(MQTT.subscribe(2, "b"))
        scene.broker(MQTT.suback(2))
    },
]

/// A SUBSCRIBE that the receiver takes, however odd its segment is.
private func taken(
    _ name: String, told: [String] = [], _ change: @escaping @Sendable (inout Segment) -> Void
) -> Row {
    Row("Taken all the same: \(name)", receiver: ["SUBSCRIBE #"], told: told) { scene in
        scene.connect()
        var segment = scene.next(MQTT.subscribe(1, "#"))
        change(&segment)
        scene.send(segment)
        scene.clientNext &+= UInt32(segment.payload.count)
        scene.broker(MQTT.suback(1))
    }
}

let oddSegments: [Row] = [
    taken("an option of length 0") { $0.options = [8, 0, 1, 1] },
    taken("an option longer than the header") { $0.options = [8, 40, 1, 1] },
    taken("options behind their end") { $0.options = [0, 19, 18, 1] },
    taken("a timestamp that nobody asked for") { $0.options = [1, 1, 8, 10] + Build.u32(5) + Build.u32(1) },
    taken("a router alert in the IP header") { $0.ipOptions = [148, 4, 0, 0] },
    taken("an unknown option of odd length") { $0.options = [253, 3, 1, 1] },
    taken("forty bytes of options") { $0.options = Array(repeating: 1, count: 40) },
    taken("a window of 0") { $0.window = 0 },
    taken("marks for congestion") { $0.flags |= 0xC0 },
    taken("no PSH") { $0.flags = 0x10 },
    taken("a slightly older acknowledgement") { $0.acknowledgement &-= 2 },
    taken("a hop more") { $0.ttl = 63 },
    taken("an urgent pointer far behind") {
        $0.flags |= 0x20
        $0.urgent = 5000
    },
    taken("an urgent pointer without the flag") { $0.urgent = 3 },
    Row("Without the timestamp that both agreed on", receiver: ["SUBSCRIBE #"]) { scene in
        scene.timestamp = 1_000_000
        scene.connect()
        var segment = scene.next(MQTT.subscribe(1, "#"))
        segment.options = []
        scene.send(segment)
        scene.clientNext &+= UInt32(segment.payload.count)
        scene.broker(MQTT.suback(1))
    },
    Row(
        "Longer than its frame, which nothing cut", receiver: ["SUBSCRIBE #"], told: ["segment_decoy"]
    ) { scene in
        scene.connect()
        scene.client(MQTT.publish("long", Array(repeating: 1, count: 100)))
        scene.broker()
        var frame = scene.next(MQTT.subscribe(1, "a")).frame
        let packet = Build.withHeaderChecksum(Array(frame[14..<16]) + Build.u16(500) + Array(frame[18...]))
        frame.replaceSubrange(14..., with: packet)
        scene.send(frame: frame)
        scene.harvest()
    },
    Row("A header of 4 words", receiver: ["SUBSCRIBE #"]) { scene in
        scene.connect()
        var packet = scene.next(MQTT.subscribe(1, "a")).packet
        packet[32] = 4 << 4
        scene.send(frame: Datagram.frame(Build.withTransportChecksum(packet)))
        scene.harvest()
    },
    Row("A header longer than its segment", receiver: ["SUBSCRIBE #"]) { scene in
        scene.connect()
        var packet = scene.next(MQTT.subscribe(1, "a")).packet
        packet[32] = 15 << 4
        scene.send(frame: Datagram.frame(Build.withTransportChecksum(packet)))
        scene.harvest()
    },
]

/// A SUBSCRIBE in segments of which some have an urgent byte: bytes and the urgent pointer, 0 for none.
private func urgent(_ name: String, told: [String], _ segments: [(bytes: [UInt8], pointer: Int)]) -> Row {
    Row("Urgent: \(name)", receiver: ["SUBSCRIBE real"], told: told) { scene in
        scene.connect()
        for (bytes, pointer) in segments {
            var segment = scene.next(bytes)
            if pointer > 0 {
                segment.flags |= 0x20
                segment.urgent = pointer
            }
            scene.send(segment)
            scene.clientNext &+= UInt32(bytes.count)
            scene.broker()
        }
        scene.broker(MQTT.suback(1))
        scene.client(MQTT.pingreq)
        scene.broker(MQTT.pingresp)
    }
}

private let subscribe = MQTT.subscribe(1, "real")

let urgentTricks: [Row] = [
    urgent(
        "in the middle of a message", told: ["MQTT-3.8.3-4", "MQTT-2.3.1-2", "urgent_data"],
        [(Array(subscribe[..<8]) + [0x5A] + Array(subscribe[8...]), 9)]),
    urgent(
        "in a segment of its own", told: ["urgent_data", "MQTT-3.8.3-4", "MQTT-2.3.1-2"],
        [(Array(subscribe[..<8]), 0), ([0x5A], 1), (Array(subscribe[8...]), 0)]),
    urgent(
        "two of them", told: ["urgent_data", "MQTT-3.8.3-4", "MQTT-2.3.1-2"],
        [(Array(subscribe[..<6]) + [0x59], 7), (Array(subscribe[6..<8]) + [0x5A], 3), (Array(subscribe[8...]), 0)]),
    urgent(
        "the first byte of a segment, and the rest is whole", told: ["urgent_data"], [([0xC0] + subscribe, 1)]),
    urgent("the last byte", told: ["urgent_data"], [(subscribe + [0xC0], subscribe.count + 1)]),
    Row("Urgent: the pointer 0 means the first byte", receiver: [], told: ["MQTT-2.2.1", "urgent_data"]) { scene in
        scene.connect()
        var segment = scene.next(MQTT.subscribe(1, "a"))
        segment.flags |= 0x20
        scene.send(segment)
        scene.clientNext &+= UInt32(segment.payload.count)
        scene.broker()
    },
]

private let real = MQTT.subscribe(1, "real")
private let fake = MQTT.subscribe(1, "fake")

let bytesBehindEnds: [Row] = [
    Row("Bytes behind a FIN that was acknowledged", receiver: ["SUBSCRIBE real"], told: ["segment_decoy"]) { scene in
        scene.connect()
        scene.client(real, flags: 0x19)
        scene.clientNext &+= 1
        scene.broker(MQTT.suback(1))
        scene.client(fake)
        scene.wait(nanoseconds: 5_000_000_000)
    },
    Row("Bytes in the place of the FIN itself", receiver: ["SUBSCRIBE real"], told: ["segment_decoy"]) { scene in
        scene.connect()
        scene.client(real, flags: 0x19)
        scene.clientNext &+= 1
        scene.broker(MQTT.suback(1))
        scene.clientNext &-= 1
        scene.client(fake)
        scene.wait(nanoseconds: 5_000_000_000)
    },
    Row("Bytes that wait behind a FIN", receiver: ["SUBSCRIBE real"], told: ["segment_decoy"]) { scene in
        scene.connect()
        var early = scene.next(fake)
        early.sequence &+= UInt32(real.count + 1)
        scene.send(early)
        scene.client(real, flags: 0x19)
        scene.clientNext &+= 1
        scene.broker(MQTT.suback(1))
        scene.wait(nanoseconds: 5_000_000_000)
        scene.broker()
    },
    Row("A FIN that was none: the other end acknowledges more", receiver: ["SUBSCRIBE real", "SUBSCRIBE b"]) { scene in
        scene.connect()
        scene.client(real)
        scene.send(scene.next([], flags: 0x11))
        scene.broker(MQTT.suback(1))
        scene.client(MQTT.subscribe(2, "b"))
        scene.broker(MQTT.suback(2))
    },
    Row("The server goes on behind the client's FIN", receiver: ["SUBSCRIBE real", "PUBLISH real"]) { scene in
        scene.connect()
        scene.client(real, flags: 0x19)
        scene.clientNext &+= 1
        scene.broker(MQTT.suback(1))
        scene.wait(nanoseconds: 5_000_000_000)
        scene.broker(MQTT.publish("real", [1]))
    },
    Row("RST in the window, not exact", receiver: ["SUBSCRIBE real"], told: ["midstream"]) { scene in
        scene.connect()
        var reset = scene.next([], flags: 0x04)
        reset.sequence &+= 100
        scene.send(reset)
        scene.client(real)
        scene.broker(MQTT.suback(1))
    },
    Row("RST with bytes", receiver: ["SUBSCRIBE real"], told: ["midstream"]) { scene in
        scene.connect()
        var reset = scene.next(fake, flags: 0x14)
        reset.sequence &+= 100
        scene.send(reset)
        scene.client(real)
        scene.broker(MQTT.suback(1))
    },
]
