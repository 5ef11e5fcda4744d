import Alerts
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Lines in a file of this machine: only whole ones, only ever appended; renamed when it is large or old.
final class FileTarget: ForwardTarget {
    /// Bytes that one call writes at most; a record that is longer goes alone.
    private static let pieceLength = 1 << 20

    private let settings: TargetSettings
    private let writer: RecordWriter
    private let path: String
    private var descriptor: Int32 = -1
    private var began = ContinuousClock.now
    /// Whether somebody asked for the file to be opened anew.
    private var isStale = false
    /// Whether a file was closed that the disk did not take whole.
    private var hasUnsynced = false

    init(_ settings: TargetSettings) {
        self.settings = settings
        path = settings.path ?? "/dev/null"
        writer = RecordWriter(settings)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func reopen() { isStale = true }

    func idle() {
        if isStale { closeFile() }
        if descriptor >= 0, settings.rotateAge > 0, ContinuousClock.now - began >= .seconds(settings.rotateAge) {
            rotate()
        }
    }

    func deliver(_ records: [ForwardRecord], _ summary: RecordSummary?) throws(DeliveryFailure) -> [DeadLetter] {
        if isStale { closeFile() }
        var start = 0
        while start < records.count {
            var piece: [UInt8] = []
            var end = start
            while end < records.count, piece.count < Self.pieceLength {
                if let line = writer.line(records[end]) {
                    piece += Array(line.utf8)
                    piece.append(UInt8(ascii: "\n"))
                }
                end += 1
            }
            do throws(DeliveryFailure) { try append(piece) } catch {
                // Only what is on the disk is behind us.
                throw DeliveryFailure(error.reason, remaining: isSynced() ? Array(records[start...]) : records)
            }
            start = end
        }
        // What the cursor calls confirmed is on the disk.
        guard isSynced() else { throw failure(records) }
        return []
    }

    /// Brings the file to the disk; false where that fails, or failed for one that was rotated away since it was asked last.
    private func isSynced() -> Bool {
        defer { hasUnsynced = false }
        return !hasUnsynced && (descriptor < 0 || fdatasync(descriptor) == 0)
    }

    func test(_ record: ForwardRecord) throws(DeliveryFailure) -> String {
        _ = try deliver([record], nil)
        return "appended to \(path):\n\(writer.line(record) ?? "nothing: the format has no word for a test")"
    }

    // MARK: The file

    private func append(_ bytes: [UInt8]) throws(DeliveryFailure) {
        guard !bytes.isEmpty else { return }
        try openFile()
        let before = size
        if settings.rotateSize > 0, before > 0, before + bytes.count > settings.rotateSize {
            rotate()
            try openFile()
        }
        let start = size
        let count = write(descriptor, bytes, bytes.count)
        guard count != bytes.count else { return }
        let reason = count < 0 ? errno : ENOSPC
        // Half a line is taken back, unless somebody else has written behind it.
        if count > 0, size == start + count { ftruncate(descriptor, off_t(start)) }
        errno = reason
        throw failure([])
    }

    private func openFile() throws(DeliveryFailure) {
        // Whoever has renamed or removed the file without a signal gets a new one as well.
        if descriptor >= 0, !isCurrent { closeFile() }
        guard descriptor < 0 else { return }
        do throws(PrivateFile.Refusal) {
            descriptor = try PrivateFile.open(path, O_RDWR | O_CREAT | O_APPEND)
        } catch { throw DeliveryFailure("\(path): the file cannot be opened: \(error.reason)", remaining: []) }
        began = ContinuousClock.now
        // One that was killed while it wrote: its line is ended, so that it swallows no other.
        let end = size
        var last: [UInt8] = [UInt8(ascii: "\n")]
        if end > 0, pread(descriptor, &last, 1, off_t(end - 1)) == 1, last[0] != UInt8(ascii: "\n") {
            _ = write(descriptor, [UInt8(ascii: "\n")], 1)
        }
    }

    private var isCurrent: Bool {
        var open = stat()
        var named = stat()
        return fstat(descriptor, &open) == 0 && stat(path, &named) == 0 && open.st_ino == named.st_ino
            && open.st_dev == named.st_dev
    }

    private var size: Int {
        var found = stat()
        return fstat(descriptor, &found) == 0 ? Int(found.st_size) : 0
    }

    private func closeFile() {
        if descriptor >= 0 {
            if fdatasync(descriptor) != 0 { hasUnsynced = true }
            close(descriptor)
        }
        descriptor = -1
        isStale = false
    }

    /// `PATH.1` is the newest of the old ones: each goes a number on, and whoever reads one keeps reading it.
    private func rotate() {
        closeFile()
        unlink("\(path).\(settings.rotateKeep)")
        for number in stride(from: settings.rotateKeep - 1, through: 1, by: -1) {
            rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        rename(path, "\(path).1")
    }

    private func failure(_ remaining: [ForwardRecord]) -> DeliveryFailure {
        DeliveryFailure("\(path): cannot be written: \(String(cString: strerror(errno)))", remaining: remaining)
    }
}
