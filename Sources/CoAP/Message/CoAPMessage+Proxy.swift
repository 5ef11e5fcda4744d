import Bytes

extension CoAPMessage {
    /// The scheme that a proxy is asked to use: of Proxy-Uri, or Proxy-Scheme (RFC 7252, 5.10.2).
    func proxyScheme(_ bytes: RawSpan) -> ByteRange? {
        if let whole = first(.proxyURI, bytes)?.value {
            guard let colon = bytes.slice(whole).firstOffset(of: UInt8(ascii: ":")) else { return nil }
            return ByteRange(offset: whole.offset, count: colon)
        }
        return first(.proxyScheme, bytes)?.value
    }

    /// The host that a proxy is asked to reach: of Proxy-Uri (RFC 3986, 3.2.2), or Uri-Host beside Proxy-Scheme.
    func proxyHost(_ bytes: RawSpan) -> ByteRange? {
        guard let whole = first(.proxyURI, bytes)?.value else {
            return first(.proxyScheme, bytes) == nil ? nil : first(.uriHost, bytes)?.value
        }
        let text = bytes.slice(whole)
        guard let colon = text.firstOffset(of: UInt8(ascii: ":")), text.byteCount &- colon >= 3,
            text.byte(at: colon &+ 1) == UInt8(ascii: "/"), text.byte(at: colon &+ 2) == UInt8(ascii: "/")
        else { return nil }
        var start = colon &+ 3
        var end = start
        while end < text.byteCount, !isEndOfAuthority(text.byte(at: end)) { end &+= 1 }
        // What stands before the last `@` names a user.
        for offset in start..<end where text.byte(at: offset) == UInt8(ascii: "@") { start = offset &+ 1 }
        if start < end, text.byte(at: start) == UInt8(ascii: "[") {
            start &+= 1
            end = min(end, text.firstOffset(of: UInt8(ascii: "]"), from: start) ?? end)
        } else if let port = text.firstOffset(of: UInt8(ascii: ":"), from: start) {
            end = min(end, port)
        }
        return ByteRange(offset: whole.offset &+ start, count: max(0, end &- start))
    }
}

private func isEndOfAuthority(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
}
