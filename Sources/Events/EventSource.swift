import Bytes

/// A dissected message that can be asked for its fields: what a protocol offers to rules and outputs.
///
/// The owner of a protocol's state conforms (a non-copyable value), so that fields of the conversation can be read
/// where they lie. `message` is always the buffer that the message was dissected from.
public protocol EventSource: ~Copyable {
    /// What kind of message this is.
    var category: EventCategory { get }

    /// The type of the message within its protocol, 0 to 255 (the MQTT packet type, the CoAP code): rules are indexed by it.
    var messageType: UInt8 { get }

    /// The rare fields that the message may have; costs next to nothing.
    var rareFields: RareFields { get }

    /// A number for all that the settled fields of the category say of the message; `nil` where it is not told.
    ///
    /// Messages between the same two ends with the same number and the same rare fields have the same values of them, so
    /// that what rules ask of those need not be asked again.
    borrowing func settled(_ context: EventContext, message: RawSpan) -> UInt64?

    /// Where secrets stand in the message: whoever shows or stores it hides them.
    var secrets: SecretPlaces { get }

    /// What the message states of the record that it carries, for those who ask it of every message; `nil` where the
    /// protocol does not tell it this way, and its fields are to be read.
    var recordHead: RecordHead? { get }

    /// Appends the values of a field of this protocol; nothing where the field does not apply to the message.
    borrowing func read(_ field: FieldID, message: RawSpan, into values: inout FieldValues)
}

extension EventSource where Self: ~Copyable {
    /// Says nothing about what is absent.
    public var rareFields: RareFields { .all }
    /// Each message is asked for itself.
    public borrowing func settled(_ context: EventContext, message: RawSpan) -> UInt64? { nil }
    /// None is known.
    public var secrets: SecretPlaces { SecretPlaces() }
    /// Fields are to be read.
    public var recordHead: RecordHead? { nil }
}

/// What a message states of the record that it carries: the same as the fields of these roles say.
public struct RecordHead: Sendable {
    /// Where the record's name stands in the message; `nil` where the message does not hold it.
    public var name: ByteRange?
    /// The length of the record in bytes; `nil` where it is not known.
    public var bytes: Int?
    /// Its quality of service, 0 to 3.
    public var qos: UInt8 = 0
    /// Whether the server is to keep it for those who come later, or kept it.
    public var isRetained = false
    /// Whether it may have been sent before.
    public var isRepeated = false
    /// The format and the classes of a record in which nothing else was found, as a number.
    ///
    /// Equal numbers stand for equal ones. `nil` where there was more, and where nobody looked.
    public var finding: UInt32?

    /// Nothing.
    public init() {}
}
