import Bytes
import Network

/// The header of the PROXY protocol, by which a proxy tells whom it speaks for: `proxy-protocol.txt` of HAProxy, version 1
/// (2.1) and 2 (2.2).
public struct ProxyHeader: Hashable, Sendable {
    /// How many bytes the header has, TLVs included; not all of these need have come.
    public let count: Int
    /// The end that the proxy speaks for; `nil` where the header says none: UNKNOWN, LOCAL, other families, or a text that is
    /// no address.
    public let source: Endpoint?

    /// What there is at the beginning of a stream.
    public enum Reading: Hashable, Sendable {
        /// A header.
        case header(ProxyHeader)
        /// More bytes are needed.
        case needMore
        /// No header that a receiver may accept.
        case wrong
    }

    /// What version 2 begins with.
    static let signature: InlineArray<12, UInt8> = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
    /// The most bytes of a line of version 1, its CRLF included.
    static let longestLine = 107

    /// Reads the header that bytes begin with.
    public static func read(_ bytes: RawSpan) -> Reading {
        switch bytes.match("PROXY ") {
        case .whole: return readLine(bytes)
        case .beginning: return .needMore
        case .none: return readBinary(bytes)
        }
    }

    private static func readLine(_ bytes: RawSpan) -> Reading {
        let limit = min(bytes.byteCount, longestLine)
        var end = 0
        while end < limit, bytes.byte(at: end) != 0x0A { end += 1 }
        guard end < limit else { return limit < longestLine ? .needMore : .wrong }
        guard bytes.byte(at: end - 1) == 0x0D else { return .wrong }
        return .header(Self(count: end + 1, source: source(ofLine: bytes.extracting(0..<end - 1))))
    }

    /// The source that a line names: `PROXY TCP4 source destination port port`.
    ///
    /// A line that does not name it as it should frames what follows it all the same: who accepts it goes on behind it.
    private static func source(ofLine line: RawSpan) -> Endpoint? {
        let text = String(copying: line)
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 6, words[1] == "TCP4" || words[1] == "TCP6", let source = IPAddress(words[2]),
            let destination = IPAddress(words[3]), let port = port(words[4]), Self.port(words[5]) != nil,
            source.isIPv4 == (words[1] == "TCP4"), destination.isIPv4 == source.isIPv4
        else { return nil }
        return Endpoint(source, port)
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.count == 1 || text.utf8.first != 0x30
        else { return nil }
        return UInt16(text)
    }

    private static func readBinary(_ bytes: RawSpan) -> Reading {
        for index in 0..<min(bytes.byteCount, 12) where bytes.byte(at: index) != signature[index] { return .wrong }
        guard bytes.byteCount >= 16 else { return .needMore }
        let (version, command) = (bytes.byte(at: 12) >> 4, bytes.byte(at: 12) & 15)
        guard version == 2, command <= 1 else { return .wrong }
        let length = Int(bytes.uint16(at: 14))
        // LOCAL: whatever addresses follow are not meant.
        guard command == 1 else { return .header(Self(count: 16 + length, source: nil)) }
        switch bytes.byte(at: 13) {
        case 0x11:
            guard length >= 12 else { return .wrong }
            guard bytes.byteCount >= 28 else { return .needMore }
            let source = Endpoint(IPAddress(v4: bytes, at: 16), bytes.uint16(at: 24))
            return .header(Self(count: 16 + length, source: source))
        case 0x21:
            guard length >= 36 else { return .wrong }
            guard bytes.byteCount >= 52 else { return .needMore }
            let source = Endpoint(IPAddress(v6: bytes, at: 16), bytes.uint16(at: 48))
            return .header(Self(count: 16 + length, source: source))
        default: return .header(Self(count: 16 + length, source: nil))
        }
    }
}
