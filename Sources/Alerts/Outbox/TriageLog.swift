import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What people say of alerts, entry by entry in the order in which it was written: for whoever hands it on.
public struct TriageLog: Sendable {
    /// The most that is read at once, in bytes.
    private static let pieceLength = 1 << 20

    /// The file beside a store.
    public let path: String

    /// The log of a store; it need not be there.
    public init(beside store: String) { path = TriageFile(beside: store).path }

    /// The entries behind a place in the file.
    ///
    /// A file that is shorter than that was replaced and is read from its start. A line that cannot be read is passed over.
    ///
    /// - Parameters:
    ///   - offset: how many bytes were read before.
    ///   - limit: how many entries at most.
    /// - Returns: each entry with the place behind it; no more than what fits into a mebibyte.
    public func entries(behind offset: UInt64, limit: Int) -> [(entry: TriageEntry, end: UInt64)] {
        guard let descriptor = try? PrivateFile.open(path, O_RDONLY) else { return [] }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let size = try? handle.seekToEnd() else { return [] }
        var place = size < offset ? 0 : offset
        guard (try? handle.seek(toOffset: place)) != nil,
            let data = try? handle.read(upToCount: Self.pieceLength),
            let last = data.lastIndex(of: UInt8(ascii: "\n"))
        else { return [] }
        var entries: [(TriageEntry, UInt64)] = []
        for line in data[...last].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            guard entries.count < limit else { break }
            place += UInt64(line.count + 1)
            if let entry = try? JSONDecoder().decode(TriageEntry.self, from: line) { entries.append((entry, place)) }
        }
        return entries
    }

    /// Where the file ends now.
    public var end: UInt64 { UInt64(max(0, FileStatus(path)?.size ?? 0)) }
}
