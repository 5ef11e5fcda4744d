import Bytes
import CoAP
import Events
import Network
import Payload

/// All fields of an event as text, by name; a field that is absent has no entry.
struct HeardEvent {
    var fields: [String: [String]]
    var direction: Direction
    var confirmsFlow: Bool

    /// The only value of a field; `nil` where the field is absent.
    subscript(name: String) -> String? {
        guard let values = fields[name] else { return nil }
        return values.count == 1 ? values[0] : "\(values)"
    }

    func list(_ name: String) -> [String] { fields[name] ?? [] }
}

/// An analyzer that hears datagrams between ends that tests name.
final class Listener {
    static let registry = FieldRegistry(blocks: [
        CommonField.block, ViolationField.block, PayloadField.block, CoAPField.block,
        CoAPStreamField.block,
    ])
    static let client = Endpoint(IPAddress(v4: 0xC000_0201), 40_000)
    static let server = Endpoint(IPAddress(v4: 0xC000_0202), 5683)

    private var analyzer: CoAPAnalyzer

    init(_ limits: CoAPLimits = CoAPLimits(), seed: UInt64 = 1) {
        analyzer = CoAPAnalyzer(limits: limits, hash: SeededHash(seed: seed))
    }

    var counters: CoAPCounters { analyzer.counters }

    /// What a datagram is; `nil` where the analyzer refuses it.
    @discardableResult
    func hear(
        _ bytes: [UInt8], from source: Endpoint = Listener.client, to destination: Endpoint = Listener.server,
        at seconds: Double = 0
    ) -> HeardEvent? {
        guard let direction = dissect(bytes, from: source, to: destination, at: seconds) else { return nil }
        return heard(bytes, direction)
    }

    func openConnection(isFromStart: Bool) -> CoAPConnectionID { analyzer.openConnection(isFromStart: isFromStart) }

    func closeConnection(_ id: CoAPConnectionID) { analyzer.closeConnection(id) }

    func noteGap(_ id: CoAPConnectionID) { analyzer.noteGap(id) }

    /// Dissects a message of a connection without reading fields.
    func dissect(
        _ id: CoAPConnectionID, _ bytes: [UInt8], _ wholeLength: Int, _ carrier: CoAPCarrier,
        _ context: inout EventContext
    ) -> Bool {
        analyzer.dissect(id, message: bytes.span.bytes, wholeLength: wholeLength, over: carrier, context: &context)
    }

    /// All fields of the current event.
    func heard(_ bytes: [UInt8], _ direction: Direction) -> HeardEvent {
        var event = HeardEvent(fields: [:], direction: direction, confirmsFlow: analyzer.confirmsFlow)
        for entry in Self.registry.entries where entry.id.rawValue >= ViolationField.base {
            let values = read(entry, bytes)
            if !values.isEmpty { event.fields[entry.info.name] = values }
        }
        return event
    }

    /// Dissects a datagram without reading fields.
    func dissect(_ bytes: [UInt8], from source: Endpoint, to destination: Endpoint, at seconds: Double) -> Direction? {
        var context = EventContext(
            timestamp: Timestamp(nanoseconds: Int64(seconds * 1e9)), frameNumber: 1, source: source,
            destination: destination, transport: .udp, direction: .toServer)
        return analyzer.dissect(bytes.span.bytes, context: &context) ? context.direction : nil
    }

    @discardableResult
    func hear(
        _ message: CoAPBuilder, from source: Endpoint = Listener.client, to destination: Endpoint = Listener.server,
        at seconds: Double = 0
    ) -> HeardEvent? {
        hear(message.bytes, from: source, to: destination, at: seconds)
    }

    /// A datagram from the server to the client.
    @discardableResult
    func hearBack(_ message: CoAPBuilder, at seconds: Double = 0) -> HeardEvent? {
        hear(message.bytes, from: Listener.server, to: Listener.client, at: seconds)
    }

    private func read(_ entry: FieldRegistry.Entry, _ bytes: [UInt8]) -> [String] {
        var values = FieldValues()
        analyzer.read(entry.id, message: bytes.span.bytes, into: &values)
        return values.values.map { value in
            switch value {
            case .bool(let flag): flag.description
            case .int(let number): number.description
            case .float(let number): number.description
            case .address(let address): address.description
            case .time(let time): time.description
            case .bytes(let reference):
                values.withBytes(reference, message: bytes.span.bytes) { raw in
                    var text: [UInt8] = []
                    if entry.info.type == .bytes { text.append(hexOf: raw) } else { text.append(copying: raw) }
                    return String(decoding: text, as: UTF8.self)
                }
            }
        }
    }
}
