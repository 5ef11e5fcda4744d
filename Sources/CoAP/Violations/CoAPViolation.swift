import Tables

/// The statements of the specifications that a message can break: a row each, in the order of the specifications.
///
/// To add one: a case and a row. A case has a bit in `CoAPViolations`, so that there may be 128. Statements of one
/// section stand side by side.
public enum CoAPViolation: UInt8, CaseIterable, Sendable {
    // RFC 7252, 3
    case versionUnknown, tokenLengthReserved, tokenTruncated, codeClassReserved, payloadMissing
    // RFC 7252, 3.1
    case optionDeltaReserved, optionLengthReserved, optionTruncated
    // RFC 7252, 3.2
    case stringNotUTF8
    // RFC 7252, 4
    case emptyWithToken, emptyWithData, acknowledgementWithRequest, resetNotEmpty
    case nonConfirmableEmpty, nonConfirmableAcknowledged, messageIDReused
    // RFC 7252, 5.3.1
    case tokenReused, tokenNotEchoed
    // RFC 7252, 5.4 and 5.5
    case optionOutOfPlace, criticalOptionUnrecognised, optionLength, optionRepeated
    case payloadOutOfPlace, diagnosticNotUTF8
    // RFC 7252, 5.9
    case validWithoutETag
    // RFC 7252, 5.10
    case dotSegmentInPath, proxyURIWithURIOptions, etagRepeatedInResponse, dotSegmentInLocation
    // RFC 7252, 8
    case multicastConfirmable, multicastGetWithETag
    // RFC 7252, 12
    case methodUnassigned, responseUnassigned, optionNumberOverflow, optionNumberReserved, optionExperimental
    // RFC 7641
    case observeOutOfPlace, observeValue
    // RFC 7959
    case blockSizeReserved, blockMoreInRequest, blockSizeMismatch, block2BesidePartialBlock1
    case blockLargerThanAsked, blockNotAskedFor, blockSizeGrown
    // RFC 8768
    case hopLimitZero
    // RFC 9177
    case qBlockBesideBlock, qBlock1WithoutTagOrSize, qBlockBeyondSize

    /// Where it stands, whether nothing behind it can be read, and what is wrong.
    private var row: (section: CoAPSection, isFatal: Bool, summary: StaticString) {
        switch self {
        case .versionUnknown: (.messageFormat, true, "version other than 1")
        case .tokenLengthReserved: (.messageFormat, true, "token length of 9 to 15")
        case .tokenTruncated: (.messageFormat, true, "token runs past the datagram")
        case .codeClassReserved: (.messageFormat, false, "code of a class that is not for use over UDP")
        case .payloadMissing: (.messageFormat, false, "payload marker without a payload")
        case .optionDeltaReserved: (.optionFormat, true, "option delta 15 outside of the payload marker")
        case .optionLengthReserved: (.optionFormat, true, "option length 15")
        case .optionTruncated: (.optionFormat, true, "option runs past the datagram")
        case .stringNotUTF8: (.valueFormats, false, "string option that is not UTF-8")
        case .emptyWithToken: (.messages, false, "Empty message with a token")
        case .emptyWithData: (.messages, false, "Empty message with bytes behind the message id")
        case .acknowledgementWithRequest: (.reliable, false, "request in an ACK")
        case .resetNotEmpty: (.reliable, false, "RST that is not Empty")
        case .nonConfirmableEmpty: (.unreliable, false, "Empty NON")
        case .nonConfirmableAcknowledged: (.unreliable, false, "ACK to a NON")
        case .messageIDReused: (.correlation, false, "message id used again for another message within its lifetime")
        case .tokenReused: (.token, false, "token of a request that is not answered yet used for another")
        case .tokenNotEchoed: (.token, false, "response in an ACK with another token than the request's")
        case .optionOutOfPlace: (.options, false, "request option in a response, or response option in a request")
        case .criticalOptionUnrecognised: (.critical, false, "unrecognised critical option in a request")
        case .optionLength: (.length, false, "option value outside of its bounds")
        case .optionRepeated: (.repeatable, false, "repeated option that may occur once")
        case .payloadOutOfPlace: (.payloads, false, "payload where the method or response code defines none")
        case .diagnosticNotUTF8: (.diagnostic, false, "diagnostic payload that is not UTF-8")
        case .validWithoutETag: (.validResponse, false, "2.03 without an ETag")
        case .dotSegmentInPath: (.uriOptions, false, "Uri-Path of . or ..")
        case .proxyURIWithURIOptions: (.proxyOptions, false, "Proxy-Uri beside Uri-Host, -Port, -Path or -Query")
        case .etagRepeatedInResponse: (.etagInResponse, false, "several ETags in a response")
        case .dotSegmentInLocation: (.location, false, "Location-Path of . or ..")
        case .multicastConfirmable: (.multicastMessaging, false, "CON request to a multicast address")
        case .multicastGetWithETag: (.multicastCaching, false, "ETag in a GET to a multicast address")
        case .methodUnassigned: (.methodCodes, false, "unassigned method code")
        case .responseUnassigned: (.responseCodes, false, "unassigned response code")
        case .optionNumberOverflow: (.optionNumbers, true, "option number above 65535")
        case .optionNumberReserved: (.optionNumbers, false, "option number 0")
        case .optionExperimental: (.optionNumbers, false, "option number for experiments")
        case .observeOutOfPlace: (.observe, false, "Observe in a request other than GET or FETCH")
        case .observeValue: (.observe, false, "Observe of a request neither 0 nor 1")
        case .blockSizeReserved: (.blockStructure, false, "block size exponent 7")
        case .blockMoreInRequest: (.blockStructure, false, "Block2 with M set in a request")
        case .blockSizeMismatch: (.blockUse, false, "M set, payload not as long as the block")
        case .block2BesidePartialBlock1: (.blockUse, false, "Block2 beside Block1 with M set in a response")
        case .blockLargerThanAsked: (.block2Use, false, "block larger than the request asked for")
        case .blockNotAskedFor: (.block2Use, false, "another block than the request asked for")
        case .blockSizeGrown: (.block2Use, false, "larger blocks asked for than the server began with")
        case .hopLimitZero: (.hopLimit, false, "Hop-Limit of 0")
        case .qBlockBesideBlock: (.qBlockProperties, false, "Q-Block beside Block")
        case .qBlock1WithoutTagOrSize:
            (.qBlock1Use, false, "Q-Block1 in a request without Request-Tag or without Size1")
        case .qBlockBeyondSize: (.qBlockSize, false, "Q-Block that begins at Size1 or Size2, or beyond")
        }
    }

    /// The section that the message breaks.
    public var section: CoAPSection { row.section }

    /// Whether nothing behind it can be read.
    public var isFatal: Bool { row.isFatal }

    /// What is wrong, in a few words.
    public var summary: StaticString { row.summary }
}

/// A set of broken statements, a bit each.
public typealias CoAPViolations = BitSet<CoAPViolation, UInt128>

extension BitSet<CoAPViolation, UInt128> {
    /// Whether the message could not be read to its end.
    public var isFatal: Bool { intersects(Self.fatal) }

    /// The statements behind which nothing can be read.
    ///
    /// A test holds it against the table.
    static var fatal: Self {
        var set = Self(.tokenLengthReserved)
        set.insert(.versionUnknown)
        set.insert(.tokenTruncated)
        set.insert(.optionDeltaReserved)
        set.insert(.optionLengthReserved)
        set.insert(.optionTruncated)
        set.insert(.optionNumberOverflow)
        return set
    }
}
