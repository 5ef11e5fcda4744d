/// What the allocator takes for a block beside its bytes, and what an array puts in front of its elements.
private let overhead = 48

extension Array {
    /// Memory that the array refers to, in bytes; nothing where it never held an element.
    var memory: Int { capacity == 0 ? 0 : capacity * MemoryLayout<Element>.stride + overhead }
}
