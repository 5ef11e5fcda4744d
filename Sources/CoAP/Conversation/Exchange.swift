import Network
import Tables

/// What is remembered of a request until its answers are no longer expected.
struct Exchange: Sendable {
    /// When the request was first seen.
    var started: Timestamp
    /// When a message of the exchange was last seen.
    var lastSeen: Timestamp
    /// Bytes that the server sent back: acknowledgements, responses, notifications, all copies of them.
    var responseBytes: UInt64 = 0
    /// A hash of what is asked for: path, query, and what else tells resources apart; 0 where bodies are not followed.
    var resource: UInt64 = 0
    /// Bytes of the request, all copies of it; clamped.
    private(set) var requestBytes: UInt32 = 0
    /// The block that the request asks for in Block2; `asksNoBlock` where it asks for none.
    private var asked = Self.asksNoBlock
    /// The message id of the request.
    var messageID: UInt16
    /// How many bytes of the path are kept in the arena.
    var pathLength: UInt16 = 0
    /// The method of the request.
    var method: CoAPCode
    /// How many responses came so far, copies aside; stays at 255.
    private(set) var responses: UInt8 = 0
    /// How many copies of the request came after the first; stays at 255.
    private(set) var requestCopies: UInt8 = 0
    /// How many answers to them said what the one before had said; stays at 255.
    private(set) var answerCopies: UInt8 = 0
    /// A sum over what the latest response said; 0 where that tells no copy.
    private var answer: UInt32 = 0
    /// The value of No-Response (RFC 7967, 2.1), a bit for each class that the client does not want.
    var unwanted: UInt8 = 0
    /// What is true of the exchange.
    var flags: Flags = []

    /// What may be true of an exchange.
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8

        /// The client asked to be notified, and neither end has ended it (RFC 7641, 3.1 and 3.6).
        static let observed = Flags(rawValue: 1)
        /// The request went to a group.
        static let multicast = Flags(rawValue: 2)
        /// It is part of a body in blocks.
        static let blockwise = Flags(rawValue: 4)
        /// The request was non-confirmable: nobody can tell for how long an answer is awaited.
        static let nonConfirmable = Flags(rawValue: 64)
        /// Another request had the token before, so that a separate response may be one to that.
        static let tokenUsedBefore = Flags(rawValue: 8)
        /// The request before it under the same token asked for blocks of a size.
        static let sizeAskedBefore = Flags(rawValue: 32)
        /// The server was heard under this token: what it sends can be seen.
        static let serverHeard = Flags(rawValue: 16)
        /// The request was protected by OSCORE.
        static let protected = Flags(rawValue: 128)
    }

    private static var asksNoBlock: UInt32 { .max }

    init(started: Timestamp, messageID: UInt16, method: CoAPCode) {
        self.started = started
        lastSeen = started
        self.messageID = messageID
        self.method = method
    }

    /// Whether it is to be remembered as an observation.
    var isObserved: Bool {
        get { flags.contains(.observed) }
        set { if newValue { flags.insert(.observed) } else { flags.remove(.observed) } }
    }

    /// The block that the request asks for in Block2; `nil` where it asks for none.
    var askedBlock: CoAPBlock? {
        get { asked == Self.asksNoBlock ? nil : CoAPBlock(UInt64(asked)) }
        set { asked = newValue.map { $0.number << 4 | UInt32($0.sizeExponent) } ?? Self.asksNoBlock }
    }

    /// Counts a copy of the request.
    mutating func addRequest(bytes: Int) {
        let (sum, overflow) = requestBytes.addingReportingOverflow(UInt32(clamping: bytes))
        requestBytes = overflow ? .max : sum
    }

    /// Counts a response; one that was sent again, `isCopy`, by its bytes alone.
    mutating func addResponse(bytes: Int, isCopy: Bool) {
        responseBytes &+= UInt64(bytes)
        if !isCopy, responses < .max { responses += 1 }
    }

    /// Notes a copy of the request.
    mutating func addRequestCopy() { if requestCopies < .max { requestCopies += 1 } }

    /// Notes what a response says; gives whether it answers a copy of the request in the same words.
    ///
    /// A server that keeps no record of message ids answers each copy anew (RFC 7252, 4.5), in a message of its own.
    mutating func repeatsAnswer(_ sum: UInt32) -> Bool {
        let isRepeated = requestCopies > 0 && sum != 0 && sum == answer
        answer = sum
        if isRepeated, answerCopies < .max { answerCopies += 1 }
        return isRepeated
    }

    /// Whether the client said that it wants no response of this class (RFC 7967, 2.1): 2 for 2.xx, 8 for 4.xx, 16 for
    /// 5.xx.
    func isUnwanted(_ code: CoAPCode) -> Bool {
        let number = code.classNumber
        return unwanted != 0 && number > 0 && unwanted >> (number &- 1) & 1 != 0
    }

    /// Bytes back over bytes there.
    var amplification: Double {
        requestBytes == 0 ? 0 : Double(responseBytes) / Double(requestBytes)
    }
}

/// What is remembered of a message, to know its copies and what answers it.
struct MessageRecord: Sendable {
    /// When the first copy was seen.
    var firstSeen: Timestamp
    /// A sum over the bytes, by which a copy is told from another message with the same id; 0 where copies may differ.
    var print: UInt32
    /// The type, which a copy shares.
    var type: CoAPType
    /// How many copies came after the first; stays at 255.
    var copies: UInt8 = 0
    /// Which way it went, and whether it carried a request or a response to a known one.
    var flags: Flags = []
    /// The exchange that it belongs to, where it carried a request or a response to a known one.
    var exchange: Hash128

    /// What may be true of a message.
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8

        static let toServer = Flags(rawValue: 1)
        static let request = Flags(rawValue: 2)
        static let matchedResponse = Flags(rawValue: 4)
        static let multicast = Flags(rawValue: 8)
    }

    /// Whether it carried a request.
    var isRequest: Bool { flags.contains(.request) }
    /// Whether it carried a response to a known request.
    var isMatchedResponse: Bool { flags.contains(.matchedResponse) }
}

extension Timestamp {
    /// Whether more than `seconds` lie between two points of capture time, in whichever order they were seen: captures
    /// step back.
    func isApart(from other: Timestamp, seconds: Int64) -> Bool {
        let difference = nanoseconds(since: other).magnitude
        return difference / 1_000_000_000 >= UInt64(max(0, seconds))
    }
}
