import Bytes
import Events

extension CoAPAnalyzer {
    /// Appends the values of a field of signals, connections or OSCORE.
    borrowing func read(_ field: CoAPStreamField, _ bytes: RawSpan, into values: inout FieldValues) {
        switch field {
        case .signal:
            if current.isStreamed, let name = current.code.signalName { values.append(text: name) }
        case .maxMessageSize: readUnsigned(.maxMessageSize, bytes, into: &values)
        case .blockWiseTransfer: readPresence(.blockWiseTransfer, bytes, into: &values)
        case .extendedTokenLength: readUnsigned(.extendedTokenLength, bytes, into: &values)
        case .custody:
            readPresence(.pingCustody, bytes, into: &values)
            readPresence(.pongCustody, bytes, into: &values)
        case .alternativeAddress: readAlternativeAddresses(bytes, into: &values)
        case .holdOff: readUnsigned(.holdOff, bytes, into: &values)
        case .badCSMOption: readUnsigned(.badCSMOption, bytes, into: &values)
        case .kid: if let kid = extra.oscore?.kid { values.append(message: kid) }
        case .kidContext: if let context = extra.oscore?.kidContext { values.append(message: context) }
        case .partialIV: if let value = extra.oscore?.partialIV { values.append(message: value) }
        case .midstream: if current.isStreamed { values.append(extra.isMidstream) }
        case .repeatedProtected: if let isRepeated = extra.repeatsProtected { values.append(isRepeated) }
        case .repeatedPartialIV: if let isRepeated = extra.repeatsPartialIV { values.append(isRepeated) }
        }
    }

    private borrowing func readUnsigned(
        _ option: CoAPSignalOption, _ bytes: RawSpan, into values: inout FieldValues
    ) {
        guard let value = current.first(signal: option, bytes)?.unsigned(bytes) else { return }
        values.append(value)
    }

    private borrowing func readPresence(
        _ option: CoAPSignalOption, _ bytes: RawSpan, into values: inout FieldValues
    ) {
        if current.first(signal: option, bytes) != nil { values.append(true) }
    }

    private borrowing func readAlternativeAddresses(_ bytes: RawSpan, into values: inout FieldValues) {
        guard current.code == .release, current.isStreamed else { return }
        var walk = CoAPOptionWalk(current.signalOptions)
        while case .option(let instance) = walk.next(bytes), instance.option.rawValue <= 2 {
            if CoAPSignalOption(.release, instance.option.rawValue) == .alternativeAddress {
                values.append(message: instance.value)
            }
        }
    }
}
