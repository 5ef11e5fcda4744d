import Bytes
import Events
import MQTT
import Network
import Payload

/// What the registry gives for an event: each present field with its values as text.
typealias Shown = [String: [String]]

/// An analyzer with one open session, to which the tests send messages.
final class Listener {
    var analyzer: MQTTAnalyzer
    private(set) var session: MQTTSessionID
    private var values = FieldValues()
    private(set) var time = Timestamp(nanoseconds: 1_000_000_000_000)
    private var client = Endpoint(IPAddress(v4: 0x0A00_0001), 50_000)
    /// What surrounded the last message.
    private(set) var context: EventContext
    static let server = Endpoint(IPAddress(v4: 0x0A00_00FE), 1883)

    init(_ limits: MQTTLimits = MQTTLimits(), isFromStart: Bool = true) {
        analyzer = MQTTAnalyzer(limits: limits, hash: SeededHash(seed: 7))
        context = EventContext(
            timestamp: time, frameNumber: 1, source: client, destination: Self.server, transport: .tcp,
            direction: .toServer)
        session = analyzer.openSession(client: client, server: Self.server, at: time, isFromStart: isFromStart)
    }

    /// A listener to a session in which that version was agreed upon. It goes on with an earlier one that was not seen, so
    /// that an answer may stand for itself.
    convenience init(version: UInt8, _ limits: MQTTLimits = MQTTLimits()) {
        self.init(limits)
        send(Connect(version: version, isClean: false, properties: version == 5 ? [auth, aliases, expiry] : []).bytes)
        send(connack(version, present: version > 3, version == 5 ? [auth, aliases] : []), .toClient)
    }

    /// Opens a further session from that address and speaks of it from now on.
    @discardableResult
    func open(_ address: UInt32 = 0x0A00_0002, isFromStart: Bool = true) -> MQTTSessionID {
        client = Endpoint(IPAddress(v4: address), client.port + 1)
        session = analyzer.openSession(client: client, server: Self.server, at: time, isFromStart: isFromStart)
        return session
    }

    func close() { analyzer.closeSession(session, at: time) }

    /// One end says that it sends no more.
    func end(_ direction: Direction) { analyzer.noteEnd(session, of: direction, at: time) }

    func gap() { analyzer.noteGap(session) }

    func use(_ session: MQTTSessionID) { self.session = session }

    func wait(milliseconds: Int64) { time = time.advanced(byNanoseconds: milliseconds * 1_000_000) }

    /// Dissects without asking for a field.
    func dissect(_ bytes: [UInt8], _ direction: Direction = .toServer, whole: Int? = nil) {
        let (source, destination) = direction == .toServer ? (client, Self.server) : (Self.server, client)
        context = EventContext(
            timestamp: time, frameNumber: 1, source: source, destination: destination, transport: .tcp,
            direction: direction)
        analyzer.dissect(session, message: bytes.span.bytes, wholeLength: whole ?? bytes.count, context: context)
    }

    /// Dissects and asks for every field.
    @discardableResult
    func send(_ bytes: [UInt8], _ direction: Direction = .toServer, whole: Int? = nil) -> Shown {
        dissect(bytes, direction, whole: whole)
        return show(bytes)
    }

    func show(_ bytes: [UInt8]) -> Shown {
        var shown: Shown = [:]
        for entry in Self.registry.entries {
            values.removeAll()
            analyzer.read(entry.id, message: bytes.span.bytes, into: &values)
            guard values.count > 0 else { continue }
            shown[entry.info.name] = values.values.map { text($0, entry.info, bytes) }
        }
        return shown
    }

    private func text(_ value: FieldValue, _ info: FieldInfo, _ bytes: [UInt8]) -> String {
        switch value {
        case .bool(let value): return "\(value)"
        case .int(let value): return "\(value)"
        case .float(let value): return "\(value)"
        case .address(let value): return "\(value)"
        case .time(let value): return "\(value)"
        case .bytes(let reference):
            var copy: [UInt8] = []
            values.withBytes(reference, message: bytes.span.bytes) { copy.append(copying: $0) }
            guard info.type == .bytes else { return String(decoding: copy, as: UTF8.self) }
            return copy.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    static let registry = FieldRegistry(blocks: [MQTTField.block, ViolationField.block, PayloadField.block])
}

/// Properties that make AUTH and topic aliases lawful.
let auth = Property(21, "authentication_method", .text("m"))
let expiry = Property(17, "session_expiry_interval", .uint32(3600))
let aliases = Property(34, "topic_alias_maximum", .uint16(100))

extension Shown {
    /// The names of the broken statements.
    var violations: [String] { self["violation.id"] ?? [] }

    /// The fields of the protocol alone, without those of the conversation.
    var wireOnly: Shown {
        filter { name, _ in
            !Self.state.contains { name.hasPrefix($0) }
                && !["mqtt.handshake", "mqtt.incomplete", "payload.bytes"].contains(name)
                && !name.hasSuffix(".count")
        }
    }

    /// What the names of the fields of the conversation begin with.
    private static let state = [
        "mqtt.session.", "mqtt.previous.", "mqtt.client.", "mqtt.ack.", "mqtt.inflight", "mqtt.granted.",
        "mqtt.refused.",
        "mqtt.delivery.", "mqtt.retained", "mqtt.willowner.", "mqtt.will.outlives", "mqtt.auth.", "mqtt.passwd.digest",
        "mqtt.passwd.past",
    ]
}
