import Bytes
import Network
import Packets
import TestSupport
import Testing

/// One trick by which a passive observer is made to read other bytes than the receiver.
struct Trick: Sendable, CustomTestStringConvertible {
    /// What is done.
    var name: String
    /// The filters of the SUBSCRIBE messages that the receiver reads (Linux 6 where stacks differ).
    var receiver: [String] = ["#"]
    /// Filters that are told besides, marked as ambiguous: of copies that another stack may have read.
    var ambiguous: [String] = []
    /// The anomalies of the events that tell the trick.
    var told: [String] = []
    /// Plays it.
    var play: @Sendable (inout Scene) -> Void

    var testDescription: String { name }
}

private let decoy = MQTT.subscribe(1, "a")
private let real = MQTT.subscribe(1, "#")

/// A copy of what the client sends next with other bytes, changed so that the receiver drops it, then the real one.
private func before(
    _ name: String, told: [String] = ["segment_decoy"], _ change: @escaping @Sendable (inout Segment) -> Void
)
    -> Trick
{
    Trick(name: "\(name), before the real one", told: told) { scene in
        scene.connect()
        var copy = scene.next(decoy)
        change(&copy)
        scene.send(copy)
        scene.harvest()
    }
}

/// The same copy behind the real one.
private func behind(
    _ name: String, told: [String] = ["segment_decoy"], _ change: @escaping @Sendable (inout Segment) -> Void
)
    -> Trick
{
    Trick(name: "\(name), behind the real one", told: told) { scene in
        scene.connect()
        var copy = scene.next(decoy)
        change(&copy)
        scene.client(real)
        scene.send(copy)
        scene.broker(MQTT.suback(1))
    }
}

