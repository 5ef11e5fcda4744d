/// The VLAN identifiers of a frame, outermost first: at most four are kept.
public struct VLANTags: Hashable, Sendable {
    private var packed: UInt64 = 0
    /// How many there are.
    public private(set) var count: Int = 0

    /// No tags.
    public init() {}

    /// Appends an identifier of 12 bits; a fifth is dropped.
    public mutating func append(_ identifier: UInt16) {
        guard count < 4 else { return }
        packed |= UInt64(identifier) << UInt64(16 * count)
        count += 1
    }

    /// Identifier `index`, outermost first.
    public subscript(index: Int) -> UInt16 { UInt16(truncatingIfNeeded: packed >> UInt64(16 * index)) }
}
