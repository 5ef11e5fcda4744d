import Bytes

/// Values of LwM2M in the TLV format (OMA Lightweight M2M 1.0, 6.4.3).
extension CoAPMessage {
    /// Content-Format application/vnd.oma.lwm2m+tlv (IANA, CoAP Content-Formats).
    static let tlvFormat: UInt64 = 11_542
    /// Objects lie in objects: an object instance holds resources, which hold instances.
    private static let deepest = 4

    /// Whether a length in a payload of TLV runs past what holds it; `nil` where the payload is none, or not all of it is here.
    func tlvOverruns(_ bytes: RawSpan) -> Bool? {
        guard !payload.isEmpty, isWhole, !isBlockwise,
            first(.contentFormat, bytes)?.unsigned(bytes) == Self.tlvFormat
        else { return nil }
        return !Self.fits(bytes.slice(payload), depth: 0)
    }

    /// Whether entries fill a range to its end.
    private static func fits(_ bytes: RawSpan, depth: Int) -> Bool {
        var offset = 0
        while offset < bytes.byteCount {
            let type = bytes.byte(at: offset)
            let identifierBytes = type & 0x20 == 0 ? 1 : 2
            let lengthBytes = Int(type >> 3 & 3)
            let start = offset &+ 1 &+ identifierBytes &+ lengthBytes
            guard start <= bytes.byteCount else { return false }
            var length = Int(type & 7)
            if lengthBytes > 0 {
                length = 0
                for place in 0..<lengthBytes {
                    length = length << 8 | Int(bytes.byte(at: offset &+ 1 &+ identifierBytes &+ place))
                }
            }
            guard length <= bytes.byteCount &- start else { return false }
            // Object instances (0) and resources of several instances (2) hold others.
            if type >> 6 & 1 == 0, depth < deepest {
                guard fits(bytes.slice(ByteRange(offset: start, count: length)), depth: depth &+ 1) else {
                    return false
                }
            }
            offset = start &+ length
        }
        return true
    }
}
