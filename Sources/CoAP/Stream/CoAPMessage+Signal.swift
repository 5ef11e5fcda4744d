import Bytes
import Events
import Tables

/// The options of signals, whose numbers mean something else under each code: RFC 8323, 5.2.
extension CoAPMessage {
    /// Reads options and payload of a signal, and holds them against RFC 8323, 5.1 to 5.6.
    mutating func readSignalOptions(_ bytes: RawSpan, isCut: Bool) {
        let start = token.end
        var walk = CoAPOptionWalk(ByteRange(offset: start, count: length &- start))
        var previous: UInt16?
        reading: while true {
            switch walk.next(bytes) {
            case .option(let instance):
                checkSignalOption(instance, isRepeated: instance.option.rawValue == previous)
                previous = instance.option.rawValue
            case .marker:
                readPayload(at: walk.position &+ 1, bytes)
                break reading
            case .end: break reading
            case .fault(let violation):
                if !(isCut && violation == .optionTruncated) { violations.insert(violation) }
                break reading
            }
        }
        signalOptions = ByteRange(offset: start, count: walk.position &- start)
        if first(signal: CoAPSignalOption(code, CoAPOption.oscore.rawValue), bytes) != nil {
            checkOSCORE(bytes)
        } else if payload.count == payloadLength, UTF8Findings(bytes.slice(payload)).contains(.illFormed) {
            extensions.insert(.signalDiagnosticNotUTF8)
        }
    }

    private mutating func checkSignalOption(_ instance: CoAPOptionInstance, isRepeated: Bool) {
        let option = CoAPSignalOption(code, instance.option.rawValue)
        guard let definition = option.definition else {
            if option.isCritical { extensions.insert(.signalOptionUnrecognised) }
            return
        }
        if isRepeated, !definition.isRepeatable { extensions.insert(.signalOptionRepeated) }
        if !definition.allows(length: instance.value.count) { extensions.insert(.signalOptionLength) }
    }

    /// The first option of that number in a signal of that code; `nil` where there is none.
    public func first(signal option: CoAPSignalOption, _ bytes: RawSpan) -> CoAPOptionInstance? {
        guard code == option.code, !signalOptions.isEmpty else { return nil }
        var walk = CoAPOptionWalk(signalOptions)
        while case .option(let instance) = walk.next(bytes), instance.option.rawValue <= option.number {
            if instance.option.rawValue == option.number { return instance }
        }
        return nil
    }

    /// The value of an option of a signal as a `uint`; `nil` where there is none, or none within its bounds.
    func unsigned(signal option: CoAPSignalOption, _ bytes: RawSpan) -> UInt64? {
        guard let instance = first(signal: option, bytes),
            option.definition?.allows(length: instance.value.count) == true
        else { return nil }
        return instance.unsigned(bytes)
    }
}

extension CoAPMessage {
    /// Appends the number of each option of a signal that is not in the table, once each.
    func readUnknownSignalOptions(_ bytes: RawSpan, into values: inout FieldValues) {
        var walk = CoAPOptionWalk(signalOptions)
        var previous: UInt16?
        while case .option(let instance) = walk.next(bytes) {
            let number = instance.option.rawValue
            if number != previous, CoAPSignalOption(code, number).definition == nil { values.append(number) }
            previous = number
        }
    }
}
