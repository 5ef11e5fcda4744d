import Capture
import Foundation
import Network
import Packets
import Testing

/// Captures by others, beside the package, read here and by tshark. Without them there is nothing to do.
@Suite struct ReferenceTests {
    static let files: [String] = {
        let named = ProcessInfo.processInfo.environment["CAPTURE_SAMPLES"]
        let beside = FileManager.default.currentDirectoryPath + "/../shared/pcaps"
        let found = try? CapturePaths([named ?? beside])
        return found?.files ?? []
    }()

    @Test("Same as tshark", .enabled(if: !files.isEmpty, "no captures by others beside the package"), arguments: files)
    func sameAsTshark(_ path: String) throws {
        let fields = ["frame.number", "frame.time_epoch", "frame.cap_len", "frame.len"]
        let arguments = ["-n", "-r", path, "-T", "fields"] + fields.flatMap { ["-e", $0] }
        guard let output = try run("tshark", arguments) else { return }
        let expected = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
        let (frames, error) = readFrames(path)
        #expect(error == nil)
        #expect(frames.count == expected.count)
        for (frame, line) in zip(frames, expected) {
            let time = frame.header.timestamp.nanoseconds
            let fraction = String(1_000_000_000 + time % 1_000_000_000).dropFirst()
            let text = [
                "\(frame.header.number)", "\(time / 1_000_000_000).\(fraction)", "\(frame.bytes.count)",
                "\(frame.header.originalLength)",
            ]
            if text.joined(separator: "\t") != line {
                #expect(text.joined(separator: "\t") == line)
                break
            }
        }
    }
}
