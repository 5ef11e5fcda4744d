import Bytes
import Network
import Packets

/// What tells the frames that were read of a source from all others, in their order: however they are stored or packed, and
/// of a source that has grown since, up to where it ended then.
///
/// What the frames came to is kept at 1, 2, 4, 8 frames and so on: two sources that agree at the last of these counts that both
/// have begin alike, whichever of them is longer.
///
/// No secret depends on it: who can choose a capture can choose one without alerts.
struct FrameChain: Sendable {
    private static let one = SeededHash(seed: 0x4561_7273_686F_7401)
    private static let two = SeededHash(seed: 0x4561_7273_686F_7402)
    /// Bytes of a frame that count: those up to the checksum of TCP over IPv6, which stands for all behind it.
    ///
    /// Captures differ in their times everywhere.
    private static let countedBytes = 72

    /// How many frames were read.
    private(set) var count: UInt64 = 0
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var marks: [String] = []

    /// Whether the count of frames is one at which a mark is kept.
    var isAtMark: Bool { count > 0 && count & (count - 1) == 0 }

    /// Adds the next frame.
    mutating func add(_ frame: FrameHeader, _ bytes: RawSpan) {
        count &+= 1
        let time = UInt64(bitPattern: frame.timestamp.nanoseconds)
        let lengths = UInt64(truncatingIfNeeded: frame.originalLength) << 32 ^ UInt64(bytes.byteCount)
        let head = Self.one.hash(bytes.extracting(first: Self.countedBytes), initial: lengths)
        first = Self.one.mix(first ^ time, head)
        second = Self.two.mix(second ^ time, head)
        if isAtMark { marks.append(mark) }
    }

    /// The number of frames and what they come to.
    var mark: String { "\(count):" + String(first, radix: 16) + "-" + String(second, radix: 16) }

    /// All marks and the last one, parted by spaces, as the statistics of a run keep them.
    var text: String { (isAtMark ? marks : marks + [mark]).joined(separator: " ") }

    /// The marks in such a text by their counts.
    static func marks(in text: String) -> [(count: UInt64, mark: String)] {
        text.split(separator: " ").compactMap { mark in
            mark.split(separator: ":").first.flatMap { UInt64($0) }.map { ($0, String(mark)) }
        }
    }
}
