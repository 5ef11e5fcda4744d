import Bytes
import Network
import Proxies
import Testing

/// Headers of the PROXY protocol, by the examples of its specification.

private let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

private func binary(_ version: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
    signature + [version, family, UInt8(rest.count >> 8), UInt8(rest.count & 255)] + rest
}

private let four: [UInt8] = [192, 0, 2, 1, 192, 0, 2, 2, 0x9C, 0x40, 0x07, 0x5B]
private let six: [UInt8] =
    [0x20, 1, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [1] + Array(repeating: 0, count: 15) + [
        1, 0x9C, 0x40, 7, 91,
    ]
private let longTLVs = [UInt8](repeating: 4, count: 9000)

private let accepted: [(String, [UInt8], String?)] = [
    ("TCP4", text("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), "255.255.255.255 65535"),
    (
        "TCP6", text("PROXY TCP6 2001:db8::1 ffff:f:f:f:f:f:f:f 40000 1883\r\n"), "2001:db8::1 40000"
    ),
    ("UNKNOWN", text("PROXY UNKNOWN\r\n"), nil),
    (
        "UNKNOWN with 107 bytes",
        text(
            "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535".padding(to: 105) + "\r\n"), nil
    ),
    ("another family", text("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n"), nil),
    ("a port with a zero in front", text("PROXY TCP4 192.0.2.1 192.0.2.2 040 1883\r\n"), nil),
    ("two spaces", text("PROXY TCP4  192.0.2.1 192.0.2.2 40 1883\r\n"), nil),
    ("v2 IPv4", binary(0x21, 0x11, four), "192.0.2.1 40000"),
    ("v2 IPv6", binary(0x21, 0x21, six), "2001:db8::1 40000"),
    ("v2 with TLVs", binary(0x21, 0x11, four + longTLVs), "192.0.2.1 40000"),
    ("v2 LOCAL", binary(0x20, 0x00, []), nil),
    ("v2 LOCAL with addresses", binary(0x20, 0x11, four), nil),
    ("v2 UNSPEC", binary(0x21, 0x00, [1, 2, 3]), nil),
    ("v2 UNIX", binary(0x21, 0x31, Array(repeating: 0, count: 216)), nil),
    ("v2 over UDP", binary(0x21, 0x12, four), nil),
]

private let wrong: [(String, [UInt8])] = [
    ("108 bytes", text("PROXY UNKNOWN".padding(to: 106) + "\r\n")),
    ("LF alone", text("PROXY TCP4 192.0.2.1 192.0.2.2 40 1883\n")),
    ("version 1 in binary", binary(0x11, 0x11, four)),
    ("command 2", binary(0x22, 0x11, four)),
    ("too short for IPv4", binary(0x21, 0x11, Array(four.dropLast()))),
    ("too short for IPv6", binary(0x21, 0x21, four)),
]

extension String {
    fileprivate func padding(to count: Int) -> String { self + String(repeating: " ", count: count - utf8.count) }
}

@Suite struct ProxyHeaderTests {
    @Test("Headers that are accepted, cut into pieces of any size", arguments: 1...60) func headers(_ size: Int) {
        for (name, bytes, source) in accepted {
            let outcome = run(.proxyProtocol, [(.client, bytes + [0x10, 0]), (.server, [0x20])], size: size)
            #expect(outcome.end.isOpen, "\(name)")
            #expect(outcome.client == [0x10, 0] && outcome.server == [0x20], "\(name)")
            let shown = outcome.source.map { end in
                var address: [UInt8] = []
                end.address.write(to: &address)
                return String(decoding: address, as: UTF8.self) + " \(end.port)"
            }
            #expect(shown == source, "\(name)")
        }
    }

    @Test("Headers that no receiver may accept", arguments: [1, 7, 10_000]) func wrongHeaders(_ size: Int) {
        for (name, bytes) in wrong {
            #expect(run(.proxyProtocol, [(.client, bytes)], size: size).end == .other, "\(name)")
        }
    }

    @Test("No beginning of a header is one") func beginnings() {
        for (name, bytes, _) in accepted {
            for count in 1..<bytes.count where count < 200 || bytes.count - count < 100 {
                let end = run(.proxyProtocol, [(.client, Array(bytes[..<count]))], size: 10_000).end
                #expect(!end.isOpen && end != .other, "\(name), \(count) bytes")
            }
        }
    }
}
