import Bytes

/// Heads that are too long to hold.
extension HTTPHead {
    /// Bytes that stay of the beginning and of the end of a first line, and of the beginning of a field that goes on.
    private static var kept: Int { 64 }

    /// What is needed of the beginning of a head: its first line without the middle, the fields that are read, and the
    /// line that is not whole.
    ///
    /// A head that goes on behind it says the same as the one it was made from.
    ///
    /// - Complexity: linear in the bytes.
    static func condensed(_ head: RawSpan) -> [UInt8] {
        var result: [UInt8] = []
        var start = 0
        var isNeeded = true
        let nothing: [UInt8] = [0x2D, 0x3A, 0x0D, 0x0A]
        while start < head.byteCount {
            var end = start
            while end < head.byteCount, head.byte(at: end) != UInt8(ascii: "\n") { end += 1 }
            let isWhole = end < head.byteCount
            if isWhole { end += 1 }
            let line = head.extracting(start..<end)
            if start == 0 {
                shorten(line, to: &result)
            } else {
                let isFolded = line.byte(at: 0) == UInt8(ascii: " ") || line.byte(at: 0) == UInt8(ascii: "\t")
                if !isFolded { isNeeded = isRead(line) }
                if isNeeded {
                    result.append(copying: line)
                } else if !isWhole {
                    // The field that it goes on with is gone, and it must not go on with another one.
                    if isFolded { result.append(copying: nothing.span.bytes) }
                    // Its name has to stay for as long as it is not known where it ends.
                    result.append(copying: line.slice(ByteRange(offset: 0, count: kept)))
                }
            }
            if isWhole, end == head.byteCount, !isNeeded { result.append(copying: nothing.span.bytes) }
            start = end
        }
        return result
    }

    private static func shorten(_ line: RawSpan, to result: inout [UInt8]) {
        guard line.byteCount > 4 * kept else { return result.append(copying: line) }
        result.append(copying: line.extracting(0..<kept))
        result.append(copying: line.extracting((line.byteCount - kept)..<line.byteCount))
    }

    /// Whether a line is that of a field that is read, or too short to tell.
    private static func isRead(_ line: RawSpan) -> Bool {
        var end = 0
        while end < line.byteCount, line.byte(at: end) != UInt8(ascii: ":") { end += 1 }
        guard end < line.byteCount else { return line.byteCount < kept }
        let name = trimmed(line, 0..<end)
        return equals(line, name, "upgrade") || equals(line, name, "connection") || equals(line, name, "host")
            || equals(line, name, "sec-websocket-key") || equals(line, name, "sec-websocket-version")
            || equals(line, name, "sec-websocket-accept") || equals(line, name, "sec-websocket-protocol")
            || equals(line, name, "sec-websocket-extensions") || equals(line, name, "content-length")
            || equals(line, name, "transfer-encoding")
    }
}
