import Capture
import Foundation
import Packets
import Testing

/// A frame with a copy of its bytes.
struct Frame: Equatable {
    var header: FrameHeader
    var bytes: [UInt8]
}

/// Reads to the end or to the error, as a client of the module does.
func readFrames(
    _ path: String, filter: PacketFilter? = nil, limit: Int = .max
) -> (frames: [Frame], error: CaptureError?) {
    var frames: [Frame] = []
    do throws(CaptureError) {
        var file = try CaptureFile.open(path, filter: filter)
        while frames.count < limit, let header = try file.next() {
            frames.append(Frame(header: header, bytes: copy(file.bytes)))
        }
        return (frames, nil)
    } catch {
        return (frames, error)
    }
}

func copy(_ bytes: RawSpan) -> [UInt8] { bytes.withUnsafeBytes { Array($0) } }

/// A folder that goes with its last reference.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/capture-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

/// Writes `bytes` into a file and reads it.
func readFrames(_ bytes: [UInt8]) throws -> (frames: [Frame], error: CaptureError?) {
    let folder = try TemporaryFolder()
    return readFrames(try folder.write("input", bytes))
}

/// Runs a tool, which must succeed, and gives its standard output; `nil` where there is no such tool.
func run(_ tool: String, _ arguments: [String]) throws -> Data? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
    guard let folder = folders.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }) else {
        return nil
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "\(folder)/\(tool)")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(tool) failed")
    return data
}
