import Bytes

extension CoAPMessage {
    /// Whether the message names a resource: a request whose options could be looked for.
    var namesResource: Bool { code.isRequest && hasToken }

    /// Appends the path of the request URI as RFC 7252, 6.5 (steps 6 and 7) composes it: each Uri-Path behind a
    /// slash, percent-encoded but for unreserved characters, sub-delims, `:` and `@`; `/` where there is none.
    func writePath(_ bytes: RawSpan, to text: inout [UInt8]) {
        let start = text.count
        var walk = CoAPOptionWalk(options)
        while case .option(let instance) = walk.next(bytes), instance.option.rawValue <= CoAPOption.uriPath.rawValue {
            guard instance.option == .uriPath else { continue }
            text.append(UInt8(ascii: "/"))
            for offset in instance.value.offset..<instance.value.end {
                let byte = bytes.byte(at: offset)
                if isPathCharacter(byte) {
                    text.append(byte)
                } else {
                    text.append(UInt8(ascii: "%"))
                    text.append(upperHexDigit(byte >> 4))
                    text.append(upperHexDigit(byte & 15))
                }
            }
        }
        if text.count == start { text.append(UInt8(ascii: "/")) }
    }

    /// Writes the same path to `room` bytes (8 or more) of `arena` from `start` on.
    ///
    /// One that does not fit is cut before a character and ends in `…`, which no path holds otherwise.
    ///
    /// - Returns: bytes written, and whether the path was cut.
    func writePath(
        _ bytes: RawSpan, to arena: inout MutableSpan<UInt8>, at start: Int, room: Int
    ) -> (length: Int, isCut: Bool) {
        let end = start &+ room
        var position = start
        /// How far the path may reach with `…` behind it.
        var cut = start
        var walk = CoAPOptionWalk(options)
        while case .option(let instance) = walk.next(bytes), instance.option.rawValue <= CoAPOption.uriPath.rawValue {
            guard instance.option == .uriPath else { continue }
            guard put(UInt8(ascii: "/"), true, &arena, &position, end, &cut) else {
                return (endCut(&arena, cut) &- start, true)
            }
            for offset in instance.value.offset..<instance.value.end {
                let byte = bytes.byte(at: offset)
                guard put(byte, isPathCharacter(byte), &arena, &position, end, &cut) else {
                    return (endCut(&arena, cut) &- start, true)
                }
            }
        }
        if position == start { _ = put(UInt8(ascii: "/"), true, &arena, &position, end, &cut) }
        return (position &- start, false)
    }
}

/// Writes a character as it is or percent-encoded; false where it does not fit.
@inline(__always)
private func put(
    _ byte: UInt8, _ isPlain: Bool, _ arena: inout MutableSpan<UInt8>, _ position: inout Int, _ end: Int,
    _ cut: inout Int
) -> Bool {
    let width = isPlain ? 1 : 3
    guard end &- position >= width else { return false }
    if isPlain {
        arena[position] = byte
    } else {
        arena[position] = UInt8(ascii: "%")
        arena[position &+ 1] = upperHexDigit(byte >> 4)
        arena[position &+ 2] = upperHexDigit(byte & 15)
    }
    position &+= width
    if end &- position >= 3 { cut = position }
    return true
}

/// Writes `…` (U+2026) and returns where it ends.
private func endCut(_ arena: inout MutableSpan<UInt8>, _ position: Int) -> Int {
    arena[position] = 0xE2
    arena[position &+ 1] = 0x80
    arena[position &+ 2] = 0xA6
    return position &+ 3
}

/// `pchar` of RFC 3986, 3.3, without percent-encodings: unreserved characters, sub-delims, `:` and `@`.
private func isPathCharacter(_ byte: UInt8) -> Bool {
    // A bit for each character: `!`, `$`, `&'()*+,-.`, `0` to `9`, `:`, `;`, `=`; `@`, `A` to `Z`, `_`, `a` to `z`, `~`.
    let low: UInt64 = 0x2FFF_7FD2_0000_0000
    let high: UInt64 = 0x47FF_FFFE_87FF_FFFF
    return byte < 128 && (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 != 0
}

private func upperHexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "A") &+ (value &- 10)
}
