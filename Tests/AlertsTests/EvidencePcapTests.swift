import Alerts
import Foundation
import TestSupport
import Testing

@Suite struct EvidencePcapTests {
    private let frames = [
        EvidenceFrame(
            frameNumber: 1, timestampNanoseconds: 1_700_000_000_123_456_789, linkType: 1, originalLength: 1500,
            bytes: Array(0..<61)),
        EvidenceFrame(
            frameNumber: 7, timestampNanoseconds: 1_700_000_001_000_000_001, linkType: 101, originalLength: 20,
            bytes: [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]),
        EvidenceFrame(
            frameNumber: 9, timestampNanoseconds: -5, linkType: 1, originalLength: 0, bytes: Array(0..<14)),
    ]

    /// The blocks by hand, after the draft: type, length, body, length again; all of it in multiples of four.
    @Test("Blocks") func blocks() throws {
        let file = EvidencePcap.file(frames)
        func word(_ offset: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(file[offset + $1]) << UInt32(8 * $1) } }
        var offset = 0
        var types: [UInt32] = []
        while offset < file.count {
            let length = Int(word(offset + 4))
            #expect(length % 4 == 0)
            #expect(word(offset + length - 4) == UInt32(length))
            types.append(word(offset))
            offset += length
        }
        #expect(types == [0x0A0D_0D0A, 1, 1, 6, 6, 6])
        #expect(Array(file[8..<12]) == [0x4D, 0x3C, 0x2B, 0x1A], "little-endian magic")
        #expect(EvidencePcap.file([]).count == 28)
    }

    @Test(
        "tshark reads it",
        .needs(FileManager.default.isExecutableFile(atPath: "/usr/bin/tshark"), "tshark is not installed"))
    func tsharkReadsIt() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/evidence.pcapng"
        try Data(EvidencePcap.file(frames)).write(to: URL(fileURLWithPath: path))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/tshark")
        process.arguments = [
            "-r", path, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len", "-e",
            "frame.encap_type",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // Encapsulation 1 is Ethernet, 7 raw IP, by Wireshark's own numbers.
        #expect(
            text.split(separator: "\n").map { $0.split(separator: "\t") } == [
                ["1700000000.123456789", "1500", "61", "1"], ["1700000001.000000001", "20", "20", "7"],
                ["0.000000000", "14", "14", "1"],
            ])
    }
}
