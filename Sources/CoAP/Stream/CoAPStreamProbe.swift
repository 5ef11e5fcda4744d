import Bytes
import Events
import Tables

/// Tells CoAP over TCP by content, whatever the port.
public enum CoAPStreamProbe {
    /// Whether bytes are the beginning of one side of a directory.
    public enum Verdict: Hashable, Sendable {
        /// A message with which a side begins.
        case beginning
        /// That is possible still; more bytes decide.
        case needMore
        /// Not the beginning of such a side.
        case no
    }

    /// Bytes of the longest CSM that is believed on a strange port: three known options take 16.
    private static let longestCapabilities = 64
    /// Bytes of a longer message after which its rest is not waited for.
    private static let longestHead = 1024

    /// Judges the first bytes of one direction.
    ///
    /// Allocates nothing.
    ///
    /// On a strange port each side has to begin with a CSM (RFC 8323, 5.3) without token and payload, whose options are
    /// all known, within their bounds and not repeated. The shortest such CSM has two bytes, so that one side alone
    /// proves nothing: both have to pass, or more has to follow that `CoAPBoundary` believes.
    ///
    /// - Parameters:
    ///   - bytes: the first bytes of one side.
    ///   - isOwnPort: whether one end is on CoAP's port, where any CSM that can be read is believed, and a request without
    ///     a fault as well, or several that end where the bytes do: a side that begins so breaks RFC 8323, 5.3, and is
    ///     worth a look.
    /// - Returns: whether the side may be CoAP, is not, or has not said enough.
    public static func verdict(_ bytes: RawSpan, isOwnPort: Bool = false) -> Verdict {
        guard bytes.byteCount > 0 else { return .needMore }
        guard let code = code(bytes) else {
            let tokenNibble = bytes.byte(at: 0) & 15
            if CoAPTokenLength.isReserved(tokenNibble) { return .no }
            return isOwnPort || tokenNibble == 0 && bytes.byte(at: 0) >> 4 <= 13 ? .needMore : .no
        }
        guard code == .csm || isOwnPort && code.isRequest else { return .no }
        if code != .csm { return message(bytes) }
        switch CoAPFraming.frame(bytes) {
        case .lost: return .no
        case .incomplete(let total):
            guard let total else { return isOwnPort ? .needMore : .no }
            guard isOwnPort || total <= longestCapabilities, isCapabilities(bytes, total, isOwnPort) else { return .no }
            return bytes.byteCount < longestHead ? .needMore : .beginning
        case .message(let length):
            guard isOwnPort || length <= longestCapabilities else { return .no }
            return isCapabilities(bytes.extracting(0..<length), length, isOwnPort) ? .beginning : .no
        }
    }

    /// Judges the first bytes of the end that answers one whose messages are believed: it may begin with a CSM, or with
    /// messages without a fault that end where the bytes do.
    public static func answer(_ bytes: RawSpan) -> Verdict {
        guard bytes.byteCount > 0 else { return .needMore }
        if CoAPTokenLength.isReserved(bytes.byte(at: 0) & 15) { return .no }
        guard let code = code(bytes) else { return .needMore }
        return code == .csm ? verdict(bytes, isOwnPort: true) : message(bytes)
    }

    /// Judges bytes that do not begin with a CSM: they have to be messages without a fault.
    private static func message(_ bytes: RawSpan) -> Verdict {
        var offset = 0
        while offset < bytes.byteCount {
            let rest = bytes.extracting(offset..<bytes.byteCount)
            switch CoAPFraming.frame(rest) {
            case .lost: return .no
            case .incomplete(let total):
                // Of the first message more may come; what only begins behind it is not waited for.
                guard offset == 0 else { return .no }
                guard let total else { return .needMore }
                guard isFaultless(rest, total) else { return .no }
                return bytes.byteCount < longestHead ? .needMore : .beginning
            case .message(let length):
                guard isFaultless(rest.extracting(0..<length), length) else { return .no }
                offset += length
            }
        }
        return .beginning
    }

    /// The code, where it is there to be read.
    private static func code(_ bytes: RawSpan) -> CoAPCode? {
        let nibble = bytes.byte(at: 0) >> 4
        let offset = nibble < 13 ? 1 : nibble == 15 ? 5 : Int(nibble &- 11)
        return bytes.byteCount > offset ? CoAPCode(rawValue: bytes.byte(at: offset)) : nil
    }

    /// Zeros are Empty messages without end, and of other protocols as well.
    private static func isFaultless(_ bytes: RawSpan, _ total: Int) -> Bool {
        guard let message = CoAPMessage(streamed: bytes, wholeLength: total), !message.code.isEmpty else {
            return false
        }
        return message.violations.isEmpty && message.extensions.isEmpty
            && CoAPBoundary.hasPlausibleOptions(message, bytes)
    }

    private static func isCapabilities(_ bytes: RawSpan, _ total: Int, _ isOwnPort: Bool) -> Bool {
        guard let message = CoAPMessage(streamed: bytes, wholeLength: total) else { return false }
        if isOwnPort { return !message.violations.isFatal }
        guard message.violations.isEmpty, message.extensions.isEmpty, message.token.isEmpty,
            bytes.byte(at: 0) & 15 == 0, message.payloadLength == 0
        else { return false }
        var walk = CoAPOptionWalk(message.signalOptions)
        while case .option(let instance) = walk.next(bytes) {
            let option = CoAPSignalOption(.csm, instance.option.rawValue)
            guard option.definition != nil, !option.isOSCORE else { return false }
        }
        return true
    }
}
