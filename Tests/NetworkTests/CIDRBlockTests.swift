import Network
import Testing

@Suite struct CIDRBlockTests {
    static let cases: [(block: String, inside: [String], outside: [String])] = [
        ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0", "::a00:0"]),
        ("10.1.2.3/8", ["10.9.9.9"], ["11.0.0.0"]),
        ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::"]),
        ("192.0.2.1", ["192.0.2.1"], ["192.0.2.0", "192.0.2.2", "::ffff:192.0.2.1"]),
        ("192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127"]),
        ("192.0.2.6/31", ["192.0.2.6", "192.0.2.7"], ["192.0.2.5", "192.0.2.8"]),
        ("fe80::/10", ["fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], ["fec0::", "fe7f::", "254.128.0.0"]),
        ("::/0", ["::", "ffff::"], ["0.0.0.0"]),
        ("2001:db8::/64", ["2001:db8::ffff:ffff:ffff:ffff"], ["2001:db8:0:1::"]),
        ("2001:db8::/63", ["2001:db8:0:1::"], ["2001:db8:0:2::"]),
        ("2001:db8::/65", ["2001:db8::7fff:0:0:0"], ["2001:db8::8000:0:0:0"]),
        ("2001:db8::1/128", ["2001:db8::1"], ["2001:db8::", "2001:db8::2"]),
    ]

    @Test("Contains", arguments: cases.indices) func contains(_ index: Int) throws {
        let (text, inside, outside) = Self.cases[index]
        let block = try #require(CIDRBlock(text))
        for address in inside { #expect(block.contains(try #require(IPAddress(address))), "\(address) in \(text)") }
        for address in outside { #expect(!block.contains(try #require(IPAddress(address))), "\(address) in \(text)") }
    }

    @Test(
        "Refused",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8",
            "::/129",
            "10.0.0.0/99999999999999999999", "10.0.0/8", "10.0.0.0/a", "10.0.0.0/255.0.0.0", "10.0.0.0/１",
        ])
    func refused(_ text: String) {
        #expect(CIDRBlock(text) == nil)
    }

    @Test("Host bits are cleared") func hostBitsAreCleared() {
        #expect(CIDRBlock("10.1.2.3/8") == CIDRBlock("10.0.0.0/8"))
        #expect(CIDRBlock("10.1.2.3/8")?.prefix.description == "10.0.0.0")
        #expect(CIDRBlock("2001:db8::ffff/112")?.prefix.description == "2001:db8::")
    }

    /// Every length: the address itself lies in the block; with the last counted bit turned over it does not.
    @Test("Every length") func everyLength() throws {
        for text in ["170.85.170.85", "aaaa:5555:aaaa:5555:aaaa:5555:aaaa:5555"] {
            let address = try #require(IPAddress(text))
            for length in 0...address.bitWidth {
                let block = try #require(CIDRBlock(address, length: length))
                #expect(block.contains(address))
                guard length > 0 else { continue }
                var other = address
                let bit = address.bitWidth - length
                if bit < 64 { other.low ^= 1 << UInt64(bit) } else { other.high ^= 1 << UInt64(bit - 64) }
                #expect(!block.contains(other))
                if length < address.bitWidth {
                    #expect(try #require(CIDRBlock(address, length: length - 1)).contains(other))
                }
            }
            #expect(CIDRBlock(address, length: -1) == nil)
            #expect(CIDRBlock(address, length: address.bitWidth + 1) == nil)
        }
    }
}
