import Bytes
import Tables

/// A CoAP message over UDP (RFC 7252, 3) or in a stream (RFC 8323, 3.2) as integers and ranges over the bytes, which
/// somebody else holds.
///
/// Options are not kept: a field that asks for one walks over `options` again.
public struct CoAPMessage: Hashable, Sendable {
    /// The version; 1 for every message but those that are told for another.
    public internal(set) var version: UInt8 = 1
    /// CON, NON, ACK or RST; means nothing in a stream.
    public let type: CoAPType
    /// What is asked or answered.
    public let code: CoAPCode
    /// The message id; means nothing in a stream.
    public let messageID: UInt16
    /// Bytes of the whole message.
    public let length: Int
    /// The token; empty where its length is reserved or it runs past the datagram.
    public internal(set) var token = ByteRange.empty
    /// The options that could be read, encoded.
    public internal(set) var options = ByteRange.empty
    /// The payload behind the marker, as far as it is there.
    public internal(set) var payload = ByteRange.empty
    /// Bytes of the whole payload.
    public internal(set) var payloadLength = 0
    /// Whether all of the payload is there.
    var isWhole: Bool { payload.count == payloadLength }
    /// The options of a signal (RFC 8323, 5.2), encoded, which are none of `options`.
    public internal(set) var signalOptions = ByteRange.empty
    /// What carried the message.
    public internal(set) var carrier = CoAPCarrier.datagram
    /// What is wrong with the message by itself.
    public internal(set) var violations = CoAPViolations()
    /// The same by the specifications of streams, long tokens and OSCORE; in a stream also against what was said before.
    public internal(set) var extensions = CoAPExtensionViolations()
    /// The first Observe option's value, RFC 7641, 2; `nil` where there is none or it is too long.
    public internal(set) var observe: UInt32?
    /// Bit n stands for option n where n is less than 63, bit 63 for all others: tells absence without a walk.
    var presence: UInt64 = 0
    /// Whether the header was followed by a token that could be read, so that options could be looked for.
    public internal(set) var hasToken = false

    /// Dissects a datagram in one walk; `nil` where it is shorter than four bytes or its version is not 1, which a
    /// receiver must ignore (RFC 7252, 3).
    ///
    /// Whatever else is wrong is told by `violations`.
    ///
    /// - Complexity: linear in header and options; allocates nothing.
    public init?(_ datagram: RawSpan) {
        guard datagram.byteCount >= 4, datagram.byte(at: 0) >> 6 == 1 else { return nil }
        self.init(ofAnyVersion: datagram)
    }

    /// Reads a datagram of four bytes or more as if it were of version 1.
    private init(ofAnyVersion datagram: RawSpan) {
        let first = datagram.byte(at: 0)
        version = first >> 6
        type = CoAPType(rawValue: first >> 4)
        code = CoAPCode(rawValue: datagram.byte(at: 1))
        messageID = datagram.uint16(at: 2)
        length = datagram.byteCount
        checkHeader(tokenLength: Int(first & 15))
        readToken(datagram, nibble: first & 15)
        if hasToken { readOptions(datagram) }
        if !payload.isEmpty { checkPayload(datagram) }
        if mayHave(.oscore) { checkOSCORE(datagram) }
    }

    /// Reads a datagram of another version as if it were of version 1; `nil` where anything else is wrong with it: then it is
    /// another protocol.
    ///
    /// Only a message that would be flawless is taken for one: what an attacker changed is its version.
    init?(ofOtherVersion datagram: RawSpan) {
        guard datagram.byteCount >= 4, datagram.byte(at: 0) >> 6 != 1 else { return nil }
        let message = CoAPMessage(ofAnyVersion: datagram)
        guard message.violations.isEmpty, message.extensions.isEmpty,
            message.code.isRequest || message.code.isResponse, message.presence & Self.unknownBit == 0
        else { return nil }
        self = message
        violations.insert(.versionUnknown)
    }

    /// The bit of `presence` for options beyond 62, which no message of every day has.
    private static let unknownBit: UInt64 = 1 << 63

