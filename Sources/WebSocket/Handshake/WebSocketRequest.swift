import Bytes
import Network

/// The opening request of a client (RFC 6455, 4.1).
struct WebSocketRequest: Hashable, Sendable {
    /// Whether it asks to upgrade to WebSocket at all.
    var isUpgrade = false
    /// Whether a field that must be there is missing or wrong.
    var isWrong = false
    /// The subprotocols that the client offers.
    var subprotocols: WebSocketSubprotocols = []
    /// Whether the client offers permessage-deflate.
    var offersDeflate = false
    /// Whether the client offers any other extension.
    var offersOtherExtension = false
    /// The digest that proves to the client that its key was read; `nil` where there is no key.
    var proof: SHA1Digest?

    /// Asks for nothing.
    init() {}

    /// Reads a whole head.
    init(_ head: RawSpan, _ names: SubprotocolNames) {
        guard hasMethodAndVersion(head) else { return }
        var (keys, hosts, versions) = (0, 0, 0)
        var isConnection = false
        var isVersion = false
        var key = ByteRange.empty
        var this = self
        HTTPHead.forEachField(head) { name, value in
            if HTTPHead.equals(head, name, "upgrade") {
                if HTTPHead.list(head, value, has: "websocket") { this.isUpgrade = true }
            } else if HTTPHead.equals(head, name, "connection") {
                if HTTPHead.list(head, value, has: "upgrade") { isConnection = true }
            } else if HTTPHead.equals(head, name, "host") {
                hosts += 1
            } else if HTTPHead.equals(head, name, "sec-websocket-key") {
                keys += 1
                key = value
            } else if HTTPHead.equals(head, name, "sec-websocket-version") {
                versions += 1
                isVersion = HTTPHead.equals(head, value, "13")
            } else if HTTPHead.equals(head, name, "sec-websocket-protocol") {
                this.subprotocols.formUnion(names.read(head, value))
            } else if HTTPHead.equals(head, name, "sec-websocket-extensions") {
                this.takeExtensions(head, value)
            }
        }
        self = this
        let isKey = keys == 1 && Self.isKey(head.slice(key))
        isWrong = !(isConnection && isVersion && isKey && hosts == 1 && versions == 1)
        if keys > 0 { proof = Self.proof(of: head.slice(key)) }
    }

    /// The request line: `GET target HTTP/1.1`, or a higher version.
    private func hasMethodAndVersion(_ head: RawSpan) -> Bool {
        let line = head.slice(HTTPHead.firstLine(head))
        guard line.byteCount >= 14, line.starts(with: "GET ") else { return false }
        let version = line.extracting((line.byteCount - 9)..<line.byteCount)
        return version.starts(with: " HTTP/1.") && version.byte(at: 8) >= UInt8(ascii: "1")
            && version.byte(at: 8) <= UInt8(ascii: "9")
    }

    private mutating func takeExtensions(_ head: RawSpan, _ value: ByteRange) {
        var this = self
        HTTPHead.forEachMember(head, value, separator: UInt8(ascii: ",")) { member in
            if DeflateParameters(head, member) != nil {
                this.offersDeflate = true
            } else {
                this.offersOtherExtension = true
            }
        }
        self = this
    }

    /// Whether a key is the base64 of 16 bytes: 22 characters and two that fill up.
    private static func isKey(_ key: RawSpan) -> Bool {
        guard key.byteCount == 24, key.extracting(22..<24).elementsEqual("==") else { return false }
        for offset in 0..<22 {
            switch key.byte(at: offset) {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                continue
            default: return false
            }
        }
        return true
    }

    /// The SHA-1 of the key and a fixed text behind it (1.3).
    private static func proof(of key: RawSpan) -> SHA1Digest {
        var sha = SHA1()
        sha.append(key)
        let text: StaticString = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        text.withUTF8Buffer { sha.append($0.span.bytes) }
        return sha.digest()
    }
}
