import Bytes
import CoAP
import Testing

/// The first step of a walk over `bytes`.
private func firstStep(_ bytes: [UInt8]) -> CoAPOptionWalk.Step {
    var walk = CoAPOptionWalk(ByteRange(offset: 0, count: bytes.count))
    return walk.next(bytes.span.bytes)
}

private func option(_ number: Int, at offset: Int, count: Int) -> CoAPOptionWalk.Step {
    .option(
        CoAPOptionInstance(
            option: CoAPOption(rawValue: UInt16(number)), value: ByteRange(offset: offset, count: count)))
}

/// RFC 7252, 3.1: each nibble of delta and of length, with as many extension bytes as it asks for, all zero.
@Test("Every nibble") func everyNibble() {
    for delta in 0..<16 {
        for length in 0..<16 {
            let extensions = [13: 1, 14: 2]
            let head = 1 + (extensions[delta] ?? 0) + (extensions[length] ?? 0)
            let count = [13: 13, 14: 269][length] ?? length
            let number = [13: 13, 14: 269][delta] ?? delta
            var bytes = [UInt8(delta << 4 | length)] + Array(repeating: 0, count: head - 1 + count)
            if delta == 15, length == 15 {
                #expect(firstStep(bytes) == .marker)
            } else if delta == 15 {
                #expect(firstStep(bytes) == .fault(.optionDeltaReserved))
            } else if length == 15 {
                #expect(firstStep(bytes) == .fault(.optionLengthReserved))
            } else {
                #expect(firstStep(bytes) == option(number, at: head, count: count))
                bytes.removeLast()
                #expect(firstStep(bytes) == (bytes.isEmpty ? .end : .fault(.optionTruncated)))
            }
        }
    }
}

@Test("Delta boundaries", arguments: [0, 12, 13, 14, 268, 269, 270, 65_535])
func deltaBoundaries(delta: Int) {
    #expect(
        firstStep(encodedOption(delta: delta, [7])) == option(delta, at: delta < 13 ? 1 : delta < 269 ? 2 : 3, count: 1)
    )
}

@Test("Length boundaries", arguments: [0, 12, 13, 14, 268, 269, 270, 65_535, 65_804])
func lengthBoundaries(length: Int) {
    let bytes = encodedOption(delta: 1, Array(repeating: 1, count: length))
    #expect(firstStep(bytes) == option(1, at: length < 13 ? 1 : length < 269 ? 2 : 3, count: length))
    #expect(length == 0 || firstStep(Array(bytes.dropLast())) == .fault(.optionTruncated))
}

/// The largest delta that can be written, 65804, is beyond the largest option number (RFC 7252, 12.2).
@Test("Numbers overflow") func numbersOverflow() {
    #expect(firstStep(hex("e0 fef2")) == option(65_535, at: 3, count: 0))
    #expect(firstStep(hex("e0 fef3")) == .fault(.optionNumberOverflow))
    #expect(firstStep(hex("e0 ffff")) == .fault(.optionNumberOverflow))
    let bytes = hex("e0 fef2 10")  // 65535, then 1 more
    var walk = CoAPOptionWalk(ByteRange(offset: 0, count: bytes.count))
    _ = walk.next(bytes.span.bytes)
    #expect(walk.next(bytes.span.bytes) == .fault(.optionNumberOverflow))
    #expect(walk.position == 3)
}

/// A walk made for one buffer never reads outside of another, shorter one.
@Test("Walk stays in bounds") func walkStaysInBounds() {
    let bytes = hex("b4 74657374")
    for count in 0..<bytes.count {
        var walk = CoAPOptionWalk(ByteRange(offset: 0, count: 100))
        let short = Array(bytes.prefix(count))
        #expect(walk.next(short.span.bytes) == (count == 0 ? .end : .fault(.optionTruncated)))
    }
}
