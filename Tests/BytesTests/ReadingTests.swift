import Bytes
import Testing

/// Reading borrowed bytes where they lie.
@Suite struct ReadingTests {
    static let bytes: [UInt8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]

    @Test("numbers are big-endian, wherever they lie") func bigEndian() {
        let bytes = Self.bytes
        #expect(bytes.span.bytes.uint64(at: 0) == 0x0123_4567_89AB_CDEF)
        #expect(bytes.span.bytes.uint32(at: 4) == 0x89AB_CDEF)
        #expect(bytes.span.bytes.uint32(at: 1) == 0x2345_6789)
        #expect(bytes.span.bytes.uint16(at: 6) == 0xCDEF)
        #expect(bytes.span.bytes.byte(at: 7) == 0xEF)
    }

    /// A range, and what of it lies within eight bytes.
    static let clamped: [(Int, Int, Int, Int)] = [
        (0, 8, 0, 8), (0, 9, 0, 8), (3, 2, 3, 5), (8, 0, 8, 8), (8, 1, 8, 8), (9, 5, 8, 8), (0, 0, 0, 0),
        (4, .max, 4, 8), (.max, .max, 8, 8), (.max, 0, 8, 8), (0, .max, 0, 8),
    ]

    @Test("a slice ends with the bytes", arguments: clamped)
    func clamp(_ offset: Int, _ count: Int, _ position: Int, _ end: Int) {
        let bytes = Self.bytes
        let range = ByteRange(offset: offset, count: count)
        #expect(bytes.span.bytes.slice(range).byteCount == end - position)
        if end > position { #expect(bytes.span.bytes.slice(range).byte(at: 0) == bytes[position]) }
    }

    @Test("bytes are compared with texts and with each other") func comparing() {
        let bytes = Array("mqtt".utf8)
        let span = bytes.span.bytes
        #expect(span.elementsEqual("mqtt") == true)
        #expect(span.elementsEqual("mqt") == false)
        #expect(span.elementsEqual("mqtts") == false)
        #expect(span.elementsEqual("mqtT") == false)
        #expect(span.starts(with: "mq") == true)
        #expect(span.starts(with: "") == true)
        #expect(span.starts(with: "mqtt") == true)
        #expect(span.starts(with: "mqtts") == false)
        #expect(span.starts(with: "q") == false)
        #expect(span.elementsEqual(span) == true)
        #expect(span.elementsEqual(span.slice(ByteRange(offset: 0, count: 3))) == false)
    }
}
