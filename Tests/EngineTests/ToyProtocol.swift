import Bytes
import Engine
import Events
import Flows
import Network
import Packets

// A template: all that a protocol is. A new one is a module like this file, and a line in each part of the list.

/// The toy: a message is the byte 0xA5, a type, the length of its text, and the text. The client begins with a HELLO.
/// Over UDP a datagram is a message, on its own port or where an ECHO answers an ASK with the same text.
struct ToyDissector: ~Copyable {
    /// What kind of message it is.
    enum Kind: UInt8, CaseIterable {
        case hello = 1
        case ask, echo

        var name: String { ["", "HELLO", "ASK", "ECHO"][Int(rawValue)] }
    }

    static let port: UInt16 = 9999
    static let mark: UInt8 = 0xA5
    private static let headerLength = 3

    private var type: UInt8 = 0
    private var text = ByteRange.empty
    private(set) var sessions: Int64 = 0
    private(set) var gaps = 0
    private(set) var closed = 0
}

extension ToyDissector: Dissector {
    static let category = EventCategory(rawValue: 2, name: "toy")
    static let typeField = FieldID(rawValue: 60_000)
    static let textField = FieldID(rawValue: 60_001)

    static let descriptor = ProtocolDescriptor(
        category: category, displayName: "Toy", ports: [port], serverPorts: [port],
        fields: [
            FieldBlock(
                base: 60_000, category: category,
                fields: [
                    FieldInfo("toy.type", .text, "The type of the message."),
                    FieldInfo("toy.text", .text, "What it says."),
                ])
        ], typeField: typeField, typeName: { Kind(rawValue: $0)?.name ?? "unknown" }, testTransport: .tcp(port: port))

    var evictions: [String: UInt64] { [:] }
    var category: EventCategory { Self.category }
    var messageType: UInt8 { type }

    borrowing func read(_ field: FieldID, message: RawSpan, into values: inout FieldValues) {
        if field == Self.typeField {
            let name = Array((Kind(rawValue: type)?.name ?? "unknown").utf8)
            values.append(copying: name.span.bytes)
        } else if field == Self.textField {
            values.append(message: text)
        }
    }

    private mutating func take(_ message: RawSpan) {
        type = message.byte(at: 1)
        text = ByteRange(offset: Self.headerLength, count: message.byteCount - Self.headerLength)
    }
}

extension ToyDissector: StreamDissector {
    static func probe(_ bytes: RawSpan, _ hints: FlowHints) -> ProbeVerdict {
        guard bytes.byteCount >= 2 else { return bytes.byteCount == 1 && bytes.byte(at: 0) == mark ? .needMore : .no }
        guard bytes.byte(at: 0) == mark else { return .no }
        return bytes.byte(at: 1) == Kind.hello.rawValue ? .client : .no
    }

    static func frame(_ bytes: RawSpan) -> FrameVerdict {
        guard bytes.byte(at: 0) == mark else { return .lost(told: 0) }
        guard bytes.byteCount >= headerLength else { return .incomplete(total: nil) }
        let total = headerLength + Int(bytes.byte(at: 2))
        return bytes.byteCount >= total ? .message(total) : .incomplete(total: total)
    }

    /// Two messages behind each other prove a place.
    private static func find(_ bytes: RawSpan) -> BoundaryVerdict {
        var firstOpen = bytes.byteCount
        for start in 0..<bytes.byteCount where bytes.byte(at: start) == mark {
            var offset = start
            var messages = 0
            while offset < bytes.byteCount,
                case .message(let length) = frame(bytes.extracting(offset..<bytes.byteCount))
            {
                messages += 1
                offset += length
            }
            if messages >= 2 { return .proven(start) }
            if offset < bytes.byteCount, case .lost = frame(bytes.extracting(offset..<bytes.byteCount)) { continue }
            firstOpen = min(firstOpen, start)
        }
        return .open(firstOpen)
    }

    static func join(_ bytes: RawSpan, _ hints: FlowHints, _ query: BoundaryQuery) -> JoinVerdict {
        let verdict = hints.has(port) ? find(bytes) : .open(bytes.byteCount)
        return JoinVerdict(asClient: verdict, asServer: verdict)
    }

    mutating func open(client: Endpoint, server: Endpoint, at time: Timestamp, isFromStart: Bool) -> Int64 {
        sessions += 1
        return sessions
    }

    mutating func closeSession(_ handle: Int64, at time: Timestamp) { closed += 1 }
    mutating func noteGap(_ handle: Int64) { gaps += 1 }

    func findBoundary(
        _ handle: Int64, _ bytes: RawSpan, _ direction: Direction, _ query: BoundaryQuery
    ) -> BoundaryVerdict {
        Self.find(bytes)
    }

    mutating func dissect(
        _ handle: Int64, _ message: RawSpan, wholeLength: Int, _ context: inout EventContext
    ) -> Bool {
        take(message)
        return true
    }
}

extension ToyDissector: DatagramDissector {
    static func probe(datagram: RawSpan, _ hints: FlowHints) -> ProbeVerdict {
        guard datagram.byteCount >= headerLength, case .message(datagram.byteCount) = frame(datagram) else {
            return .no
        }
        return hints.has(port) ? .either : .candidate
    }

    static func isEncrypted(datagram: RawSpan, _ hints: FlowHints) -> Bool { false }

    static func answers(_ datagram: RawSpan, _ earlier: RawSpan) -> Bool {
        guard datagram.byteCount == earlier.byteCount, datagram.byte(at: 1) == Kind.echo.rawValue,
            earlier.byte(at: 1) == Kind.ask.rawValue
        else { return false }
        return datagram.extracting(headerLength..<datagram.byteCount)
            .elementsEqual(earlier.extracting(headerLength..<earlier.byteCount))
    }

    static func repeats(_ datagram: RawSpan, _ earlier: RawSpan, after nanoseconds: Int64) -> Bool { false }
    func proves(datagram: RawSpan, to receiver: Endpoint, at time: Timestamp) -> Bool { false }

    mutating func dissect(datagram: RawSpan, _ context: inout EventContext) -> Bool {
        guard datagram.byteCount >= Self.headerLength else { return false }
        take(datagram)
        return true
    }
}
