import Network
import Packets

@testable import Doctor

/// Frames of a small plant as facts, made without bytes: eight clients that speak MQTT with a broker, ARP, a broadcast.
struct Plant {
    var clients = 8
    /// Questions and answers of each client.
    var rounds = 20
    /// Bytes of a question.
    var size = 100
    private var clock: Int64 = 1_795_000_000_000_000_000
    private var number: UInt64 = 0

    static let broker = Endpoint(IPAddress(v4: 0x0A00_0005), 1883)
    static let own = MACAddress(0x0200_0000_00FF)

    init(clients: Int = 8, rounds: Int = 20, size: Int = 100) {
        (self.clients, self.rounds, self.size) = (clients, rounds, size)
    }

    static func client(_ index: Int) -> Endpoint {
        Endpoint(IPAddress(v4: 0x0A00_0100 + UInt32(index)), UInt16(40_000 + index))
    }

    /// All frames in the order of time.
    mutating func frames() -> [FrameFacts] {
        var frames: [FrameFacts] = []
        var (asked, answered) = ([UInt32](repeating: 1001, count: clients), [UInt32](repeating: 5001, count: clients))
        for index in 0..<clients {
            frames.append(arp(index))
            frames.append(segment(index, toServer: true, 1000, 0, .syn, 0))
            frames.append(segment(index, toServer: false, 5000, 1001, [.syn, .ack], 0))
            frames.append(segment(index, toServer: true, 1001, 5001, .ack, 0))
        }
        for _ in 0..<rounds {
            for index in 0..<clients {
                frames.append(segment(index, toServer: true, asked[index], answered[index], [.psh, .ack], size))
                asked[index] += UInt32(size)
                frames.append(segment(index, toServer: false, answered[index], asked[index], [.psh, .ack], 4))
                answered[index] += 4
                frames.append(segment(index, toServer: true, asked[index], answered[index], .ack, 0))
            }
        }
        return frames
    }

    private mutating func next() -> FrameFacts {
        clock += 1_000_000
        number += 1
        var facts = FrameFacts(time: Timestamp(nanoseconds: clock))
        facts.print = number << 20 | 1
        return facts
    }

    /// A frame to all.
    mutating func arp(_ index: Int) -> FrameFacts {
        var facts = next()
        facts.kind = .other(.arp)
        (facts.capturedLength, facts.originalLength) = (60, 60)
        facts.sourceMAC = MACAddress(0x0200_0000_0100 + UInt64(index))
        facts.destinationMAC = MACAddress(0xFFFF_FFFF_FFFF)
        facts.print = 0
        return facts
    }

    private mutating func segment(
        _ index: Int, toServer: Bool, _ sequence: UInt32, _ acknowledgement: UInt32, _ flags: TCPFlags, _ length: Int
    ) -> FrameFacts {
        var facts = next()
        facts.transport = .tcp
        let (client, server) = (Self.client(index), Self.broker)
        (facts.source, facts.destination) = toServer ? (client, server) : (server, client)
        let (one, other) = (MACAddress(0x0200_0000_0100 + UInt64(index)), MACAddress(0x0200_0000_0005))
        (facts.sourceMAC, facts.destinationMAC) = toServer ? (one, other) : (other, one)
        facts.tcp.sequence = SequenceNumber(sequence)
        facts.tcp.acknowledgement = SequenceNumber(acknowledgement)
        facts.tcp.flags = flags
        facts.payloadLength = length
        (facts.capturedLength, facts.originalLength) = (54 + length, 54 + length)
        facts.hopLimit = 64
        if flags.contains(.syn) { facts.maximumSegment = 1460 }
        return facts
    }
}

extension FrameFacts {
    /// Whether the broker is to get it.
    var isToServer: Bool { destination == Plant.broker }
}

/// A live port with a card that counts what it misses.
func port() -> PortContext {
    var context = PortContext()
    var card = PortContext.Interface(name: "eth1")
    card.address = Plant.own
    card.speed = 1000
    card.isFullDuplex = true
    card.hasCarrier = true
    card.isPromiscuous = true
    card.counters = ["rx_missed_errors": 0, "rx_crc_errors": 0]
    context.interfaces = [card]
    context.droppedByKernel = 0
    context.isClockSynchronised = true
    context.capacity = 200_000
    context.seconds = 10
    return context
}

/// A capture.
func file() -> PortContext {
    var context = PortContext()
    context.captures = ["plant.pcap"]
    return context
}

/// What the doctor says of frames.
func diagnosis(_ frames: [FrameFacts], _ context: PortContext = port()) -> DoctorReport {
    var survey = PortSurvey(hash: SeededHash(seed: 1))
    for frame in frames { survey.note(frame) }
    return DoctorReport(survey, context, version: "0")
}

extension DoctorReport {
    /// The verdict of a check.
    func verdict(_ check: Check) -> Verdict? { findings.first { $0.check == check }?.verdict }

    /// A number of a check.
    func figure(_ check: Check, _ name: String) -> Double { findings.first { $0.check == check }?.figures[name] ?? -1 }

    /// What was seen by a check, its sentence first.
    func words(_ check: Check) -> String {
        guard let finding = findings.first(where: { $0.check == check }) else { return "" }
        return ([finding.title] + finding.seen + finding.cure).joined(separator: "\n")
    }
}
