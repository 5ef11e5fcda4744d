import Bytes

/// Whether the first bytes of one direction may be those of HTTP that leads to an opening handshake.
public enum WebSocketProbe: Hashable, Sendable {
    /// A method of HTTP and a space: the side of a client.
    case request
    /// `HTTP/1.1 101`: the side of a server.
    case answer
    /// Both are possible still.
    case needMore
    /// Something else.
    case no

    /// Judges the first bytes.
    ///
    /// Allocates nothing.
    public init(_ bytes: RawSpan) {
        // A few empty lines may stand before a request (RFC 9112, 2.2).
        var start = 0
        while start < min(bytes.byteCount, 64), HTTPHead.isLineEnd(bytes.byte(at: start)) { start += 1 }
        let head = bytes.extracting(start..<bytes.byteCount)
        self = .no
        take(head, "GET ", .request)
        take(head, "HTTP/1.1 101", .answer)
        take(head, "CONNECT ", .request)
        take(head, "HEAD ", .request)
        take(head, "OPTIONS ", .request)
        take(head, "POST ", .request)
        take(head, "PUT ", .request)
    }

    private mutating func take(_ bytes: RawSpan, _ text: StaticString, _ verdict: WebSocketProbe) {
        guard self == .no else { return }
        if bytes.starts(with: text) {
            self = verdict
        } else if isBeginning(bytes, of: text) {
            self = .needMore
        }
    }
}

/// Whether bytes are the first of a text, but not all.
func isBeginning(_ bytes: RawSpan, of text: StaticString) -> Bool {
    text.withUTF8Buffer {
        bytes.byteCount < $0.count && $0.span.bytes.extracting(0..<bytes.byteCount).elementsEqual(bytes)
    }
}
