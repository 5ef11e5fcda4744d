import Bytes
import Network

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
