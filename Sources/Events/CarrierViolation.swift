import Tables

/// A statement about what carries a message that its sender broke.
///
/// `name` is what users see.
public enum CarrierViolation: UInt8, CaseIterable, Sendable {
    /// A field of the opening request is missing or wrong.
    case requestFields
    /// A field of the opening answer is missing or wrong: the key was not proven, or a subprotocol was not offered.
    case answerFields
    /// The answer names an extension that was not offered.
    case extensionNotOffered
    /// A client's frame is not masked, or a server's is.
    case masking
    /// A reserved bit or operation code, or a length that takes more bytes than it needs.
    case frameHeader
    /// A fragment without a beginning, or a message within another.
    case fragmentation
    /// A control frame of more than 125 bytes, or in fragments.
    case controlFrame
    /// A Close frame whose body is one byte, or data behind a Close frame.
    case closing
    /// A status code that must not stand in a Close frame.
    case closeCode
    /// A status code outside of all ranges.
    case closeCodeRange
    /// A parameter of permessage-deflate that is unknown, repeated or has a wrong value.
    case deflateParameters
    /// The bit of compression on a control frame or on a fragment that is not the first.
    case compressedBit
    /// A compressed message that cannot be inflated.
    case inflation
    /// MQTT in a frame that is not binary.
    case mqttText
    /// The client of an MQTT conversation did not offer the subprotocol.
    case mqttNotOffered
    /// The server of an MQTT conversation did not choose the subprotocol.
    case mqttNotChosen
    /// The subprotocol of a CoAP conversation was not offered or not chosen.
    case coapSubprotocol
    /// CoAP in a frame that is not binary.
    case coapText

    /// What is wrong, in one sentence without a full stop.
    public var summary: StaticString {
        switch self {
        case .requestFields: "A field of the opening request is missing or wrong"
        case .answerFields:
            "A field of the opening answer is missing or wrong: the key not proven, or a subprotocol not offered"
        case .extensionNotOffered: "The answer names an extension that was not offered"
        case .masking: "A client's frame is not masked, or a server's is"
        case .frameHeader: "A reserved bit or operation code, or a length that takes more bytes than it needs"
        case .fragmentation: "A fragment without a beginning, or a message within another"
        case .controlFrame: "A control frame of more than 125 bytes, or in fragments"
        case .closing: "A Close frame whose body is one byte, or data behind a Close frame"
        case .closeCode: "A status code that must not stand in a Close frame"
        case .closeCodeRange: "A status code outside of all ranges"
        case .deflateParameters: "A parameter of permessage-deflate that is unknown, repeated or has a wrong value"
        case .compressedBit: "The bit of compression on a control frame or on a fragment that is not the first"
        case .inflation: "A compressed message that cannot be inflated"
        case .mqttText: "MQTT in a frame that is not binary"
        case .mqttNotOffered: "The client of an MQTT conversation did not offer the subprotocol"
        case .mqttNotChosen: "The server of an MQTT conversation did not choose the subprotocol"
        case .coapSubprotocol: "The subprotocol of a CoAP conversation was not offered or not chosen"
        case .coapText: "CoAP in a frame that is not binary"
        }
    }

    /// The specification's own name: of MQTT the statement, of an RFC its section.
    public var name: StaticString {
        switch self {
        case .requestFields: "RFC6455-4.1"
        case .answerFields: "RFC6455-4.2.2"
        case .extensionNotOffered: "RFC6455-9"
        case .masking: "RFC6455-5.1"
        case .frameHeader: "RFC6455-5.2"
        case .fragmentation: "RFC6455-5.4"
        case .controlFrame: "RFC6455-5.5"
        case .closing: "RFC6455-5.5.1"
        case .closeCode: "RFC6455-7.4.1"
        case .closeCodeRange: "RFC6455-7.4.2"
        case .deflateParameters: "RFC7692-7"
        case .compressedBit: "RFC7692-6.1"
        case .inflation: "RFC7692-7.2.2"
        case .mqttText: "MQTT-6.0.0-1"
        case .mqttNotOffered: "MQTT-6.0.0-3"
        case .mqttNotChosen: "MQTT-6.0.0-4"
        case .coapSubprotocol: "RFC8323-4.1"
        case .coapText: "RFC8323-4.2"
        }
    }
}

/// A set of broken statements about a carrier.
public typealias CarrierViolations = BitSet<CarrierViolation, UInt32>

extension BitSet<CarrierViolation, UInt32> {
    /// Appends the names as values of `violation.id`.
    public func append(to values: inout FieldValues) { forEach { values.append(text: $0.name) } }
}
