import Capture
import Network
import Packets
import Testing

@Suite struct PcapTests {
    struct Variant: CustomTestStringConvertible, Sendable {
        var name: String
        var isBigEndian: Bool
        var magic: UInt32
        var fraction: UInt32
        var nanoseconds: Int64
        var extra: [UInt8] = []
        var testDescription: String { name }
    }

    static let variants = [
        Variant(
            name: "little, us", isBigEndian: false, magic: 0xA1B2_C3D4, fraction: 123_456, nanoseconds: 123_456_000),
        Variant(name: "big, us", isBigEndian: true, magic: 0xA1B2_C3D4, fraction: 123_456, nanoseconds: 123_456_000),
        Variant(
            name: "little, ns", isBigEndian: false, magic: 0xA1B2_3C4D, fraction: 123_456_789, nanoseconds: 123_456_789),
        Variant(
            name: "big, ns", isBigEndian: true, magic: 0xA1B2_3C4D, fraction: 123_456_789, nanoseconds: 123_456_789),
        // The modified record header ends in interface index, protocol, packet type and a byte of padding.
        Variant(
            name: "little, modified", isBigEndian: false, magic: 0xA1B2_CD34, fraction: 7, nanoseconds: 7000,
            extra: [2, 0, 0, 0, 8, 0, 0, 0]),
        Variant(
            name: "big, modified", isBigEndian: true, magic: 0xA1B2_CD34, fraction: 7, nanoseconds: 7000,
            extra: [0, 0, 0, 2, 0, 8, 0, 0]),
    ]

