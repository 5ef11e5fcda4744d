import Bytes
import CoAP
import Events
import Flows
import MQTT
import Network
import Packets
import Payload

/// The protocols that the sensor reads.
///
/// A new one is a module with a dissector and a line in each part of this file.
public struct Dissectors: DissectorSet, ~Copyable {
    var mqtt: MQTTAnalyzer
    var coap: CoAPAnalyzer

    /// Their bounds.
    public struct Limits: Sendable {
        /// Bounds of the tables of the MQTT dissector.
        public var mqtt = MQTTLimits()
        /// Bounds of the tables of the CoAP dissector.
        public var coap = CoAPLimits()

        /// The defaults.
        public init() {}

        /// Bounds of dissectors that take at most about so many bytes together.
        public init(bytes: Int) {
            mqtt = MQTTLimits(bytes: bytes / 21 * 13)
            coap = CoAPLimits(bytes: bytes / 21 * 8)
        }
    }

    /// In the order in which they are asked for first bytes.
    public static let entries = [ProtocolEntry(stream: MQTTAnalyzer.self), ProtocolEntry(both: CoAPAnalyzer.self)]

    /// Dissectors that have seen nothing; `hash` seeds all their tables.
    public init(limits: Limits, hash: SeededHash) {
        mqtt = MQTTAnalyzer(limits: limits.mqtt, hash: hash)
        coap = CoAPAnalyzer(limits: limits.coap, hash: hash)
    }

    /// Does something with a stream of a flow; nothing where no dissector has that number.
    public mutating func run<Sink: EventSink & ~Copyable>(
        _ operation: StreamOperation, _ number: UInt8, _ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef,
        _ core: inout EngineCore<Sink>
    ) {
        WorkStage.dissecting.begin()
        defer { WorkStage.streams.begin() }
        switch number {
        case 0: core.run(operation, &mqtt, slot, side, data, frame)
        case 1: core.run(operation, &coap, slot, side, data, frame)
        default: break
        }
    }

    /// Does something with a datagram of a flow; false where no dissector of datagrams has that number.
    public mutating func run<Sink: EventSink & ~Copyable>(
        _ operation: DatagramOperation, _ number: UInt8, _ slot: Int, _ side: Side, _ datagram: RawSpan,
        _ frame: FrameRef, _ core: inout EngineCore<Sink>
    ) -> Bool {
        WorkStage.dissecting.begin()
        defer { WorkStage.streams.begin() }
        return switch number {
        case 1: core.run(operation, &coap, slot, side, datagram, frame)
        default: false
        }
    }

    /// Tells the protocols that measure silences that nothing was captured for a while.
    public mutating func noteHole(_ hole: CaptureHole) { mqtt.noteHole(hole) }

    /// How many entries were pushed out of tables, by table.
    public var evictions: [String: UInt64] { mqtt.evictions.merging(coap.evictions) { $1 } }
}

// What a protocol is told of rules and settings beside its limits.
extension Dissectors.Limits {
    /// Leaves out what none of `fields` asks for.
    public mutating func limit(to fields: some Sequence<String>) { coap.features = CoAPFeatures(fields: fields) }

    /// Keeps the beginnings of bodies for a look into so many bytes of them.
    public mutating func inspectPayloads(bytes: Int) {
        coap.features.formUnion([.payloads, .bodies])
        coap.inspectedBytes = bytes
    }
}

extension Dissectors {
    /// Looks into payloads with what `knowledge` has of them, `bytes` of each; without knowledge no longer.
    public mutating func inspectPayloads(with knowledge: PayloadKnowledge?, bytes: Int) {
        let key = mqtt.passwordKey
        mqtt.inspector = knowledge.map { PayloadInspector($0, bytes: bytes) } ?? PayloadInspector()
        coap.inspector = knowledge.map { PayloadInspector($0, bytes: bytes) } ?? PayloadInspector()
        mqtt.inspector.secretKey = key
        coap.inspector.secretKey = key
    }

    /// Shows digests of secrets, made with `key`: of the message that has the secret, and where `ofSessions`, of all
    /// that follows it.
    ///
    /// That is work for each of those, so it is for those who ask.
    public mutating func digestSecrets(with key: KeyedDigest?, ofSessions: Bool) {
        mqtt.passwordKey = key
        mqtt.inspector.secretKey = key
        coap.inspector.secretKey = key
        mqtt.keepsPasswordDigests = ofSessions
    }
}
