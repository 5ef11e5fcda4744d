import Bytes
import Network
import Tables

/// Tells whether a datagram on a strange port may be CoAP.
public enum CoAPProbe {
    /// What a datagram may be.
    public enum Verdict: Sendable {
        /// Not CoAP, or CoAP that breaks the specification.
        case other
        /// Nothing in it speaks against CoAP. Proof is an answer: `CoAPAnalyzer.confirmsFlow`.
        case plausible
    }

    /// Strict: version 1, a token as announced, an assigned code that goes with the type, options that are known,
    /// within their bounds and in place, texts of printable UTF-8, a payload only behind its marker, and no broken
    /// statement.
    ///
    /// A token of more than 8 bytes (RFC 8974) is read on CoAP's own port alone.
    ///
    /// - Complexity: most other datagrams fall at the first two bytes; allocates nothing.
    public static func verdict(_ datagram: RawSpan) -> Verdict {
        guard datagram.byteCount >= 4, datagram.byte(at: 0) >> 6 == 1, datagram.byte(at: 0) & 15 <= 8 else {
            return .other
        }
        let code = CoAPCode(rawValue: datagram.byte(at: 1))
        guard code.name != nil, let message = CoAPMessage(datagram), message.violations.isEmpty,
            message.extensions.isEmpty
        else { return .other }
        if code.isRequest, let observe = message.observe, observe > 1 { return .other }
        return CoAPBoundary.hasPlausibleOptions(message, datagram) ? .plausible : .other
    }
}

extension CoAPProbe {
    /// Whether one datagram answers another, which is the proof that a flow on a strange port is CoAP.
    ///
    /// Both have passed `verdict`. A response has the token of its request (RFC 7252, 5.3.2); piggy-backed it has the
    /// message id as well (5.2.1). That both stand at the ends of one flow is for the caller to know.
    public static func isAnswer(_ response: RawSpan, to request: RawSpan) -> Bool {
        guard let question = CoAPMessage(request), let answer = CoAPMessage(response) else { return false }
        guard question.code.isRequest, answer.code.isResponse else { return false }
        guard request.slice(question.token).elementsEqual(response.slice(answer.token)) else { return false }
        return answer.type != .acknowledgement || answer.messageID == question.messageID
    }
}

extension CoAPProbe {
    /// Whether a datagram on a strange port is the copy of another by which a client that waits for its answer shows
    /// itself (RFC 7252, 4.2): a confirmable request for a resource, byte for byte the same.
    ///
    /// That time enough lies between the two is for the caller to know.
    public static func isRetransmission(_ datagram: RawSpan, of request: RawSpan) -> Bool {
        guard datagram.elementsEqual(request), let message = CoAPMessage(datagram) else { return false }
        return message.type == .confirmable && message.code.isRequest && message.mayHave(.uriPath)
            && !message.token.isEmpty
    }

    /// Whether a datagram on a strange port, which has passed `verdict`, is `GET /.well-known/core` (RFC 6690, 4): the path
    /// alone is more bytes than chance would guess.
    public static func isDiscovery(_ datagram: RawSpan) -> Bool {
        guard let message = CoAPMessage(datagram), message.code == .get, message.payloadLength == 0 else {
            return false
        }
        var segments = 0
        var walk = CoAPOptionWalk(message.options)
        while case .option(let instance) = walk.next(datagram) {
            guard instance.option == .uriPath else { continue }
            let segment = datagram.slice(instance.value)
            guard segment.elementsEqual(segments == 0 ? ".well-known" : "core") else { return false }
            segments += 1
        }
        return segments == 2
    }

    /// Whether a datagram is a request to all CoAP nodes (RFC 7252, 12.8), which anybody may answer from anywhere:
    /// 224.0.1.187, and ff0X::fd.
    public static func isGroupRequest(_ datagram: RawSpan, to address: IPAddress) -> Bool {
        guard address.isAllCoAPNodes, let message = CoAPMessage(datagram) else { return false }
        return message.code.isRequest && message.type == .nonConfirmable
    }
}

extension IPAddress {
    /// All CoAP Nodes, RFC 7252, 12.8, in any scope.
    fileprivate var isAllCoAPNodes: Bool {
        isIPv4 ? low == 0xE000_01BB : high & 0xFFF0_FFFF_FFFF_FFFF == 0xFF00_0000_0000_0000 && low == 0xFD
    }
}
