import Bytes
import Testing

/// RFC 6455, 5.3: byte `i` of the payload meets byte `i` modulo 4 of the key.
@Test("Masked copies", arguments: 0..<40) func maskedCopies(count: Int) {
    let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
    let word: UInt32 = 0x37FA_213D
    let plain = (0..<count).map { UInt8($0 &* 37 & 0xFF) }
    for phase in 0..<6 {
        for before in [0, 1, 7] {
            var bytes = [UInt8](repeating: 9, count: before)
            bytes.append(copying: plain.span.bytes, maskedBy: word, phase: phase)
            let expected = plain.enumerated().map { $1 ^ key[($0 + phase) % 4] }
            #expect(bytes == [UInt8](repeating: 9, count: before) + expected, "phase \(phase)")
        }
    }
    var copy: [UInt8] = []
    copy.append(copying: plain.span.bytes, maskedBy: 0, phase: 1)
    #expect(copy == plain)
}

/// Raw DEFLATE: the examples of RFC 7692, 7.2.3.
@Test("Inflaters go on") func inflatersGoOn() {
    var pool = InflaterPool(limit: 2)
    let number = pool.open(windowBits: 15) ?? -1
    var text: [UInt8] = []
    var input: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0, 0, 0xFF, 0xFF]
    for room in [3, 100] {
        let step = pool.inflate(number, input.span.bytes, into: &text, room: room)
        #expect(step.isFull == (room == 3))
        #expect(!step.isBroken)
        input.removeFirst(step.consumed)
    }
    #expect(input.isEmpty)
    #expect(String(decoding: text, as: UTF8.self) == "Hello")
    // It refers to what the message before left in the window.
    let again: [UInt8] = [0xF2, 0, 0x11, 0, 0, 0, 0, 0xFF, 0xFF]
    let step = pool.inflate(number, again.span.bytes, into: &text, room: 100)
    #expect(step.consumed == again.count)
    #expect(step.produced == 5)
    #expect(String(decoding: text, as: UTF8.self) == "HelloHello")
}

@Test("Inflaters are few and forgetful") func inflatersAreFewAndForgetful() {
    var pool = InflaterPool(limit: 2)
    let numbers = (0..<3).map { _ in pool.open(windowBits: 9) }
    #expect(numbers == [0, 1, nil])
    let size = InflaterPool.bytes(windowBits: 9)
    // A window of 512 bytes, and zlib's state.
    #expect(size == 512 + 8192)
    var bytes = pool.bytes
    #expect(bytes == 2 * size)
    pool.close(0)
    pool.close(0)
    pool.close(17)
    pool.close(-1)
    let count = pool.count
    bytes = pool.bytes
    #expect(count == 1 && bytes == size)
    let reopened = pool.open(windowBits: 9)
    #expect(reopened == 0)
    var text: [UInt8] = []
    let again: [UInt8] = [0xF2, 0, 0x11, 0, 0]
    let broken = pool.inflate(0, again.span.bytes, into: &text, room: 100)
    #expect(broken.isBroken, "there is no window to refer to")
    let unknown = pool.inflate(9, again.span.bytes, into: &text, room: 100)
    #expect(unknown.isBroken)
}
