import Events

/// The fields of a CoAP message and of its directory.
public enum CoAPField: UInt16, CaseIterable, Sendable {
    case version, type, code, method, `class`, mid, token, length
    case uriHost, proxyURI, proxyScheme, uriPort, uriPath, uriQuery, locationPath, locationQuery
    case contentFormat, contentFormatName, accept, acceptName, observe, maxAge, size1, size2, hopLimit, noResponse
    case etag, ifMatch, echo, requestTag, oscore, ifNoneMatch, edhoc, block1, block2, qBlock1, qBlock2
    case ocfAcceptVersion, ocfVersion, unknown, unknownCritical, unknownUnsafe, unknownNoCacheKey
    case payload, payloadLength
    case retransmitted, copies, matched, multicast, unwanted, requestURIPath, requestMethod, responseTime, responses
    case amplification, pairAmplification, pairBytes, pathTricks, proxyTargetScheme, proxyTargetHost
    case observeState, observeFreshness, observeCount, observeEnd
    case blockSequence, bodyState, bodyLength, bodyBlocks, bodyHoles, bodyConflict, bodyFormat, bodyHash
    case linkCount, linkTarget, linkResourceType, linkInterface, linkContentFormat, linkObservable
    case directoryOperation, directoryEndpoint, directorySector, directoryLifetime, directoryBase
    case head, openUploads, unprotected, differs, clientRate, serverRate, networkAmplification, networkBytes
    case emptyMatched, directoryForeign, tlvOverrun

    /// The number of the first of these fields.
    public static let base: UInt16 = 300

    /// The number of the field in the registry.
    public var fieldID: FieldID { FieldID(rawValue: Self.base + rawValue) }

    /// The case of a registry number; `nil` for a field that is not one of these.
    public init?(_ field: FieldID) {
        guard field.rawValue >= Self.base else { return nil }
        self.init(rawValue: field.rawValue - Self.base)
    }

    /// These fields as a block of the registry.
    public static let block = FieldBlock(base: base, category: .coap, fields: allCases.map(\.info))
}
