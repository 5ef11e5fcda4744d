import Bytes
import CoAP
import Events
import TestSupport
import Testing

private func bytes(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
}

private func randomMessage(_ random: inout SeededGenerator) -> CoAPStream {
    let codes: [UInt8] = [0x01, 0x02, 0x05, 0x41, 0x44, 0x45, 0x84, 0xA0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5]
    let tokenLength = [0, 1, 4, 8, 13, 100, 269, 300].randomElement(using: &random) ?? 0
    let options = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        (
            Int.random(in: 0...[40, 400, 65_535][Int.random(in: 0...2, using: &random)], using: &random),
            bytes([0, 1, 12, 13, 14, 268, 269, 300].randomElement(using: &random) ?? 0, &random)
        )
    }
    let payload = bytes([0, 0, 1, 11, 12, 300, 70_000].randomElement(using: &random) ?? 0, &random)
    return CoAPStream(
        codes.randomElement(using: &random) ?? 1, token: bytes(tokenLength, &random), options: options,
        payload: payload)
}

/// decode(encode(x)) = x, in a stream and over WebSocket.
@Test("random messages are read as they were encoded") func decodingUndoesEncoding() throws {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    for _ in 0..<600 {
        let wanted = randomMessage(&random)
        for carrier in [CoAPCarrier.stream, .webSocket] {
            let bytes = carrier == .stream ? wanted.bytes : wanted.webSocketBytes
            let verdict = CoAPFraming.frame(bytes.span.bytes)
            if carrier == .stream { #expect(verdict == .message(bytes.count), "seed \(seed)") }
            let message = try #require(streamed(bytes, carrier))
            #expect(message.code.rawValue == wanted.code && message.length == bytes.count, "seed \(seed)")
            #expect(Array(bytes[message.token.offset..<message.token.end]) == wanted.token, "seed \(seed)")
            var walk = CoAPOptionWalk(message.code.isSignal ? message.signalOptions : message.options)
            var found: [String] = []
            while case .option(let option) = walk.next(bytes.span.bytes) {
                found.append("\(option.option.rawValue) \(Array(bytes[option.value.offset..<option.value.end]))")
            }
            let sorted = wanted.options.enumerated().sorted {
                ($0.element.number, $0.offset) < ($1.element.number, $1.offset)
            }
            #expect(found == sorted.map { "\($0.element.number) \($0.element.value)" }, "seed \(seed)")
            #expect(Array(bytes[message.payload.offset..<message.payload.end]) == wanted.payload, "seed \(seed)")
            #expect(message.payloadLength == wanted.payload.count, "seed \(seed)")
        }
    }
}

/// How many of a million random beginnings pass the probe of a strange port: two bytes of a CSM without options make up
/// nearly all, 15 of a million. Both ends have to pass.
@Test("random stream beginnings hardly ever pass the probe") func randomBeginnings() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var passed = 0
    var onOwnPort = 0
    var proven = 0
    var bytes = [UInt8](repeating: 0, count: 16)
    for _ in 0..<1_000_000 {
        var word = random.next()
        for offset in 0..<16 {
            if offset == 8 { word = random.next() }
            bytes[offset] = UInt8(truncatingIfNeeded: word)
            word >>= 8
        }
        if CoAPStreamProbe.verdict(bytes.span.bytes) == .beginning {
            passed += 1
            var boundary = CoAPBoundary()
            if boundary.isProvenBeginning(bytes.span.bytes) { proven += 1 }
        }
        if CoAPStreamProbe.verdict(bytes.span.bytes, isOwnPort: true) == .beginning { onOwnPort += 1 }
    }
    print(
        "CoAP streams: of 1,000,000 random beginnings \(passed) pass, \(proven) are proven alone, seed \(seed);",
        "\(onOwnPort) on CoAP's own port")
    #expect(passed < 60 && proven == 0, "seed \(seed)")
    #expect(onOwnPort < 5000, "seed \(seed)")
}

/// A place in random bytes or in those of other protocols is no boundary.
@Test("no message boundary is found in random bytes or other protocols") func randomBytesProveNothing() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    for run in 0..<400 {
        let bytes: [UInt8] =
            switch run % 4 {
            case 0: bytes(4000, &random)
            case 1: (0..<4000).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
            // Small numbers of many bytes, as binary protocols have them.
            case 2: (0..<1000).flatMap { _ in [0, 0, 0, UInt8.random(in: 0...70, using: &random)] }
            default: (0..<2000).flatMap { _ in [0, UInt8.random(in: 0...7, using: &random)] }
            }
        var boundary = CoAPBoundary()
        let verdict = boundary.find(bytes.span.bytes, startsSegment: true, isLast: true)
        if case .proven(let offset) = verdict { Issue.record("run \(run), offset \(offset), seed \(seed)") }
    }
}

/// The end of a message whose beginning is lost can be a message by itself: a request without options; `r`, the option
/// `50` of a path and six bytes of payload. What follows proves nothing about it. Where a segment begins with it, it does.
@Test(
    "the rest of a message whose start is lost is not read as a message",
    arguments: [[0x00, 0x01], Array("r".utf8) + [0x02] + Array("50".utf8) + [0xFF, 1, 2, 3, 4, 5, 6]] as [[UInt8]])
func theEndOfALostMessageIsNoMessage(end: [UInt8]) {
    let next = CoAPStream(0x02, token: [7], path: "plant/sensor/number/51", payload: [0x31]).bytes
    let bytes = end + next + next + next
    var boundary = CoAPBoundary()
    #expect(CoAPFraming.frame(end.span.bytes) == .message(end.count))
    #expect(boundary.find(bytes.span.bytes, startsSegment: false, isLast: true) == .proven(end.count))
    #expect(boundary.find(bytes.span.bytes, startsSegment: true, isLast: true) == .proven(0))
}

/// As a guess, two messages that are worth any number of bits are not enough, and zeros count for nothing.
@Test("A guess takes three messages that say something") func guessTakesThree() {
    let request = [0xD1, 0x00, 0x01, 7, 0xBC] + Array("temperature1".utf8) as [UInt8]
    let zeros: [UInt8] = [0, 0, 0, 0]
    for (count, isProven) in [(2, false), (3, true)] {
        let bytes = zeros + (0..<count).flatMap { _ in request } + zeros
        var guess = CoAPBoundary(isGuess: true)
        let verdict = guess.find(bytes.span.bytes, startsSegment: false, isLast: true)
        #expect((verdict == .proven(zeros.count)) == isProven, "\(count): \(verdict)")
        var known = CoAPBoundary()
        #expect(known.find(bytes.span.bytes, startsSegment: false, isLast: true) == .proven(zeros.count))
    }
}
