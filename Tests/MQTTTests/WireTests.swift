import Bytes
import MQTT
import TestSupport
import Testing

@Suite struct FramingTests {
    /// The bounds of table 2.4 of MQTT 3.1.1 (2.2.3).
    @Test(
        "Bounds of the remaining length",
        arguments: [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455])
    func boundsOfTheRemainingLength(_ remaining: Int) {
        let header = [0x30] + Bytes.variable(remaining)
        #expect(header.count == (remaining < 128 ? 2 : remaining < 16_384 ? 3 : remaining < 2_097_152 ? 4 : 5))
        let total = header.count + remaining
        let expected = remaining == 0 ? MQTTFrameVerdict.message(2) : .incomplete(total: total)
        #expect(MQTTFraming.frame(header.span.bytes) == expected)
        #expect(total <= MQTTFraming.longestMessage)
    }

    @Test("a fifth byte of the remaining length ends the framing") func fifthByteLosesTheFraming() {
        #expect(MQTTFraming.frame(hex("30ffffffff7f").span.bytes) == .lost)
        #expect(MQTTFraming.frame(hex("30ffffffff").span.bytes) == .lost)
        #expect(MQTTFraming.frame(hex("30ffffff").span.bytes) == .incomplete(total: nil))
        #expect(MQTTFraming.frame(hex("30ffffff7f").span.bytes) == .incomplete(total: 268_435_460))
    }

    @Test("Needs two bytes at least") func needsTwoBytesAtLeast() {
        #expect(MQTTFraming.frame([UInt8]().span.bytes) == .incomplete(total: nil))
        #expect(MQTTFraming.frame(hex("c0").span.bytes) == .incomplete(total: nil))
        #expect(MQTTFraming.frame(hex("c000").span.bytes) == .message(2))
    }

    /// A stream cut anywhere falls into the same messages.
    @Test("Split law") func splitLaw() {
        let stream = vectors.flatMap(\.bytes)
        var whole: [Int] = []
        var offset = 0
        while case .message(let length) = MQTTFraming.frame(stream.span.bytes.extracting(offset..<stream.count)) {
            whole.append(length)
            offset += length
        }
        #expect(whole == vectors.map(\.bytes.count))
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var lengths: [Int] = []
            var held: [UInt8] = []
            var fed = 0
            while fed < stream.count {
                let count = min(Int.random(in: 1...60, using: &random), stream.count - fed)
                held += stream[fed..<fed + count]
                fed += count
                while case .message(let length) = MQTTFraming.frame(held.span.bytes) {
                    lengths.append(length)
                    held.removeFirst(length)
                }
            }
            #expect(lengths == whole, "seed \(seed)")
        }
    }
}

@Suite struct ProbeTests {
    @Test("Connects", arguments: vectors.filter { $0.bytes[0] == 0x10 }) func connects(_ vector: Vector) {
        for count in 0...vector.bytes.count {
            let verdict = MQTTProbe.verdict(Array(vector.bytes[..<count]).span.bytes)
            #expect(verdict == .client || count < 14 && verdict == .needMore)
        }
        #expect(MQTTProbe.verdict(vector.bytes.span.bytes) == .client)
    }

    @Test("Connacks", arguments: vectors.filter { $0.bytes[0] == 0x20 }) func connacks(_ vector: Vector) {
        for count in 0..<vector.bytes.count {
            let verdict = MQTTProbe.verdict(Array(vector.bytes[..<count]).span.bytes)
            #expect(verdict == .needMore || verdict == .server && count >= 5)
        }
        #expect(MQTTProbe.verdict(vector.bytes.span.bytes) == .server)
    }

    @Test(
        "Odd connects",
        arguments: [
            ("unknown level", "10 0c 0004 4d515454 09 02 003c 0000"),
            ("bridge, 3.1.1", "10 0c 0004 4d515454 84 02 003c 0000"),
            ("bridge, 3.1", "10 0e 0006 4d5149736470 83 02 003c 0000"),
            ("wrong flags", "1f 0c 0004 4d515454 04 02 003c 0000"),
            ("length in two bytes", "10 8c00 0004 4d515454 04 02 003c 0000"),
            ("longest length", "10 ffffff7f 0004 4d515454"),
        ])
    func oddConnects(_ name: String, _ bytes: String) {
        #expect(MQTTProbe.verdict(hex(bytes).span.bytes) == .client)
    }

    @Test(
        "Odd connacks",
        arguments: [
            ("3.1.1 refusal", "20020005", MQTTProbeVerdict.server), ("session present", "20020100", .server),
            ("refusal with session present", "20020105", .no), ("reserved flags", "20020200", .no),
            ("reserved code", "20020006", .no), ("5.0 refusal in the short form", "20020084", .server),
            ("5.0", "2003008700", .server), ("5.0, wrong property length", "2003000001", .no),
            ("5.0, unknown code", "2003007700", .no), ("wrong fixed header flags", "21020000", .no),
            ("too short", "2001", .no), ("one byte", "20", .needMore),
        ])
    func oddConnacks(_ name: String, _ bytes: String, _ verdict: MQTTProbeVerdict) {
        #expect(MQTTProbe.verdict(hex(bytes).span.bytes) == verdict)
    }

    @Test(
        "Others are refused at once",
        arguments: [
            "GET / HTTP/1.1\r\n", "POST /x HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "SSH-2.0-OpenSSH_9.6\r\n", "\0\0\0\0",
            "\0", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0", "\u{16}\u{3}", "\0\u{1D}\u{12}\u{34}\u{1}\0\0\u{1}",
            "EHLO example\r\n",
            "\u{10}\u{20}\0\u{4}HTTP", "\u{10}\u{2}\0\u{4}MQTT",
        ])
    func othersAreRefusedAtOnce(_ text: String) {
        #expect(MQTTProbe.verdict(Array(text.utf8).span.bytes) == .no)
    }

    @Test("Dns over TCP is refused") func dnsOverTCPIsRefused() {
        // Length 0x1010, so that the first byte is that of a CONNECT; then a query.
        #expect(MQTTProbe.verdict(hex("1010 abcd 0100 0001 0000 0000 0000").span.bytes) == .no)
    }
}
