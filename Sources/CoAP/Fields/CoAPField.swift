import Events

/// The fields of a CoAP message and of its conversation.
public enum CoAPField: UInt16, CaseIterable, Sendable {
    case version, type, code, method, `class`, mid, token, length
    case uriHost, proxyURI, proxyScheme, uriPort, uriPath, uriQuery, locationPath, locationQuery
    case contentFormat, contentFormatName, accept, observe, maxAge, size1, size2, hopLimit, noResponse
    case etag, ifMatch, echo, requestTag, oscore, ifNoneMatch, block1, block2, qBlock1, qBlock2, unknown
    case payload, payloadLength
    case retransmitted, matched, requestURIPath, requestMethod, responseTime, amplification, observeState

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

    private var info: FieldInfo {
        switch self {
        case .version: FieldInfo("coap.version", .int, "protocol version")
        case .type: FieldInfo("coap.type", .keyword, "CON, NON, ACK or RST")
        case .code: FieldInfo("coap.code", .keyword, "code as c.dd, such as 0.01 or 4.04")
        case .method: FieldInfo("coap.method", .keyword, "GET, POST, PUT, DELETE, FETCH, PATCH or iPATCH")
        case .class:
            FieldInfo(
                "coap.class", .keyword, "empty, request, success, client_error, server_error, signal or reserved")
        case .mid: FieldInfo("coap.mid", .int, "message id")
        case .token: FieldInfo("coap.token", .bytes, "token, which a response repeats")
        case .length: FieldInfo("coap.length", .int, "octets of the whole message")
        case .uriHost: FieldInfo("coap.opt.uri_host", .text, "Uri-Host")
        case .proxyURI: FieldInfo("coap.opt.proxy_uri", .text, "Proxy-Uri")
        case .proxyScheme: FieldInfo("coap.opt.proxy_scheme", .text, "Proxy-Scheme")
        case .uriPort: FieldInfo("coap.opt.uri_port", .int, "Uri-Port")
        case .uriPath: FieldInfo("coap.uri_path", .text, "path of the request, percent-encoded; / where there is none")
        case .uriQuery: FieldInfo("coap.opt.uri_query", .text, list: true, "Uri-Query, an argument each")
        case .locationPath: FieldInfo("coap.opt.location_path", .text, list: true, "Location-Path, a segment each")
        case .locationQuery: FieldInfo("coap.opt.location_query", .text, list: true, "Location-Query, an argument each")
        case .contentFormat: FieldInfo("coap.opt.ctype", .int, "Content-Format by number")
        case .contentFormatName: FieldInfo("coap.opt.ctype_name", .keyword, "Content-Format by media type, where known")
        case .accept: FieldInfo("coap.opt.accept", .int, "Accept: Content-Format by number")
        case .observe: FieldInfo("coap.opt.observe", .int, "Observe: 0 or 1 in a request, sequence in a notification")
        case .maxAge: FieldInfo("coap.opt.max_age", .int, "Max-Age in seconds")
        case .size1: FieldInfo("coap.opt.size1", .int, "Size1: octets of the request's body")
        case .size2: FieldInfo("coap.opt.size2", .int, "Size2: octets of the response's body")
        case .hopLimit: FieldInfo("coap.opt.hop_limit", .int, "Hop-Limit")
        case .noResponse: FieldInfo("coap.opt.no_response", .int, "No-Response: bits of unwanted response classes")
        case .etag: FieldInfo("coap.opt.etag", .bytes, list: true, "ETag")
        case .ifMatch: FieldInfo("coap.opt.if_match", .bytes, list: true, "If-Match")
        case .echo: FieldInfo("coap.opt.echo", .bytes, list: true, "Echo")
        case .requestTag: FieldInfo("coap.opt.request_tag", .bytes, list: true, "Request-Tag")
        case .oscore: FieldInfo("coap.opt.oscore", .bytes, list: true, "OSCORE")
        case .ifNoneMatch: FieldInfo("coap.opt.if_none_match", .bool, "whether If-None-Match is there")
        case .block1: FieldInfo("coap.opt.block1", .keyword, "Block1 as NUM/M/SIZE")
        case .block2: FieldInfo("coap.opt.block2", .keyword, "Block2 as NUM/M/SIZE")
        case .qBlock1: FieldInfo("coap.opt.q_block1", .keyword, "Q-Block1 as NUM/M/SIZE")
        case .qBlock2: FieldInfo("coap.opt.q_block2", .keyword, "Q-Block2 as NUM/M/SIZE")
        case .unknown: FieldInfo("coap.opt.unknown", .int, list: true, "numbers of unrecognised options")
        case .payload: FieldInfo("coap.payload", .text, "payload")
        case .payloadLength: FieldInfo("coap.payload_length", .int, "octets of the payload, where there is one")
        case .retransmitted:
            FieldInfo("coap.retransmitted", .bool, "same type, message id and ends within EXCHANGE_LIFETIME")
        case .matched: FieldInfo("coap.matched", .bool, "whether the request that a response answers is known")
        case .requestURIPath: FieldInfo("coap.request.uri_path", .text, "path of the request that it answers")
        case .requestMethod: FieldInfo("coap.request.method", .keyword, "method of the request that it answers")
        case .responseTime: FieldInfo("coap.response_time", .int, "microseconds since the request that it answers")
        case .amplification:
            FieldInfo("coap.amplification", .float, "octets sent back so far over octets of the request")
        case .observeState: FieldInfo("coap.observe.state", .keyword, "register, deregister or notification")
        }
    }
}
