import Bytes

/// Names one direction of what lies in a slot.
public struct StreamName<Half: Hashable & Sendable>: Hashable, Sendable {
    /// The slot of the connection or flow.
    public var slot: Int32
    /// Which of its two directions.
    public var half: Half

    /// Names a direction of what lies in a slot.
    @inlinable
    public init(slot: Int, half: Half) {
        self.slot = Int32(truncatingIfNeeded: slot)
        self.half = half
    }
}

/// What an owner keeps in a `BufferPool`: bytes, and what belongs to them.
public protocol PooledBuffer: Sendable {
    /// An empty one, which takes no memory.
    init()
    /// Whether it holds nothing.
    var isEmpty: Bool { get }
    /// How many bytes it holds.
    var count: Int { get }
    /// The memory that it takes, in bytes, used or not.
    var room: Int { get }
    /// Forgets what it holds; the room stays.
    mutating func clear()
    /// Gives back room that is much more than what it holds needs.
    mutating func trim()
}

extension [UInt8]: PooledBuffer {
    /// The capacity.
    @inlinable
    public var room: Int { capacity }
    /// Forgets the bytes; the capacity stays.
    @inlinable
    public mutating func clear() { removeAll(keepingCapacity: true) }
    /// Makes a large array small where a quarter of it would do.
    @inlinable
    public mutating func trim() {
        guard capacity > 4096, count < capacity / 4 else { return }
        var smaller: [UInt8] = []
        smaller.reserveCapacity(count)
        smaller += self
        self = smaller
    }
}

/// What waits for more: a buffer for each owner that has something to keep, used again with its room.
///
/// An owner keeps the number of its buffer, -1 for none, and hands it in by `inout`. To change a buffer it is moved out
/// by `take` and given back by `put` or `release`, so that it is never copied; or it is changed in its place, by number. What
/// counts is room: that is what memory is taken up by. The pool has no limit of its own: before it keeps more, the owner asks `victim` for who has to give way
/// as long as `bytes` is above its limit.
public struct BufferPool<Buffer: PooledBuffer, Owner: Sendable>: ~Copyable, Sendable {
    @usableFromInline var buffers: [Buffer] = []
    /// Whose each buffer is; what a free one holds is left over.
    @usableFromInline var owners: [Owner?] = []
    @usableFromInline var free: [Int32] = []
    /// Where the search for an owner that has to give way goes on.
    @usableFromInline var hand = 0
    /// Memory that holds something, of all owners together, in bytes.
    @inlinable
    public var bytes: Int { held }
    @usableFromInline var held = 0
    /// Memory that free buffers keep for the next owner, in bytes.
    @inlinable
    public var spareBytes: Int { spare }
    @usableFromInline var spare = 0
    @usableFromInline let spareLimit: Int

    /// An empty pool whose free buffers together keep at most `spareLimit` bytes.
    @inlinable
    public init(spareLimit: Int = 4 << 20) { self.spareLimit = spareLimit }

    /// All memory taken, in bytes.
    @inlinable
    public var bytesTaken: Int {
        bytes + spareBytes + buffers.count * 48 + buffers.capacity * MemoryLayout<Buffer>.stride
            + owners.capacity * MemoryLayout<Owner?>.stride + free.capacity * MemoryLayout<Int32>.stride
    }

    /// What a buffer takes at most beside its bytes, in bytes: its place in the arrays, which double, and what the allocator
    /// needs.
    @inlinable
    public static var bytesPerBuffer: Int {
        2 * (MemoryLayout<Buffer>.stride + MemoryLayout<Owner?>.stride + MemoryLayout<Int32>.stride) + 48
    }

    /// How many owners have a buffer.
    @inlinable
    public var count: Int { buffers.count - free.count }

    /// How many bytes an owner keeps.
    @inlinable
    public func count(of number: Int32) -> Int { number >= 0 ? buffers[Int(number)].count : 0 }

    /// The buffer of an owner, changed in its place; the number must be one.
    @inlinable
    public subscript(number: Int32) -> Buffer {
        _read { yield buffers[Int(number)] }
        _modify {
            held -= buffers[Int(number)].room
            defer { held += buffers[Int(number)].room }
            yield &buffers[Int(number)]
        }
    }

    /// Moves a buffer out, an empty one for -1; the number stays its owner's until `put` or `release`.
    @inlinable
    public mutating func take(_ number: Int32) -> Buffer {
        var buffer = Buffer()
        guard number >= 0 else { return buffer }
        swap(&buffer, &buffers[Int(number)])
        held -= buffer.room
        return buffer
    }

    /// Gives an owner its buffer back, under a new number where it had none, or lets the number go where nothing is left
    /// to keep.
    @inlinable
    public mutating func put(_ buffer: consuming Buffer, _ number: inout Int32, of owner: Owner) {
        var buffer = buffer
        if buffer.isEmpty { return release(&number, keeping: buffer) }
        // The room of much is not kept for little.
        buffer.trim()
        held += buffer.room
        swap(&buffers[open(&number, owner)], &buffer)
    }

    /// Gives an owner that keeps nothing yet a number and an empty buffer, which it changes in its place.
    ///
    /// One that nobody uses serves again, with its room.
    @inlinable
    public mutating func begin(_ number: inout Int32, of owner: Owner) { held += buffers[open(&number, owner)].room }

    /// Lets go whatever an owner keeps; gives how many bytes that was.
    @inlinable @discardableResult
    public mutating func drop(_ number: inout Int32) -> Int {
        let buffer = take(number)
        let count = buffer.count
        release(&number, keeping: buffer)
        return count
    }

    /// Takes a number from its owner, whose buffer was moved out before; the buffer's room may serve the next owner.
    @inlinable
    public mutating func release(_ number: inout Int32, keeping buffer: consuming Buffer) {
        guard number >= 0 else { return }
        var buffer = buffer
        // It is emptied when it is used again: here the caller may still hold it, and emptying would make a new one.
        if buffer.room > 0, spareBytes + buffer.room <= spareLimit {
            spare += buffer.room
            swap(&buffers[Int(number)], &buffer)
        }
        owners[Int(number)] = nil
        free.append(number)
        number = -1
    }

    /// The owner whose turn it is to give way, `nil` where none keeps anything: a hand goes round.
    @inlinable
    public mutating func victim() -> Owner? {
        for _ in buffers.indices {
            hand = hand + 1 < buffers.count ? hand + 1 : 0
            if let owner = owners[hand], !buffers[hand].isEmpty { return owner }
        }
        return nil
    }

    @inlinable
    mutating func open(_ number: inout Int32, _ owner: Owner) -> Int {
        if number >= 0 { return Int(number) }
        if let reused = free.popLast() {
            spare -= buffers[Int(reused)].room
            buffers[Int(reused)].clear()
            number = reused
            owners[Int(number)] = owner
        } else {
            buffers.append(Buffer())
            owners.append(owner)
            number = Int32(truncatingIfNeeded: buffers.count - 1)
        }
        return Int(number)
    }
}

extension BufferPool where Buffer == [UInt8] {
    /// Begins to keep a copy of `bytes` for an owner that keeps nothing yet.
    @inlinable
    public mutating func hold(_ bytes: RawSpan, _ number: inout Int32, of owner: Owner) {
        begin(&number, of: owner)
        self[number].append(copying: bytes)
    }
}
