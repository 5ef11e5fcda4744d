import Bytes
import Tables

/// Keys of what streams, long tokens and OSCORE add to the directory.
extension ConversationHash {
    /// The key of an end on one connection: tokens mean nothing outside of it (RFC 8323, 3.3).
    func end(_ end: Hash128, on connection: CoAPConnectionID) -> Hash128 {
        key(.connection, end, end, UInt64(bitPattern: connection.rawValue), 0)
    }

    /// The key of a Ping, whose token the Pong repeats (RFC 8323, 5.4).
    func ping(from source: Hash128, to destination: Hash128, token: RawSpan) -> Hash128 {
        whole(token, key(.ping, source, destination, word(of: token), UInt64(token.byteCount)))
    }

    /// The key of a Partial IV that one end used towards another under `kid`, or under a token where a response has its
    /// own Partial IV (RFC 8613, 5).
    func partialIV(
        _ value: RawSpan, from source: Hash128, to destination: Hash128, kid: RawSpan, kidContext: RawSpan
    ) -> Hash128 {
        var state = key(.partialIV, source, destination, word(of: value), UInt64(value.byteCount))
        for part in 0..<2 {
            let bytes = part == 0 ? kid : kidContext
            add(word(of: bytes), UInt64(bytes.byteCount), to: &state)
            state = whole(bytes, state)
        }
        return state
    }

    /// Adds what stands behind the first eight bytes of a token (RFC 8974), eight by eight.
    func whole(_ token: RawSpan, _ key: Hash128) -> Hash128 {
        guard token.byteCount > 8 else { return key }
        var state = key
        var offset = 8
        while offset < token.byteCount {
            let count = min(8, token.byteCount &- offset)
            let rest = token.extracting(offset..<(offset &+ count))
            add(word(of: rest), UInt64(count), to: &state)
            offset &+= 8
        }
        return state
    }
}
