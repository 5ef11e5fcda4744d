import Capture
import TestSupport
import Testing

/// A file and where its parts begin.
struct Layout: CustomTestStringConvertible, Sendable {
    var name: String
    var bytes: [UInt8]
    /// Where each part begins, with the end of the file last; whether it is a frame.
    var parts: [(start: Int, isFrame: Bool)]
    /// How many bytes must be there for the file to be a capture at all.
    var headerLength: Int
    var testDescription: String { name }

    static let all: [Layout] = [pcap(false), pcap(true), pcapng(false), pcapng(true)]

    private static let frames: [[UInt8]] = [[1, 2, 3, 4, 5], [], [6], [7, 8, 9, 10, 11, 12, 13, 14]]

    static func pcap(_ isBigEndian: Bool) -> Layout {
        var file = CaptureBytes.pcap(isBigEndian: isBigEndian)
        var parts: [(start: Int, isFrame: Bool)] = []
        for frame in frames {
            parts.append((file.bytes.count, true))
            file.record(1, 2, frame, original: 60)
        }
        parts.append((file.bytes.count, false))
        return Layout(name: "pcap, big \(isBigEndian)", bytes: file.bytes, parts: parts, headerLength: 24)
    }

    static func pcapng(_ isBigEndian: Bool) -> Layout {
        var file = CaptureBytes(isBigEndian: isBigEndian)
        var parts: [(start: Int, isFrame: Bool)] = []
        func part(_ isFrame: Bool, _ add: (inout CaptureBytes) -> Void) {
            parts.append((file.bytes.count, isFrame))
            add(&file)
        }
        file.section()
        part(false) { $0.interface { $0.option(9, [9]) } }
        part(true) { $0.enhanced(0, 5, frames[0], original: 60) { $0.option(1, [65]) } }
        part(false) { $0.block(77) { $0.add(UInt64(1)) } }
        part(true) { $0.simple(frames[3]) }
        part(false) { $0.section() }
        part(false) { $0.interface(linkType: 101) }
        part(true) { $0.obsolete(0, 6, frames[2]) }
        part(false) { $0.block(5) { for _ in 0..<3 { $0.add(UInt32(0)) } } }
        part(true) { $0.enhanced(0, 7, frames[1]) }
        parts.append((file.bytes.count, false))
        return Layout(name: "pcapng, big \(isBigEndian)", bytes: file.bytes, parts: parts, headerLength: 28)
    }
}

@Suite struct DamageTests {
    @Test("Every truncation", arguments: Layout.all) func everyTruncation(_ layout: Layout) throws {
        let folder = try TemporaryFolder()
        let whole = readFrames(try folder.write("whole", layout.bytes))
        #expect(whole.error == nil)
        #expect(whole.frames.count == layout.parts.count { $0.isFrame })
        for count in 0..<layout.bytes.count {
            let (frames, error) = readFrames(try folder.write("cut", Array(layout.bytes[..<count])))
            let ends = layout.parts.dropFirst().map(\.start)
            let complete = zip(layout.parts, ends).count { $0.isFrame && $1 <= count }
            #expect(frames == Array(whole.frames.prefix(complete)), "cut at \(count)")
            if count < 4 {
                #expect(error?.code == (count == 0 ? .emptyFile : .notACapture))
            } else if count < layout.headerLength {
                #expect(error?.code == .truncated, "cut at \(count)")
            } else if let part = layout.parts.last(where: { $0.start <= count }), part.start < count {
                #expect(error?.code == .truncated, "cut at \(count)")
                #expect(error?.byte == UInt64(part.start), "cut at \(count)")
                #expect(error?.frame == UInt64(complete + 1), "cut at \(count)")
                // Of a block of which not even the type is there nobody knows whether it is a frame.
                if part.isFrame, layout.headerLength == 24 || count >= part.start + 8 {
                    #expect(error?.sentence == "ends in the middle of frame \(complete + 1) at byte \(part.start)")
                }
            } else {
                #expect(error == nil, "cut at \(count)")
            }
        }
    }

    /// Writers set room aside, and a crash leaves it as it was.
    @Test("Zeros behind the last frame are no frames", arguments: Layout.all) func zeros(_ layout: Layout) throws {
        let folder = try TemporaryFolder()
        let whole = readFrames(try folder.write("whole", layout.bytes))
        for count in [24, 32, 4096] {
            let room = Array(repeating: 0 as UInt8, count: count)
            let (frames, error) = readFrames(try folder.write("room", layout.bytes + room))
            #expect(frames == whole.frames)
            #expect(error?.code == .damaged && error?.byte == UInt64(layout.bytes.count), "\(count) zeros")
        }
    }

    @Test("Every byte corrupted", arguments: Layout.all) func everyByteCorrupted(_ layout: Layout) throws {
        let folder = try TemporaryFolder()
        for offset in layout.bytes.indices {
            for change: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                var bytes = layout.bytes
                bytes[offset] ^= change
                let (frames, _) = readFrames(try folder.write("bad", bytes), limit: 1000)
                #expect(frames.count < 1000)
                for frame in frames { #expect(frame.bytes.count <= bytes.count) }
            }
        }
    }

    @Test("random bytes are a capture or an error, never a trap") func byteSoup() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        let heads: [[UInt8]] = [
            [], Array(CaptureBytes.pcap().bytes), Array(CaptureBytes.pcap(isBigEndian: true).bytes),
            Array(Layout.pcapng(false).bytes.prefix(60)), Array(Layout.pcapng(true).bytes.prefix(60)),
            [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], [0x28, 0xB5, 0x2F, 0xFD], [0x50, 0x2A, 0x4D, 0x18],
        ]
        for round in 0..<2000 {
            let count = Int.random(in: 0..<400, using: &generator)
            // Small numbers make lengths that are believed.
            let limit: UInt8 = round % 2 == 0 ? 255 : 3
            let tail = (0..<count).map { _ in UInt8.random(in: 0...limit, using: &generator) }
            let bytes = heads[round % heads.count] + tail
            let (frames, error) = readFrames(try folder.write("soup", bytes), limit: 1000)
            #expect(frames.count < 1000, "seed \(seed), round \(round)")
            if let error { #expect(error.exitCode == 65, "seed \(seed), round \(round)") }
        }
    }
}
