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

    @Test(arguments: baseline.indices) func published(_ index: Int) throws {
        let vector = Self.baseline[index]
        let source = Endpoint(try #require(IPAddress(vector.source.0)), vector.source.1)
        let destination = Endpoint(try #require(IPAddress(vector.destination.0)), vector.destination.1)
        for (seed, expected) in [(UInt16(0), vector.seed0), (1, vector.seed1)] {
            #expect(Self.text(source, destination, vector.transport, seed: seed) == expected)
            #expect(Self.text(destination, source, vector.transport, seed: seed) == expected)
        }
    }

    // Where the addresses are equal the ports decide; computed with another implementation of SHA-1.
    @Test func equalAddresses() throws {
        let loopback = try #require(IPAddress("127.0.0.1"))
        let one = Endpoint(loopback, 1883)
        let other = Endpoint(loopback, 50_000)
        #expect(Self.text(one, other, .tcp, seed: 0) == "1:l+7TXWEZ9HLkc55UO2I+M/cmL/s=")
        #expect(Self.text(other, one, .tcp, seed: 0) == "1:l+7TXWEZ9HLkc55UO2I+M/cmL/s=")
    }

    // RFC 3174, section 7.3, and RFC 6234 for the empty message.
    static let digests: [([UInt8], String)] = [
        ([], "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (Array("abc".utf8), "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
        (Array(repeating: UInt8(ascii: "a"), count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
        (
            Array(
                repeatElement("0123456701234567012345670123456701234567012345670123456701234567", count: 10)
                    .joined().utf8), "dea356a2cddd90c7a7ecedc5ebb563934f460452"
        ),
    ]

    @Test(arguments: digests.indices) func sha1Vectors(_ index: Int) {
        let (message, expected) = Self.digests[index]
        var text: [UInt8] = []
        let digest = sha1(message)
        text.append(hexOf: digest.span.bytes)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    // Lengths about the block border: SHA-1 of that many letters a, computed with another implementation.
    static let borders: [(Int, String)] = [
        (1, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        (55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
        (56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
        (57, "f08f24908d682555111be7ff6f004e78283d989a"),
        (63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"),
        (64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
        (65, "11655326c708d70319be2610e8a57d9a5b959d3b"),
        (119, "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"),
        (120, "f34c1488385346a55709ba056ddd08280dd4c6d6"),
        (128, "ad5b3fdbcb526778c2839d2f151ea753995e26a0"),
    ]

    @Test(arguments: borders) func blockBorders(_ count: Int, _ expected: String) {
        var text: [UInt8] = []
        let digest = sha1(Array(repeating: UInt8(ascii: "a"), count: count))
        text.append(hexOf: digest.span.bytes)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }
}
