import Bytes
import Testing

@testable import Network

@Suite struct CommunityIDTests {
    struct Vector: Sendable {
        var transport: Transport
        var source: (String, UInt16)
        var destination: (String, UInt16)
        var seed0: String
        var seed1: String
    }

    // The baseline that the specification publishes for seeds 0 and 1: its TCP and UDP flows.
    static let baseline = [
        Vector(
            transport: .tcp, source: ("2001:470:e5bf:dead:4957:2174:e82c:4887", 63_943),
            destination: ("2607:f8b0:400c:c03::1a", 25), seed0: "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
            seed1: "1:eJYTW6AOzFLlSUoESovMjnu7rMw="),
        Vector(
            transport: .tcp, source: ("128.232.110.120", 34_855), destination: ("66.35.250.204", 80),
            seed0: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", seed1: "1:3V71V58M3Ksw/yuFALMcW0LAHvc="),
        Vector(
            transport: .udp, source: ("192.168.1.52", 54_585), destination: ("8.8.8.8", 53),
            seed0: "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", seed1: "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="),
    ]

    static func text(_ one: Endpoint, _ other: Endpoint, _ transport: Transport, seed: UInt16) -> String {
        var text: [UInt8] = []
        CommunityID(one, other, transport, seed: seed).write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    @Test("Published", arguments: baseline.indices) func published(_ index: Int) throws {
        let vector = Self.baseline[index]
        let source = Endpoint(try #require(IPAddress(vector.source.0)), vector.source.1)
        let destination = Endpoint(try #require(IPAddress(vector.destination.0)), vector.destination.1)
        for (seed, expected) in [(UInt16(0), vector.seed0), (1, vector.seed1)] {
            #expect(Self.text(source, destination, vector.transport, seed: seed) == expected)
            #expect(Self.text(destination, source, vector.transport, seed: seed) == expected)
        }
    }

    // Where the addresses are equal the ports decide; computed with another implementation of SHA-1.
    @Test("Equal addresses") func equalAddresses() throws {
        let loopback = try #require(IPAddress("127.0.0.1"))
        let one = Endpoint(loopback, 1883)
        let other = Endpoint(loopback, 50_000)
        #expect(Self.text(one, other, .tcp, seed: 0) == "1:l+7TXWEZ9HLkc55UO2I+M/cmL/s=")
        #expect(Self.text(other, one, .tcp, seed: 0) == "1:l+7TXWEZ9HLkc55UO2I+M/cmL/s=")
    }

    // Messages that fit in one block: RFC 6234, 8.5, for the first, RFC 3174, 7.3, for "abc"; the others computed with
    // another implementation, up to the longest that leaves room for its length.
    static let digests: [(String, String)] = [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("a", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        (String(repeating: "a", count: 55), "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
        (String(repeating: "a", count: 56), "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
        (String(repeating: "a", count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
        (String(repeating: "a", count: 1000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
    ]

    @Test("SHA-1 vectors", arguments: digests) func sha1Vectors(_ message: String, _ expected: String) {
        var block = SHA1()
        for byte in message.utf8 { block.append(UInt64(byte), bytes: 1) }
        let digest = block.digest()
        var text: [UInt8] = []
        for word in [digest.a, digest.b, digest.c, digest.d, digest.e] {
            for shift in [UInt32(24), 16, 8, 0] { text.append(hex: UInt8(truncatingIfNeeded: word >> shift)) }
        }
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }
}
