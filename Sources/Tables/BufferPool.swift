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

/// Bytes that wait for more: a buffer for each owner that has something to keep, used again with its capacity.
///
/// An owner keeps the number of its buffer, -1 for none, and hands it in by `inout`. To change a buffer it is moved out
/// by `take` and given back by `put` or `release`, so that it is never copied. What counts is capacity: that is what memory
/// is taken up by. The pool has no limit of its own: before it keeps more, the owner asks `victim` for who has to give way
/// as long as `bytes` is above its limit.
public struct BufferPool<Owner: Sendable>: ~Copyable, Sendable {
    @usableFromInline var buffers: [[UInt8]] = []
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
        bytes + spareBytes + buffers.count * 48 + buffers.capacity * MemoryLayout<[UInt8]>.stride
            + owners.capacity * MemoryLayout<Owner?>.stride + free.capacity * MemoryLayout<Int32>.stride
    }

    /// What a buffer takes at most beside its bytes, in bytes: its place in the arrays, which double, and what the allocator
    /// needs.
    @inlinable
    public static var bytesPerBuffer: Int {
        2 * (MemoryLayout<[UInt8]>.stride + MemoryLayout<Owner?>.stride + MemoryLayout<Int32>.stride) + 48
    }

    /// How many owners have a buffer.
    @inlinable
    public var count: Int { buffers.count - free.count }

    /// How many bytes an owner keeps.
    @inlinable
    public func count(of number: Int32) -> Int { number >= 0 ? buffers[Int(number)].count : 0 }

    /// Moves a buffer out, an empty one for -1; the number stays its owner's until `put` or `release`.
    @inlinable
    public mutating func take(_ number: Int32) -> [UInt8] {
        guard number >= 0 else { return [] }
        var buffer: [UInt8] = []
        swap(&buffer, &buffers[Int(number)])
        held -= buffer.capacity
        return buffer
    }

    /// Gives an owner its buffer back, under a new number where it had none, or lets the number go where nothing is left
    /// to keep.
    @inlinable
    public mutating func put(_ buffer: consuming [UInt8], _ number: inout Int32, of owner: Owner) {
        var buffer = buffer
        if buffer.isEmpty { return release(&number, keeping: buffer) }
        // The room of much is not kept for little.
        if buffer.capacity > 4096, buffer.count < buffer.capacity / 4 { buffer = buffer.map { $0 } }
        held += buffer.capacity
        swap(&buffers[open(&number, owner)], &buffer)
    }

    /// Begins to keep a copy of `bytes` for an owner that keeps nothing yet.
    @inlinable
    public mutating func hold(_ bytes: RawSpan, _ number: inout Int32, of owner: Owner) {
        let place = open(&number, owner)
        buffers[place].append(copying: bytes)
        held += buffers[place].capacity
    }

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
    public mutating func release(_ number: inout Int32, keeping buffer: consuming [UInt8]) {
        guard number >= 0 else { return }
        var buffer = buffer
        // It is emptied when it is used again: here the caller may still hold it, and emptying would make a new one.
        if buffer.capacity > 0, spareBytes + buffer.capacity <= spareLimit {
            spare += buffer.capacity
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
            spare -= buffers[Int(reused)].capacity
            buffers[Int(reused)].removeAll(keepingCapacity: true)
            number = reused
            owners[Int(number)] = owner
        } else {
            buffers.append([])
            owners.append(owner)
            number = Int32(truncatingIfNeeded: buffers.count - 1)
        }
        return Int(number)
    }
}
