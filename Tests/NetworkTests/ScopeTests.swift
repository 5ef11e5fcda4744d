import Network
import Testing

@Suite struct ScopeTests {
    /// The IANA registries of special-purpose addresses (RFC 6890), first and last address of each block and their neighbours.
    @Test(
        "public addresses",
        arguments: [
            ("0.255.255.255", false), ("1.0.0.0", true), ("9.255.255.255", true), ("10.0.0.0", false),
            ("10.255.255.255", false), ("11.0.0.0", true), ("100.63.255.255", true), ("100.64.0.0", false),
            ("100.127.255.255", false), ("100.128.0.0", true), ("127.0.0.1", false), ("169.254.0.1", false),
            ("172.15.255.255", true), ("172.16.0.0", false), ("172.31.255.255", false), ("172.32.0.0", true),
            ("192.0.0.8", false), ("192.0.2.1", false), ("192.88.99.1", false), ("192.168.0.1", false),
            ("198.17.255.255", true), ("198.18.0.0", false), ("198.19.255.255", false), ("198.51.100.7", false),
            ("203.0.113.9", false), ("223.255.255.255", true), ("224.0.1.187", false), ("240.0.0.1", false),
            ("255.255.255.255", false), ("::", false), ("::1", false), ("::ffff:8.8.8.8", false), ("64:ff9b::1", false),
            ("fc00::1", false), ("fe80::1", false), ("ff02::fd", false), ("2001::1", false), ("2001:200::1", true),
            ("2001:db8::1", false), ("2002::1", false), ("2a00::1", true), ("3fff::1", false), ("3fff:1000::", true),
            ("4000::1", false),
        ])
    func isPublic(_ address: String, _ expected: Bool) throws {
        #expect(try #require(IPAddress(address)).isPublic == expected)
    }

    @Test("the network that is usual for an address") func usualNetwork() throws {
        #expect(try #require(IPAddress("10.1.2.3")).usualNetwork.description == "10.1.2.0")
        #expect(try #require(IPAddress("2001:db8:1:2:3::4")).usualNetwork.description == "2001:db8:1:2::")
    }
}
