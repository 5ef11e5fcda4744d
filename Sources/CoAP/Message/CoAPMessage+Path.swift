import Bytes

extension CoAPMessage {
    /// Whether the message names a resource: a request whose options could be looked for.
    var namesResource: Bool { code.isRequest && hasToken }

    /// Appends the path of the request URI as RFC 7252, 6.5 (steps 6 and 7) composes it: each Uri-Path behind a
    /// slash, percent-encoded but for unreserved characters, sub-delims, `:` and `@`; `/` where there is none.
    ///
    /// - Parameter limit: how many octets may be appended; the path is cut before the first character that does not
    ///   fit.
    /// - Returns: whether it was cut.
    @discardableResult
    func writePath(_ bytes: RawSpan, to text: inout [UInt8], limit: Int = .max) -> Bool {
        let start = text.count
        var walk = CoAPOptionWalk(options)
        while case .option(let instance) = walk.next(bytes), instance.option.rawValue <= CoAPOption.uriPath.rawValue {
            guard instance.option == .uriPath else { continue }
            guard text.count &- start < limit else { return true }
            text.append(UInt8(ascii: "/"))
            for offset in instance.value.offset..<instance.value.end {
                let byte = bytes.byte(at: offset)
                let isPlain = isPathCharacter(byte)
                guard limit &- (text.count &- start) >= (isPlain ? 1 : 3) else { return true }
                if isPlain {
                    text.append(byte)
                } else {
                    text.append(UInt8(ascii: "%"))
                    text.append(upperHexDigit(byte >> 4))
                    text.append(upperHexDigit(byte & 15))
                }
            }
        }
        if text.count == start { text.append(UInt8(ascii: "/")) }
        return false
    }
}

/// `pchar` of RFC 3986, 3.3, without percent-encodings.
private func isPathCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: ";"):
        // Digits, then `:` and `;`, which follow them.
        true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        true
    case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: ","), UInt8(ascii: "="),
        UInt8(ascii: "@"):
        // `&` to `,` are `&'()*+,`: with `!`, `$`, `;` and `=` the sub-delims.
        true
    default:
        false
    }
}

private func upperHexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "A") &+ (value &- 10)
}
