import Bytes
import Network

/// The answer of a server to an opening request (RFC 6455, 4.2.2).
struct WebSocketAnswer: Hashable, Sendable {
    /// The status code; 0 where the first line has none.
    var status = 0
    /// What the server upgrades to: `nil` where it does not say.
    var isWebSocket: Bool?
    /// Whether the fields say that the connection is upgraded.
    var isConnection = false
    /// The subprotocol that the server chose; empty where it chose none.
    var subprotocol: WebSocketSubprotocols = []
    /// What was agreed on about compression.
    var deflate = DeflateParameters()
    /// Whether the server accepted an extension that is not permessage-deflate.
    var hasOtherExtension = false
    /// Whether the accept field is the proof that the request asked for; `nil` where there is nothing to hold it against.
    var isProven: Bool?

    /// Reads a whole head; `proof` is that of the request, where it was seen.
    init(_ head: RawSpan, proof: SHA1Digest?, _ names: SubprotocolNames) {
        status = Self.status(head)
        var this = self
        var accept: ByteRange?
        HTTPHead.forEachField(head) { name, value in
            if HTTPHead.equals(head, name, "upgrade") {
                this.isWebSocket = HTTPHead.list(head, value, has: "websocket")
            } else if HTTPHead.equals(head, name, "connection") {
                if HTTPHead.list(head, value, has: "upgrade") { this.isConnection = true }
            } else if HTTPHead.equals(head, name, "sec-websocket-accept") {
                accept = value
            } else if HTTPHead.equals(head, name, "sec-websocket-protocol") {
                this.subprotocol.formUnion(names.read(head, value))
            } else if HTTPHead.equals(head, name, "sec-websocket-extensions") {
                this.takeExtensions(head, value)
            }
        }
        self = this
        if let proof {
            var expected: [UInt8] = []
            proof.writeBase64(to: &expected)
            isProven = accept.map { head.slice($0).elementsEqual(expected.span.bytes) } ?? false
        }
    }

    /// The status line: `HTTP/1.1 101 ...`.
    private static func status(_ head: RawSpan) -> Int {
        let line = head.slice(HTTPHead.firstLine(head))
        guard line.byteCount >= 12, line.starts(with: "HTTP/1."), line.byte(at: 8) == UInt8(ascii: " ") else {
            return 0
        }
        var status = 0
        for offset in 9..<12 {
            let digit = Int(line.byte(at: offset)) - 0x30
            guard (0...9).contains(digit) else { return 0 }
            status = status * 10 + digit
        }
        return status
    }

    private mutating func takeExtensions(_ head: RawSpan, _ value: ByteRange) {
        var this = self
        HTTPHead.forEachMember(head, value, separator: UInt8(ascii: ",")) { member in
            if let parameters = DeflateParameters(head, member) {
                this.deflate = parameters
            } else {
                this.hasOtherExtension = true
            }
        }
        self = this
    }
}