/// Copies that their receiver drops.
let droppedCopies: [Trick] = [
    before("Wrong TCP checksum") { $0.hasWrongChecksum = true },
    behind("Wrong TCP checksum") { $0.hasWrongChecksum = true },
    before("Wrong IP checksum") { $0.hasWrongHeaderChecksum = true },
    before("Checksum of the pseudo-header alone") { $0.hasPartialChecksum = true },
    before("No ACK flag") { $0.flags = 0x08 },
    behind("No ACK flag") { $0.flags = 0x08 },
    before("No flag at all") { $0.flags = 0 },
    before("Time to live that ends on the way") { $0.ttl = 3 },
    behind("Time to live that ends on the way") { $0.ttl = 3 },
    before("Time to live of somebody else") { $0.ttl = 200 },
    before("Another sender on the link") { $0.sourceMAC = [2, 0, 0, 0, 0, 66] },
    before("Another receiver on the link") { $0.destinationMAC = [2, 0, 0, 0, 0, 66] },
    before("Another VLAN") { $0.vlans = [7] },
    before("Two other VLANs") { $0.vlans = [7, 8] },
    before("MD5 signature that nobody agreed on") { $0.options = [19, 18] + Array(repeating: 1, count: 16) + [1, 1] },
    before("TCP-AO signature that nobody agreed on") { $0.options = [29, 4, 1, 1] },
    before("Source route in the IP header") { $0.ipOptions = [131, 7, 4, 10, 99, 0, 1, 0] },
    before("IP options longer than the header") { $0.ipOptions = [7, 39, 4, 0] },
    before("Wrong checksum and FIN") {
        $0.hasWrongChecksum = true
        $0.flags = 0x19
    },
    Trick(name: "Old timestamp", told: ["segment_decoy"]) { scene in
        scene.timestamp = 1_000_000
        scene.connect()
        var copy = scene.next(decoy)
        copy.options = scene.options(timestamp: 900_000)
        scene.send(copy)
        scene.harvest()
    },
    Trick(name: "Timestamp one older", receiver: ["a"], ambiguous: ["#"], told: ["segment_ambiguous"]) { scene in
        scene.timestamp = 1_000_000
        scene.connect()
        var copy = scene.next(decoy)
        copy.options = scene.options(timestamp: (scene.timestamp ?? 0) - 1)
        scene.send(copy)
        scene.harvest()
    },
    Trick(name: "Timestamp half the circle away", told: ["segment_decoy"]) { scene in
        scene.timestamp = 1_000_000
        scene.connect()
        var copy = scene.next(decoy)
        copy.options = scene.options(timestamp: 1_000_000 &+ 0x8000_0100)
        scene.send(copy)
        scene.harvest()
    },
    Trick(name: "An old timestamp counts only where both agreed on them", receiver: ["a"]) { scene in
        scene.connect()
        var copy = scene.next(decoy)
        copy.options = [1, 1, 8, 10] + Build.u32(5) + Build.u32(1)
        scene.send(copy)
        scene.clientNext &+= UInt32(decoy.count)
        scene.broker(MQTT.suback(1))
    },
    Trick(
        name: "Wrong checksum and a length that swallows what follows", receiver: ["#", "b", "c"],
        told: ["segment_decoy"]
    ) {
        scene in
        scene.connect()
        var eater = scene.next([0x30, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1, 0x61, 0x62, 0x63])
        eater.hasWrongChecksum = true
        scene.send(eater)
        scene.harvest()
        scene.client(MQTT.subscribe(2, "b"))
        scene.client(MQTT.subscribe(3, "c"))
    },
    Trick(name: "Ahead of the stream behind the window", told: []) { scene in
        scene.connect()
        var ahead = scene.next(MQTT.subscribe(1, "a"))
        ahead.sequence &+= 8192
        scene.send(ahead)
        scene.harvest()
        scene.broker()
    },
    Trick(name: "Out of any window", told: []) { scene in
        scene.connect()
        var far = scene.next(decoy)
        far.sequence &+= 0x4000_0000
        scene.send(far)
        scene.harvest()
    },
    Trick(name: "Acknowledges what was never sent", told: ["segment_decoy"]) { scene in
        scene.connect()
        var copy = scene.next(decoy)
        copy.acknowledgement &+= 100_000
        scene.send(copy)
        scene.harvest()
    },
    Trick(name: "Acknowledges what is sent only after it", told: ["segment_decoy"]) { scene in
        scene.connect()
        var copy = scene.next(decoy)
        copy.acknowledgement &+= 5
        scene.send(copy)
        scene.harvest()
        scene.broker(MQTT.pingresp)
    },
    Trick(name: "Acknowledges what was never sent, and begins in the middle", told: ["segment_decoy"]) { scene in
        scene.connect()
        var copy = scene.next(Array(decoy[3...]))
        copy.sequence &+= 3
        copy.acknowledgement &+= 100_000
        scene.send(copy)
        scene.harvest()
    },
    Trick(name: "Acknowledges what was never sent, long before the real one", told: ["segment_decoy"]) { scene in
        scene.connect()
        var copy = scene.next(decoy)
        copy.acknowledgement &+= 100_000
        scene.send(copy)
        // The answer to it (RFC 9293, 3.10.7.4).
        scene.broker()
        scene.wait(nanoseconds: 6_000_000_000)
        scene.harvest()
    },
    Trick(name: "Acknowledges what the capture shows later", told: []) { scene in
        scene.connect()
        var early = scene.next(real)
        early.acknowledgement &+= 2
        scene.send(early)
        scene.broker(MQTT.pingresp)
        scene.clientNext &+= UInt32(real.count)
        scene.broker(MQTT.suback(1))
    },
    Trick(name: "Of two doubtful copies that were acknowledged, the one that may have come", told: ["segment_decoy"]) {
        scene in
        scene.connect()
        var (wrong, far) = (scene.next(decoy), scene.next(real))
        wrong.hasWrongChecksum = true
        far.ttl = 3
        scene.send(wrong)
        scene.send(far)
        scene.clientNext &+= UInt32(real.count)
        scene.broker(MQTT.suback(1))
    },
    Trick(name: "Many copies", told: Array(repeating: "segment_decoy", count: 5)) { scene in
        scene.connect()
        for number in 0..<5 {
            var copy = scene.next(MQTT.subscribe(1, "\(number)"))
            copy.ttl = 2
            scene.send(copy)
        }
        scene.harvest()
    },
    Trick(name: "Copy in smaller pieces", told: ["segment_decoy", "segment_decoy"]) { scene in
        scene.connect()
        for piece in [0..<3, 3..<decoy.count] {
            var copy = scene.next(Array(decoy[piece]))
            copy.sequence &+= UInt32(piece.lowerBound)
            copy.payload = copy.payload.map { $0 ^ 1 }
            copy.ttl = 2
            scene.send(copy)
        }
        scene.harvest()
    },
]

/// The beginning of a connection.
let tricksOfBeginnings: [Trick] = [
    Trick(name: "Data in the SYN that was not acknowledged", told: ["segment_decoy"]) { scene in
        var syn = scene.next(MQTT.connect("decoy"), flags: 0x02)
        syn.acknowledgement = 0
        scene.send(syn)
        scene.clientNext &+= 1
        scene.send(scene.answer([], flags: 0x12))
        scene.brokerNext &+= 1
        scene.client(MQTT.connect("evil!"))
        scene.broker(MQTT.connack)
        scene.harvest()
    },
    Trick(name: "Data in the SYN that was acknowledged (RFC 7413)") { scene in
        var syn = scene.next(MQTT.connect("fast"), flags: 0x02)
        syn.acknowledgement = 0
        scene.send(syn)
        scene.clientNext &+= 1 + UInt32(syn.payload.count)
        scene.send(scene.answer([], flags: 0x12))
        scene.brokerNext &+= 1
        scene.send(scene.next([], flags: 0x10))
        scene.broker(MQTT.connack)
        scene.harvest()
    },
    Trick(name: "SYN of another number in the middle") { scene in
        scene.connect()
        var syn = scene.next([], flags: 0x02)
        syn.sequence = 0x7000_0000
        scene.send(syn)
        scene.harvest()
    },
    Trick(name: "SYN with a wrong checksum first") { scene in
        var syn = scene.next([], flags: 0x02)
        syn.sequence = 0x7000_0000
        syn.hasWrongChecksum = true
        scene.send(syn)
        scene.connect()
        scene.harvest()
    },
    Trick(name: "SYN-ACK in the client's name") { scene in
        scene.connect()
        scene.send(scene.next([], flags: 0x12))
        scene.harvest()
    },
    Trick(name: "SYN with RST", told: ["forged_reset"]) { scene in
        scene.connect()
        var both = scene.next([], flags: 0x06)
        both.sequence &+= 0x3000_0000
        scene.send(both)
        scene.harvest()
    },
    Trick(name: "Begins again with the same number, as a device that restarts", receiver: ["x", "#"]) { scene in
        let (first, second) = (scene.clientNext, scene.brokerNext)
        scene.connect()
        scene.client(MQTT.subscribe(1, "x"))
        scene.broker(MQTT.suback(1))
        scene.wait(nanoseconds: 300_000_000_000)
        scene.clientNext = first
        scene.brokerNext = second &+ 0x1111_1111
        scene.connect()
        scene.harvest()
    },
    Trick(name: "Begins anywhere, without a hand-shake") { scene in
        scene.client(MQTT.connect("evil"))
        scene.broker(MQTT.connack)
        scene.harvest()
    },
]

