import Bytes
import Network
import Tables

/// A body in blocks (RFC 7959, RFC 9177) as far as it was seen: its beginning without a hole, and blocks that came too
/// early.
///
/// Bytes are not kept: what follows without a hole is hashed as it comes. Kept are blocks that came too early, the text of
/// links, and the beginning for a look into it, all within bounds.
struct Body: Sendable {
    /// A block that came before those in front of it.
    struct Early: Sendable {
        var offset: Int
        var bytes: [UInt8]
    }

    /// What is remembered of a block, to tell a copy from a contradiction.
    private struct Print: Sendable {
        var offset: UInt32
        var count: UInt16
        var sum: UInt32
    }

    private static var printLimit: Int { 256 }
    private static var earlyLimit: Int { 64 }

    /// When a block was last seen.
    var lastSeen: Timestamp
    /// Bytes from the start without a hole.
    private(set) var received = 0
    /// Bytes of the whole; `nil` until the last block was seen.
    private(set) var total: Int?
    /// How many different blocks were seen.
    private(set) var blocks = 0
    /// Bytes of the largest block.
    private(set) var blockSize = 16
    /// A hash of the ETag (RFC 7959, 2.4); 0 for none.
    var version: UInt64 = 0
    /// The Content-Format; -1 for none.
    var format = -1
    /// The ends between which it is an open upload; `nil` where it is none.
    var upload: UInt64?
    /// Whether a block came again with other bytes, or a block of another version came among them.
    var hasConflict = false
    /// Whether its first block holds a secret.
    var isSecret = false
    /// Whether the whole body was seen.
    private(set) var isComplete = false
    /// The first bytes, where they are kept.
    private(set) var text: [UInt8] = []
    /// Whether `text` is all that was received.
    private(set) var isTextWhole = true
    private(set) var early: [Early] = []
    private var prints: [Print] = []
    private var hash = SHA256()

    init(at time: Timestamp) { lastSeen = time }

    /// Bytes that are held.
    var heldBytes: Int { early.reduce(text.count) { $0 &+ $1.bytes.count } }

    /// Memory of what is held, in bytes.
    var heldMemory: Int { early.reduce(text.memory &+ early.memory) { $0 &+ $1.bytes.memory } }

    /// Memory of what tells copies from contradictions, in bytes.
    var printMemory: Int { prints.memory }

    /// What that takes at most, in bytes.
    static var longestPrintMemory: Int { 2 * printLimit * MemoryLayout<Print>.stride }

    /// Gives back what is held: the body cannot become whole any more where blocks were missing.
    mutating func dropHeld() {
        early = []
        text = []
        isTextWhole = false
    }

    /// Whether the block at the start was seen.
    var hasStart: Bool { received > 0 || isComplete }

    /// How many blocks are missing before the end; 0 while the end is not known.
    var holes: Int {
        guard let total, !isComplete else { return 0 }
        let missing = total &- received &- early.reduce(0) { $0 &+ $1.bytes.count }
        return max(1, (missing &+ blockSize &- 1) / blockSize)
    }

    /// The digest of what was received without a hole.
    var digest: SHA256Digest { hash.finish() }

    /// How a block that was seen before stands to it: `nil` where it was not seen, or is no longer remembered.
    func compare(offset: Int, _ bytes: RawSpan) -> BlockState.Place? {
        // Most come in order: nothing was seen from here on.
        if offset == received, early.isEmpty { return nil }
        for print in prints where Int(print.offset) == offset {
            return Int(print.count) == bytes.byteCount && print.sum == ByteSum.of(bytes) ? .repeat : .conflict
        }
        return offset < received ? .repeat : nil
    }

    /// Notes the block that ends the body.
    mutating func setTotal(_ bytes: Int) { total = bytes }

    /// Appends the block that comes next, and the early ones behind it.
    mutating func append(_ bytes: RawSpan, hashes: Bool, textRoom: Int) {
        note(offset: received, bytes)
        take(bytes, hashes, textRoom)
        while let index = early.firstIndex(where: { $0.offset <= received }) {
            let next = early.remove(at: index)
            if next.offset == received { take(next.bytes.span.bytes, hashes, textRoom) }
        }
        isComplete = received == total
    }

    /// Holds a block that came too early; `false` where there are too many of them.
    mutating func hold(offset: Int, _ bytes: RawSpan) -> Bool {
        note(offset: offset, bytes)
        guard early.count < Self.earlyLimit else { return false }
        var copy: [UInt8] = []
        copy.append(copying: bytes)
        early.append(Early(offset: offset, bytes: copy))
        return true
    }

    /// Counts a block for which there is no room.
    mutating func miss(offset: Int, _ bytes: RawSpan) { note(offset: offset, bytes) }

    private mutating func take(_ bytes: RawSpan, _ hashes: Bool, _ textRoom: Int) {
        if hashes { hash.update(bytes) }
        received &+= bytes.byteCount
        guard isTextWhole else { return }
        let room = max(0, textRoom &- text.count)
        if bytes.byteCount > room { isTextWhole = false }
        if room > 0 { text.append(copying: bytes.slice(ByteRange(offset: 0, count: room))) }
    }

    private mutating func note(offset: Int, _ bytes: RawSpan) {
        blockSize = max(blockSize, bytes.byteCount)
        let print = Print(
            offset: UInt32(clamping: offset), count: UInt16(clamping: bytes.byteCount), sum: ByteSum.of(bytes))
        if prints.isEmpty { prints.reserveCapacity(16) }
        if prints.count < Self.printLimit { prints.append(print) } else { prints[blocks % Self.printLimit] = print }
        blocks &+= 1
    }
}
