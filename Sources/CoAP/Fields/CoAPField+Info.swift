import Events

extension CoAPField {
    /// The row of the registry.
    var info: FieldInfo {
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
        case .length: FieldInfo("coap.length", .int, "bytes of the whole message")
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
        case .acceptName: FieldInfo("coap.opt.accept_name", .keyword, "Accept by media type, where known")
        case .observe: FieldInfo("coap.opt.observe", .int, "Observe: 0 or 1 in a request, sequence in a notification")
        case .maxAge: FieldInfo("coap.opt.max_age", .int, "Max-Age in seconds")
        case .size1: FieldInfo("coap.opt.size1", .int, "Size1: bytes of the request's body")
        case .size2: FieldInfo("coap.opt.size2", .int, "Size2: bytes of the response's body")
        case .hopLimit: FieldInfo("coap.opt.hop_limit", .int, "Hop-Limit")
        case .noResponse: FieldInfo("coap.opt.no_response", .int, "No-Response: bits of unwanted response classes")
        case .etag: FieldInfo("coap.opt.etag", .bytes, list: true, "ETag")
        case .ifMatch: FieldInfo("coap.opt.if_match", .bytes, list: true, "If-Match")
        case .echo: FieldInfo("coap.opt.echo", .bytes, list: true, "Echo")
        case .requestTag: FieldInfo("coap.opt.request_tag", .bytes, list: true, "Request-Tag")
        case .oscore: FieldInfo("coap.opt.oscore", .bytes, list: true, "OSCORE")
        case .ifNoneMatch: FieldInfo("coap.opt.if_none_match", .bool, "whether If-None-Match is there")
        case .edhoc: FieldInfo("coap.opt.edhoc", .bool, "whether EDHOC is there")
        case .block1: FieldInfo("coap.opt.block1", .keyword, "Block1 as NUM/M/SIZE")
        case .block2: FieldInfo("coap.opt.block2", .keyword, "Block2 as NUM/M/SIZE")
        case .qBlock1: FieldInfo("coap.opt.q_block1", .keyword, "Q-Block1 as NUM/M/SIZE")
        case .qBlock2: FieldInfo("coap.opt.q_block2", .keyword, "Q-Block2 as NUM/M/SIZE")
        case .ocfAcceptVersion:
            FieldInfo("coap.opt.ocf_accept_version", .int, "OCF-Accept-Content-Format-Version")
        case .ocfVersion: FieldInfo("coap.opt.ocf_version", .int, "OCF-Content-Format-Version")
        case .unknown: FieldInfo("coap.opt.unknown", .int, list: true, "numbers of unrecognised options")
        case .unknownCritical:
            FieldInfo("coap.opt.unknown_critical", .int, list: true, "those of them that are critical")
        case .unknownUnsafe:
            FieldInfo("coap.opt.unknown_unsafe", .int, list: true, "those of them that are unsafe to forward")
        case .unknownNoCacheKey:
            FieldInfo(
                "coap.opt.unknown_no_cache_key", .int, list: true,
                "those of them that are safe and no part of a cache key")
        case .payload: FieldInfo("coap.payload", .text, "payload")
        case .payloadLength: FieldInfo("coap.payload_length", .int, "bytes of the payload, where there is one")
        default: stateInfo
        }
    }
}
