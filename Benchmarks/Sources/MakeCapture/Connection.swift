/// Flags of TCP.
struct TCPFlags: OptionSet {
    let rawValue: UInt8

    static let fin = TCPFlags(rawValue: 1)
    static let syn = TCPFlags(rawValue: 2)
    static let rst = TCPFlags(rawValue: 4)
    static let psh = TCPFlags(rawValue: 8)
    static let ack = TCPFlags(rawValue: 16)
}

/// A connection of TCP: side 0 is the client.
///
/// What a turn plans is bent and written at its end.
struct Connection {
    var ends: Ends
    let bends: Bends
    /// Whether small segments are cut, as long as the session begins.
    var isBeginning = true
    /// Whether segments are full although the flow is bent.
    var isBulk = false
    var turn = Turn()
    private let hasTimestamps: Bool
    private let largestSegment: Int
    private var sequence: [UInt32]
    private var clocks: [UInt32]

    init(_ ends: Ends, bends: Bends = [], _ traffic: inout Traffic) {
        self.ends = ends
        self.bends = bends
        hasTimestamps = traffic.chance.happens(800)
        largestSegment = (ends.isIPv6 ? 1440 : 1460) - (hasTimestamps ? 12 : 0)
        sequence = [traffic.chance.word(), traffic.chance.word()]
        clocks = [traffic.chance.word(), traffic.chance.word()]
        traffic.truth.tcpFlows += 1
    }

    /// The sequence number of what is appended to the bytes of the turn next, where `start` is the first that was not sent.
    func sequence(_ side: Int, from start: Int) -> UInt32 { sequence[side] &+ UInt32(turn.bytes.count - start) }

    mutating func plan(_ side: Int, _ flags: TCPFlags, _ bytes: Range<Int> = 0..<0) {
        turn.segments.append(
            Segment(
                side: side, flags: flags, sequence: sequence[side], acknowledgement: sequence[1 - side], bytes: bytes))
        sequence[side] &+= UInt32(bytes.count) + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
    }

    mutating func acknowledge(_ side: Int) { plan(side, .ack) }

    /// A segment of a server that knows nothing of the connection.
    mutating func refuse() {
        turn.segments.append(
            Segment(side: 1, flags: [.rst, .ack], sequence: 0, acknowledgement: sequence[0], bytes: 0..<0))
    }

    /// Sends what was written to the bytes of the turn from `start` on.
    mutating func send(_ side: Int, from start: Int, _ traffic: inout Traffic) {
        var (next, sinceAnswer) = (start, 0)
        let isBent = !bends.isDisjoint(with: .ofStreams)
        while next < turn.bytes.count {
            var size = largestSegment
            if bends.contains(.tiny), isBeginning {
                size = traffic.chance.among(1...4)
                traffic.truth.adverse.tinySegments += 1
            } else if isBent, bends != .fragment, !isBulk {
                size = traffic.chance.among(24...300)
            }
            let end = min(next + size, turn.bytes.count)
            plan(side, end == turn.bytes.count ? [.ack, .psh] : .ack, next..<end)
            next = end
            sinceAnswer += 1
            // Every second segment is acknowledged; runs are longer where segments change places within them.
            if sinceAnswer == (isBent ? 8 : 2), next < turn.bytes.count {
                acknowledge(1 - side)
                sinceAnswer = 0
            }
        }
    }

    mutating func handshake(_ traffic: inout Traffic) {
        if bends.contains(.midStream) {
            traffic.truth.adverse.midStream += 1
            sequence = sequence.map { $0 &+ 1 }
            return
        }
        plan(0, .syn)
        plan(1, [.syn, .ack])
        acknowledge(0)
        flush(&traffic, isBendable: false)
    }

    mutating func goodbye() {
        plan(0, [.fin, .ack])
        plan(1, [.fin, .ack])
        acknowledge(0)
    }

    /// Writes what the turn planned.
    mutating func flush(_ traffic: inout Traffic, isBendable: Bool = true) {
        if isBendable, !bends.isEmpty { turn.bend(bends, &traffic) }
        for segment in turn.segments { write(segment, &traffic) }
        turn.segments.removeAll(keepingCapacity: true)
        turn.messages.removeAll(keepingCapacity: true)
        turn.bytes.removeAll(keepingCapacity: turn.bytes.capacity < 1 << 16)
    }

    private mutating func write(_ segment: Segment, _ traffic: inout Traffic) {
        var packet = traffic.scratch
        traffic.scratch = []
        packet.removeAll(keepingCapacity: true)
        packet.append16(ends.ports[segment.side])
        packet.append16(ends.ports[1 - segment.side])
        packet.append32(segment.sequence)
        packet.append32(segment.flags.contains(.ack) ? segment.acknowledgement : 0)
        packet.append(0)
        packet.append(segment.flags.rawValue)
        packet.append16(segment.flags.contains(.syn) ? 64_240 : 502)
        packet.append32(0)
        appendOptions(segment, &packet, &traffic)
        packet[12] = UInt8(packet.count / 4) << 4
        let start = packet.count
        packet.append(contentsOf: turn.bytes[segment.bytes])
        if segment.isSpoiled {
            for index in start..<packet.count { packet[index] ^= 0x15 }
        }
        let initial = ends.pseudoHeader(.tcp, length: packet.count)
        packet.set16(packet.internetChecksum(initial: initial), at: 16)
        let isCut = bends.contains(.fragment) && segment.bytes.count > 60
        let fragment = isCut ? traffic.chance.among(3...25) * 8 : 0
        ends.write(packet, .tcp, from: segment.side, fragment: fragment, to: &traffic)
        traffic.scratch = packet
    }

    private mutating func appendOptions(_ segment: Segment, _ packet: inout [UInt8], _ traffic: inout Traffic) {
        let side = segment.side
        if segment.flags.contains(.syn) {
            packet.append16(0x0204)
            packet.append16(largestSegment + (hasTimestamps ? 12 : 0))
            packet.append16(hasTimestamps ? 0x0402 : 0x0101)
            if hasTimestamps {
                packet.append16(0x080A)
                packet.append32(clocks[side])
                packet.append32(segment.flags.contains(.ack) ? clocks[1 - side] : 0)
            } else {
                packet.append16(0x0402)
            }
            packet.append32(0x0103_0307)
        } else if hasTimestamps, !segment.flags.contains(.rst) {
            clocks[side] &+= UInt32(traffic.chance.below(2))
            packet.append32(0x0101_080A)
            packet.append32(clocks[side])
            packet.append32(clocks[1 - side])
        }
    }
}
