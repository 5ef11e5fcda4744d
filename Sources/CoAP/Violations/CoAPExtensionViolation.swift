import Tables

/// The statements of the specifications beside RFC 7252 that concern the carrier, the token or OSCORE: a row each, in
/// the order of their numbers.
///
/// Statements of one section stand side by side; there may be 32.
public enum CoAPExtensionViolation: UInt8, CaseIterable, Sendable {
    // RFC 8323
    case webSocketLength, signalUnassigned, signalDiagnosticNotUTF8
    case signalOptionUnrecognised, signalOptionLength, signalOptionRepeated
    case capabilitiesMissing, messageTooLong, messageBehindAbort, bertSize
    // RFC 8613
    case oscoreWithoutPayload, oscoreZeroFlags, oscoreOuterCode
    case oscorePartialIVNotMinimal, oscoreRequestIncomplete
    case oscoreFlagsReserved, oscorePartialIVReserved, oscoreTruncated, oscoreTrailing
    // RFC 8974
    case tokenTooLong

    /// Where it stands, and what is wrong.
    private var row: (section: CoAPExtensionSection, summary: StaticString) {
        switch self {
        case .webSocketLength: (.webSocketFormat, "length nibble that is not 0 over WebSocket")
        case .signalUnassigned: (.signalCodes, "unassigned signalling code")
        case .signalDiagnosticNotUTF8: (.signalCodes, "diagnostic payload of a signal that is not UTF-8")
        case .signalOptionUnrecognised: (.signalOptions, "unrecognised critical option in a signal")
        case .signalOptionLength: (.signalOptions, "option value of a signal outside of its bounds")
        case .signalOptionRepeated: (.signalOptions, "repeated option of a signal that may occur once")
        case .capabilitiesMissing: (.capabilities, "first message that is not a CSM")
        case .messageTooLong: (.maxMessageSize, "message beyond the receiver's Max-Message-Size")
        case .messageBehindAbort: (.abort, "message behind the sender's Abort")
        case .bertSize: (.bert, "BERT block with more to come, payload no multiple of 1024")
        case .oscoreWithoutPayload: (.oscoreOption, "OSCORE option without a payload")
        case .oscoreZeroFlags: (.oscoreOption, "OSCORE option of a zero flag byte instead of no byte")
        case .oscoreOuterCode: (.oscoreOuterCode, "OSCORE under a code other than POST, FETCH, 2.04 and 2.05")
        case .oscorePartialIVNotMinimal: (.oscoreParameters, "Partial IV with zeros in front")
        case .oscoreRequestIncomplete: (.oscoreParameters, "OSCORE request without Partial IV or kid")
        case .oscoreFlagsReserved: (.oscoreEncoding, "reserved bits in the flags of OSCORE")
        case .oscorePartialIVReserved: (.oscoreEncoding, "Partial IV length of 6 or 7")
        case .oscoreTruncated: (.oscoreEncoding, "OSCORE option that ends too early")
        case .oscoreTrailing: (.oscoreEncoding, "bytes of an OSCORE option that stand for nothing")
        case .tokenTooLong: (.tokenCapability, "token of a request beyond the receiver's Extended-Token-Length")
        }
    }

    /// The section that the message breaks.
    public var section: CoAPExtensionSection { row.section }

    /// What is wrong, in a few words.
    public var summary: StaticString { row.summary }
}

/// A set of broken statements, a bit each.
///
/// None of them keeps a message from being read to its end.
public typealias CoAPExtensionViolations = BitSet<CoAPExtensionViolation, UInt32>

/// A section of these specifications that messages can break, by its own number.
public enum CoAPExtensionSection: UInt8, Sendable {
    case webSocketFormat, signalCodes, signalOptions, capabilities, maxMessageSize, abort, bert
    case oscoreOption, oscoreOuterCode, oscoreParameters, oscoreEncoding
    case tokenCapability

    /// Document and section, as `violation.id` shows it.
    public var id: StaticString {
        switch self {
        case .webSocketFormat: "RFC8323-4.2"
        case .signalCodes: "RFC8323-5.1"
        case .signalOptions: "RFC8323-5.2"
        case .capabilities: "RFC8323-5.3"
        case .maxMessageSize: "RFC8323-5.3.1"
        case .abort: "RFC8323-5.6"
        case .bert: "RFC8323-6"
        case .oscoreOption: "RFC8613-2"
        case .oscoreOuterCode: "RFC8613-4.2"
        case .oscoreParameters: "RFC8613-5"
        case .oscoreEncoding: "RFC8613-6.1"
        case .tokenCapability: "RFC8974-2.2.1"
        }
    }
}
