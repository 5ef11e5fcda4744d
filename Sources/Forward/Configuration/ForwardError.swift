/// What keeps the forwarder from doing what it was asked: a sentence for people and an exit code of sysexits.h.
public struct ForwardError: Error, Hashable, Sendable {
    /// The exit code: 64 usage, 66 no store, 69 the far end does not answer, 73 a file cannot be made, 74 reading or writing
    /// failed, 75 somebody else is at it, 77 no permission, 78 the configuration is wrong.
    public var exitCode: Int32
    /// What is wrong and, where it can be said, what mends it.
    public var message: String

    /// Makes an error.
    public init(_ exitCode: Int32, _ message: String) {
        self.exitCode = exitCode
        self.message = message
    }
}
