import Bytes
import Detection
import Events
import Network

/// An event that outlives its message: the values of its fields as they were when it was recorded, or as `earshot decode`
/// printed them.
public struct RecordedEvent: EventSource, Sendable {
    /// The category of the message that it was recorded from.
    public let category: EventCategory
    /// The type of that message within its protocol.
    public let messageType: UInt8
    /// The rare fields that the message may have had.
    public let rareFields: RareFields
    /// What surrounded the message.
    public let context: EventContext
    private var values = FieldValues()
    private var places: [FieldID: Range<Int>] = [:]

    /// An event without values of its own.
    init(_ category: EventCategory, type: UInt8, _ rareFields: RareFields, _ context: EventContext) {
        self.category = category
        messageType = type
        self.rareFields = rareFields
        self.context = context
    }

    /// Records the given fields of an event, as far as it has them.
    public init(
        of event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan, fields: [FieldID]
    ) {
        self.init(event.category, type: event.messageType, event.rareFields, context)
        var read = FieldValues()
        for field in fields {
            read.removeAll()
            event.read(field, message: message, into: &read)
            let start = values.count
            for value in read.values { append(value, of: read, message: message) }
            if values.count > start { places[field] = start..<values.count }
        }
    }

    /// Adds the values of a field, made by `write`.
    mutating func set(_ field: FieldID, _ write: (inout FieldValues) -> Void) {
        let start = values.count
        write(&values)
        if values.count > start { places[field] = start..<values.count }
    }

    private mutating func append(_ value: FieldValue, of other: borrowing FieldValues, message: RawSpan) {
        Sensor.append(value, of: other, message: message, to: &values)
    }

    /// Appends the recorded values of a field; nothing where it was not recorded or had none.
    public borrowing func read(_ field: FieldID, message: RawSpan, into result: inout FieldValues) {
        guard let range = places[field] else { return }
        for index in range { Sensor.append(values.values[index], of: values, message: message, to: &result) }
    }
}

/// Appends a copy of a value.
private func append(
    _ value: FieldValue, of source: borrowing FieldValues, message: RawSpan, to result: inout FieldValues
) {
    switch value {
    case .bool(let flag): result.append(flag)
    case .int(let number): result.append(int: number)
    case .float(let number): result.append(number)
    case .address(let address): result.append(address)
    case .time(let time): result.append(time)
    case .bytes(let reference): source.withBytes(reference, message: message) { result.append(copying: $0) }
    }
}
