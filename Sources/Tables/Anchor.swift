import Synchronization

/// A member that keeps the value around it where it lies.
///
/// A large value that cannot be copied is lent by its address only where the compiler knows no other way, which an atomic makes
/// sure of: without one, each call that changes nothing, and each lending to a generic function, would be given a copy of all
/// of it. It is never read.
public struct Anchor: ~Copyable, Sendable {
    private let atomic = Atomic<Bool>(false)

    /// An anchor; one suffices for a value and all around it.
    public init() {}
}
