/// The UDP ports that are registered for CoAP (RFC 7252, 12.6 and 12.7).
public enum CoAPPort {
    /// CoAP in clear.
    public static let coap: UInt16 = 5683
    /// CoAP over DTLS.
    public static let coaps: UInt16 = 5684

    /// Whether a port is one of them.
    static func isKnown(_ port: UInt16) -> Bool { port == coap || port == coaps }
}
