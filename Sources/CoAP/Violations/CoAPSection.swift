/// A section of a specification that messages can break, by its own number.
public enum CoAPSection: UInt8, Sendable {
    case messageFormat, optionFormat, valueFormats, messages, reliable, unreliable, correlation
    case token, options, critical, length, repeatable, payloads, diagnostic, validResponse
    case uriOptions, proxyOptions, etagInResponse, location
    case multicastMessaging, multicastCaching, methodCodes, responseCodes, optionNumbers
    case observe
    case blockStructure, blockUse, block2Use
    case hopLimit
    case qBlockProperties, qBlock1Use, qBlockSize

    /// Document and section, as `violation.id` shows it.
    public var id: StaticString {
        switch self {
        case .messageFormat: "RFC7252-3"
        case .optionFormat: "RFC7252-3.1"
        case .valueFormats: "RFC7252-3.2"
        case .messages: "RFC7252-4.1"
        case .reliable: "RFC7252-4.2"
        case .unreliable: "RFC7252-4.3"
        case .correlation: "RFC7252-4.4"
        case .token: "RFC7252-5.3.1"
        case .options: "RFC7252-5.4"
        case .critical: "RFC7252-5.4.1"
        case .length: "RFC7252-5.4.3"
        case .repeatable: "RFC7252-5.4.5"
        case .payloads: "RFC7252-5.5"
        case .diagnostic: "RFC7252-5.5.2"
        case .validResponse: "RFC7252-5.9.1.3"
        case .uriOptions: "RFC7252-5.10.1"
        case .proxyOptions: "RFC7252-5.10.2"
        case .etagInResponse: "RFC7252-5.10.6.1"
        case .location: "RFC7252-5.10.7"
        case .multicastMessaging: "RFC7252-8.1"
        case .multicastCaching: "RFC7252-8.2.1"
        case .methodCodes: "RFC7252-12.1.1"
        case .responseCodes: "RFC7252-12.1.2"
        case .optionNumbers: "RFC7252-12.2"
        case .observe: "RFC7641-2"
        case .blockStructure: "RFC7959-2.2"
        case .blockUse: "RFC7959-2.3"
        case .block2Use: "RFC7959-2.4"
        case .hopLimit: "RFC8768-3"
        case .qBlockProperties: "RFC9177-4.1"
        case .qBlock1Use: "RFC9177-4.3"
        case .qBlockSize: "RFC9177-4.6"
        }
    }
}
