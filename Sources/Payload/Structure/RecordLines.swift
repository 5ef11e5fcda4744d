import Bytes

/// Finds what the lines of a message of HL7 version 2 or of a vCard say of a person.
enum RecordLines {
    /// What a line tells.
    enum Finding {
        /// The name of a person.
        case name(ByteRange)
        /// What was observed, and that there is a value.
        case observation(ByteRange)
    }

    /// Calls `body` with what is found in a text that is one of them.
    static func forEach(_ bytes: RawSpan, _ body: (Finding) -> Void) {
        let isCard = bytes.starts(with: "BEGIN:VCARD")
        guard isCard || bytes.contains("MSH|") else { return }
        var start = 0
        while start < bytes.byteCount {
            var end = start
            while end < bytes.byteCount, bytes.byte(at: end) != 0x0D, bytes.byte(at: end) != 0x0A { end += 1 }
            if isCard {
                // FN (RFC 6350, 6.2.1).
                if bytes.extracting(start..<end).starts(with: "FN:") {
                    body(.name(ByteRange(offset: start + 3, count: end - start - 3)))
                }
            } else {
                segment(bytes, start, end, body)
            }
            start = end + 1
        }
    }

    /// PID-5 and NK1-2 are names, OBX-3 is what was observed and OBX-5 the value (HL7 version 2.5.1, 3.4.2, 3.4.5, 7.4.2).
    private static func segment(_ bytes: RawSpan, _ start: Int, _ end: Int, _ body: (Finding) -> Void) {
        let line = bytes.extracting(start..<end)
        if line.starts(with: "PID|") {
            report(field(bytes, start, end, 5), body)
        } else if line.starts(with: "NK1|") {
            report(field(bytes, start, end, 2), body)
        } else if line.starts(with: "OBX|"), !field(bytes, start, end, 5).isEmpty {
            body(.observation(field(bytes, start, end, 3)))
        }
    }

    private static func report(_ name: ByteRange, _ body: (Finding) -> Void) {
        if name.count >= 4 { body(.name(name)) }
    }

    /// A field of a segment, by its number.
    private static func field(_ bytes: RawSpan, _ start: Int, _ end: Int, _ number: Int) -> ByteRange {
        var (offset, left) = (start, number)
        while offset < end, left > 0 {
            if bytes.byte(at: offset) == UInt8(ascii: "|") { left -= 1 }
            offset += 1
        }
        guard left == 0 else { return .empty }
        var stop = offset
        while stop < end, bytes.byte(at: stop) != UInt8(ascii: "|") { stop += 1 }
        return ByteRange(offset: offset, count: stop - offset)
    }
}
