import Bytes
import Events
import Tables

/// Finds a place in a stream of one direction where messages demonstrably begin: behind lost bytes, or in a connection
/// that began before the sensor.
///
/// A place proves itself by what follows: messages without any fault, each ending where the next one begins. Every
/// message counts for as many bits as chance would have to guess right; zeros and short numbers, of which other protocols
/// are full, count for next to nothing. A chain is believed from three messages on, or with fewer when they are worth
/// enough or end exactly where the bytes do.
public struct CoAPBoundary: Sendable {
    /// What the whole search may cost: bytes that are read as parts of messages.
    private var budget = 0
    /// Whether the first message of the proven chain that tells it was a request; `nil` where none told.
    public private(set) var sendsRequests: Bool?

    /// Whether nothing else says that the stream is CoAP.
    private let isGuess: Bool

    /// A search; as a guess it takes three messages that say something, whatever they are worth.
    public init(isGuess: Bool = false) { self.isGuess = isGuess }

    /// Messages that say something, without which nothing is proven.
    private var neededMessages: Int { isGuess ? 3 : 1 }

    /// Bits that prove a chain, at any of 65,536 places.
    private static let proof = 36
    /// Bits that prove a single message or two whose end is not that of the bytes.
    private static let strongProof = 56
    /// Bits that suffice for a chain that ends with the stream, when nothing else will come.
    private static let lastProof = 24
    /// Bits that a message is worth which is no chance right before others: more than a payload marker, less than a request
    /// with an option.
    private static let ownProof = 10
    /// Senders mostly begin a segment with a message, and end one with a message.
    private static let segmentBits = 8
    /// A message that is announced as longer is none.
    private static let longestMessage = 1 << 24
    /// Bytes of a message that are looked at for a proof: options are in front.
    private static let lookedAt = 2048

    /// Looks at all places in turn.
    ///
    /// - Parameters:
    ///   - bytes: consecutive bytes of one direction.
    ///   - startsSegment: whether the first byte began a segment.
    ///   - isLast: whether nothing follows.
    /// - Returns: where a message begins that is proven, or from where on one may begin: what lies before is none.
    /// - Complexity: linear in the bytes; what would cost more is given up.
    public mutating func find(_ bytes: RawSpan, startsSegment: Bool, isLast: Bool) -> BoundaryVerdict {
        budget = 4096 + bytes.byteCount * 16
        var firstOpen = bytes.byteCount
        for offset in 0..<bytes.byteCount where !CoAPTokenLength.isReserved(bytes.byte(at: offset) & 15) {
            switch chain(bytes, at: offset, startsSegment: startsSegment && offset == 0, isLast: isLast) {
            case .proven(let start): return .proven(start)
            case .open: firstOpen = min(firstOpen, offset)
            case .disproven: break
            }
            // Giving up means that nothing before this place is kept.
            if budget < 0 { return .open(bytes.byteCount) }
        }
        return .open(firstOpen)
    }

    /// Whether a side that begins with these bytes is proven by them alone: by more than a CSM.
    public mutating func isProvenBeginning(_ bytes: RawSpan) -> Bool {
        budget = 4096 + bytes.byteCount * 16
        return chain(bytes, at: 0, startsSegment: true, isLast: false, endBits: 0) == .proven(0)
    }

    private enum Chain: Equatable {
        /// Where its first message begins that is no chance.
        case proven(Int)
        case open, disproven
    }

