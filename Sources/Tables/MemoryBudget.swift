/// What many owners hold of one kind of memory, bounded in sum, and who has to give way where they hold too much together.
///
/// Owners are slots of a table of the caller's. The memory itself is the caller's, too: it says after each change how much
/// an owner holds, and then lets victims give up what they hold, as long as there are any:
///
///     budget.set(slot, bytes: values[slot].memory)
///     while let victim = budget.victim {
///         budget.evict(victim, isLoss: values[victim].giveUp())
///     }
///
/// The victim is the owner that last grew longest ago.
public struct MemoryBudget: ~Copyable, Sendable {
    @usableFromInline var holdings: [UInt32] = []
    /// The owners that hold something, in the order in which they last grew.
    @usableFromInline var order = LRUList()
    /// The most that all owners together may hold, in bytes.
    public let limit: Int
    /// What all owners together hold, in bytes.
    @inlinable
    public var bytes: Int { used }
    @usableFromInline var used = 0
    /// How many owners gave up something that they needed.
    @inlinable
    public var evictions: UInt64 { evicted }
    @usableFromInline var evicted: UInt64 = 0

    /// A budget of which nothing is used.
    @inlinable
    public init(limit: Int) { self.limit = max(0, limit) }

    /// The memory that the budget itself takes, in bytes.
    @inlinable
    public var ownBytes: Int { holdings.capacity * MemoryLayout<UInt32>.stride + order.bytes }

    /// What an owner costs the budget itself at most, in bytes.
    @inlinable
    public static var bytesPerOwner: Int { 2 * (MemoryLayout<UInt32>.stride + LRUList.bytesPerSlot) }

    /// Whether nothing is left.
    @inlinable
    public var isFull: Bool { bytes >= limit }

    /// Who has to give way; `nil` while all owners together hold no more than they may.
    @inlinable
    public var victim: Int? { bytes > limit ? order.oldest : nil }

    /// The owner that last grew longest ago, of those that hold something.
    @inlinable
    public var oldest: Int? { order.oldest }

    /// What an owner holds, in bytes.
    @inlinable
    public func bytes(of owner: Int) -> Int { owner < holdings.count ? Int(holdings[owner]) : 0 }

    /// Says how much an owner holds now; what is more than before makes it the one that grew last.
    @inlinable
    public mutating func set(_ owner: Int, bytes new: Int) {
        let old = bytes(of: owner)
        guard new != old else { return }
        while holdings.count <= owner { holdings.append(0) }
        holdings[owner] = UInt32(clamping: new)
        used += bytes(of: owner) - old
        if old == 0 {
            order.add(owner)
        } else if new <= 0 {
            order.remove(owner)
        } else if new > old {
            order.touch(owner)
        }
    }

    /// Says that an owner gave up all that it held.
    ///
    /// - Parameters:
    ///   - owner: who gave way.
    ///   - isLoss: whether it needed any of it, so that the eviction counts.
    @inlinable
    public mutating func evict(_ owner: Int, isLoss: Bool) {
        set(owner, bytes: 0)
        if isLoss { evicted &+= 1 }
    }
}

/// What the allocator takes for a block beside its bytes, and what an array puts in front of its elements.
@usableFromInline let arrayOverhead = 48

extension Array {
    /// The memory that the array refers to, in bytes, without what its elements refer to; nothing where it never held any.
    @inlinable
    public var memory: Int { capacity == 0 ? 0 : capacity * MemoryLayout<Element>.stride + arrayOverhead }
}
