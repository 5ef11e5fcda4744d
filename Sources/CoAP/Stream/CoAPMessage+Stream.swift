import Bytes
import Tables

extension CoAPMessage {
    /// Dissects a message of a TCP stream or of a WebSocket (RFC 8323, 3.2 and 4.2) in one walk; `nil` where not even a
    /// code is there.
    ///
    /// - Parameters:
    ///   - bytes: the message from its first byte, or only its head where it was too long to hold.
    ///   - wholeLength: bytes of the whole message. What lies behind the head is not a violation.
    ///   - carrier: what carried it; not `.datagram`.
    /// - Complexity: linear in header and options; allocates nothing.
    public init?(streamed bytes: RawSpan, wholeLength: Int, carrier: CoAPCarrier = .stream) {
        guard bytes.byteCount >= 2 else { return nil }
        let nibble = carrier == .webSocket ? 0 : bytes.byte(at: 0) >> 4
        let codeOffset = nibble < 13 ? 1 : nibble == 15 ? 5 : Int(nibble &- 11)
        guard bytes.byteCount > codeOffset else { return nil }
        type = .confirmable
        messageID = 0
        code = CoAPCode(rawValue: bytes.byte(at: codeOffset))
        length = max(wholeLength, bytes.byteCount)
        self.carrier = carrier
        if carrier == .webSocket, bytes.byte(at: 0) >> 4 != 0 { extensions.insert(.webSocketLength) }
        let isCut = length > bytes.byteCount
        switch CoAPStreamHeader.read(bytes, carrier) {
        case .reserved: violations.insert(.tokenLengthReserved)
        case .incomplete: if !isCut { violations.insert(.tokenTruncated) }
        case .header(let header):
            if length &- header.tokenOffset < header.tokenLength {
                violations.insert(.tokenTruncated)
            } else if bytes.byteCount &- header.tokenOffset >= header.tokenLength {
                token = ByteRange(offset: header.tokenOffset, count: header.tokenLength)
                hasToken = true
            }
        }
        checkStreamCode()
        guard hasToken else { return }
        if code.isSignal { readSignalOptions(bytes, isCut: isCut) } else { readOptions(bytes, isCut: isCut) }
        guard !code.isSignal else { return }
        // A text that is cut may end within a character.
        if !payload.isEmpty, payload.count == payloadLength { checkPayload(bytes) }
        if mayHave(.oscore) { checkOSCORE(bytes) }
        checkBERT(bytes)
    }

    /// Whether the message came in a stream of messages: without version, type and message id.
    public var isStreamed: Bool { carrier != .datagram }

    /// Holds code and length against RFC 7252, 4.1 and 12.1, and RFC 8323, 5.1.
    private mutating func checkStreamCode() {
        switch code.class {
        case .empty:
            if !token.isEmpty { violations.insert(.emptyWithToken) }
            if length > (hasToken ? token.end : length) { violations.insert(.emptyWithData) }
        case .request: if code.methodName == nil { violations.insert(.methodUnassigned) }
        case .success, .clientError, .serverError: if code.name == nil { violations.insert(.responseUnassigned) }
        case .signal: if code.signalName == nil { extensions.insert(.signalUnassigned) }
        case .reserved: violations.insert(.codeClassReserved)
        }
    }

    /// A BERT block that is not the last carries whole blocks of 1024 bytes: RFC 8323, 6.
    private mutating func checkBERT(_ bytes: RawSpan) {
        guard code.isRequest || code.isResponse, !violations.isFatal else { return }
        let option = code.isRequest ? CoAPOption.block1 : .block2
        guard let instance = first(option, bytes), instance.value.count <= 3, let value = instance.unsigned(bytes)
        else { return }
        let block = CoAPBlock(value)
        guard block.isReservedSize, block.hasMore, !code.isError else { return }
        if payloadLength == 0 || payloadLength % 1024 != 0 { extensions.insert(.bertSize) }
    }
}
