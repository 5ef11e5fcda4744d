import Bytes

extension MQTTFraming {
    /// Whether `bytes` are whole messages from the first octet to the last, none of a type or with flags that no version
    /// allows: enough to go on after lost octets where a segment begins with a message, as senders' segments mostly do.
    public static func isWholeMessages(_ bytes: RawSpan) -> Bool {
        var offset = 0
        while offset < bytes.byteCount {
            let first = bytes.byte(at: offset)
            let type = MQTTPacketType(rawValue: first >> 4)
            if type == .reserved || type == .connect { return false }
            if let flags = type.requiredFlags, flags != first & 15 { return false }
            if type == .publish, first & 6 == 6 { return false }
            guard case .message(let length) = frame(bytes.extracting(offset..<bytes.byteCount)) else { return false }
            offset += length
        }
        return offset > 0
    }
}
