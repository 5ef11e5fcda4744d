import Bytes
import Tables

/// The value of an OSCORE option (RFC 8613, 6.1) as ranges over the message, which somebody else holds.
///
/// What is encrypted stays closed: this is what anybody on the way can see.
public struct OSCOREOption: Hashable, Sendable {
    /// The Partial IV, 1 to 5 bytes; `nil` where there is none.
    public private(set) var partialIV: ByteRange?
    /// The context of the key identifier; `nil` where there is none.
    public private(set) var kidContext: ByteRange?
    /// The identifier of the sender's key, which may be empty; `nil` where there is none.
    public private(set) var kid: ByteRange?
    /// What is wrong with the value by itself.
    public private(set) var violations = CoAPExtensionViolations()

    /// Takes a value apart; never outside of `bytes`, whatever the range is.
    ///
    /// - Complexity: constant; allocates nothing.
    public init(_ value: ByteRange, _ bytes: RawSpan) {
        if let violation = read(value, bytes) { violations.insert(violation) }
    }

    /// Reads part after part; returns what keeps it from reading on.
    private mutating func read(_ value: ByteRange, _ bytes: RawSpan) -> CoAPExtensionViolation? {
        let end = min(value.end, bytes.byteCount)
        guard value.offset < end else { return nil }
        let flags = bytes.byte(at: value.offset)
        var position = value.offset &+ 1
        if flags == 0 { violations.insert(.oscoreZeroFlags) }
        // The sixth bit is that of Group OSCORE, which is no RFC: to whoever knows RFC 8613 alone it is reserved.
        if flags & 0xE0 != 0 { violations.insert(.oscoreFlagsReserved) }
        let length = Int(flags & 7)
        guard length <= 5 else { return .oscorePartialIVReserved }
        guard end &- position >= length else { return .oscoreTruncated }
        if length > 0 {
            partialIV = ByteRange(offset: position, count: length)
            if length > 1, bytes.byte(at: position) == 0 { violations.insert(.oscorePartialIVNotMinimal) }
            position &+= length
        }
        if flags & 0x10 != 0 {
            guard end &- position >= 1 else { return .oscoreTruncated }
            let count = Int(bytes.byte(at: position))
            position &+= 1
            guard end &- position >= count else { return .oscoreTruncated }
            kidContext = ByteRange(offset: position, count: count)
            position &+= count
        }
        if flags & 8 != 0 {
            kid = ByteRange(offset: position, count: end &- position)
            return nil
        }
        return position < end ? .oscoreTrailing : nil
    }
}

extension CoAPMessage {
    /// The OSCORE option of a message or signal; `nil` where there is none.
    public func oscore(_ bytes: RawSpan) -> OSCOREOption? {
        let instance =
            code.isSignal && isStreamed
            ? first(signal: CoAPSignalOption(code, CoAPOption.oscore.rawValue), bytes) : first(.oscore, bytes)
        return instance.map { OSCOREOption($0.value, bytes) }
    }

    /// Holds a message with an OSCORE option against RFC 8613, 2, 4.2, 5 and 6.1.
    mutating func checkOSCORE(_ bytes: RawSpan) {
        guard let option = oscore(bytes) else { return }
        extensions.formUnion(option.violations)
        if payloadLength == 0, !violations.isFatal { extensions.insert(.oscoreWithoutPayload) }
        switch code {
        case .post, .fetch:
            if option.violations.isEmpty, option.partialIV == nil || option.kid == nil {
                extensions.insert(.oscoreRequestIncomplete)
            }
        case .changed, .content: break
        default: if !code.isSignal { extensions.insert(.oscoreOuterCode) }
        }
    }
}
