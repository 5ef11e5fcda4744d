import Bytes

/// Where a message of HTTP/1.1 ends that does not upgrade its connection (RFC 9112, 6).
struct HTTPMessage {
    /// What stands behind a head.
    enum Body {
        case none
        case length(Int)
        case chunks
        /// All that comes until the connection ends.
        case untilClose
        /// A length that is none.
        case wrong
    }

    /// What the fields say.
    private(set) var body = Body.untilClose

    /// Reads a whole head.
    ///
    /// Chunks stand before a length (6.3).
    init(_ head: RawSpan) {
        var length: Int?
        var isWrong = false
        var isChunked = false
        HTTPHead.forEachField(head) { name, value in
            if HTTPHead.equals(head, name, "content-length") {
                let number = Self.decimal(head.slice(value))
                if number == nil || length != nil && length != number { isWrong = true }
                length = number
            } else if HTTPHead.equals(head, name, "transfer-encoding") {
                if HTTPHead.list(head, value, has: "chunked") { isChunked = true }
            }
        }
        if isChunked {
            body = .chunks
        } else if isWrong {
            body = .wrong
        } else if let length {
            body = length > 0 ? .length(length) : .none
        }
    }

    /// Whether a head begins with a line of a request: a method in capitals, and HTTP/1.0 or higher at the end.
    static func isRequest(_ head: RawSpan) -> Bool {
        let line = head.slice(HTTPHead.firstLine(head))
        guard line.byteCount >= 14, isCapital(line.byte(at: 0)) else { return false }
        return line.extracting((line.byteCount - 9)..<line.byteCount).starts(with: " HTTP/1.")
    }

    /// Whether the first bytes of a direction may be those of a head.
    static func mayBegin(_ bytes: RawSpan, isRequest: Bool) -> Bool {
        guard bytes.byteCount > 0 else { return true }
        if isRequest { return isCapital(bytes.byte(at: 0)) }
        return bytes.starts(with: "HTTP/1.") || isBeginning(bytes, of: "HTTP/1.")
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    private static func decimal(_ text: RawSpan) -> Int? {
        guard (1...15).contains(text.byteCount) else { return nil }
        var number = 0
        for offset in 0..<text.byteCount {
            let digit = Int(text.byte(at: offset)) - 0x30
            guard (0...9).contains(digit) else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// The size that a line before a chunk says, in hexadecimal digits (7.1); `nil` where it says none.
    static func chunkSize(_ line: RawSpan) -> Int? {
        var size = 0
        var digits = 0
        while digits < line.byteCount {
            let byte = line.byte(at: digits)
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return digits > 0 ? size : nil
            }
            guard digits < 15 else { return nil }
            size = size << 4 | Int(digit)
            digits += 1
        }
        return digits > 0 ? size : nil
    }
}
