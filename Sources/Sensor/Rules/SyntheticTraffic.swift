import Bytes
import Capture
import Events
import Network
import Packets
import Sigma

/// Frames that carry the messages of a rule's test: a TCP connection of each client, opened before its first message, or UDP
/// datagrams, to the port that the protocol has for that.
///
/// Clients are 10.0.0.1, 10.0.0.2 and so on, the server is 10.0.1.1, unless the test names others. The first frame comes
/// at 2026-01-01T00:00:00Z, each message a millisecond after the one before, unless it says when.
struct SyntheticTraffic {
    /// A frame without a link header, and when it comes.
    struct Frame {
        var time: Timestamp
        var bytes: [UInt8]
    }

    /// The frames, in order of time.
    private(set) var frames: [Frame] = []
    private let transport: ProtocolDescriptor.TestTransport
    private let client: UInt32
    private let server: UInt32
    private var clock = Timestamp(seconds: 1_767_225_600, nanoseconds: 0)
    private var connections: [Int: Connection] = [:]

    /// The next sequence numbers of a connection.
    private struct Connection {
        var client: UInt32 = 1000
        var server: UInt32 = 500_000
    }

    private static let usualDelay: Int64 = 1_000_000
    private static let segmentLength = 1400
    /// IPv4 counts 65,535 bytes, headers included (RFC 791, 3.1).
    private static let longestDatagram = 65_507

    /// Makes the frames; throws what keeps them from being made.
    init(_ test: EarshotExtension.RuleTest, category: EventCategory) throws(SensorError) {
        guard let descriptor = Protocols.descriptor(of: category) else {
            throw SensorError(.configuration, "no protocol has the category \(category.name)")
        }
        transport = descriptor.testTransport
        client = try Self.address(test.client ?? "10.0.0.1")
        server = try Self.address(test.server ?? "10.0.1.1")
        for message in test.messages {
            clock = clock.advanced(byNanoseconds: message.delay ?? Self.usualDelay)
            switch transport {
            case .tcp(let port): addSegments(message, port)
            case .udp(let port): try addDatagram(message, port)
            }
        }
    }

    private static func address(_ text: String) throws(SensorError) -> UInt32 {
        guard let address = IPAddress(text), address.isIPv4 else {
            throw SensorError(.configuration, "\(text) is not an IPv4 address")
        }
        return UInt32(truncatingIfNeeded: address.low)
    }

    private mutating func addSegments(_ message: EarshotExtension.Message, _ port: UInt16) {
        var connection = connections[message.client] ?? Connection()
        if connections[message.client] == nil {
            addSegment(port, message.client, true, connection.client, 0, flags: 0x02, [])
            connection.client &+= 1
            addSegment(port, message.client, false, connection.server, connection.client, flags: 0x12, [])
            connection.server &+= 1
            addSegment(port, message.client, true, connection.client, connection.server, flags: 0x10, [])
        }
        for start in stride(from: 0, to: message.bytes.count, by: Self.segmentLength) {
            let part = message.bytes[start..<min(start + Self.segmentLength, message.bytes.count)]
            let next = UInt32(truncatingIfNeeded: part.count)
            if message.isToServer {
                addSegment(port, message.client, true, connection.client, connection.server, flags: 0x18, part)
                connection.client &+= next
            } else {
                addSegment(port, message.client, false, connection.server, connection.client, flags: 0x18, part)
                connection.server &+= next
            }
        }
        connections[message.client] = connection
    }

    /// A segment without options (RFC 9293, 3.1); checksums are left 0, as offloading leaves them.
    private mutating func addSegment(
        _ port: UInt16, _ client: Int, _ isToServer: Bool, _ sequence: UInt32, _ acknowledged: UInt32, flags: UInt8,
        _ payload: ArraySlice<UInt8>
    ) {
        var segment = ports(client, isToServer, server: port)
        segment += bigEndian(sequence) + bigEndian(acknowledged) + [0x50, flags, 0x20, 0, 0, 0, 0, 0] + payload
        addPacket(client, isToServer, 6, segment)
    }

    private mutating func addDatagram(_ message: EarshotExtension.Message, _ port: UInt16) throws(SensorError) {
        guard message.bytes.count <= Self.longestDatagram else {
            throw SensorError(.configuration, "\(message.bytes.count) bytes do not fit into a datagram")
        }
        let length = UInt32(truncatingIfNeeded: message.bytes.count + 8)
        let datagram =
            ports(message.client, message.isToServer, server: port) + bigEndian(length).suffix(2) + [0, 0]
            + message.bytes
        addPacket(message.client, message.isToServer, 17, datagram)
    }

    private func ports(_ client: Int, _ isToServer: Bool, server: UInt16) -> [UInt8] {
        let own = bigEndian(40_000 + UInt32(truncatingIfNeeded: client)).suffix(2)
        let other = bigEndian(UInt32(server)).suffix(2)
        return Array(isToServer ? own + other : other + own)
    }

    /// An IPv4 packet (RFC 791, 3.1).
    private mutating func addPacket(_ number: Int, _ isToServer: Bool, _ transport: UInt8, _ payload: [UInt8]) {
        let sender = bigEndian(client &+ UInt32(truncatingIfNeeded: number - 1))
        let receiver = bigEndian(server)
        let length = bigEndian(UInt32(truncatingIfNeeded: payload.count + 20)).suffix(2)
        let header = [0x45, 0] + length + [0, 0, 0x40, 0, 64, transport, 0, 0]
        frames.append(
            Frame(
                time: clock, bytes: header + (isToServer ? sender + receiver : receiver + sender) + payload))
    }

    private func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
}
