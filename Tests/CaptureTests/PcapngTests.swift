import Capture
import Network
import Packets
import Testing

@Suite struct PcapngTests {
    @Test("Blocks", arguments: [false, true]) func blocks(_ isBigEndian: Bool) throws {
        var file = CaptureBytes(isBigEndian: isBigEndian)
        file.section()
        file.interface(linkType: 1) {
            $0.option(2, Array("eth0".utf8))
            $0.option(9, [9])
            $0.option(0, [])
        }
        file.interface(linkType: 276, snapLength: 4)
        file.block(0x0BAD) { $0.add(UInt64(0)) }
        file.block(4) { $0.add(UInt32(0)) }  // names
        file.block(10) { $0.bytes += Array(repeating: 0, count: 40) }  // secrets
        file.enhanced(0, 1_700_000_000_123_456_789, [1, 2, 3, 4, 5], original: 77) {
            $0.option(1, Array("a comment".utf8))
            $0.option(0, [])
        }
        file.enhanced(1, 1_700_000_000_123_456, [6])
        file.simple([9, 8, 7, 6])
        file.obsolete(1, 1_700_000_001_000_000, [5, 5, 5])
        file.block(5) {
            $0.add(UInt32(1))
            $0.add(UInt64(0))
            $0.option(4, (0..<8).map { isBigEndian ? ($0 == 7 ? 100 : 0) : ($0 == 0 ? 100 : 0) })
            $0.option(5, (0..<8).map { isBigEndian ? ($0 == 7 ? 3 : 0) : ($0 == 0 ? 3 : 0) })
            $0.option(7, (0..<8).map { isBigEndian ? ($0 == 7 ? 2 : 0) : ($0 == 0 ? 2 : 0) })
        }
        let folder = try TemporaryFolder()
        let path = try folder.write("x", file.bytes)
        let (frames, error) = readFrames(path)
        #expect(error == nil)
        let expected: [(Int64, Int, LinkType, UInt32, [UInt8])] = [
            (1_700_000_000_123_456_789, 77, .ethernet, 0, [1, 2, 3, 4, 5]),
            (1_700_000_000_123_456_000, 1, .linuxSLL2, 1, [6]),
            // A Simple Packet Block has no time and belongs to interface 0.
            (1_700_000_000_123_456_000, 4, .ethernet, 0, [9, 8, 7, 6]),
            (1_700_000_001_000_000_000, 3, .linuxSLL2, 1, [5, 5, 5]),
        ]
        try #require(frames.count == expected.count)
        for (index, (time, original, linkType, interface, bytes)) in expected.enumerated() {
            let header = FrameHeader(
                timestamp: Timestamp(nanoseconds: time), number: UInt64(index + 1), originalLength: original,
                linkType: linkType, interface: interface)
            #expect(frames[index] == Frame(header: header, bytes: bytes))
        }
        var reader = try CaptureFile.open(path)
        while try reader.next() != nil {}
        #expect(reader.interfaceName(0) == "eth0")
        #expect(reader.interfaceName(1) == nil)
        #expect(reader.interfaceName(2) == nil)
        #expect(reader.deviceCounters == CaptureCounters(received: 100, droppedByKernel: 2, droppedByInterface: 3))
    }

    @Test("Sections of both orders") func sectionsOfBothOrders() throws {
        var first = CaptureBytes(isBigEndian: false)
        first.section()
        first.interface(linkType: 1)
        first.enhanced(0, 1_000_000, [1])
        var second = CaptureBytes(isBigEndian: true)
        second.section(version: (1, 2))
        second.interface(linkType: 101)
        second.enhanced(0, 2_000_000, [2])
        let (frames, error) = try readFrames(first.bytes + second.bytes + first.bytes)
        #expect(error == nil)
        #expect(frames.map(\.bytes) == [[1], [2], [1]])
        #expect(frames.map(\.header.linkType) == [.ethernet, .raw, .ethernet])
        #expect(frames.map(\.header.interface) == [0, 1, 2])
        #expect(frames.map(\.header.number) == [1, 2, 3])
        #expect(frames.map(\.header.timestamp.nanoseconds) == [1_000_000_000, 2_000_000_000, 1_000_000_000])
    }

    static let clocks: [(UInt8, Int64, UInt64, Int64)] = [
        // if_tsresol, if_tsoffset, count of units, nanoseconds
        (6, 0, 1_500_000, 1_500_000_000),
        (0, 0, 3, 3_000_000_000),
        (3, 0, 1500, 1_500_000_000),
        (9, 0, 1, 1),
        (12, 0, 1_999_999, 1999),
        (19, 0, 10_000_000_000, 1),
        (0x80, 0, 2, 2_000_000_000),
        (0x81, 0, 3, 1_500_000_000),
        (0x94, 0, 1 << 20 | 1 << 19, 1_500_000_000),
        (0xA0, 0, 1 << 32 | 1 << 31, 1_500_000_000),
        (0xBF, 0, 1 << 63 | 1 << 62, 1_500_000_000),
        (6, 1_000_000_000, 5, 1_000_000_000_000_005_000),
        (6, -10, 4_000_000, -6_000_000_000),
        (9, 0, .max, .max),
        (0, 0, .max, .max),
        (6, .max, 1, .max),
        (6, .min, 1, .min + 1000),
    ]

