/// Why a reader stopped.
///
/// Small enough to be thrown without an allocation.
public struct ReadError: Error, Hashable, Sendable {
    /// What was wrong.
    public enum Kind: UInt8, Hashable, Sendable {
        /// The bytes end before the value does.
        case outOfBytes
        /// A variable-length integer has more bytes than its specification allows.
        case overlongInteger
        /// A value that its specification does not allow.
        case invalidValue
    }

    /// What was wrong.
    public var kind: Kind
    /// Where the value that could not be read begins, from the start of the buffer.
    public var offset: UInt32

    /// Makes an error about the value that begins at `offset`.
    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = UInt32(truncatingIfNeeded: offset)
    }
}
