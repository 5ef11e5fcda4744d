import Bytes
import CoAP
import Engine
import Events
import Flows
import MQTT
import Network
import Packets

/// The list of protocols with the toy in it: what `Engine/Dissectors.swift` would be.
struct ToyList: DissectorSet, ~Copyable {
    var mqtt: MQTTAnalyzer
    var coap: CoAPAnalyzer
    var toy = ToyDissector()

    static let entries = [
        ProtocolEntry(stream: MQTTAnalyzer.self), ProtocolEntry(both: CoAPAnalyzer.self),
        ProtocolEntry(both: ToyDissector.self),
    ]

    init(limits: Dissectors.Limits, hash: SeededHash) {
        mqtt = MQTTAnalyzer(limits: limits.mqtt, hash: hash)
        coap = CoAPAnalyzer(limits: limits.coap, hash: hash)
    }

    mutating func run<Sink: EventSink & ~Copyable>(
        _ operation: StreamOperation, _ number: UInt8, _ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef,
        _ core: inout EngineCore<Sink>
    ) {
        switch number {
        case 0: core.run(operation, &mqtt, slot, side, data, frame)
        case 1: core.run(operation, &coap, slot, side, data, frame)
        case 2: core.run(operation, &toy, slot, side, data, frame)
        default: break
        }
    }

    mutating func run<Sink: EventSink & ~Copyable>(
        _ operation: DatagramOperation, _ number: UInt8, _ slot: Int, _ side: Side, _ datagram: RawSpan,
        _ frame: FrameRef, _ core: inout EngineCore<Sink>
    ) -> Bool {
        switch number {
        case 1: core.run(operation, &coap, slot, side, datagram, frame)
        case 2: core.run(operation, &toy, slot, side, datagram, frame)
        default: false
        }
    }

    var evictions: [String: UInt64] {
        mqtt.evictions.merging(coap.evictions) { $1 }.merging(toy.evictions) { $1 }
    }
}
