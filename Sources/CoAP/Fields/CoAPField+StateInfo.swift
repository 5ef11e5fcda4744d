import Events

extension CoAPField {
    /// The row of the registry of a field that no single message tells.
    var stateInfo: FieldInfo {
        switch self {
        case .retransmitted:
            FieldInfo("coap.retransmitted", .bool, "same type, message id and ends within the lifetime of the id")
        case .copies:
            FieldInfo(
                "coap.copies", .int,
                "how many such messages came before, where any did, or answers in the same words to a request that was sent again; 255 at most"
            )
        case .matched: FieldInfo("coap.matched", .bool, "whether the request that a response answers is known")
        case .multicast:
            FieldInfo("coap.multicast", .bool, "true where it goes to a group, or answers a request that did")
        case .unwanted:
            FieldInfo("coap.unwanted", .bool, "true where the request's No-Response asked for no such response")
        case .requestURIPath: FieldInfo("coap.request.uri_path", .text, "path of the request that it answers")
        case .requestMethod: FieldInfo("coap.request.method", .keyword, "method of the request that it answers")
        case .responseTime: FieldInfo("coap.response_time", .int, "microseconds since the request that it answers")
        case .responses:
            FieldInfo(
                "coap.response_count", .int,
                "responses to that request so far, this one included, copies aside; 255 at most")
        case .amplification:
            FieldInfo("coap.amplification", .float, "bytes sent back so far over bytes of the request")
        case .pairAmplification:
            FieldInfo(
                "coap.pair.amplification", .float,
                "bytes to the client over bytes to the server, between the two addresses in the last 30 to 60 seconds"
            )
        case .pairBytes:
            FieldInfo("coap.pair.bytes", .int, "bytes to the client between the two addresses in that time")
        case .pathTricks:
            FieldInfo(
                "coap.path.tricks", .keyword, list: true,
                "what is strange in the path: dot, dot_dot, slash, backslash, nul, control, encoded, deep")
        case .proxyTargetScheme: FieldInfo("coap.proxy.scheme", .keyword, "scheme that a proxy is asked to use")
        case .proxyTargetHost: FieldInfo("coap.proxy.host", .text, "host that a proxy is asked to reach")
        case .observeState: FieldInfo("coap.observe.state", .keyword, "register, deregister or notification")
        case .observeFreshness:
            FieldInfo("coap.observe.freshness", .keyword, "a notification beside those before: new, duplicate or old")
        case .observeCount: FieldInfo("coap.observe.count", .int, "notifications so far, this one included")
        case .observeEnd:
            FieldInfo("coap.observe.end", .keyword, "what ends an observation: deregister, reset, error or response")
        case .blockSequence:
            FieldInfo(
                "coap.block.sequence", .keyword,
                "a block beside those before: first, next, gap, repeat, conflict, or restart before the end was seen")
        case .bodyState:
            FieldInfo("coap.body.state", .keyword, "at the end of a body in blocks: complete or incomplete")
        case .bodyLength: FieldInfo("coap.body.length", .int, "bytes of the whole body")
        case .bodyBlocks: FieldInfo("coap.body.blocks", .int, "blocks of the body that were seen")
        case .bodyHoles: FieldInfo("coap.body.holes", .int, "blocks that are missing")
        case .bodyConflict:
            FieldInfo("coap.body.conflict", .bool, "true where a block came again with other bytes or another version")
        case .bodyFormat: FieldInfo("coap.body.ctype", .int, "Content-Format of the body by number")
        case .bodyHash: FieldInfo("coap.body.sha256", .keyword, "SHA-256 of the whole body, in hexadecimal digits")
        case .linkCount: FieldInfo("coap.link.count", .int, "links in a payload or body in link format")
        case .linkTarget: FieldInfo("coap.link.target", .text, list: true, "what they lead to")
        case .linkResourceType: FieldInfo("coap.link.rt", .text, list: true, "resource types, rt")
        case .linkInterface: FieldInfo("coap.link.if", .text, list: true, "interfaces, if")
        case .linkContentFormat: FieldInfo("coap.link.ct", .int, list: true, "Content-Formats, ct")
        case .linkObservable: FieldInfo("coap.link.obs", .text, list: true, "targets that can be observed")
        case .directoryOperation:
            FieldInfo(
                "coap.rd.operation", .keyword,
                "what is asked of a resource directory: register, update, remove, read, lookup or simple")
        case .directoryEndpoint: FieldInfo("coap.rd.ep", .text, "name of the endpoint, ep")
        case .directorySector: FieldInfo("coap.rd.d", .text, "sector, d")
        case .directoryLifetime: FieldInfo("coap.rd.lt", .int, "lifetime in seconds, lt")
        case .head: FieldInfo("coap.head", .bytes, "the first bytes of the message as sent, 8 at most")
        case .openUploads:
            FieldInfo(
                "coap.body.open", .int,
                "a block of a request: uploads in blocks of this client's address to this server that are not ended")
        case .clientRate:
            FieldInfo(
                "coap.client.rate", .int,
                "requests of this client's address to this server within the last second, blocks aside; said at every 32nd, "
                    + "where there are 64 or more")
        case .serverRate:
            FieldInfo(
                "coap.server.rate", .int,
                "requests to this server within the last second, whoever sent them, likewise")
        case .networkAmplification:
            FieldInfo(
                "coap.network.amplification", .float,
                "bytes to the client's network (/24, /64) over bytes from there to the server in the last 30 to 60 seconds"
                    + ", without notifications and blocks behind the first")
        case .networkBytes:
            FieldInfo("coap.network.bytes", .int, "bytes to the network of the client in that time, likewise")
        case .differs:
            FieldInfo(
                "coap.answer.differs", .bool,
                "true where an acknowledgement says something else than the one before to a request that was sent once")
        case .unprotected:
            FieldInfo(
                "coap.oscore.unprotected", .bool,
                "response to a request with OSCORE: whether it is without; absent where the request is not known")
        case .emptyMatched:
            FieldInfo(
                "coap.empty.matched", .bool, "an Empty ACK or RST: whether the message whose id it repeats is known")
        case .directoryForeign:
            FieldInfo(
                "coap.rd.foreign", .bool,
                "true where a name is registered, or a registration changed or removed, from another address than registered it; on the request, and of changes on the answer"
            )
        case .tlvOverrun:
            FieldInfo(
                "coap.tlv.overrun", .bool,
                "a payload of LwM2M TLV (11542): whether a length in it runs past its end")
        // Those that `info` tells do not come here.
        default: FieldInfo("coap.rd.base", .text, "base URI, base")
        }
    }
}
