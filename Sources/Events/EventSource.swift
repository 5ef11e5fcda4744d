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

    /// Where secrets stand in the message: whoever shows or stores it hides them.
    var secrets: SecretPlaces { get }

    /// Appends the values of a field of this protocol; nothing where the field does not apply to the message.
    borrowing func read(_ field: FieldID, message: RawSpan, into values: inout FieldValues)
}

extension EventSource where Self: ~Copyable {
    /// Says nothing about what is absent.
    public var rareFields: RareFields { .all }
    /// None is known.
    public var secrets: SecretPlaces { SecretPlaces() }
}
