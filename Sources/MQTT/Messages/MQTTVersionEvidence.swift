import Bytes

/// What speaks for 5.0 in the PUBLISH packets of a session whose CONNECT was not seen: behind each topic a block of
/// properties that can be read to its end, of such as a PUBLISH may have, with values that they may have (MQTT 5.0, 3.3.2.3).
///
/// Every such packet counts for about as many bits as the first bytes of a payload of 3.x would have to guess right.
struct MQTTVersionEvidence: Hashable {
    private var bits: UInt8 = 0

    /// Bits that no payload of 3.x brings together by chance.
    private static let proof: UInt8 = 24

    /// Bytes of text behind an empty block that are proof by themselves.
    private static let longText = 8

    /// Whether it is too much for chance.
    var isProof: Bool { bits >= Self.proof }

    /// Counts a PUBLISH that was read by 5.0 and is without a fault.
    mutating func add(_ publish: MQTTPublish, _ bytes: RawSpan) {
        let more = Self.bits(of: publish.properties, bytes) + Self.bits(of: publish, bytes)
        bits = UInt8(clamping: Int(bits) + more)
    }

    /// The length that fits, an identifier of eight for each property, and what its value must be like.
    private static func bits(of properties: MQTTProperties, _ bytes: RawSpan) -> Int {
        guard properties.range.count > 0 else { return 0 }
        var bits = 8
        let range = properties.range
        var walker = MQTTPropertyWalker(MessageCursor(position: range.offset, end: range.end, held: bytes.byteCount))
        while let (property, _) = try? walker.next(bytes) {
            bits += 5
            switch property.kind {
            case .byte: bits += 7
            case .text, .binary: bits += 8
            case .pair: bits += 16
            case .uint16, .uint32, .variable, nil: break
            }
        }
        return bits
    }

    /// What the payload adds.
    ///
    /// Payloads of 3.x that begin with zero are common: numbers, and text behind a length of two bytes. What goes on as text
    /// behind a single zero is rather text behind an empty block.
    private static func bits(of publish: MQTTPublish, _ bytes: RawSpan) -> Int {
        guard let payload = publish.payload, payload.count >= 2, isText(bytes.slice(payload)) else { return 0 }
        if publish.properties.range.count > 0 { return 4 }
        let isCounted = Int(bytes.byte(at: payload.offset)) == (publish.payloadLength ?? 0) - 1
        return isCounted ? 0 : payload.count >= longText ? Int(proof) : payload.count > 2 ? 12 : 6
    }

    /// Whether the first bytes are printable text or white space.
    private static func isText(_ bytes: RawSpan) -> Bool {
        let end = min(bytes.byteCount, 64)
        var offset = 0
        while offset < end {
            let byte = bytes.byte(at: offset)
            if byte < 0x20, byte != 0x09, byte != 0x0A, byte != 0x0D { return false }
            if byte == 0x7F { return false }
            let length = utf8SequenceLength(bytes, at: offset)
            // A character may be cut off where no more is held.
            if length == 0 { return offset > 0 && bytes.byteCount - offset < 4 }
            offset += length
        }
        return true
    }
}