    private mutating func chain(
        _ bytes: RawSpan, at start: Int, startsSegment: Bool, isLast: Bool, endBits: Int = segmentBits
    ) -> Chain {
        sendsRequests = nil
        var bits = startsSegment ? Self.segmentBits : 0
        var messages = 0
        var offset = start
        // The end of a message whose beginning is lost may look like a message of its own, and then ends where the next one
        // begins: that is no rare chance for one that counts for little. Those in front are left out, unless a segment
        // begins with them.
        var first = startsSegment ? start : nil
        while offset < bytes.byteCount {
            budget -= 8
            let rest = bytes.extracting(offset..<bytes.byteCount)
            switch CoAPFraming.frame(rest) {
            case .lost: return .disproven
            case .incomplete(let total):
                guard isPlausibleBeginning(rest, total: total) else { return .disproven }
                // Where nothing follows, what is cut off is no reason to give up what stands before it.
                return (messages >= 3 || isLast && !isGuess) && bits >= Self.proof ? .proven(first ?? start) : .open
            case .message(let length):
                guard length <= Self.longestMessage, let worth = worth(rest, length) else { return .disproven }
                bits += worth
                if worth >= 4 { messages += 1 }
                if worth >= Self.ownProof { first = first ?? offset }
                offset += length
                let isStrong = bits >= Self.strongProof && messages >= neededMessages
                if isStrong || messages >= 3 && bits >= Self.proof { return .proven(first ?? start) }
                // Zeros are Empty messages without end.
                if budget < 0 { return .disproven }
            }
        }
        bits += endBits
        return messages >= (endBits > 0 ? neededMessages : 2) && bits >= (isLast ? Self.lastProof : Self.proof)
            ? .proven(first ?? start) : .open
    }

    /// Whether the bytes that are there of a message speak against it.
    private mutating func isPlausibleBeginning(_ bytes: RawSpan, total: Int?) -> Bool {
        guard let total else { return true }
        return total <= Self.longestMessage && worth(bytes, total) != nil
    }

    /// The bits that a message at the beginning of `bytes` is worth; `nil` where anything is wrong with it.
    private mutating func worth(_ bytes: RawSpan, _ length: Int) -> Int? {
        let count = min(length, bytes.byteCount, Self.lookedAt)
        let head = bytes.extracting(0..<count)
        guard let message = CoAPMessage(streamed: head, wholeLength: length) else { return 0 }
        guard message.violations.isEmpty, message.extensions.isEmpty else { return nil }
        budget -= message.hasToken ? message.token.count + message.options.count + message.signalOptions.count : 0
        if message.code.isEmpty { return 0 }
        if message.code.isSignal { return worth(ofSignal: message, head) }
        guard Self.hasPlausibleOptions(message, head) else { return nil }
        if sendsRequests == nil { sendsRequests = message.code.isRequest }
        let isRequest = message.code.isRequest
        var bits = message.options.isEmpty ? 0 : isRequest ? 6 : 1
        var walk = CoAPOptionWalk(message.options)
        while case .option(let instance) = walk.next(head) {
            bits += isRequest ? 4 : 1
            // Letters in a response may be those of any text.
            if isRequest, instance.option.definition?.format == .string { bits += min(16, instance.value.count) }
        }
        // No text of UTF-8 holds the payload marker.
        if message.payloadLength > 0 { bits += 8 }
        if !message.token.isEmpty, bits > 0 { bits += 1 }
        return bits
    }

    private func worth(ofSignal message: CoAPMessage, _ bytes: RawSpan) -> Int? {
        var bits = message.code == .csm ? 12 : 8
        var walk = CoAPOptionWalk(message.signalOptions)
        while case .option(let instance) = walk.next(bytes) {
            guard CoAPSignalOption(message.code, instance.option.rawValue).definition != nil else { return nil }
            bits += 6
        }
        return bits
    }

    /// Whether a message has no option that an ordinary sender does not send.
    static func hasPlausibleOptions(_ message: CoAPMessage, _ bytes: RawSpan) -> Bool {
        if message.code.isRequest, let observe = message.observe, observe > 1 { return false }
        var walk = CoAPOptionWalk(message.options)
        while case .option(let instance) = walk.next(bytes) {
            guard let definition = instance.option.definition else {
                guard instance.option.isOneM2M else { return false }
                continue
            }
            if definition.format == .string, !UTF8Findings(bytes.slice(instance.value)).isEmpty { return false }
        }
        return true
    }
}
