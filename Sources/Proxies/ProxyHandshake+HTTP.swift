import Bytes

/// The method CONNECT (RFC 9110, 9.3.6) over HTTP/1.1 (RFC 9112).
extension ProxyHandshake {
    /// Bytes of a head that are held: as much as common proxies take.
    private static var longestHead: Int { 16_384 }
    /// Bytes of a line before a chunk, or behind the last one, that are held.
    private static var longestLine: Int { 512 }

    mutating func takeHTTP(_ bytes: RawSpan) -> ProxyStep {
        switch phase {
        case .httpRequest: return takeRequest(bytes)
        case .httpAnswer: return takeAnswer(bytes)
        case .httpBody: return pass(bytes, then: .httpAgain)
        case .httpChunkSize: return takeChunkSize(bytes)
        // The data with the CRLF behind it.
        case .httpChunk: return pass(bytes, then: .httpChunkSize)
        case .httpTrailer: return takeTrailer(bytes)
        case .httpAgain:
            // Servers pass over empty lines before a request (RFC 9112, 2.2).
            if bytes.byte(at: 0) == 0x0D || bytes.byte(at: 0) == 0x0A { return .used(1) }
            switch bytes.match("CONNECT ") {
            case .whole: return go(to: .httpRequest, behind: 0)
            case .beginning: return .needMore
            case .none: return .left
            }
        default: return .other
        }
    }

    private mutating func takeRequest(_ bytes: RawSpan) -> ProxyStep {
        guard let length = headLength(bytes) else { return bytes.byteCount > Self.longestHead ? .other : .needMore }
        let line = firstLine(bytes)
        guard line.byteCount >= 18, line.extracting((line.byteCount - 9)..<line.byteCount).starts(with: " HTTP/1.")
        else { return .other }
        return go(to: .httpAnswer, behind: length)
    }

    private mutating func takeAnswer(_ bytes: RawSpan) -> ProxyStep {
        guard bytes.match("HTTP/1.") != .none else { return .other }
        guard let length = headLength(bytes) else { return bytes.byteCount > Self.longestHead ? .refused : .needMore }
        guard let status = status(bytes) else { return .other }
        switch status {
        // An interim answer, behind which another one comes (RFC 9110, 15.2); 101 is none to CONNECT.
        case 100, 102..<200: return go(to: .httpAnswer, behind: length)
        // Whatever length it says, no body follows (9.3.6).
        case 200..<300: return .open(length)
        default: return refuse(bytes.extracting(0..<length), status)
        }
    }

    /// Goes on behind a refusal: a client may ask again on the same connection, with a password for example.
    private mutating func refuse(_ head: RawSpan, _ status: Int) -> ProxyStep {
        refusals += 1
        guard refusals < Self.tries else { return .refused }
        if status == 204 || status == 304 { return go(to: .httpAgain, behind: head.byteCount) }
        var length: Int?
        var isChunked = false
        var start = 0
        while start < head.byteCount {
            var end = start
            while end < head.byteCount, head.byte(at: end) != 0x0A { end += 1 }
            let line = head.extracting(start..<end)
            if let value = value(of: "content-length:", line) {
                guard let number = decimal(value), length == nil || length == number else { return .refused }
                length = number
            } else if let value = value(of: "transfer-encoding:", line) {
                guard isWord(value, "chunked") else { return .refused }
                isChunked = true
            }
            start = end + 1
        }
        if isChunked { return go(to: .httpChunkSize, behind: head.byteCount) }
        // Without a length the body ends with the connection (RFC 9112, 6.3).
        guard let length else { return .refused }
        remaining = length
        return go(to: length == 0 ? .httpAgain : .httpBody, behind: head.byteCount)
    }

    private mutating func pass(_ bytes: RawSpan, then next: Phase) -> ProxyStep {
        let passed = min(remaining, bytes.byteCount)
        remaining -= passed
        return remaining == 0 ? go(to: next, behind: passed) : .used(passed)
    }

