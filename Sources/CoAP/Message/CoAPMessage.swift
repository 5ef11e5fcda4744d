import Bytes

/// A CoAP message over UDP (RFC 7252, 3) as integers and ranges over the datagram, which somebody else holds.
///
/// Options are not kept: a field that asks for one walks over `options` again.
public struct CoAPMessage: Hashable, Sendable {
    /// CON, NON, ACK or RST.
    public let type: CoAPType
    /// What is asked or answered.
    public let code: CoAPCode
    /// The message id.
    public let messageID: UInt16
    /// Octets of the whole message.
    public let length: Int
    /// The token; empty where its length is reserved or it runs past the datagram.
    public internal(set) var token = ByteRange.empty
    /// The options that could be read, encoded.
    public internal(set) var options = ByteRange.empty
    /// The payload behind the marker.
    public internal(set) var payload = ByteRange.empty
    /// What is wrong with the message by itself.
    public internal(set) var violations = CoAPViolations()
    /// The first Observe option's value, RFC 7641, 2; `nil` where there is none or it is too long.
    public internal(set) var observe: UInt32?
    /// Bit n stands for option n where n is less than 63, bit 63 for all others: tells absence without a walk.
    var presence: UInt64 = 0
    /// Whether the header was followed by a token that could be read, so that options could be looked for.
    public internal(set) var hasToken = false

    /// Dissects a datagram in one walk; `nil` where it is shorter than four octets or its version is not 1, which a
    /// receiver must ignore (RFC 7252, 3). Whatever else is wrong is told by `violations`.
    ///
    /// - Complexity: linear in header and options; allocates nothing.
    public init?(_ datagram: RawSpan) {
        guard datagram.byteCount >= 4, datagram.byte(at: 0) >> 6 == 1 else { return nil }
        let first = datagram.byte(at: 0)
        type = CoAPType(rawValue: first >> 4)
        code = CoAPCode(rawValue: datagram.byte(at: 1))
        messageID = datagram.uint16(at: 2)
        length = datagram.byteCount
        checkHeader(tokenLength: Int(first & 15))
        readToken(length: Int(first & 15))
        if hasToken { readOptions(datagram) }
        if !payload.isEmpty { checkPayload(datagram) }
    }

    /// The version, 1 for every message.
    public var version: UInt8 { 1 }

    /// Whether the message has an option of that number. False positives only beyond 62; a walk tells those.
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

    /// The first option of that number; `nil` where there is none. Options are in the order of their numbers.
    public func first(_ option: CoAPOption, _ bytes: RawSpan) -> CoAPOptionInstance? {
        guard mayHave(option) else { return nil }
        var walk = CoAPOptionWalk(options)
        while case .option(let instance) = walk.next(bytes) {
            if instance.option == option { return instance }
            if instance.option.rawValue > option.rawValue { return nil }
        }
        return nil
    }

    private mutating func readToken(length tokenLength: Int) {
        guard tokenLength <= 8 else { return violations.insert(.tokenLengthReserved) }
        guard length &- 4 >= tokenLength else { return violations.insert(.tokenTruncated) }
        token = ByteRange(offset: 4, count: tokenLength)
        hasToken = true
    }

    private mutating func readOptions(_ datagram: RawSpan) {
        let start = token.end
        var walk = CoAPOptionWalk(ByteRange(offset: start, count: length &- start))
        var checks = CoAPOptionChecks(code: code)
        reading: while true {
            switch walk.next(datagram) {
            case .option(let instance):
                presence |= Self.presenceBit(instance.option)
                checks.add(instance, datagram, &violations)
            case .marker:
                payload = ByteRange(offset: walk.position &+ 1, count: length &- walk.position &- 1)
                if payload.isEmpty { violations.insert(.payloadMissing) }
                break reading
            case .end:
                break reading
            case .fault(let violation):
                violations.insert(violation)
                break reading
            }
        }
        options = ByteRange(offset: start, count: walk.position &- start)
        observe = checks.observe
        if !violations.isFatal { checks.finish(presence, payloadLength: payload.count, &violations) }
    }
}
