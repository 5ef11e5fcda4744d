import Bytes
import Events
import Network
import Payload
import Tables

extension CoAPField {
    /// The fields that `CoAPAnalyzer.settled` stands for: all but those that differ from message to message.
    static let settledFields: [FieldID] =
        allCases.filter { field in
            switch field {
            case .mid, .token, .length, .observe, .etag, .payload, .payloadLength, .responseTime, .responses,
                .amplification, .pairAmplification, .pairBytes, .networkAmplification, .networkBytes, .observeCount,
                .head:
                false
            default: true
            }
        }.map(\.fieldID)
}

extension CoAPAnalyzer {
    /// Options whose values differ from message to message.
    private static var changing: UInt64 {
        CoAPMessage.presenceBit(.observe) | CoAPMessage.presenceBit(.etag)
    }

    /// A number for what the settled fields say of the current message; `nil` for a block, and for one that is odd in any way.
    public borrowing func settled(_ context: EventContext, message bytes: RawSpan) -> UInt64? {
        guard !current.isStreamed, current.violations.isEmpty, current.extensions.isEmpty, carrierViolations.isEmpty,
            context.anomalies.isEmpty, current.version == 1, state.block == nil, !current.isBlockwise,
            state.copies == 0, state.openUploads == 0, !state.differs, !state.isForeignRegistration,
            max(state.clientRate, state.serverRate) < MessageState.leastRate, state.observationEnd == nil,
            let finding = inspector.settledFinding
        else { return nil }
        if let format = current.first(.contentFormat, bytes)?.unsigned(bytes) {
            // What these hold is told by fields of their own.
            if format == UInt64(CoAPContentFormat.linkFormat.rawValue) || format == CoAPMessage.tlvFormat { return nil }
        }
        let hash = directory.hash
        var bits = UInt64(current.type.rawValue) | UInt64(current.code.rawValue) << 8
        bits |= state.isRetransmitted ? 1 << 16 : 0
        bits |= state.isUnwanted ? 1 << 17 : 0
        bits |= state.isMulticast ? 1 << 18 : 0
        bits |= state.isUnasked ? 1 << 19 : 0
        bits |= state.direction == .toServer ? 1 << 20 : 0
        bits |= UInt64(state.observation.rawValue) << 21
        bits |= (state.freshness.map { UInt64($0.rawValue) &+ 1 } ?? 0) << 23
        bits |= current.hasToken ? 1 << 27 : 0
        bits |= current.payload.isEmpty ? 0 : 1 << 28
        var number = bits ^ finding &* 0xC2B2_AE3D_27D4_EB4F
        if let slot = state.exchangeSlot {
            guard !directory.exchange(slot).flags.contains(.protected) else { return nil }
            directory.withPath(slot) { number = hash.hash($0, initial: number) }
            bits = UInt64(directory.exchange(slot).method.rawValue) | 1 << 8
        } else {
            bits = 0
        }
        number = hash.key(.settled, hash.end(context.source), hash.end(context.destination), number, bits).low
        if current.presence & Self.changing == 0 { return hash.hash(bytes.slice(current.options), initial: number) }
        var walk = CoAPOptionWalk(current.options)
        while case .option(let instance) = walk.next(bytes) {
            let isChanging = CoAPMessage.presenceBit(instance.option) & Self.changing != 0
            let value = isChanging ? ByteRange.empty : instance.value
            number = hash.hash(bytes.slice(value), initial: number &+ UInt64(instance.option.rawValue) << 32)
        }
        return number
    }
}
