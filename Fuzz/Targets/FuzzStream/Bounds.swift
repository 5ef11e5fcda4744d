import CMalloc
import CoAP
import Engine
import Flows
import FuzzSupport
import MQTT
import Network
import Packets
import TestSupport
import WebSocket

/// Segments and datagrams of any kind with small limits: memory stays small, and everything is counted.
func checkBounds(_ script: inout Script) {
    var actor = Actor()
    let before = usedMemory()
    while !script.isOver { actor.act(&script) }
    let used = usedMemory() - before
    require(used < memoryLimit, "\(used) bytes of memory in use")
    actor.bench.worker.finish()
    actor.bench.checkCounters()
}

/// What a worker with the limits below may take up beside what an empty one does: flows, sessions, what waits, and what is
/// kept for later use.
private let memoryLimit = 144 << 10

/// Bytes that are allocated now.
private func usedMemory() -> Int {
    let info = mallinfo2()
    return Int(info.uordblks) + Int(info.hblkhd)
}

private let limits: Limits = {
    var limits = Limits()
    limits.engine.flows.flows = 64
    limits.engine.flows.queuedBytesPerStream = 4096
    limits.engine.flows.queuedSegmentsPerStream = 6
    limits.engine.flows.queuedBytesTotal = 16384
    limits.engine.flows.heldBytesPerMessage = 1024
    limits.engine.flows.heldBytesTotal = 4096
    limits.engine.flows.historyBytes = 8192
    limits.engine.webSocket.connections = 16
    limits.engine.webSocket.waitingBytesPerStream = 1024
    limits.engine.webSocket.waitingBytesTotal = 4096
    limits.engine.webSocket.inflaters = 1
    limits.engine.flows.fragmentedDatagrams = 4
    limits.engine.flows.fragmentBytesTotal = 1 << 13
    limits.engine.flows.fragmentPieces = 6
    limits.dissectors.mqtt.sessions = 3
    limits.dissectors.mqtt.retainedTopics = 4
    limits.dissectors.mqtt.clientIDs = 3
    limits.dissectors.mqtt.identityBytes = 32
    limits.dissectors.mqtt.topicAliases = 4
    limits.dissectors.mqtt.topicAliasBytes = 64
    limits.dissectors.mqtt.pendingSubscribes = 2
    limits.dissectors.mqtt.pendingFilterBytes = 64
    limits.dissectors.mqtt.pendingFilters = 4
    limits.dissectors.coap.exchanges = 4
    limits.dissectors.coap.messageIDs = 4
    limits.dissectors.coap.registrations = 4
    return limits
}()

/// Does what the script says: a byte names the deed, the end and the connection.
private struct Actor: ~Copyable {
    var bench = Bench(limits: limits, keepsLines: false)
    private var connections = (0..<4).map { number in
        var connection = Connection()
        connection.clientPort += number
        connection.serverPort = number == 3 ? 9999 : 1883
        return connection
    }
    /// What was sent last, to be sent again.
    private var last: [UInt8] = []

    mutating func act(_ script: inout Script) {
        let deed = script.byte()
        let (end, number) = (Int(deed >> 4 & 1), Int(deed >> 5 & 3))
        switch deed & 15 {
        case 0...4:
            last = script.take(Int(script.byte()))
            bench.feed(connections[number].send(end, last))
        case 5: bench.feed(connections[number].send(end, flags: deed & 0x80 == 0 ? 0x02 : 0x12, []))
        case 6: for frame in connections[number].handshake() { bench.feed(frame) }
        case 7: bench.feed(connections[number].send(end, flags: 0x11, script.take(Int(script.byte()))))
        case 8: bench.feed(connections[number].send(end, flags: 0x04, []))
        case 9: wait(&script)
        case 10: jump(&script, end, number)
        case 11: sendAgain(&script, end, number)
        case 12: ahead(&script, end, number)
        case 13: anySegment(&script, end, number)
        case 14: datagram(&script, end, number)
        default: anyFrame(&script)
        }
    }

    private mutating func wait(_ script: inout Script) {
        let step = script.byte()
        bench.clock =
            step == 255 ? Int64(bitPattern: script.uint64()) : bench.clock &+ (Int64(step) - 8) * 200_000_000
    }

    /// Bytes are lost, or come again.
    private mutating func jump(_ script: inout Script, _ end: Int, _ number: Int) {
        let distance = Int16(bitPattern: script.uint16())
        connections[number].next[end] &+= UInt32(truncatingIfNeeded: Int32(distance) << Int32(script.byte() & 15))
    }

    /// The last payload many times, each time where the stream goes on or behind a hole.
    private mutating func sendAgain(_ script: inout Script, _ end: Int, _ number: Int) {
        let count = script.byte() & 127
        let hole = UInt32(script.byte() & 7)
        if hole == 7 { return flood(Int(count), end) }
        for _ in 0..<count {
            connections[number].next[end] &+= hole
            bench.feed(connections[number].send(end, last))
        }
    }

    /// The last payload on many connections, twice in order and a few times behind a hole.
    private mutating func flood(_ count: Int, _ end: Int) {
        for port in 0..<count {
            var connection = Connection()
            connection.clientPort = 50_000 + port
            for segment in 0..<7 {
                if segment == 2 { connection.next[end] &+= 1 }
                bench.feed(connection.send(end, last))
            }
        }
    }

    /// Bytes that acknowledge what was not seen.
    private mutating func ahead(_ script: inout Script, _ end: Int, _ number: Int) {
        let ack = connections[number].next[1 - end] &+ UInt32(script.uint16())
        let payload = script.take(Int(script.byte()))
        bench.feed(
            connections[number].segment(end, at: connections[number].next[end], ack: ack, flags: 0x18, payload))
        connections[number].next[end] &+= UInt32(payload.count)
    }

    /// Any flags, anywhere near the stream, perhaps cut short.
    private mutating func anySegment(_ script: inout Script, _ end: Int, _ number: Int) {
        let flags = script.byte()
        let sequence = connections[number].next[end] &+ UInt32(truncatingIfNeeded: Int16(bitPattern: script.uint16()))
        let missing = Int(script.byte()) * 4
        let payload = script.take(Int(script.byte()))
        bench.feed(
            connections[number].segment(
                end, at: sequence, ack: connections[number].next[1 - end], flags: flags, missing: missing, payload))
        if flags & 0x40 != 0 { connections[number].next[end] = sequence &+ UInt32(payload.count + missing) }
    }

    /// A datagram to or from CoAP's port or a strange one.
    private mutating func datagram(_ script: inout Script, _ end: Int, _ number: Int) {
        let server = number == 0 ? 5683 : 7000
        let payload = script.take(Int(script.byte()))
        let ports = end == 0 ? (40_000, server) : (server, 40_000)
        bench.feed(
            Build.ipv4(
                from: [10, 0, 0, UInt8(1 + end)], to: [10, 0, 0, UInt8(2 - end)], proto: 17,
                Build.udp(from: ports.0, to: ports.1, payload)))
    }

    private mutating func anyFrame(_ script: inout Script) {
        let link: LinkType = script.byte() & 1 == 0 ? .raw : .ethernet
        bench.feed(script.take(Int(script.byte()) * 2), link: link)
    }
}
