import Bytes
import Foundation
import Packets
import TestSupport
import Testing

/// tshark as a second opinion on frames.
enum Tshark {
    static let isPresent = FileManager.default.isExecutableFile(atPath: path)
    private static let path = "/usr/bin/tshark"

    /// What tshark finds in each frame: for each of `fields` all its values, outermost first.
    static func fields(
        _ fields: [String], of frames: [[UInt8]], link: LinkType, options: [String] = []
    ) throws -> [[[String]]] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("packets-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let capture = folder.appendingPathComponent("frames.pcap")
        try Data(file(frames, link)).write(to: capture)

        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments =
            ["-n", "-r", capture.path, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"] + options
            + fields.flatMap { ["-e", $0] }
        // Into a file: reading a pipe to its end traps in Foundation when a signal comes, such as that of a child's end.
        let output = folder.appendingPathComponent("fields")
        try Data().write(to: output)
        let writer = try FileHandle(forWritingTo: output)
        process.standardOutput = writer
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try writer.close()
        try #require(process.terminationStatus == 0)
        let text = try String(contentsOf: output, encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: false).prefix(frames.count).map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map { column in
                column.split(separator: ",").map(String.init)
            }
        }
    }

    /// A capture file of version 2.4, most significant byte first.
    private static func file(_ frames: [[UInt8]], _ link: LinkType) -> [UInt8] {
        var bytes: [UInt8] = [0xA1, 0xB2, 0xC3, 0xD4, 0, 2, 0, 4] + Build.u32(0) + Build.u32(0) + Build.u32(262_144)
        bytes += Build.u32(link.rawValue)
        for frame in frames {
            let count = Build.u32(UInt32(frame.count))
            bytes += Build.u32(1) + Build.u32(0) + count + count + frame
        }
        return bytes
    }
}
