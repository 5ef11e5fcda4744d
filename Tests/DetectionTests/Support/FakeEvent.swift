import Bytes
import Detection
import Events
import Network
import Payload

/// A value of a fake event.
enum FakeValue: Sendable, Hashable {
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case address(String)
    case time(Int64)
    case text(String)
    case bytes([UInt8])
}

extension FakeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int64) { self = .int(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(floatLiteral value: Double) { self = .float(value) }
}

/// An event that answers from a dictionary. It counts how often it is asked for each field.
struct FakeEvent: EventSource, ~Copyable {
    let category: EventCategory
    let messageType: UInt8
    private let fields: [FieldID: [FakeValue]]
    private let message: [UInt8]
    private let reads = Reads()

    /// How often each field was read.
    final class Reads {
        var counts: [FieldID: Int] = [:]
    }

    /// The largest number of times that any field was read.
    var mostReads: Int { reads.counts.values.max() ?? 0 }

    init(_ category: EventCategory, _ messageType: UInt8 = 0, _ fields: [String: [FakeValue]], message: [UInt8] = []) {
        self.category = category
        self.messageType = messageType
        self.message = message
        self.fields = Dictionary(
            uniqueKeysWithValues: fields.compactMap { name, values in
                testRegistry.field(named: name).map { ($0.id, values) }
            })
    }

    borrowing func read(_ field: FieldID, message: RawSpan, into values: inout FieldValues) {
        reads.counts[field, default: 0] += 1
        for value in fields[field] ?? [] {
            switch value {
            case .bool(let flag): values.append(flag)
            case .int(let number): values.append(number)
            case .float(let number): values.append(number)
            case .address(let text): values.append(IPAddress(text) ?? .unspecified)
            case .time(let nanoseconds): values.append(Timestamp(nanoseconds: nanoseconds))
            case .text(let text):
                let utf8 = Array(text.utf8)
                values.append(copying: utf8.span.bytes)
            case .bytes(let bytes): values.append(copying: bytes.span.bytes)
            }
        }
    }
}

/// The registry of the tests: the fields around every message, and some of each protocol.
let testRegistry = FieldRegistry(blocks: [
    CommonField.block, ViolationField.block, PayloadField.block,
    FieldBlock(
        base: 700, category: .mqtt,
        fields: [
            FieldInfo("mqtt.type", .keyword, ""),
            FieldInfo("mqtt.qos", .int, ""),
            FieldInfo("mqtt.retain", .bool, ""),
            FieldInfo("mqtt.clientid", .text, ""),
            FieldInfo("mqtt.username", .text, ""),
            FieldInfo("mqtt.passwd", .text, secret: true, ""),
            FieldInfo("mqtt.topic", .text, list: true, ""),
            FieldInfo("mqtt.msg", .text, ""),
            FieldInfo("mqtt.reason_code", .int, list: true, ""),
            FieldInfo("mqtt.filter.wildcard", .keyword, list: true, ""),
            FieldInfo("mqtt.prop.correlation_data", .bytes, ""),
        ]),
    FieldBlock(
        base: 200, category: .coap,
        fields: [
            FieldInfo("coap.code", .keyword, ""),
            FieldInfo("coap.uri_path", .text, ""),
            FieldInfo("coap.amplification", .float, ""),
            FieldInfo("coap.opt.etag", .bytes, list: true, ""),
            FieldInfo("coap.payload", .text, ""),
        ]),
])

/// A context at `seconds` and some nanoseconds, from one end to a broker.
func context(
    at seconds: Int64 = 1_700_000_000, nanoseconds: Int64 = 0, from source: String = "10.0.0.5",
    to destination: String = "192.168.1.1"
) -> EventContext {
    EventContext(
        timestamp: Timestamp(seconds: seconds, nanoseconds: nanoseconds), frameNumber: 7,
        source: Endpoint(IPAddress(source) ?? .unspecified, 50_000),
        destination: Endpoint(IPAddress(destination) ?? .unspecified, 1883), transport: .tcp, direction: .toServer)
}

extension DetectionEngineBox {
    /// Evaluates an event without a message of its own.
    func evaluate(_ event: borrowing FakeEvent, _ context: EventContext = DetectionTests.context()) {
        let nothing: [UInt8] = []
        engine.evaluate(event, context, message: nothing.span.bytes)
    }
}
