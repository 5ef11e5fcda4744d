import Alerts
import Foundation
import GRDB
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Who may read a store.
@Suite struct AccessTests {
    private static let group: UInt32 = 4711

    /// `group mode` of each file beside the store, by its ending.
    private func access(_ folder: TemporaryFolder) throws -> [String: String] {
        var result: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasPrefix("alerts.db") {
            var found = stat()
            guard stat(folder.path + "/" + name, &found) == 0 else { continue }
            let group = found.st_gid == Self.group ? "group" : "own"
            result[String(name.dropFirst(9))] = "\(group) \(String(found.st_mode & 0o777, radix: 8))"
        }
        return result
    }

    @Test(
        "the group that is named may read the store and what SQLite makes beside it, nothing else",
        .needs(getuid() == 0, "only root may give files to any group"))
    func theGroupMayRead() throws {
        let folder = try TemporaryFolder()
        var settings = quickSettings()
        settings.access.group = Self.group
        settings.queueLimit = 10
        let writer = try AlertWriter(path: folder.store, settings: settings)
        _ = try writer.beginRun(sampleRun())
        let locker = try Locker(folder.store)
        for serial in 1...40 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
        #expect(eventually { folder.exists("alerts.db.spill") })
        let live = ["": "group 640", "-wal": "group 640", "-shm": "group 640"]
        #expect(try access(folder) == live.merging([".spill": "own 600", ".lock": "own 600"]) { $1 })
        try locker.release()
        #expect(eventually { writer.flush() })
        writer.close()
        #expect(try access(folder) == live, "the log and its index stay when the writer has gone")
        // A file that was made for its owner alone is given to the group by the next writer.
        for suffix in ["", "-wal", "-shm"] {
            chown(folder.store + suffix, 0, 0)
            chmod(folder.store + suffix, 0o600)
        }
        try AlertWriter(path: folder.store, settings: settings).close()
        #expect(try access(folder) == live)
        // A new file in the place of one that was removed as well.
        let second = try AlertWriter(path: folder.store, settings: settings)
        for suffix in ["", "-wal", "-shm"] { unlink(folder.store + suffix) }
        _ = try second.beginRun(sampleRun())
        second.submit(.insert(sampleAlert(1)))
        second.close()
        var found = try access(folder)
        let saved = try #require(found.keys.first { $0.hasPrefix(".removed-") })
        #expect(found.removeValue(forKey: saved) == "group 640", "what the removed one held is for the same readers")
        #expect(found == live)
        let copy = folder.path + "/alerts.db.copy"
        try AlertReader(path: folder.store).backup(to: copy, replacing: false)
        #expect(try access(folder)[".copy"] == "group 640", "a backup is for the same readers")
    }

    @Test("without a group the store is its owner's alone") func withoutAGroup() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        let own = ["": "own 600", "-wal": "own 600", "-shm": "own 600"]
        #expect(try access(folder) == own.merging([".lock": "own 600"]) { $1 })
        writer.close()
        #expect(try access(folder) == own)
    }

    @Test("groups are known by name and number") func groups() {
        #expect(StoreAccess.group(named: "root") == 0)
        #expect(StoreAccess.group(named: "4711") == 4711)
        for name in ["", "no-such-group", "-1", "4294967295", "1.5"] { #expect(StoreAccess.group(named: name) == nil) }
    }
}
