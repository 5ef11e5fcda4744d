import Bytes
import Network
import Tables

/// A block as it stands in a message.
struct BlockPiece: Sendable {
    /// Where it begins in the body.
    var offset: Int
    /// Whether no block follows.
    var isLast: Bool
    /// Whether blocks of the body need not come in order (RFC 9177).
    var isQuick: Bool
    /// Whether the message is a copy of one seen before.
    var isCopy: Bool
    /// The Content-Format; -1 for none.
    var format: Int
    /// A hash of the ETag; 0 for none.
    var version: UInt64
    /// Of a request: the client's address and the server, as a key.
    var upload: UInt64?
}

/// Bodies in blocks that are being put together, within bounds: so many bodies, so many bytes held.
struct BodyTable: ~Copyable, Sendable {
    private var table: LRUTable<Hash128, Body>
    private let limits: CoAPLimits
    /// Blocks that came too early and texts, of all bodies together.
    ///
    /// Owners are slots of the table.
    private var held: MemoryBudget
    /// Memory of what tells copies from contradictions, in bytes.
    private var printMemory = 0
    private var full: UInt64 = 0
    /// Uploads that were begun and not ended, by client's address and server.
    private var uploads: LRUTable<UInt64, UInt32>
    /// Blocks and texts that were not held because there was no room.
    private(set) var notHeld: UInt64 = 0

    init(limits: CoAPLimits) {
        self.limits = limits
        table = LRUTable(limit: limits.bodies)
        held = MemoryBudget(limit: limits.heldBytes)
        uploads = LRUTable(limit: limits.bodies)
    }

    /// How many bodies were forgotten because the table was full.
    var evictions: UInt64 { full }

    /// How many bodies gave up what was held of them because all of them held too much.
    var heldEvictions: UInt64 { held.evictions }

    /// The memory taken, in bytes.
    var bytesTaken: Int { table.bytes + uploads.bytes + held.bytes + held.ownBytes + printMemory }

    /// The body in a slot that `add` returned.
    subscript(slot: Int) -> Body {
        _read { yield table[slot] }
    }

    /// Calls `body` with the text of the body in a slot, where all of it was kept.
    func withText<Result>(_ slot: Int, _ body: (RawSpan) -> Result) -> Result? {
        guard table[slot].isTextWhole else { return nil }
        let text = table[slot].text
        return body(text.span.bytes)
    }

    /// Notes that the first block of a body holds a secret.
    mutating func noteSecret(_ slot: Int) { table[slot].isSecret = true }

    /// Calls `body` with the beginning of the text of the body in a slot, as far as it was kept.
    func withBeginning<Result>(_ slot: Int, _ body: (RawSpan) -> Result) -> Result {
        let text = table[slot].text
        return body(text.span.bytes)
    }

    /// Takes a block into account and says how it stands to those before.
    mutating func add(_ piece: BlockPiece, _ bytes: RawSpan, _ key: Hash128, at time: Timestamp) -> BlockState {
        if let oldest = table.oldest, isOld(oldest, time) { forget(oldest) }
        var known = table.find(key)
        if let slot = known, isOld(slot, time) {
            forget(slot)
            known = nil
        }
        let (slot, place) = locate(piece, bytes, key, known, time)
        table.touch(slot)
        table[slot].lastSeen = time
        let wasComplete = table[slot].isComplete
        if place == .conflict { table[slot].hasConflict = true }
        guard place != .repeat, place != .conflict else {
            return BlockState(place: place, slot: slot, isEnd: false)
        }
        put(piece, bytes, slot)
        let isEnd = piece.isLast || (table[slot].isComplete && !wasComplete)
        if isEnd { endUpload(slot) }
        return BlockState(place: place, slot: slot, isEnd: isEnd)
    }

    /// Bytes of a block of a body that is not whole yet; `nil` where none is known.
    func blockSize(_ key: Hash128, _ time: Timestamp) -> Int? {
        guard let slot = table.find(key), !isOld(slot, time), !table[slot].isComplete else { return nil }
        return table[slot].blockSize
    }

