import Bytes
import Tables

/// Tells whether a datagram on a strange port may be CoAP.
public enum CoAPProbe {
    /// What a datagram may be.
    public enum Verdict: Sendable {
        /// Not CoAP, or CoAP that breaks the specification.
        case other
        /// Nothing in it speaks against CoAP. Proof is an answer: `CoAPAnalyzer.confirmsFlow`.
        case plausible
    }

    /// Strict: version 1, a token as announced, an assigned code that goes with the type, options that are known,
    /// within their bounds and in place, texts of printable UTF-8, a payload only behind its marker, and no broken
    /// statement.
    ///
    /// A token of more than 8 bytes (RFC 8974) is read on CoAP's own port alone.
    ///
    /// - Complexity: most other datagrams fall at the first two bytes; allocates nothing.
    public static func verdict(_ datagram: RawSpan) -> Verdict {
        guard datagram.byteCount >= 4, datagram.byte(at: 0) >> 6 == 1, datagram.byte(at: 0) & 15 <= 8 else {
            return .other
        }
        let code = CoAPCode(rawValue: datagram.byte(at: 1))
        guard code.name != nil, let message = CoAPMessage(datagram), message.violations.isEmpty,
            message.extensions.isEmpty
        else { return .other }
        if code.isRequest, let observe = message.observe, observe > 1 { return .other }
        return CoAPBoundary.hasPlausibleOptions(message, datagram) ? .plausible : .other
    }
}
