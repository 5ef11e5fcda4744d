import Glibc
import Network
import TestSupport
import Testing

@Suite struct IPAddressTests {
    // RFC 5952: the form of section 4 of each address that the RFC gives in others.
    static let canonical: [(String, String)] = [
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"),
        ("2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"),
        ("2001:db8:aaaa:bbbb:cccc:dddd::1", "2001:db8:aaaa:bbbb:cccc:dddd:0:1"),
        ("2001:db8:0:0:0::1", "2001:db8::1"),
        ("2001:db8:0000:0:1::1", "2001:db8::1:0:0:1"),
        ("2001:db8:aaaa:bbbb:cccc:dddd:eeee:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"),
        ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("0:0:0:0:0:ffff:c000:0201", "::ffff:192.0.2.1"),
        ("::", "::"),
        ("0:0:0:0:0:0:0:0", "::"),
        ("::1", "::1"),
        ("fe80::", "fe80::"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("192.0.2.33", "192.0.2.33"),
    ]

    @Test("Text", arguments: canonical) func text(_ given: String, _ expected: String) {
        #expect(IPAddress(given)?.description == expected)
        #expect(IPAddress(expected) == IPAddress(given))
    }

    static let wrong = [
        "", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.1000", "-1.2.3.4",
        "+1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "0x1.2.3.4", "01.2.3.4", "1.2.3.00", "1.2.3.4/8", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1::2::3", "::12345", "::g", "::+1", "1:", ":1", "1:2:3:4:5:6:7:",
        ":2:3:4:5:6:7:8", "::1.2.3", "::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "fe80::1%eth0", "[::1]",
        "::１",
        "１.2.3.4", "::1 ", "1.2.3.4\u{301}", "::\u{0}1", "1.2.3.4\u{0}", "localhost",
    ]

    @Test("Refused", arguments: wrong) func refused(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("Same as the system") func sameAsTheSystem() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            // Groups are zero half of the time, so that there are runs of zeros to shorten.
            var bytes = (0..<8).flatMap { _ -> [UInt8] in
                switch UInt8.random(in: 0..<4, using: &generator) {
                case 0, 1: [0, 0]
                case 2: [0, UInt8.random(in: 0...255, using: &generator)]
                default: [UInt8.random(in: 0...255, using: &generator), UInt8.random(in: 0...255, using: &generator)]
                }
            }
            if UInt8.random(in: 0..<10, using: &generator) == 0 {
                bytes.replaceSubrange(0..<12, with: Array(repeating: 0, count: 10) + [0xFF, 0xFF])
            }
            // The system also writes addresses of ::/96 with a dotted tail, which RFC 5952 does not ask for.
            if bytes[..<12].allSatisfy({ $0 == 0 }) { continue }
            let address = IPAddress(v6: bytes.span.bytes, at: 0)
            let system = systemText(AF_INET6, bytes)
            if address.description != system { Issue.record("seed \(seed): \(address) but \(system)") }
            if IPAddress(system) != address { Issue.record("seed \(seed): \(system) was not read back") }

            let v4 = IPAddress(v4: bytes.span.bytes, at: 0)
            #expect(v4.isIPv4, "seed \(seed)")
            if v4.description != systemText(AF_INET, bytes) { Issue.record("seed \(seed): \(v4)") }
            if IPAddress(v4.description) != v4 { Issue.record("seed \(seed): \(v4) was not read back") }
        }
    }

    /// Short texts of the right characters in random order: taken exactly where the system takes them.
    @Test("Same judgement as the system") func sameJudgementAsTheSystem() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let pieces = [":", "::", ".", "0", "1", "00", "25", "255", "256", "a", "F", "ffff", "12345", "1.2.3.4", "g"]
        var taken = 0
        for _ in 0..<100_000 {
            let text = (0..<Int.random(in: 1...15, using: &generator))
                .map { $0 % 2 == 1 ? ":" : pieces.randomElement(using: &generator) ?? "" }.joined()
            let dotted = (0..<7).map { $0 % 2 == 1 ? "." : pieces[3..<9].randomElement(using: &generator) ?? "" }
                .joined()
            for text in [text, dotted] {
                let address = IPAddress(text)
                if address != systemAddress(text) { Issue.record("seed \(seed): \(text)") }
                if address != nil { taken += 1 }
            }
        }
        #expect(taken > 1000, "seed \(seed)")
    }

    private func systemText(_ family: Int32, _ bytes: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(family, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func systemAddress(_ text: String) -> IPAddress? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return IPAddress(v4: bytes.span.bytes, at: 0) }
        if inet_pton(AF_INET6, text, &bytes) == 1 { return IPAddress(v6: bytes.span.bytes, at: 0) }
        return nil
    }

    @Test("Bytes") func bytes() {
        let bytes: [UInt8] = Array(1...16)
        let v6 = IPAddress(v6: bytes.span.bytes, at: 0)
        #expect((0..<16).map { v6.octet($0) } == bytes)
        #expect(v6.bitWidth == 128)
        let v4 = IPAddress(v4: bytes.span.bytes, at: 12)
        #expect((0..<4).map { v4.octet($0) } == [13, 14, 15, 16])
        #expect(v4.bitWidth == 32)
    }

    @Test("Order") func order() throws {
        let texts = ["0.0.0.0", "9.255.255.255", "10.0.0.0", "255.255.255.255", "::", "::1", "1::", "ff02::1"]
        let addresses = try texts.map { try #require(IPAddress($0)) }
        #expect(addresses.reversed().sorted() == addresses)
        #expect(IPAddress("::1.2.3.4") != IPAddress("1.2.3.4"))
    }

    static let groups: [(String, Bool)] = [
        ("223.255.255.255", false), ("224.0.0.0", true), ("239.255.255.255", true), ("240.0.0.0", false),
        ("255.255.255.255", true), ("255.255.255.254", false), ("ff02::1", true), ("fe80::1", false),
    ]

    @Test("Multicast", arguments: groups) func multicast(_ text: String, _ expected: Bool) {
        #expect(IPAddress(text)?.isMulticastOrBroadcast == expected)
    }
}
