import Network
import Testing

@Suite struct EndpointTests {
    @Test("Hardware address") func hardwareAddress() {
        let bytes: [UInt8] = [0xFF, 0x00, 0x1B, 0x21, 0x0A, 0xBC, 0xDE]
        let address = MACAddress(bytes.span.bytes, at: 1)
        #expect(address == MACAddress(0x001B_210A_BCDE))
        var text: [UInt8] = []
        address.write(to: &text)
        #expect(String(decoding: text, as: UTF8.self) == "00:1b:21:0a:bc:de")
    }

    @Test("Transports") func transports() {
        #expect(Transport(rawValue: 6) == .tcp)
        #expect(Transport(rawValue: 17) == .udp)
        #expect(Transport(rawValue: 1) == nil)
        #expect(Transport.tcp.name.description == "tcp")
        #expect(Transport.udp.name.description == "udp")
    }
}
