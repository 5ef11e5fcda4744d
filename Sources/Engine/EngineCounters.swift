import Bytes
import Events
import Network
import Packets

/// What a worker saw, by kind.
public struct EngineCounters: Sendable {
    /// Frames that came in, decoded or not.
    public var packets: UInt64 = 0
    /// The earliest and the latest capture time of the current source; `nil` before its first frame.
    public var span: ClosedRange<Timestamp>?
    /// Stretches of time in which nothing was captured although there must have been something.
    public var holes: UInt64 = 0
    /// Bytes of the frames as they were on the wire.
    public var bytes: UInt64 = 0
    /// Frames that gave no segment and no datagram, by the raw value of `Undecoded`.
    public var undecoded = [UInt64](repeating: 0, count: Undecoded.allCases.count)
    /// What was not looked into, by the number that names it: frames, and datagrams of tunnels.
    public var blindSpots = BlindSpots()
    /// What frames tell of the port that they came through.
    public var mirror = MirrorCounters()
    /// Connections of each server that could be read, and that could not.
    public var servers = ConnectionsByServer()
    /// Frames cut short by the snap length.
    public var cutShort: UInt64 = 0
    /// Messages by protocol and type: 256 numbers for each protocol.
    private var messagesByType: [UInt64]
    /// Packets with a wrong checksum, which the policy may leave out.
    public var wrongChecksums: UInt64 = 0
    /// Datagrams without a checksum.
    public var missingChecksums: UInt64 = 0
    /// Flows that were found to carry a protocol beyond doubt, by its number; only of those that need confirmation.
    public var confirmed: [UInt64]
    /// How often a stream without boundaries was understood again.
    public var resynchronised: UInt64 = 0
    /// What was lost on the way to and from each server.
    public var losses = LossesByServer()
    /// Messages that WebSocket carried one each, by the number of their protocol.
    public var carriedMessages: [UInt64]
    /// Flows of TLS and DTLS, which are left alone.
    public var encryptedFlows: UInt64 = 0
    /// Of these the ones to or from a port that servers of a protocol use.
    public var encryptedSessions: UInt64 = 0
    /// Datagrams of flows of a protocol that are none of its messages, by its number.
    public var foreignDatagrams: [UInt64]
    /// Broken rules of a specification by their names.
    public var violations: [String: UInt64] = [:]

    /// What was told of connections beside their messages, by the raw value of `ConnectionState`.
    public var connections = [UInt64](repeating: 0, count: ConnectionState.allCases.count)
    /// Connections to servers of a protocol whose SYN was seen.
    public var connectionsBegun: UInt64 = 0
    /// Connections of those, or that carried a protocol, which both ends or a RST closed.
    public var connectionsEnded: UInt64 = 0
    /// Connections that carried a protocol and of which packets of one end only were seen, counted when they are forgotten.
    public var connectionsOneSided: UInt64 = 0
    /// Connections of which something was told, once each, by the raw value of `ConnectionState`.
    public var connectionStates = [UInt64](repeating: 0, count: ConnectionState.allCases.count)
    /// Events of the category `network`, by the number of their anomaly.
    public var tricks = [UInt64](repeating: 0, count: 8)

    /// Zeros, for so many protocols.
    init(protocols count: Int) {
        messagesByType = Array(repeating: 0, count: 256 * count)
        confirmed = Array(repeating: 0, count: count)
        carriedMessages = confirmed
        foreignDatagrams = confirmed
    }

    /// All messages of all protocols.
    public var messages: UInt64 { messagesByType.reduce(0, &+) }

    /// The messages of a protocol by type.
    public func messages(of number: Int) -> ArraySlice<UInt64> { messagesByType[256 * number..<256 * (number + 1)] }

    /// Counts a message.
    mutating func countMessage(_ number: UInt8, _ type: UInt8) { messagesByType[Int(number) << 8 | Int(type)] &+= 1 }

    /// Widens the span of capture time.
    mutating func noteTime(_ time: Timestamp) {
        guard let seen = span else { return span = time...time }
        if time > seen.upperBound { span = seen.lowerBound...time }
        if time < seen.lowerBound { span = time...seen.upperBound }
    }

    /// Counts what is wrong with a message; `values` is scratch space.
    mutating func countViolations(
        of event: borrowing some EventSource & ~Copyable, message: RawSpan, _ values: inout FieldValues
    ) {
        guard event.rareFields.contains(.violations) else { return }
        values.removeAll()
        event.read(ViolationField.id.fieldID, message: message, into: &values)
        for value in values.values {
            guard case .bytes(let reference) = value else { continue }
            let name = values.withBytes(reference, message: message) { String(copying: $0) }
            violations[name, default: 0] &+= 1
        }
    }
}
