import Alerts
import Foundation
import Inventory

/// Changes of a policy file that people ask for: one line each, everything else stays as it is.
public struct PolicyEdit {
    /// The file as it is.
    public let file: PolicyFile
    /// Its text with the change.
    public let text: String
    /// The line that was added, and its number from 1.
    public let added: (line: String, number: Int)

    /// Adds an entry at the end of its section.
    ///
    /// - Throws: `SensorError` where the section cannot be found, or the file would not read as what is meant.
    public init(_ file: PolicyFile, adding entry: PolicyEntry) throws(SensorError) {
        self.file = file
        var lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let key = "\(entry.section.rawValue):"
        let line = PolicyText.line(entry)
        let place: Int
        if let head = lines.firstIndex(where: { $0.hasPrefix(key) }) {
            let rest = lines[head].dropFirst(key.count).drop { $0 == " " }
            if rest.hasPrefix("[]") { lines[head] = key + rest.dropFirst(2) }
            // Up to the next key: comments and blank lines in front of that are about it.
            var end = head + 1
            while end < lines.count, lines[end].isEmpty || " -#".contains(lines[end].first ?? " ") { end += 1 }
            while end > head + 1, lines[end - 1].isEmpty || lines[end - 1].hasPrefix("#") { end -= 1 }
            place = end
        } else {
            if lines.last == "" { lines.removeLast() }
            lines += [key, ""]
            place = lines.count - 1
        }
        lines.insert(line, at: place)
        text = lines.joined(separator: "\n")
        added = (line, place + 1)
        let (read, findings) = PolicyFile.read(text, path: file.path)
        guard let read, Set(read.policy.entries) == Set(file.policy.entries).union([entry]) else {
            let reason = findings.first { $0.isError }.map { ": \($0.message)" } ?? ""
            throw SensorError(
                .dataError,
                "\(file.path): section '\(entry.section.rawValue)' is written so that a line cannot be added\(reason); add it by hand: \(line)"
            )
        }
    }

    /// Where the text before the last change lies.
    public static func backup(of path: String) -> String { path + ".before" }

    /// Writes the file, and beside it what it was.
    ///
    /// - Throws: `SensorError` where either cannot be written; then the file is as it was.
    public func write() throws(SensorError) {
        try Self.replace(Self.backup(of: file.path), with: file.text, as: file.path)
        try Self.replace(file.path, with: text, as: file.path)
    }

    /// Gives a file back the bytes that it had before the last change.
    ///
    /// - Throws: `SensorError` where there was none, or the file cannot be written.
    public static func undo(_ path: String) throws(SensorError) {
        guard let data = FileManager.default.contents(atPath: backup(of: path)) else {
            throw SensorError(.noInput, "\(backup(of: path)): is not there: there is nothing to undo")
        }
        try replace(path, with: String(decoding: data, as: UTF8.self), as: path)
        try? FileManager.default.removeItem(atPath: backup(of: path))
    }

    /// Puts a file in the place of another at once, with the rights and the owner of `model`.
    private static func replace(_ path: String, with text: String, as model: String) throws(SensorError) {
        let temporary = path + ".new-\(getpid())"
        var status = stat()
        let mode = stat(model, &status) == 0 ? status.st_mode & 0o755 : 0o644
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw SensorError(.cannotCreate, "\(temporary): cannot be written: \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(text.utf8))
            _ = fchown(descriptor, status.st_uid, status.st_gid)
            try handle.synchronize()
        } catch {
            unlink(temporary)
            throw SensorError(.ioError, "\(path): cannot be written: \(error.localizedDescription)")
        }
        guard rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            throw SensorError(.cannotCreate, "\(path): cannot be written: \(reason)")
        }
    }
}