    /// A line with the size of a chunk in hexadecimal digits (RFC 9112, 7.1).
    private mutating func takeChunkSize(_ bytes: RawSpan) -> ProxyStep {
        guard let end = lineEnd(bytes) else { return bytes.byteCount > Self.longestLine ? .refused : .needMore }
        var size = 0
        var digits = 0
        while digits < end, let digit = hexadecimal(bytes.byte(at: digits)) {
            guard digits < 7 else { return .refused }
            size = size << 4 | digit
            digits += 1
        }
        guard digits > 0 else { return .refused }
        guard size > 0 else { return go(to: .httpTrailer, behind: end) }
        remaining = size + 2
        return go(to: .httpChunk, behind: end)
    }

    /// Lines up to an empty one.
    private mutating func takeTrailer(_ bytes: RawSpan) -> ProxyStep {
        guard let end = lineEnd(bytes) else { return bytes.byteCount > Self.longestLine ? .refused : .needMore }
        let isEmpty = end == 1 || end == 2 && bytes.byte(at: 0) == 0x0D
        return go(to: isEmpty ? .httpAgain : .httpTrailer, behind: end)
    }

    /// The length of the head with its empty line; `nil` where that has not come.
    private mutating func headLength(_ bytes: RawSpan) -> Int? {
        var offset = searched
        while offset < bytes.byteCount {
            if bytes.byte(at: offset) == 0x0A {
                let length = offset - searched
                if searched > 0, length == 0 || length == 1 && bytes.byte(at: searched) == 0x0D { return offset + 1 }
                searched = offset + 1
            }
            offset += 1
        }
        return nil
    }

    /// The offset behind the first line.
    private func lineEnd(_ bytes: RawSpan) -> Int? {
        for offset in 0..<bytes.byteCount where bytes.byte(at: offset) == 0x0A { return offset + 1 }
        return nil
    }

    @_lifetime(copy bytes)
    private func firstLine(_ bytes: RawSpan) -> RawSpan {
        var end = (lineEnd(bytes) ?? bytes.byteCount + 1) - 1
        if end > 0, bytes.byte(at: end - 1) == 0x0D { end -= 1 }
        return bytes.extracting(0..<end)
    }

    /// The status of an answer: `HTTP/1.1 200`.
    private func status(_ head: RawSpan) -> Int? {
        guard head.byteCount >= 12, head.byte(at: 8) == 0x20 else { return nil }
        return decimal(head.extracting(9..<12))
    }

    /// The value of a field, without the space around it; `nil` for another one.
    ///
    /// `name` is in lower case, with the colon.
    @_lifetime(copy line)
    private func value(of name: StaticString, _ line: RawSpan) -> RawSpan? {
        let count = name.utf8CodeUnitCount
        guard line.byteCount >= count, isWord(line.extracting(0..<count), name) else { return nil }
        var (start, end) = (count, line.byteCount)
        while start < end, line.byte(at: start) <= 0x20 { start += 1 }
        while end > start, line.byte(at: end - 1) <= 0x20 { end -= 1 }
        return line.extracting(start..<end)
    }

    /// Whether bytes are a word, compared without case; `word` is in lower case.
    private func isWord(_ bytes: RawSpan, _ word: StaticString) -> Bool {
        word.withUTF8Buffer { expected in
            guard bytes.byteCount == expected.count else { return false }
            for index in 0..<expected.count {
                let byte = bytes.byte(at: index)
                guard ((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) == expected[index] else { return false }
            }
            return true
        }
    }

    private func decimal(_ text: RawSpan) -> Int? {
        guard (1...9).contains(text.byteCount) else { return nil }
        var number = 0
        for offset in 0..<text.byteCount {
            guard (0x30...0x39).contains(text.byte(at: offset)) else { return nil }
            number = number * 10 + Int(text.byte(at: offset)) - 0x30
        }
        return number
    }

    private func hexadecimal(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: nil
        }
    }
}
