#if canImport(Glibc)
    import Glibc
#endif

/// Which file a path leads to.
///
/// As long as somebody has the file open, no other gets the same numbers.
struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let number: UInt64

    /// The file at `path`; `nil` where there is none.
    init?(_ path: String) {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        device = UInt64(found.st_dev)
        number = UInt64(found.st_ino)
    }

    /// The file that is open as `descriptor`; `nil` where there is none.
    init?(descriptor: Int32) {
        var found = stat()
        guard fstat(descriptor, &found) == 0 else { return nil }
        device = UInt64(found.st_dev)
        number = UInt64(found.st_ino)
    }
}
