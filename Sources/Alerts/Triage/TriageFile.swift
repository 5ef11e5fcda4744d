import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// What people say of the alerts of a store: `NAME.triage` beside it, one JSON object a line, only ever appended to.
///
/// The sensor does not write to it, so that it stays the only writer of its store and people need no right to that. A line
/// is written whole, under a lock of the file (flock(2)), so several people may write at the same time. A line that
/// cannot be read, such as one that a full disk cut short, is passed over and counted.
public final class TriageFile: Sendable {
    // What is known of the file, and how far it was read.
    private struct Known {
        var file: FileIdentity?
        var read: UInt64 = 0
        var entries: [Int64: [TriageEntry]] = [:]
        var damaged = 0
    }

    /// The file.
    public let path: String
    private let store: String
    private let known = Mutex(Known())

    /// The file for a store; it need not be there.
    public init(beside store: String) {
        self.store = StoreFile.absolute(store)
        path = self.store + ".triage"
    }

    /// Lines that could not be read.
    public var damagedLines: Int { known.withLock { $0.damaged } }

    /// Reads what was appended since the last time; a file that was replaced is read from its start.
    public func refresh() {
        known.withLock { known in
            let found = FileIdentity(path)
            if found != known.file { known = Known(file: found) }
            guard found != nil, let descriptor = try? PrivateFile.open(path, O_RDONLY) else { return }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            guard let size = try? handle.seekToEnd() else { return }
            if size < known.read { known = Known(file: found) }
            guard size > known.read, (try? handle.seek(toOffset: known.read)) != nil,
                let data = try? handle.readToEnd()
            else { return }
            // What follows the last line feed is being written.
            guard let end = data.lastIndex(of: UInt8(ascii: "\n")) else { return }
            for line in data[...end].split(separator: UInt8(ascii: "\n")) {
                if let entry = try? JSONDecoder().decode(TriageEntry.self, from: line) {
                    known.entries[entry.alert, default: []].append(entry)
                } else {
                    known.damaged += 1
                }
            }
            known.read += UInt64(data.distance(from: data.startIndex, to: end) + 1)
        }
    }

    /// What was said of an alert of the store of that identity, as far as the file was read.
    ///
    /// - Returns: what it comes to for an alert with so many matches that is so bad by now; `nil` where nobody said anything.
    public func triage(_ alert: Int64, store: String, count: Int64, level: AlertLevel) -> AlertTriage? {
        let entries = known.withLock { $0.entries[alert]?.filter { $0.store == store } } ?? []
        return entries.isEmpty ? nil : AlertTriage(entries, count: count, level: level)
    }

    /// The alerts of the store of that identity that were closed last, with the matches that they had then.
    public func closed(store: String) -> [Int64: Int64] {
        known.withLock { known in
            known.entries.compactMapValues { entries in
                let change = entries.last { $0.store == store && $0.action != .note }
                return change.flatMap { $0.action == .close ? $0.count : nil }
            }
        }
    }

    /// Appends entries; all of them or none.
    ///
    /// - Throws: `StoreError` where the file cannot be made or written.
    public func append(_ entries: [TriageEntry]) throws(StoreError) {
        var bytes: [UInt8] = []
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for entry in entries {
            guard let line = try? encoder.encode(entry) else { continue }
            bytes += line
            bytes.append(UInt8(ascii: "\n"))
        }
        let descriptor: Int32
        do throws(PrivateFile.Refusal) { descriptor = try PrivateFile.open(path, O_RDWR | O_CREAT | O_APPEND) } catch {
            throw StoreError(code: .cannotWrite, path: path, detail: error.reason)
        }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { throw failure(errno) }
        share(descriptor)
        let before = lseek(descriptor, 0, SEEK_END)
        // A line that was cut short must not swallow the next.
        if before > 0 {
            var last = [UInt8](repeating: 0, count: 1)
            if pread(descriptor, &last, 1, before - 1) == 1, last[0] != UInt8(ascii: "\n") {
                bytes.insert(UInt8(ascii: "\n"), at: 0)
            }
        }
        let written = write(descriptor, bytes, bytes.count)
        guard written == bytes.count else {
            let number = written < 0 ? errno : ENOSPC
            ftruncate(descriptor, before)
            throw failure(number)
        }
        fsync(descriptor)
    }

    /// Lets those who may read the store read this as well: what one of them closed is closed for all.
    ///
    /// Whoever is not its owner leaves it as it is.
    private func share(_ descriptor: Int32) {
        guard let wanted = FileStatus(store), let found = FileStatus(path) else { return }
        let mode = wanted.mode & 0o666
        guard found.group != wanted.group || found.mode & mode != mode else { return }
        // A mode without the group would let in another group.
        guard found.group == wanted.group || fchown(descriptor, uid_t.max, wanted.group) == 0 else { return }
        fchmod(descriptor, found.mode | mode)
    }

    private func failure(_ number: Int32) -> StoreError {
        StoreError(code: .cannotWrite, path: path, detail: String(cString: strerror(number)))
    }
}