    /// Whether the message has an option of that number.
    ///
    /// False positives only beyond 62; a walk tells those.
    func mayHave(_ option: CoAPOption) -> Bool { presence & Self.presenceBit(option) != 0 }

    static func presenceBit(_ option: CoAPOption) -> UInt64 { 1 << UInt64(min(option.rawValue, 63)) }

    /// The bits of Block1, Block2, Q-Block1 and Q-Block2.
    static let blockBits: UInt64 = 1 << 19 | 1 << 23 | 1 << 27 | 1 << 31

    /// Whether the message belongs to a body in blocks.
    var isBlockwise: Bool { presence & Self.blockBits != 0 }

    /// A Block option that is not too long; `nil` where there is none.
    func block(_ option: CoAPOption, _ bytes: RawSpan) -> CoAPBlock? {
        guard let instance = first(option, bytes), instance.value.count <= 3, let value = instance.unsigned(bytes)
        else { return nil }
        return CoAPBlock(value)
    }

    /// The block of the body that the payload is: of a request Block1 or Q-Block1, of a response Block2 or Q-Block2.
    func payloadBlock(_ bytes: RawSpan) -> CoAPBlock? {
        if code.isRequest { return block(.block1, bytes) ?? block(.qBlock1, bytes) }
        return block(.block2, bytes) ?? block(.qBlock2, bytes)
    }

    /// The first option of that number; `nil` where there is none.
    ///
    /// Options are in the order of their numbers.
    public func first(_ option: CoAPOption, _ bytes: RawSpan) -> CoAPOptionInstance? {
        guard mayHave(option) else { return nil }
        var walk = CoAPOptionWalk(options)
        while case .option(let instance) = walk.next(bytes) {
            if instance.option == option { return instance }
            if instance.option.rawValue > option.rawValue { return nil }
        }
        return nil
    }

    /// Reads the token; one of more than 12 bytes has its length in front of it (RFC 8974, 2.1).
    private mutating func readToken(_ datagram: RawSpan, nibble: UInt8) {
        guard !CoAPTokenLength.isReserved(nibble) else { return violations.insert(.tokenLengthReserved) }
        guard let tokenLength = CoAPTokenLength(nibble: nibble, datagram, at: 4, end: length),
            length &- 4 &- tokenLength.extraBytes >= tokenLength.value
        else { return violations.insert(.tokenTruncated) }
        token = ByteRange(offset: 4 &+ tokenLength.extraBytes, count: tokenLength.value)
        hasToken = true
    }

    /// Reads the payload, of which a message that is only held in part has not all.
    mutating func readPayload(at start: Int, _ bytes: RawSpan) {
        payloadLength = max(0, length &- start)
        payload = ByteRange(offset: start, count: max(0, min(length, bytes.byteCount) &- start))
        if payloadLength == 0 { violations.insert(.payloadMissing) }
    }

    /// Reads options and payload.
    ///
    /// `isCut` says that `bytes` are only the head of the message.
    mutating func readOptions(_ bytes: RawSpan, isCut: Bool = false) {
        let start = token.end
        var walk = CoAPOptionWalk(ByteRange(offset: start, count: length &- start))
        var checks = CoAPOptionChecks(code: code, isStreamed: isStreamed)
        reading: while true {
            switch walk.next(bytes) {
            case .option(let instance):
                presence |= Self.presenceBit(instance.option)
                checks.add(instance, bytes, &violations)
            case .marker:
                readPayload(at: walk.position &+ 1, bytes)
                break reading
            case .end:
                break reading
            case .fault(let violation):
                if !(isCut && violation == .optionTruncated) { violations.insert(violation) }
                break reading
            }
        }
        options = ByteRange(offset: start, count: walk.position &- start)
        observe = checks.observe
        let isWhole = !isCut || payloadLength > 0
        if !violations.isFatal, isWhole { checks.finish(presence, payloadLength: payloadLength, &violations) }
    }
}
