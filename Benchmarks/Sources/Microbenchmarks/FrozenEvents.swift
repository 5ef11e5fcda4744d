import Bytes
import Events
import MQTT
import Network

/// An event whose fields were read beforehand: what asks for them is measured without what works them out.
struct FrozenEvent: EventSource {
    let category: EventCategory
    let messageType: UInt8
    let rareFields: RareFields
    let secrets: SecretPlaces
    let recordHead: RecordHead?
    /// By field number, the place of its values.
    private var places: [Range<Int>]
    private var values: [Value] = []

    private enum Value {
        case plain(FieldValue)
        case copied([UInt8])
    }

    init(
        _ event: borrowing some EventSource & ~Copyable, message: RawSpan, fields: [FieldID],
        _ scratch: inout FieldValues
    ) {
        category = event.category
        messageType = event.messageType
        rareFields = event.rareFields
        secrets = event.secrets
        recordHead = event.recordHead
        places = Array(repeating: 0..<0, count: 1 + Int(fields.map(\.rawValue).max() ?? 0))
        for field in fields {
            scratch.removeAll()
            event.read(field, message: message, into: &scratch)
            let start = values.count
            for value in scratch.values { values.append(Self.freeze(value, scratch, message)) }
            places[Int(field.rawValue)] = start..<values.count
        }
    }

    private static func freeze(_ value: FieldValue, _ scratch: FieldValues, _ message: RawSpan) -> Value {
        guard case .bytes(let reference) = value, reference.isScratch else { return .plain(value) }
        return .copied(
            scratch.withBytes(reference, message: message) { bytes in
                var copy: [UInt8] = []
                copy.append(copying: bytes)
                return copy
            })
    }

    func read(_ field: FieldID, message: RawSpan, into result: inout FieldValues) {
        guard Int(field.rawValue) < places.count else { return }
        for index in places[Int(field.rawValue)] {
            switch values[index] {
            case .plain(.bool(let value)): result.append(value)
            case .plain(.int(let value)): result.append(int: value)
            case .plain(.float(let value)): result.append(value)
            case .plain(.address(let value)): result.append(value)
            case .plain(.time(let value)): result.append(value)
            case .plain(.bytes(let reference)): result.append(message: reference.range)
            case .copied(let bytes): result.append(copying: bytes.span.bytes)
            }
        }
    }
}

/// A dissector of MQTT that is led through recorded messages.
struct MQTTPlayer: ~Copyable {
    var analyzer = MQTTAnalyzer(limits: MQTTLimits(), hash: fixedHash)
    private var handles: [Int64]

    init(sessions: Int) { handles = Array(repeating: -1, count: sessions) }

    /// Dissects a message; false where it gives no event.
    mutating func dissect(
        _ message: RecordedMessages.Message, _ bytes: RawSpan, _ ends: (client: Endpoint, server: Endpoint)
    ) -> Bool {
        var context = message.context
        if handles[message.session] < 0 {
            handles[message.session] = analyzer.open(
                client: ends.client, server: ends.server, at: context.timestamp, isFromStart: true)
        }
        return analyzer.dissect(handles[message.session], bytes, wholeLength: bytes.byteCount, &context)
    }

    /// Ends the session of a message that was its last.
    mutating func end(_ message: RecordedMessages.Message) {
        guard message.isLast else { return }
        analyzer.closeSession(handles[message.session], at: message.context.timestamp)
    }
}