    @Test("Clock", arguments: clocks)
    func clock(_ resolution: UInt8, _ offset: Int64, _ units: UInt64, _ nanoseconds: Int64) throws {
        for isBigEndian in [false, true] {
            var file = CaptureBytes(isBigEndian: isBigEndian)
            file.section()
            file.interface {
                $0.option(9, [resolution])
                let ordered = isBigEndian ? offset.bigEndian : offset.littleEndian
                $0.option(14, withUnsafeBytes(of: ordered) { Array($0) })
            }
            file.enhanced(0, units, [1])
            #expect(try readFrames(file.bytes).frames.first?.header.timestamp.nanoseconds == nanoseconds)
        }
    }

    @Test("Simple packets are cut by the snap length") func simplePacketsAreCutByTheSnapLength() throws {
        var file = CaptureBytes()
        file.section()
        file.interface(snapLength: 6)
        file.simple([1, 2, 3, 4, 5, 6], original: 1000)
        file.simple([1, 2, 3], original: 3)
        let (frames, error) = try readFrames(file.bytes)
        #expect(error == nil)
        #expect(frames.map(\.bytes) == [[1, 2, 3, 4, 5, 6], [1, 2, 3]])
        #expect(frames.map(\.header.originalLength) == [1000, 3])
    }

    @Test("unknown pcapng blocks are skipped, whatever their size") func unknownBlockOfAnySizeIsPassedOver() throws {
        var file = CaptureBytes()
        file.section()
        file.interface()
        file.block(0x4000_0BAD) { $0.bytes += Array(repeating: 1, count: 3_000_000) }
        file.enhanced(0, 0, [1])
        let (frames, error) = try readFrames(file.bytes)
        #expect(error == nil)
        #expect(frames.count == 1)
    }

    @Test("Frame with many options") func frameWithManyOptions() throws {
        var file = CaptureBytes()
        file.section()
        file.interface()
        file.enhanced(0, 0, Array(repeating: 3, count: 262_144)) {
            for _ in 0..<3 { $0.option(1, Array(repeating: 65, count: 65_532)) }
        }
        file.enhanced(0, 0, [1])
        let (frames, error) = try readFrames(file.bytes)
        #expect(error == nil)
        #expect(frames.map(\.bytes.count) == [262_144, 1])
    }

    struct Damage: CustomTestStringConvertible, Sendable {
        var name: String
        var sentence: String
        var build: @Sendable (inout CaptureBytes) -> Void
        var testDescription: String { name }
    }

    // Each begins with a section (28 bytes), an interface (20 bytes) and a frame (36 bytes).
    static let damages = [
        Damage(
            name: "unknown interface",
            sentence: "frame 2 at byte 84 belongs to interface 1, but its section describes 1 so far"
        ) {
            $0.enhanced(1, 0, [1])
        },
        Damage(
            name: "longer than its block", sentence: "frame 2 at byte 84 says it is 9 bytes long in a block of 36 bytes"
        ) {
            $0.enhanced(0, 0, [1])
            $0.bytes[84 + 20] = 9
        },
        Damage(name: "absurd frame", sentence: "frame 2 at byte 84 says it is 2.1 GB long") {
            $0.enhanced(0, 0, [1])
            $0.bytes[84 + 23] = 0x80
        },
        Damage(name: "absurd block", sentence: "frame 2 at byte 84 says it is 2.1 GB long") {
            $0.enhanced(0, 0, [1])
            $0.bytes[84 + 7] = 0x80
        },
        Damage(
            name: "two lengths", sentence: "frame 2 at byte 84 says at its head that it is 36 bytes long, at its end 37"
        ) {
            $0.enhanced(0, 0, [1])
            $0.bytes[84 + 32] = 37
        },
        Damage(
            name: "block length 8", sentence: "the block of type 4 at byte 84, after frame 1, says it is 8 bytes long"
        ) {
            $0.block(4) { _ in }
            $0.bytes[84 + 4] = 8
        },
        Damage(
            name: "option",
            sentence: "the block of type 1 at byte 84, after frame 1, has an option that reaches past its end"
        ) {
            $0.interface { $0.option(9, [6]) }
            $0.bytes[84 + 18] = 99
        },
        Damage(
            name: "resolution",
            sentence: "the block of type 1 at byte 84, after frame 1, counts time in a unit that cannot be read (20)"
        ) {
            $0.interface { $0.option(9, [20]) }
        },
        Damage(name: "byte order", sentence: "the section header at byte 84, after frame 1, has no byte-order magic") {
            $0.section()
            $0.bytes[84 + 8] = 0
        },
        Damage(name: "version", sentence: "is of version 2.0 of pcapng; only 1.0 can be read") {
            $0.section(version: (2, 0))
        },
    ]

    @Test("Damage", arguments: damages) func damage(_ damage: Damage) throws {
        var file = CaptureBytes()
        file.section()
        file.interface()
        file.enhanced(0, 0, [1])
        damage.build(&file)
        let (frames, error) = try readFrames(file.bytes)
        #expect(frames.count == 1)
        #expect(error?.sentence == damage.sentence)
        #expect(error?.byte == 84)
        #expect(error?.frame == 2)
        #expect(error?.exitCode == 65)
    }
}
