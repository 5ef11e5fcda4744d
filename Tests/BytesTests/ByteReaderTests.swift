import Bytes
import Testing

@Suite struct ByteReaderTests {
    static let bytes: [UInt8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]

    @Test func bigEndian() throws {
        let bytes = Self.bytes
        var reader = ByteReader(bytes.span.bytes)
        #expect(try reader.readUInt8() == 0x01)
        #expect(try reader.readUInt16() == 0x2345)
        #expect(try reader.readUInt32() == 0x6789_ABCD)
        #expect(reader.remaining == 1)
        #expect(reader.isAtEnd == false)
        #expect(try reader.readUInt8() == 0xEF)
        #expect(reader.isAtEnd == true)
        #expect(bytes.span.bytes.uint64(at: 0) == 0x0123_4567_89AB_CDEF)
        #expect(bytes.span.bytes.uint32(at: 4) == 0x89AB_CDEF)
        #expect(bytes.span.bytes.uint16(at: 6) == 0xCDEF)
        #expect(bytes.span.bytes.byte(at: 7) == 0xEF)
    }

    /// Each read at each distance from the end: it succeeds exactly where its bytes are there, and a failure moves
    /// nothing.
    @Test(arguments: 0...8) func everyEnd(_ count: Int) throws {
        let bytes = Array(Self.bytes.prefix(count))
        for width in [1, 2, 4] {
            for start in 0...count {
                var reader = ByteReader(bytes.span.bytes)
                try reader.skip(start)
                do throws(ReadError) {
                    switch width {
                    case 1: _ = try reader.readUInt8()
                    case 2: _ = try reader.readUInt16()
                    default: _ = try reader.readUInt32()
                    }
                    #expect(start + width <= count)
                    #expect(reader.position == start + width)
                } catch {
                    #expect(start + width > count)
                    #expect(error == ReadError(.outOfBytes, at: start))
                    #expect(reader.position == start)
                }
            }
        }
    }

    @Test(arguments: [-1, 9, Int.max, Int.min]) func rangesOutside(_ count: Int) throws {
        let bytes = Self.bytes
        var reader = ByteReader(bytes.span.bytes)
        #expect(throws: ReadError(.outOfBytes, at: 0)) { try reader.readRange(count) }
        #expect(throws: ReadError(.outOfBytes, at: 0)) { try reader.skip(count) }
        do throws(ReadError) {
            _ = try reader.subReader(count).position
            Issue.record("no error")
        } catch {
            #expect(error == ReadError(.outOfBytes, at: 0))
        }
        #expect(reader.position == 0)
    }

    @Test func rangesCountFromTheWholeBuffer() throws {
        let bytes = Self.bytes
        var reader = ByteReader(bytes.span.bytes)
        try reader.skip(2)
        var inner = try reader.subReader(4)
        #expect(reader.position == 6)
        #expect(inner.position == 2)
        #expect(inner.remaining == 4)
        #expect(try inner.readRange(1) == ByteRange(offset: 2, count: 1))
        var innermost = try inner.subReader(2)
        #expect(try innermost.readUInt16() == 0x6789)
        // Bytes behind its end are there, but not for this reader.
        #expect(throws: ReadError(.outOfBytes, at: 5)) { try innermost.readUInt8() }
        #expect(innermost.peek() == nil)
        #expect(inner.readRest() == ByteRange(offset: 5, count: 1))
        #expect(inner.readRest() == ByteRange(offset: 6, count: 0))
        #expect(try inner.readRange(0) == ByteRange(offset: 6, count: 0))
    }

    @Test func peeking() throws {
        let bytes = Self.bytes
        var reader = ByteReader(bytes.span.bytes, in: ByteRange(offset: 1, count: 3))
        #expect(reader.peek() == 0x23)
        #expect(reader.peek(2) == 0x67)
        #expect(reader.peek(3) == nil)
        #expect(reader.peek(-1) == nil)
        #expect(reader.peek(.max) == nil)
        #expect(reader.peek(.min) == nil)
        try reader.skip(3)
        #expect(reader.peek() == nil)
    }

    /// offset, count; the position and end that come out over eight bytes.
    static let clamped: [(Int, Int, Int, Int)] = [
        (0, 8, 0, 8), (0, 9, 0, 8), (3, 2, 3, 5), (8, 0, 8, 8), (8, 1, 8, 8), (9, 5, 8, 8), (0, 0, 0, 0),
        (4, .max, 4, 8), (.max, .max, 8, 8), (.max, 0, 8, 8), (0, .max, 0, 8),
    ]

    @Test(arguments: clamped) func clamp(_ offset: Int, _ count: Int, _ position: Int, _ end: Int) {
        let bytes = Self.bytes
        let range = ByteRange(offset: offset, count: count)
        let reader = ByteReader(bytes.span.bytes, in: range)
        #expect(reader.position == position)
        #expect(reader.end == end)
        #expect(bytes.span.bytes.slice(range).byteCount == end - position)
        if end > position { #expect(bytes.span.bytes.slice(range).byte(at: 0) == bytes[position]) }
    }

    @Test func emptyBuffer() {
        let bytes: [UInt8] = []
        var reader = ByteReader(bytes.span.bytes)
        #expect(reader.isAtEnd == true)
        #expect(reader.readRest() == .empty)
        #expect(throws: ReadError(.outOfBytes, at: 0)) { try reader.readUInt8() }
    }

    @Test func comparing() {
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
