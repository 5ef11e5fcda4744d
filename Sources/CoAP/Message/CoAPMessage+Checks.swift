import Bytes
import Tables

extension CoAPMessage {
    /// Holds type, code and length against RFC 7252, 3 to 4.3 (table 1) and 12.1.
    mutating func checkHeader(tokenLength: Int) {
        switch code.class {
        case .empty:
            if tokenLength > 0 { violations.insert(.emptyWithToken) }
            if length > 4 { violations.insert(.emptyWithData) }
            if type == .nonConfirmable { violations.insert(.nonConfirmableEmpty) }
        case .request:
            if type == .acknowledgement { violations.insert(.acknowledgementWithRequest) }
            if code.methodName == nil { violations.insert(.methodUnassigned) }
        case .success, .clientError, .serverError:
            if code.name == nil { violations.insert(.responseUnassigned) }
        case .signal, .reserved:
            violations.insert(.codeClassReserved)
        }
        if type == .reset, !code.isEmpty { violations.insert(.resetNotEmpty) }
    }

    /// Holds a payload against its code: RFC 7252, 5.5 and 5.5.2.
    mutating func checkPayload(_ datagram: RawSpan) {
        guard !code.isEmpty else { return }
        if !code.mayCarryPayload { violations.insert(.payloadOutOfPlace) }
        guard code.isError, !mayHave(.contentFormat), !mayHave(.oscore) else { return }
        if UTF8Findings(datagram.slice(payload)).contains(.illFormed) { violations.insert(.diagnosticNotUTF8) }
    }

    /// Holds a message against the address that it goes to: RFC 7252, 8.1 and 8.2.1.
    mutating func checkMulticast() {
        guard code.isRequest else { return }
        if type == .confirmable { violations.insert(.multicastConfirmable) }
        if code == .get, mayHave(.etag) { violations.insert(.multicastGetWithETag) }
    }
}

/// What is kept of the options while they are read, to hold them against each other.
struct CoAPOptionChecks {
    private let code: CoAPCode
    private var previous: CoAPOption?
    private(set) var observe: UInt32?
    private var block1: CoAPBlock?
    private var block2: CoAPBlock?
    private var qBlock1: CoAPBlock?
    private var qBlock2: CoAPBlock?
    private var size1: UInt64?
    private var size2: UInt64?

    /// Whether a size exponent of 7 stands for BERT (RFC 8323, 6).
    private let isStreamed: Bool

    init(code: CoAPCode, isStreamed: Bool = false) {
        self.code = code
        self.isStreamed = isStreamed
    }

    /// Holds an option against its definition: RFC 7252, 5.4 and 5.10.
    mutating func add(_ instance: CoAPOptionInstance, _ bytes: RawSpan, _ violations: inout CoAPViolations) {
        let option = instance.option
        let isRepeated = option == previous
        previous = option
        guard let definition = option.definition else { return addUnknown(option, &violations) }
        if isRepeated {
            if !definition.isRepeatable { violations.insert(.optionRepeated) }
            if option == .etag, code.isResponse { violations.insert(.etagRepeatedInResponse) }
        }
        if code.isRequest && definition.usage == .responses || code.isResponse && definition.usage == .requests {
            violations.insert(.optionOutOfPlace)
        }
        guard definition.allows(length: instance.value.count) else { return violations.insert(.optionLength) }
        switch definition.format {
        case .string: addString(instance, bytes, &violations)
        case .uint: if !isRepeated { addUnsigned(instance, bytes, &violations) }
        case .empty, .opaque: break
        }
    }

    private func addUnknown(_ option: CoAPOption, _ violations: inout CoAPViolations) {
        if option.rawValue == 0 { violations.insert(.optionNumberReserved) }
        if option.isExperimental { violations.insert(.optionExperimental) }
        guard code.isRequest, option.isCritical, !option.isOneM2M else { return }
        violations.insert(.criticalOptionUnrecognised)
    }

    private func addString(_ instance: CoAPOptionInstance, _ bytes: RawSpan, _ violations: inout CoAPViolations) {
        let value = bytes.slice(instance.value)
        if UTF8Findings(value).contains(.illFormed) { violations.insert(.stringNotUTF8) }
        guard value.byteCount == 1 || value.byteCount == 2, value.byte(at: 0) == UInt8(ascii: "."),
            value.byte(at: value.byteCount &- 1) == UInt8(ascii: ".")
        else { return }
        if instance.option == .uriPath { violations.insert(.dotSegmentInPath) }
        if instance.option == .locationPath { violations.insert(.dotSegmentInLocation) }
    }