    private func isOld(_ slot: Int, _ time: Timestamp) -> Bool {
        time.isApart(from: table[slot].lastSeen, seconds: limits.exchangeLifetimeSeconds)
    }

    /// The body that a block belongs to, which may be a new one, and how the block stands to it.
    private mutating func locate(
        _ piece: BlockPiece, _ bytes: RawSpan, _ key: Hash128, _ known: Int?, _ time: Timestamp
    ) -> (slot: Int, place: BlockState.Place) {
        guard let slot = known else { return (begin(piece, key, time), piece.offset == 0 ? .first : .ahead) }
        if piece.isCopy, let seen = table[slot].compare(offset: piece.offset, bytes) { return (slot, seen) }
        if piece.offset == 0 {
            // A body begins anew, unless its first block was late.
            if piece.isQuick, !table[slot].hasStart { return (slot, .next) }
            let wasComplete = table[slot].isComplete
            forget(slot)
            return (begin(piece, key, time), wasComplete ? .first : .again)
        }
        // Another version has begun, of which the first block was not seen: nothing may be joined (RFC 7959, 2.4).
        if piece.version != table[slot].version { return (slot, .conflict) }
        if let seen = table[slot].compare(offset: piece.offset, bytes) { return (slot, seen) }
        // Behind the end, or another end.
        if let total = table[slot].total, piece.isLast || piece.offset >= total { return (slot, .conflict) }
        return (slot, piece.offset == table[slot].received ? .next : .ahead)
    }

    private mutating func begin(_ piece: BlockPiece, _ key: Hash128, _ time: Timestamp) -> Int {
        if table.count >= max(1, limits.bodies), let oldest = table.oldest {
            forget(oldest)
            full &+= 1
        }
        var body = Body(at: time)
        body.version = piece.version
        body.format = piece.format
        body.upload = piece.upload
        if let upload = piece.upload {
            uploads.store(openUploads(upload) &+ 1, for: upload)
        }
        return table.insert(key, body)
    }

    private mutating func put(_ piece: BlockPiece, _ bytes: RawSpan, _ slot: Int) {
        let before = table[slot].heldBytes
        let room = limits.heldBytesPerBody
        let printsBefore = table[slot].printMemory
        if piece.isLast { table[slot].setTotal(piece.offset &+ bytes.byteCount) }
        if piece.offset == table[slot].received {
            let keepsText =
                limits.features.contains(.links) && table[slot].format == Int(CoAPContentFormat.linkFormat.rawValue)
            let hashes = limits.features.contains(.bodyHash)
            let looked = limits.features.contains(.payloads) ? limits.inspectedBytes : 0
            table[slot].append(bytes, hashes: hashes, textRoom: keepsText ? max(0, room, looked) : looked)
            if keepsText, !table[slot].isTextWhole { notHeld &+= 1 }
        } else if before &+ bytes.byteCount > room || !table[slot].hold(offset: piece.offset, bytes) {
            notHeld &+= 1
        }
        printMemory &+= table[slot].printMemory &- printsBefore
        held.set(slot, bytes: table[slot].heldMemory)
        // Who holds blocks for ever must not keep others from it.
        while let victim = held.victim {
            let isLoss = table[victim].heldBytes > 0
            table[victim].dropHeld()
            held.evict(victim, isLoss: isLoss)
        }
    }

    /// How many uploads were begun and not ended under a key.
    func openUploads(_ key: UInt64) -> UInt32 { uploads.find(key).map { uploads[$0] } ?? 0 }

    private mutating func endUpload(_ slot: Int) {
        guard let key = table[slot].upload else { return }
        table[slot].upload = nil
        guard let known = uploads.find(key) else { return }
        if uploads[known] > 1 { uploads[known] &-= 1 } else { uploads.remove(known) }
    }

    private mutating func forget(_ slot: Int) {
        endUpload(slot)
        held.set(slot, bytes: 0)
        printMemory &-= table[slot].printMemory
        // The slot would keep its memory until it is used again.
        table[slot] = Body(at: .zero)
        table.remove(slot)
    }
}
