import Bytes
import Capture
import Engine
import Events
import Flows
import Network
import Packets
import Sensor

/// Stages from a file to the flow. Each does `units` of work and gives a number that depends on all of it, so that none
/// of it can be left out.
extension Stages {
    func reader(_ units: Int) throws -> UInt64 {
        var file = try CaptureFile.open(path)
        var sum: UInt64 = 0
        for _ in 0..<units {
            guard let header = try file.next() else { stop("the capture has only \(file.framesRead) frames") }
            sum &+= UInt64(truncatingIfNeeded: header.timestamp.nanoseconds) &+ UInt64(file.bytes.byteCount)
        }
        return sum
    }

    func decoder(_ units: Int) throws -> UInt64 {
        var sum: UInt64 = 0
        try CapturedFrames(path: path).forEach(first: units) { header, bytes in
            var packet = Packet()
            if case .packet = PacketDecoder.decode(bytes, link: header.linkType, intoNew: &packet) {
                sum &+= UInt64(packet.payload.count) &+ UInt64(packet.sourcePort)
            }
        }
        return sum
    }

    func flows(_ units: Int) throws -> UInt64 {
        let capture = try CapturedFrames(path: path)
        var packets: [(packet: Packet, time: Timestamp)] = []
        capture.forEach(first: capture.frames.count) { header, bytes in
            var packet = Packet()
            if case .packet = PacketDecoder.decode(bytes, link: header.linkType, intoNew: &packet) {
                packets.append((packet, header.timestamp))
            }
        }
        check(units, of: packets.count, "packets")
        var limits = FlowLimits()
        // Fewer than there are, so that making room is among what is measured.
        limits.flows = 4096
        var table = FlowTable(limits: limits, hash: fixedHash)
        var sum: UInt64 = 0
        for index in 0..<units {
            let hit = table.track(packets[index].packet, at: packets[index].time)
            sum &+= UInt64(hit.slot)
            if !table.departed.isEmpty { table.clearDeparted() }
        }
        return sum &+ table.total
    }

    func engine(_ units: Int) throws -> UInt64 {
        var worker = SensorWorker(hash: fixedHash, sink: EventCounter())
        try CapturedFrames(path: path).forEach(first: units) { worker.process($0, $1) }
        return worker.sink.events
    }

    /// A sink that counts what it gets.
    private struct EventCounter: EventSink {
        var events: UInt64 = 0
        let wantsPayloads = false

        mutating func receive(
            _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
            frames: MessageFrames
        ) { events &+= 1 }

        mutating func receive(_ part: PayloadPart, _ bytes: RawSpan) {}
    }
}
