import Bytes
import Events

/// Text that hostile bytes cannot use to move the cursor, begin a line, hide, or reorder what a terminal shows.
///
/// Shown escaped: C0 and DEL as `\xNN`; C1 (U+0080 to U+009F), format characters (bidirectional controls, zero-width
/// characters, U+FEFF), line and paragraph separators, everything else that is invisible by default, and code points that
/// are not assigned, as `\u{N}`. A backslash is doubled, so that text that looks like an escape cannot be taken for one.
/// Each byte that is not part of well-formed UTF-8 becomes U+FFFD.
///
/// - Parameters:
///   - bytes: the text, which may be anything.
///   - doublingBackslashes: `false` for text in which backslashes are doubled already, such as a group key.
/// - Returns: text that a terminal shows as it is.
public func terminalSafe(_ bytes: [UInt8], doublingBackslashes: Bool = true) -> String {
    guard !bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
        return String(decoding: bytes, as: UTF8.self)
    }
    var result = ""
    result.unicodeScalars.reserveCapacity(bytes.count)
    let repaired = repairedScalars(bytes)
    for scalar in repaired {
        if scalar == "\\", doublingBackslashes {
            result += "\\\\"
        } else if isTerminalSafe(scalar) {
            result.unicodeScalars.append(scalar)
        } else if scalar.value < 0x80 {
            result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        } else {
            result += "\\u{" + String(scalar.value, radix: 16) + "}"
        }
    }
    return result
}

/// The same, of text that is well-formed already.
public func terminalSafe(_ text: String, doublingBackslashes: Bool = true) -> String {
    terminalSafe(Array(text.utf8), doublingBackslashes: doublingBackslashes)
}

private func repairedScalars(_ bytes: [UInt8]) -> [Unicode.Scalar] {
    var well: [UInt8] = []
    well.reserveCapacity(bytes.count)
    var offset = 0
    while offset < bytes.count {
        let length = utf8SequenceLength(bytes.span.bytes, at: offset)
        if length == 0 {
            well += [0xEF, 0xBF, 0xBD]
        } else {
            well += bytes[offset..<(offset + length)]
        }
        offset += max(1, length)
    }
    return Array(String(decoding: well, as: UTF8.self).unicodeScalars)
}
