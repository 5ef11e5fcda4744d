import Alerts
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A record that a far end will never take, and why.
struct DeadLetter {
    let record: ForwardRecord
    let reason: String
}

/// Where records go that a far end will never take: a line of JSON each, with the id, the reason and the record.
struct DeadLetterFile {
    /// Where it lies.
    let path: String
    /// Bytes after which it is renamed to `.1`, in place of the one before.
    private let limit = 16 << 20

    init(target: String, in folder: String) { path = "\(folder)/\(target).dead" }

    /// Appends letters; when this returns they are on the disk.
    func append(_ letters: [DeadLetter], _ writer: RecordWriter) throws(ForwardError) {
        guard !letters.isEmpty else { return }
        var bytes: [UInt8] = []
        for letter in letters {
            var line = JSONLine()
            line.add("id", letter.record.id)
            line.add("sequence", letter.record.sequence)
            line.add("reason", letter.reason)
            line.add("record", json: writer.eve(letter.record))
            bytes += Array((line.finished() + "\n").utf8)
        }
        let descriptor: Int32
        do throws(PrivateFile.Refusal) { descriptor = try PrivateFile.open(path, O_WRONLY | O_CREAT | O_APPEND) } catch
        {
            throw ForwardError(74, "\(path): dead letters cannot be written: \(error.reason)")
        }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw ForwardError(74, "\(path): dead letters cannot be written: \(String(cString: strerror(errno)))")
        }
        var found = stat()
        if fstat(descriptor, &found) == 0, found.st_size > limit { rename(path, path + ".1") }
    }
}