    @Test("Headers", arguments: variants) func headers(_ variant: Variant) throws {
        var file = CaptureBytes.pcap(isBigEndian: variant.isBigEndian, magic: variant.magic, linkType: 113)
        file.record(1_700_000_000, variant.fraction, [1, 2, 3], original: 900, extra: variant.extra)
        file.record(UInt32.max, 0, [], extra: variant.extra)
        let (frames, error) = try readFrames(file.bytes)
        #expect(error == nil)
        try #require(frames.count == 2)
        let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000 + variant.nanoseconds)
        let header = FrameHeader(timestamp: time, number: 1, originalLength: 900, linkType: .linuxSLL)
        #expect(frames[0] == Frame(header: header, bytes: [1, 2, 3]))
        #expect(frames[1].header.timestamp.nanoseconds == 4_294_967_295_000_000_000)
        #expect(frames[1].header.number == 2)
        #expect(frames[1].bytes == [])
    }

    static let linkTypeFields: [(UInt32, LinkType)] = [
        // The upper bits tell of a frame check sequence of four bytes.
        (0x2400_0001, .ethernet), (0x0000_0114, .linuxSLL2), (12, .raw), (14, .raw), (101, .raw), (0, .null),
        (65_535, LinkType(rawValue: 65_535)),
    ]

    @Test("Link types", arguments: linkTypeFields)
    func linkTypes(_ value: UInt32, _ expected: LinkType) throws {
        var file = CaptureBytes.pcap(linkType: value)
        file.record(0, 0, [0])
        #expect(try readFrames(file.bytes).frames.first?.header.linkType == expected)
    }

    @Test("a frame longer than the snap length of the file is read", arguments: [UInt32(0), 4, 0xFFFF_FFFF])
    func snapLengthIsNotBelieved(_ snapLength: UInt32) throws {
        var file = CaptureBytes.pcap(snapLength: snapLength)
        file.record(0, 0, [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(try readFrames(file.bytes).frames.first?.bytes.count == 8)
    }

    static let oldVersions: [(UInt16, UInt16, Int, Int)] = [
        (2, 2, 900, 3), (2, 3, 900, 3), (2, 3, 3, 900), (2, 4, 3, 900), (543, 0, 900, 3),
    ]

    @Test("old pcap versions have captured and original length swapped", arguments: oldVersions)
    func oldVersionsSwapTheLengths(_ major: UInt16, _ minor: UInt16, _ first: Int, _ second: Int) throws {
        var file = CaptureBytes.pcap(version: (major, minor))
        for value in [0, 0, first, second] { file.add(UInt32(value)) }
        file.bytes += [1, 2, 3]
        let (frames, error) = try readFrames(file.bytes)
        #expect(error == nil)
        #expect(frames.map(\.bytes) == [[1, 2, 3]])
        #expect(frames.first?.header.originalLength == 900)
    }

    @Test("No frames") func noFrames() throws {
        let (frames, error) = try readFrames(CaptureBytes.pcap().bytes)
        #expect(frames.isEmpty)
        #expect(error == nil)
    }

    @Test("Longest frame") func longestFrame() throws {
        var file = CaptureBytes.pcap()
        file.record(0, 0, Array(repeating: 7, count: 262_144))
        file.record(0, 0, [1])
        file.record(0, 0, Array(repeating: 8, count: 262_145))
        let (frames, error) = try readFrames(file.bytes)
        #expect(frames.map(\.bytes.count) == [262_144, 1])
        #expect(error?.code == .damaged)
        #expect(error?.sentence == "frame 3 at byte 262201 says it is 262.1 kB long")
    }

    @Test("Absurd length") func absurdLength() throws {
        var file = CaptureBytes.pcap()
        file.record(0, 0, [1])
        for value in [UInt32(0), 0, 1_234_567_890, 60] { file.add(value) }
        let (frames, error) = try readFrames(file.bytes)
        #expect(frames.count == 1)
        #expect(error?.description.hasSuffix(": frame 2 at byte 41 says it is 1.2 GB long") == true)
        #expect(error?.frame == 2)
        #expect(error?.byte == 41)
        #expect(error?.exitCode == 65)
    }

    static let others: [([UInt8], CaptureError.Code, String)] = [
        ([], .emptyFile, "is empty"),
        (Array("GET / HTTP/1.1\r\n".utf8), .notACapture, "not a capture file: begins with 47 45 54 20 2f 20 48 54"),
        (Array("#!/bin/sh -e and more".utf8), .notACapture, "not a capture file: begins with \"#!/bin/sh -e and\""),
        ([0xD4, 0xC3, 0xB2], .notACapture, "not a capture file: begins with d4 c3 b2"),
        ([0xD4, 0xC3, 0xB2, 0xA1, 2], .truncated, "ends in the middle of the file header"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0], .unsupported, "is a file in the format xz, which is not read here"),
        (CaptureBytes.pcap(version: (3, 1)).bytes, .unsupported, "is of version 3.1 of pcap; only 2 can be read"),
    ]

    @Test("Other files", arguments: others)
    func otherFiles(_ bytes: [UInt8], _ code: CaptureError.Code, _ sentence: String) throws {
        let (frames, error) = try readFrames(bytes)
        #expect(frames.isEmpty)
        #expect(error?.code == code)
        #expect(error?.sentence == sentence)
        #expect(error?.exitCode == 65)
    }

    @Test("Missing file and folder") func missingFileAndFolder() {
        let missing = readFrames("/nonexistent/x.pcap").error
        #expect(missing?.code == .noSuchFile)
        #expect(missing?.exitCode == 66)
        #expect(missing?.description == "/nonexistent/x.pcap: no such file or folder")
        #expect(readFrames("/").error?.sentence == "is a folder, not a file")
        #expect(readFrames("/").error?.exitCode == 66)
    }

    @Test("Progress") func progress() throws {
        var bytes = CaptureBytes.pcap()
        for index in 0..<4 { bytes.record(0, 0, Array(repeating: UInt8(index), count: 10)) }
        let folder = try TemporaryFolder()
        var file = try CaptureFile.open(try folder.write("x", bytes.bytes))
        #expect(file.size == Int64(24 + 4 * 26))
        #expect(file.isSeekable == true)
        #expect(file.isCompressed == false)
        var consumed = [file.bytesConsumed]
        while case .frame = try file.step() { consumed.append(file.bytesConsumed) }
        #expect(consumed == [24, 50, 76, 102, 128])
        #expect(file.framesRead == 4)
        #expect(file.bytes.byteCount == 0)
        #expect(try file.next() == nil)
    }

    /// A loop that takes files and live interfaces alike.
    private func total(_ source: inout some FrameSource & ~Copyable) throws(CaptureError) -> (frames: Int, bytes: Int) {
        var result = (frames: 0, bytes: 0)
        while true {
            switch try source.step() {
            case .frame:
                result.frames += 1
                result.bytes += source.bytes.byteCount
            case .idle: continue
            case .end: return result
            }
        }
    }

    @Test("Through the protocol") func throughTheProtocol() throws {
        var bytes = CaptureBytes.pcap()
        for count in 1...3 { bytes.record(0, 0, Array(repeating: 0, count: count)) }
        let folder = try TemporaryFolder()
        var file = try CaptureFile.open(try folder.write("x", bytes.bytes))
        let result = try total(&file)
        #expect(result.frames == 3)
        #expect(result.bytes == 6)
    }
}
