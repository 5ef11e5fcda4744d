import Bytes

/// Tells DTLS by its records, of which nothing else is read.
public enum DTLSRecord {
    /// Whether a datagram begins with a record whose header is in clear: RFC 6347, 4.1 (RFC 9147, 4, has it as well for
    /// what is not encrypted), and with a connection id RFC 9146, 4.
    ///
    /// The record has to end within the datagram. How long a connection id is only its owner knows: one has to exist with
    /// which the record ends where the datagram does, or where another record begins.
    public static func begins(_ datagram: RawSpan) -> Bool {
        guard datagram.byteCount >= 13, hasHeader(datagram, at: 0) else { return false }
        guard datagram.byte(at: 0) == connectionIDType else {
            return 13 &+ Int(datagram.uint16(at: 11)) <= datagram.byteCount
        }
        for length in 1...255 {
            guard datagram.byteCount >= 13 &+ length else { return false }
            let end = 13 &+ length &+ Int(datagram.uint16(at: 11 &+ length))
            if end == datagram.byteCount || hasHeader(datagram, at: end) { return true }
        }
        return false
    }

    /// Whether a datagram may be an encrypted record of DTLS 1.3: the unified header of RFC 9147, 4, `001CSLEE`.
    ///
    /// Three bits and perhaps a length tell it, which is nearly nothing: for flows to CoAP's port over DTLS only. A record
    /// has at least the 16 bytes that are encrypted together with its content (RFC 9147, 4.2.3), one of content, and its
    /// length, where it is given, ends with the datagram or in front of another such record.
    public static func mayBeUnified(_ datagram: RawSpan) -> Bool {
        guard datagram.byteCount >= 1 + 1 + 17, datagram.byte(at: 0) & 0xE0 == 0x20 else { return false }
        let first = datagram.byte(at: 0)
        let sequence = first & 8 != 0 ? 2 : 1
        guard first & 4 != 0 else { return datagram.byteCount >= 1 &+ sequence &+ 17 }
        for length in first & 0x10 != 0 ? 1...255 : 0...0 {
            let header = 1 &+ length &+ sequence &+ 2
            guard datagram.byteCount >= header &+ 17 else { return false }
            let count = Int(datagram.uint16(at: header &- 2))
            let end = header &+ count
            guard count >= 17, end <= datagram.byteCount else { continue }
            if end == datagram.byteCount || datagram.byte(at: end) & 0xE0 == 0x20 { return true }
        }
        return false
    }

    /// `tls12_cid`, RFC 9146, 4.
    private static let connectionIDType: UInt8 = 25

    /// A content type from change_cipher_spec (20) to ACK (26), and a version: DTLS 1.0 (0xFEFF), 1.2 (0xFEFD); 0xFEFE
    /// and 0xFEFC are versions that nobody should use.
    private static func hasHeader(_ bytes: RawSpan, at offset: Int) -> Bool {
        guard offset >= 0, offset <= bytes.byteCount &- 3 else { return false }
        return (20...26).contains(bytes.byte(at: offset)) && bytes.byte(at: offset &+ 1) == 0xFE
            && bytes.byte(at: offset &+ 2) >= 0xFC
    }
}
