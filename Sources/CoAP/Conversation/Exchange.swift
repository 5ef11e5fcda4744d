import Network

/// What is remembered of a request until its answers are no longer expected.
struct Exchange: Sendable {
    /// When the request was first seen.
    var started: Timestamp
    /// When a message of the exchange was last seen.
    var lastSeen: Timestamp
    /// Octets of the request, all copies of it.
    var requestOctets: UInt64
    /// Octets that the server sent back: acknowledgements, responses, notifications, all copies of them.
    var responseOctets: UInt64 = 0
    /// The message id of the request.
    var messageID: UInt16
    /// The method of the request.
    var method: CoAPCode
    /// How many octets of the path are kept in the arena.
    var pathLength: UInt16 = 0
    /// Whether the client asked to be notified, and neither end has ended it (RFC 7641, 3.1 and 3.6).
    var isObserved: Bool

    /// Octets back over octets there.
    var amplification: Double {
        requestOctets == 0 ? 0 : Double(responseOctets) / Double(requestOctets)
    }
}

/// What is remembered of a message, to know its copies and what answers it.
struct MessageRecord: Sendable {
    /// When the first copy was seen.
    var firstSeen: Timestamp
    /// The type, which a copy shares.
    var type: CoAPType
    /// Which way it went.
    var isToServer: Bool
    /// Whether it carried a request.
    var isRequest: Bool
    /// Whether it carried a response to a known request.
    var isMatchedResponse: Bool
    /// The exchange that it belongs to, where `isRequest` or `isMatchedResponse`.
    var exchange: HashedKey
}

extension Timestamp {
    /// Whether more than `seconds` lie between two points of capture time, in whichever order they were seen: captures
    /// step back.
    func isApart(from other: Timestamp, seconds: Int64) -> Bool {
        let difference = nanoseconds(since: other).magnitude
        return difference / 1_000_000_000 >= UInt64(max(0, seconds))
    }
}