    private mutating func addUnsigned(
        _ instance: CoAPOptionInstance, _ bytes: RawSpan, _ violations: inout CoAPViolations
    ) {
        guard let value = instance.unsigned(bytes) else { return }
        switch instance.option {
        case .observe: return addObserve(value, &violations)
        case .hopLimit: return value == 0 ? violations.insert(.hopLimitZero) : ()
        case .size1: return size1 = value
        case .size2: return size2 = value
        case .block1: block1 = CoAPBlock(value)
        case .block2: block2 = CoAPBlock(value)
        case .qBlock1: qBlock1 = CoAPBlock(value)
        case .qBlock2: qBlock2 = CoAPBlock(value)
        default: return
        }
        if CoAPBlock(value).isReservedSize, !isStreamed { violations.insert(.blockSizeReserved) }
    }

    /// Observe is for GET (RFC 7641, 2) and FETCH (RFC 8132, 2.4), to register or deregister.
    private mutating func addObserve(_ value: UInt64, _ violations: inout CoAPViolations) {
        observe = UInt32(truncatingIfNeeded: value)
        guard code.isRequest else { return }
        if code != .get, code != .fetch { return violations.insert(.observeOutOfPlace) }
        if value > 1 { violations.insert(.observeValue) }
    }

    /// Holds the options against each other and against the payload: RFC 7252, 5.10.2, and RFC 7959, 2.2 and 2.3.
    func finish(_ presence: UInt64, payloadLength: Int, _ violations: inout CoAPViolations) {
        let uriOptions =
            CoAPMessage.presenceBit(.uriHost) | CoAPMessage.presenceBit(.uriPort) | CoAPMessage.presenceBit(.uriPath)
            | CoAPMessage.presenceBit(.uriQuery)
        if presence & CoAPMessage.presenceBit(.proxyURI) != 0, presence & uriOptions != 0 {
            violations.insert(.proxyURIWithURIOptions)
        }
        if code == .valid, presence & CoAPMessage.presenceBit(.etag) == 0 { violations.insert(.validWithoutETag) }
        guard presence & CoAPMessage.blockBits != 0 else { return }
        if code.isRequest {
            if block2?.hasMore == true { violations.insert(.blockMoreInRequest) }
            checkSize(block1 ?? qBlock1, payloadLength, &violations)
        } else if code.isResponse {
            if block1?.hasMore == true, block2 != nil { violations.insert(.block2BesidePartialBlock1) }
            if !code.isError { checkSize(block2 ?? qBlock2, payloadLength, &violations) }
        }
        checkQBlocks(presence, &violations)
    }

    /// A block that describes this message's payload must be as long as it says, unless it is the last one, whose length
    /// its size exponent does not govern.
    private func checkSize(_ block: CoAPBlock?, _ payloadLength: Int, _ violations: inout CoAPViolations) {
        guard let block, !block.isReservedSize else { return }
        if block.hasMore, payloadLength != block.size { violations.insert(.blockSizeMismatch) }
    }

    /// RFC 9177, 4.1, 4.3 and 4.6.
    ///
    /// Request-Tag shares its bit of `presence` with other options: a bit too many is no harm.
    private func checkQBlocks(_ presence: UInt64, _ violations: inout CoAPViolations) {
        guard qBlock1 != nil || qBlock2 != nil else { return }
        if block1 != nil || block2 != nil { violations.insert(.qBlockBesideBlock) }
        if code.isRequest { checkEnd(qBlock1, size1, &violations) }
        if code.isResponse, !code.isError { checkEnd(qBlock2, size2, &violations) }
        guard code.isRequest, qBlock1 != nil else { return }
        let hasTag = presence & CoAPMessage.presenceBit(.requestTag) != 0
        if !hasTag || size1 == nil { violations.insert(.qBlock1WithoutTagOrSize) }
    }

    /// With Q-Blocks the size is exact (RFC 9177, 4.6); with Blocks it is an estimate, which ends nothing (RFC 7959, 4).
    private func checkEnd(_ block: CoAPBlock?, _ bodySize: UInt64?, _ violations: inout CoAPViolations) {
        guard let block, !block.isReservedSize, let bodySize, block.number > 0 else { return }
        if UInt64(block.offset) >= bodySize { violations.insert(.qBlockBeyondSize) }
    }
}
