import Bytes
import Capture
import Packets

/// A capture in memory, so that what is measured reads no file.
struct CapturedFrames {
    private(set) var bytes: [UInt8] = []
    private(set) var frames: [(header: FrameHeader, range: Range<Int>)] = []

    init(path: String) throws {
        var file = try CaptureFile.open(path)
        while let header = try file.next() {
            let start = bytes.count
            bytes.append(copying: file.bytes)
            frames.append((header, start..<bytes.count))
        }
    }

    /// Calls `body` with the first `count` frames; there must be as many.
    func forEach(first count: Int, _ body: (FrameHeader, RawSpan) -> Void) {
        check(count, of: frames.count, "frames")
        let all = bytes.span.bytes
        for index in 0..<count { body(frames[index].header, all.extracting(frames[index].range)) }
    }
}
