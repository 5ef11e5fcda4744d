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

    /// Gives a broken store and its log another name.
    ///
    /// - Returns: the new path, `NAME.damaged-YYYYMMDDThhmmssZ`.
    /// - Throws: `StoreError` where the folder does not let it.
    static func putAside(_ path: String, at time: Date = Date()) throws(StoreError) -> String {
        var seconds = time_t(time.timeIntervalSince1970)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: Int32, _ width: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let stamp =
            digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1, 2) + digits(parts.tm_mday, 2) + "T"
            + digits(parts.tm_hour, 2) + digits(parts.tm_min, 2) + digits(parts.tm_sec, 2) + "Z"
        let base = "\(path).damaged-\(stamp)"
        var aside = base
        var number = 1
        while FileStatus(aside) != nil {
            number += 1
            aside = "\(base)-\(number)"
        }
        removeEmptyLog(path)
        for suffix in ["", "-wal"] where FileStatus(path + suffix) != nil {
            guard rename(path + suffix, aside + suffix) == 0 else {
                throw StoreError(
                    code: .damaged, path: path, detail: "it cannot be renamed: \(StoreFile.systemMessage())")
            }
        }
        return aside
    }

    /// Removes the index of a log, which is made anew when it is needed, and a log without anything in it.
    static func removeEmptyLog(_ path: String) {
        unlink(path + "-shm")
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        if (attributes?[.size] as? NSNumber)?.intValue == 0 { unlink(path + "-wal") }
    }
}
