import Capture
import Foundation
import TestSupport
import Testing

@Suite struct CompressionTests {
    /// A capture of some hundred frames whose bytes do not compress to nothing.
    static func capture() -> CaptureBytes {
        var generator = SeededGenerator(seed: 1)
        var file = CaptureBytes.pcap()
        for index in 0..<3000 {
            let count = Int.random(in: 0..<300, using: &generator)
            file.record(UInt32(index), 0, (0..<count).map { _ in UInt8.random(in: 0...40, using: &generator) })
        }
        return file
    }

    /// Compresses with a command-line tool; `nil` where there is none.
    static func compress(_ bytes: [UInt8], _ tool: String, _ options: [String] = []) throws -> [UInt8]? {
        let folder = try TemporaryFolder()
        let path = try folder.write("x", bytes)
        return try run(tool, options + ["-c", path]).map { [UInt8]($0) }
    }

    @Test("Whole file", arguments: ["gzip", "zstd"]) func wholeFile(_ tool: String) throws {
        let plain = Self.capture().bytes
        guard let compressed = try Self.compress(plain, tool) else { return }
        let folder = try TemporaryFolder()
        let path = try folder.write("not-named-so", compressed)
        let expected = try readFrames(plain).frames
        let (frames, error) = readFrames(path)
        #expect(error == nil)
        #expect(frames == expected)
        #expect(frames.count == 3000)
        var file = try CaptureFile.open(path)
        #expect(file.isCompressed == true)
        #expect(file.size == Int64(compressed.count))
        while try file.next() != nil { #expect(file.bytesConsumed <= Int64(compressed.count)) }
        #expect(file.bytesConsumed == Int64(compressed.count))
    }

    @Test("members of gzip and zstd one after another are one capture", arguments: ["gzip", "zstd"])
    func membersOneAfterAnother(_ tool: String) throws {
        let plain = Self.capture().bytes
        // Cut anywhere, also inside the file header and inside frames; an empty member is a member.
        let cuts = [0, 3, 20, 21, 5000, 5000, 100_001, plain.count]
        var compressed: [UInt8] = []
        for (low, high) in zip(cuts, cuts.dropFirst()) {
            guard let part = try Self.compress(Array(plain[low..<high]), tool) else { return }
            compressed += part
        }
        let (frames, error) = try readFrames(compressed)
        #expect(error == nil)
        #expect(frames == (try readFrames(plain).frames))
        if tool == "gzip" {
            #expect(try readFrames(compressed + Array(repeating: 0, count: 700)).error == nil)
        } else {
            // A skippable frame of three bytes (RFC 8878, 3.1.2), before and behind.
            let skippable: [UInt8] = [0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
            let (frames, error) = try readFrames(skippable + compressed + skippable)
            #expect(error == nil)
            #expect(frames.count == 3000)
        }
        let garbage = try readFrames(compressed + [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        #expect(garbage.frames.count == 3000)
        #expect(garbage.error?.code == .badCompression)
    }

    @Test("Cut short", arguments: ["gzip", "zstd"]) func cutShort(_ tool: String) throws {
        let plain = Self.capture().bytes
        guard let compressed = try Self.compress(plain, tool) else { return }
        let all = try readFrames(plain).frames
        var last = 0
        for count in stride(from: 20, to: compressed.count, by: 997) + [compressed.count - 1] {
            let (frames, error) = try readFrames(Array(compressed[..<count]))
            #expect(frames == Array(all.prefix(frames.count)))
            #expect(frames.count >= last)
            #expect(error?.code == .badCompression, "cut at \(count)")
            #expect(error?.exitCode == 65)
            if !frames.isEmpty {
                #expect(error?.frame == UInt64(frames.count + 1))
                #expect(
                    error?.sentence.hasPrefix("the \(tool) data is cut short, in frame \(frames.count + 1) at byte")
                        == true)
                #expect(error?.sentence.hasSuffix("of the decompressed data") == true)
            }
            last = frames.count
        }
        // Only a checksum is missing: every frame is there.
        #expect(last == 3000)
    }

    @Test("Damaged in the middle", arguments: ["gzip", "zstd"]) func damagedInTheMiddle(_ tool: String) throws {
        let plain = Self.capture().bytes
        guard var compressed = try Self.compress(plain, tool) else { return }
        for offset in (compressed.count / 2)..<(compressed.count / 2 + 40) { compressed[offset] ^= 0x5A }
        let (frames, error) = try readFrames(compressed)
        #expect(error != nil)
        #expect(error?.exitCode == 65)
        // Zstandard loses at most the block of 128 KiB that is damaged, gzip a little.
        let all = try readFrames(plain).frames
        let before = frames.reduce(24) { $0 + 16 + $1.bytes.count }
        #expect(before > plain.count / 2 - 140_000)
        #expect(frames.prefix(1000) == all.prefix(frames.count).prefix(1000))
    }

    @Test("Wrong checksum") func wrongChecksum() throws {
        let plain = Self.capture().bytes
        guard var compressed = try Self.compress(plain, "gzip") else { return }
        compressed[compressed.count - 8] ^= 1
        let (frames, error) = try readFrames(compressed)
        #expect(frames.count == 3000)
        #expect(error?.sentence.hasPrefix("the gzip data is damaged (incorrect data check)") == true)
    }

    @Test("Damaged capture inside") func damagedCaptureInside() throws {
        var file = CaptureBytes.pcap()
        file.record(0, 0, [1])
        for value in [UInt32(0), 0, 999_999, 60] { file.add(value) }
        guard let compressed = try Self.compress(file.bytes, "gzip") else { return }
        let (frames, error) = try readFrames(compressed)
        #expect(frames.count == 1)
        #expect(error?.sentence == "frame 2 at byte 41 of the decompressed data says it is 999.9 kB long")
    }

    @Test("Not a capture inside", arguments: ["gzip", "zstd"]) func notACaptureInside(_ tool: String) throws {
        guard let empty = try Self.compress([], tool),
            let text = try Self.compress(Array("hello, world".utf8), tool),
            let twice = try Self.compress(try Self.compress(CaptureBytes.pcap().bytes, "gzip") ?? [], tool)
        else { return }
        #expect(try readFrames(empty).error?.code == .emptyFile)
        #expect(try readFrames(empty).error?.sentence == "holds nothing when decompressed")
        #expect(try readFrames(text).error?.sentence == "not a capture file: begins with \"hello, world\"")
        #expect(try readFrames(twice).error?.code == .notACapture)
    }

    @Test("Too much history") func tooMuchHistory() throws {
        guard let compressed = try Self.compress(Self.capture().bytes, "zstd", ["--long=31", "--no-content-size"])
        else { return }
        // The tool may shrink the window to the file; whatever it writes is read or refused, never obeyed blindly.
        let (frames, error) = try readFrames(compressed)
        #expect(frames.count == 3000 || error?.code == .badCompression)
    }
}

private func + (left: StrideTo<Int>, right: [Int]) -> [Int] { Array(left) + right }