/// Ends that are none.
let tricksOfEnds: [Trick] = [
    Trick(name: "RST with a wrong checksum", told: ["forged_reset"]) { scene in
        scene.connect()
        var reset = scene.next([], flags: 0x04)
        reset.hasWrongChecksum = true
        scene.send(reset)
        scene.harvest()
    },
    Trick(name: "RST that dies on the way", told: ["forged_reset"]) { scene in
        scene.connect()
        var reset = scene.next([], flags: 0x14)
        reset.ttl = 1
        scene.send(reset)
        scene.harvest()
    },
    Trick(name: "RST of a number far off", told: ["forged_reset"]) { scene in
        scene.connect()
        var reset = scene.next([], flags: 0x04)
        reset.sequence &+= 0x2000_0000
        scene.send(reset)
        scene.harvest()
    },
    Trick(name: "RST that looks right, and the connection goes on") { scene in
        scene.connect()
        scene.send(scene.next([], flags: 0x04))
        scene.harvest()
    },
    Trick(name: "FIN with a wrong checksum") { scene in
        scene.connect()
        var end = scene.next([], flags: 0x11)
        end.hasWrongChecksum = true
        scene.send(end)
        scene.harvest()
    },
    Trick(name: "FIN without ACK") { scene in
        scene.connect()
        scene.send(scene.next([], flags: 0x01))
        scene.harvest()
    },
    Trick(name: "FIN ahead of the stream") { scene in
        scene.connect()
        var end = scene.next([], flags: 0x11)
        end.sequence &+= 5000
        scene.send(end)
        scene.harvest()
    },
]

/// Copies of which nothing tells which one counts: both are read.
let rivalCopies: [Trick] = [
    Trick(name: "Another content first", receiver: ["#"], ambiguous: ["#"], told: ["segment_ambiguous"]) { scene in
        scene.connect()
        scene.send(scene.next(decoy))
        scene.harvest()
    },
    Trick(name: "Another content behind", receiver: ["#"], ambiguous: ["a"], told: ["segment_ambiguous"]) { scene in
        scene.connect()
        let copy = scene.next(decoy)
        scene.client(real)
        scene.send(copy)
        scene.broker(MQTT.suback(1))
    },
    Trick(name: "Another content behind what was acknowledged", told: ["segment_decoy"]) { scene in
        scene.connect()
        let copy = scene.next(decoy)
        scene.harvest()
        scene.send(copy)
    },
    Trick(
        name: "A length that swallows what follows, first", receiver: ["#", "b", "c"], ambiguous: ["#", "b", "c"],
        told: ["segment_ambiguous"]
    ) { scene in
        scene.connect()
        scene.send(scene.next([0x30, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1] + Array(real[7...])))
        scene.harvest()
        scene.client(MQTT.subscribe(2, "b"))
        scene.client(MQTT.subscribe(3, "c"))
    },
    Trick(name: "Both behind a hole", receiver: ["#", "#"], ambiguous: ["#"], told: ["segment_ambiguous"]) { scene in
        scene.connect()
        let hole = MQTT.pingreq
        var (one, other) = (scene.next(decoy), scene.next(real))
        one.sequence &+= UInt32(hole.count)
        other.sequence &+= UInt32(hole.count)
        scene.send(one)
        scene.send(other)
        scene.client(hole)
        scene.clientNext &+= UInt32(real.count)
        scene.broker(MQTT.suback(1))
    },
    Trick(name: "Same copies are no trick", told: []) { scene in
        scene.connect()
        let copy = scene.next(real)
        scene.client(real)
        scene.send(copy)
        scene.send(copy)
        scene.broker(MQTT.suback(1))
    },
    Trick(name: "A keep-alive is no trick", told: []) { scene in
        scene.connect()
        scene.harvest()
        var probe = scene.next([0], flags: 0x10)
        probe.sequence &-= 1
        scene.send(probe)
    },
]
