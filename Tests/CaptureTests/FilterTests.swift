import Capture
import Packets
import Testing

@Suite struct FilterTests {
    /// Ethernet, IPv4, UDP from port 40000 to `port`; checksums are zero.
    static func datagram(to port: UInt16) -> [UInt8] {
        let ethernet: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]
        return ethernet + packet(to: port)
    }

    static func packet(to port: UInt16) -> [UInt8] {
        let ip: [UInt8] = [0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
        let udp: [UInt8] = [0x9C, 0x40, UInt8(port >> 8), UInt8(port & 255), 0, 12, 0, 0]
        return ip + udp + [1, 2, 3, 4]
    }

    @Test("Frames of several link types") func framesOfSeveralLinkTypes() throws {
        var file = CaptureBytes()
        file.section()
        file.interface(linkType: 1)
        file.interface(linkType: 101)
        for port: UInt16 in [5683, 53, 5683] {
            file.enhanced(0, 0, Self.datagram(to: port))
            file.enhanced(1, 0, Self.packet(to: port))
        }
        let folder = try TemporaryFolder()
        let path = try folder.write("x", file.bytes)
        let filter = try PacketFilter("udp port 5683")
        for _ in 0..<2 {
            let (frames, error) = readFrames(path, filter: filter)
            #expect(error == nil)
            // The numbers are those in the file.
            #expect(frames.map(\.header.number) == [1, 2, 5, 6])
        }
        var reader = try CaptureFile.open(path, filter: filter)
        while try reader.next() != nil {}
        #expect(reader.framesFiltered == 2)
        #expect(reader.framesRead == 6)
        #expect(readFrames(path, filter: try PacketFilter("")).frames.count == 6)
        #expect(readFrames(path, filter: try PacketFilter("host 10.0.0.3")).frames.isEmpty)
    }

    @Test("Bad expressions", arguments: ["udp prot 5683", "tcp port", "(", "port 70000"])
    func badExpressions(_ expression: String) {
        let error = #expect(throws: CaptureError.self) { try PacketFilter(expression) }
        #expect(error?.code == .badFilter)
        #expect(error?.exitCode == 64)
        #expect(error?.sentence.contains(expression) == true)
    }

    @Test("Syntax error carries the message") func syntaxErrorCarriesTheMessage() {
        let error = #expect(throws: CaptureError.self) { try PacketFilter("udp prot 5683") }
        #expect(error?.sentence.hasPrefix("the filter \"udp prot 5683\" is wrong for ethernet frames: ") == true)
        #expect(error?.sentence.contains("syntax error") == true)
    }

    @Test("Expression that does not fit the link type") func expressionThatDoesNotFitTheLinkType() throws {
        var file = CaptureBytes.pcap(linkType: 101)
        file.record(0, 0, Self.packet(to: 1))
        let folder = try TemporaryFolder()
        let error = readFrames(
            try folder.write("x", file.bytes), filter: try PacketFilter("ether src 02:00:00:00:00:01")
        ).error
        #expect(error?.code == .badFilter)
        #expect(error?.sentence.contains("raw frames") == true)
    }
}
