import Bytes
import Tables

/// What is passed over of HTTP on the way to an upgrade.
extension WebSocketTable {
    enum Passing {
        /// A part was taken; the phase may be another one.
        case goesOn
        /// The rest has to come.
        case waits
        /// It is not HTTP.
        case wrong
    }

    /// Bytes of a line before a chunk, or of one field behind the last.
    private static var longestLine: Int { 8192 }

    /// Passes over bytes of a body.
    func passBody(_ stream: inout WebSocketStream, _ rest: RawSpan, _ taken: inout Int) -> Passing {
        let count = min(rest.byteCount, stream.remaining)
        taken += count
        stream.remaining -= count
        if stream.remaining > 0 { return .waits }
        stream.phase = stream.isChunked ? .chunk : .head
        return .goesOn
    }

    /// Takes a line before a chunk, or of the trailer (RFC 9112, 7.1).
    ///
    /// The empty line behind a chunk is passed over.
    func passLine(_ stream: inout WebSocketStream, _ rest: RawSpan, _ taken: inout Int) -> Passing {
        var end = min(stream.searched, rest.byteCount)
        while end < rest.byteCount, rest.byte(at: end) != UInt8(ascii: "\n") { end += 1 }
        guard end < rest.byteCount else {
            stream.searched = end
            return end > Self.longestLine ? .wrong : .waits
        }
        stream.searched = 0
        taken += end + 1
        let isEmpty = end == 0 || end == 1 && rest.byte(at: 0) == UInt8(ascii: "\r")
        if stream.phase == .trailer {
            if isEmpty { stream.phase = .head }
            return .goesOn
        }
        if isEmpty { return .goesOn }
        guard let size = HTTPMessage.chunkSize(rest.extracting(0..<end)) else { return .wrong }
        if size == 0 {
            stream.phase = .trailer
        } else {
            stream.phase = .body
            stream.remaining = size
            stream.isChunked = true
        }
        return .goesOn
    }

    /// Counts what comes on a connection before an upgrade is asked for; `false` where it is too much.
    mutating func countPlain(_ index: Int, _ stream: WebSocketStream, _ count: Int) -> Bool {
        guard stream.phase == .head || connections[index].isPlain else { return true }
        connections[index].plainBytes += count
        guard connections[index].plainBytes > limits.httpBytes else { return true }
        counters.searchesGivenUp &+= 1
        return false
    }

    /// Makes a head shorter that is too long to hold; `false` where it stays too long.
    mutating func condense(_ buffer: inout [UInt8], _ stream: inout WebSocketStream) -> Bool {
        guard stream.phase == .head, buffer.count >= limits.headBytes else { return true }
        buffer = HTTPHead.condensed(buffer.span.bytes)
        stream.searched = 0
        // The end of a head is an empty line behind another one: the search has to know where the last begins.
        _ = HTTPHead.length(buffer.span.bytes, from: &stream.searched)
        if buffer.count < limits.headBytes { return true }
        counters.searchesGivenUp &+= 1
        return false
    }
}
