import Foundation
import GRDB

#if canImport(Glibc)
    import Glibc
#endif

/// A store that is broken: told from other files, and put aside.
enum DamagedStore {
    /// Whether an error of SQLite says that a file is broken.
    static func isDamage(_ error: any Error) -> Bool {
        switch (error as? DatabaseError)?.resultCode.primaryResultCode {
        case .SQLITE_CORRUPT?, .SQLITE_NOTADB?: true
        default: (error as? StoreError)?.code == .damaged
        }
    }

    /// Whether a file begins as databases of SQLite do, or has our mark in its header: bytes 0 to 15 and 68 to 71 (SQLite,
    /// "Database File Format", 1.3).
    static func beginsAsDatabase(_ path: String) -> Bool {
        let header = header(path)
        return header.starts(with: Array("SQLite format 3".utf8)) || hasOurMark(header)
    }

    /// Whether a file that SQLite finds broken is a store of ours: it has our mark, or begins as a database does and nothing
    /// that can be read of it says that another program made it.
    static func isOurs(_ path: String) -> Bool {
        if hasOurMark(header(path)) { return true }
        guard beginsAsDatabase(path) else { return false }
        var configuration = Configuration()
        configuration.readonly = true
        let finding = try? DatabaseQueue(path: path, configuration: configuration).read {
            try StoreSchema.inspect($0)
        }
        return finding != .foreign
    }

    private static func hasOurMark(_ header: [UInt8]) -> Bool {
        guard header.count >= 72 else { return false }
        return header[68..<72].elementsEqual([0x45, 0x61, 0x72, 0x73])
    }

    private static func header(_ path: String) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        return [UInt8]((try? file.read(upToCount: 100)) ?? Data())
    }

    /// Gives a broken store and its log another name beside the one that it has, which it keeps until `replace` takes it away.
    ///
    /// - Returns: the new path, `NAME.damaged-YYYYMMDDThhmmssZ`.
    /// - Throws: `StoreError` where the folder does not let it.
    static func putAside(_ path: String, at time: Date = Date()) throws(StoreError) -> String {
        if let known = nameAside(path) { return known }
        let aside = freeName("\(path).damaged-\(stamp(time))")
        removeEmptyLog(path)
        for suffix in ["-wal", ""] where FileStatus(path + suffix) != nil {
            // Some file systems know no second names.
            guard link(path + suffix, aside + suffix) == 0 || rename(path + suffix, aside + suffix) == 0 else {
                throw StoreError(
                    code: .damaged, path: path, detail: "it cannot be renamed: \(StoreFile.systemMessage())")
            }
        }
        return aside
    }

    /// The name that an attempt that did not come to its end has given the file.
    private static func nameAside(_ path: String) -> String? {
        guard let identity = FileIdentity(path) else { return nil }
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("\(url.lastPathComponent).damaged-") }.map { "\(folder)/\($0)" }
            .first { FileIdentity($0) == identity }
    }

    /// Where a new store is made for the place of a broken one.
    static func draft(_ path: String) -> String { path + ".draft" }

    /// Where it lies when it is whole.
    private static func ready(_ path: String) -> String { path + ".ready" }

    /// Puts the draft, which is whole and closed, in the place of the broken store.
    static func replace(_ path: String) throws(StoreError) {
        for suffix in ["-wal", "-shm"] { unlink(draft(path) + suffix) }
        guard rename(draft(path), ready(path)) == 0 else {
            throw StoreError(code: .cannotWrite, path: path, detail: StoreFile.systemMessage())
        }
        try finish(path)
    }

    /// Ends what a process may have begun that died: takes what is ready, and removes a draft that is not.
    ///
    /// The log of the broken store goes first: it would be taken for that of the new one.
    static func finish(_ path: String) throws(StoreError) {
        StoreFile.discard(draft(path))
        guard FileStatus(ready(path)) != nil else { return }
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
        guard rename(ready(path), path) == 0 else {
            throw StoreError(code: .cannotWrite, path: path, detail: StoreFile.systemMessage())
        }
    }

    /// `YYYYMMDDThhmmssZ`.
    static func stamp(_ time: Date) -> String {
        var seconds = time_t(time.timeIntervalSince1970)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: Int32, _ width: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1, 2) + digits(parts.tm_mday, 2) + "T"
            + digits(parts.tm_hour, 2) + digits(parts.tm_min, 2) + digits(parts.tm_sec, 2) + "Z"
    }

    /// A name that no file has yet: `base`, or with a number behind it.
    static func freeName(_ base: String) -> String {
        var name = base
        var number = 1
        while FileStatus(name) != nil {
            number += 1
            name = "\(base)-\(number)"
        }
        return name
    }

    /// Removes the index of a log, which is made anew when it is needed, and a log without anything in it.
    static func removeEmptyLog(_ path: String) {
        unlink(path + "-shm")
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        if (attributes?[.size] as? NSNumber)?.intValue == 0 { unlink(path + "-wal") }
    }
}
