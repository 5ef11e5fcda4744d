import Bytes
import Network

/// Whether the first bytes that an end sends begin what only a proxy understands.
///
/// Only for bytes that are known to be the first: in the middle of a stream they may be anything.
public enum ProxyProbe: Hashable, Sendable {
    /// They are the hand-shake of a proxy, sent by its client.
    case found(ProxyLayer)
    /// They are the preface of an HTTP/2 connection (RFC 9113, 3.4).
    case http2
    /// They may yet become one of these.
    case needMore
    /// Something else.
    case no

    /// Judges the first bytes.
    ///
    /// Allocates nothing; one comparison for what no proxy understands.
    public init(_ bytes: RawSpan) {
        self = .no
        guard bytes.byteCount > 0 else { return }
        switch bytes.byte(at: 0) {
        case UInt8(ascii: "C"): take(bytes, "CONNECT ", .found(.httpConnect))
        case UInt8(ascii: "P"):
            take(bytes, "PROXY ", .found(.proxyProtocol))
            take(bytes, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .http2)
        case 0x0D: takeSignature(bytes)
        case 4: takeVersion(bytes, second: 1...1)
        // More methods than there are in the registry of RFC 1928 nobody offers.
        case 5: takeVersion(bytes, second: 1...16)
        default: break
        }
    }

    private mutating func take(_ bytes: RawSpan, _ text: StaticString, _ verdict: ProxyProbe) {
        guard self == .no else { return }
        switch bytes.match(text) {
        case .whole: self = verdict
        case .beginning: self = .needMore
        case .none: break
        }
    }

    private mutating func takeSignature(_ bytes: RawSpan) {
        for index in 0..<min(bytes.byteCount, ProxyHeader.signature.count)
        where bytes.byte(at: index) != ProxyHeader.signature[index] { return }
        self = bytes.byteCount < ProxyHeader.signature.count ? .needMore : .found(.proxyProtocol)
    }

    private mutating func takeVersion(_ bytes: RawSpan, second: ClosedRange<UInt8>) {
        guard bytes.byteCount > 1 else { return self = .needMore }
        if second.contains(bytes.byte(at: 1)) { self = .found(.socks) }
    }
}

extension RawSpan {
    enum Match { case whole, beginning, none }

    /// Whether the bytes begin with a text, or are the beginning of it.
    func match(_ text: StaticString) -> Match {
        text.withUTF8Buffer { expected in
            for index in 0..<Swift.min(byteCount, expected.count) where byte(at: index) != expected[index] {
                return .none
            }
            return byteCount < expected.count ? .beginning : .whole
        }
    }
}
