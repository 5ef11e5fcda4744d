/// Requests of a connection whose answers were not seen yet, in their order (RFC 9112, 9.3.2), two bits for each.
struct HTTPExchanges: Sendable {
    /// What has to be known of a request to understand its answer.
    enum Kind: UInt64, Sendable {
        case other, head, connect, upgrade
    }

    private var bits: UInt64 = 0
    private var count = 0
    /// Requests that did not upgrade the connection.
    private(set) var followed = 0

    /// Adds a request; `false` where too many wait.
    mutating func add(_ kind: Kind) -> Bool {
        guard count < 32 else { return false }
        bits |= kind.rawValue << UInt64(2 * count)
        count += 1
        return true
    }

    /// Takes the request that was made first; `nil` where none waits.
    mutating func takeFirst() -> Kind? {
        guard count > 0 else { return nil }
        let kind = Kind(rawValue: bits & 3)
        bits >>= 2
        count -= 1
        return kind
    }

    /// Counts a request that did not upgrade the connection.
    mutating func countFollowed() { followed += 1 }
}
