import Bytes

/// Whether the first octets of one direction may be those of an opening handshake.
public enum WebSocketProbe: Hashable, Sendable {
    /// `GET `: the side of a client.
    case request
    /// `HTTP/1.1 101`: the side of a server.
    case answer
    /// Both are possible still.
    case needMore
    /// Something else.
    case no

    /// Judges the first octets. Allocates nothing.
    public init(_ bytes: RawSpan) {
        if bytes.starts(with: "GET ") {
            self = .request
        } else if bytes.starts(with: "HTTP/1.1 101") {
            self = .answer
        } else {
            self = isBeginning(bytes, of: "GET ") || isBeginning(bytes, of: "HTTP/1.1 101") ? .needMore : .no
        }
    }
}

private func isBeginning(_ bytes: RawSpan, of text: StaticString) -> Bool {
    text.withUTF8Buffer {
        bytes.byteCount < $0.count && $0.span.bytes.extracting(0..<bytes.byteCount).elementsEqual(bytes)
    }
}
