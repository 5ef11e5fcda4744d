import Alerts
import Foundation
import GRDB
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct OpeningTests {
    @Test("store files are readable by their owner only, whatever the umask", arguments: [0o000, 0o777])
    func filesAreForTheOwnerAloneWhateverTheUmask(mask: Int) async throws {
        // A process of its own: the umask belongs to all threads.
        setenv("EARSHOT_TEST_UMASK", String(mask), 1)
        await #expect(processExitsWith: .success) {
            umask(mode_t(ProcessInfo.processInfo.environment["EARSHOT_TEST_UMASK"] ?? "") ?? 0o022)
            let path = NSTemporaryDirectory() + "earshot-umask-\(getpid()).db"
            var settings = quickSettings()
            settings.queueLimit = 10
            let writer = try AlertWriter(path: path, settings: settings)
            _ = try writer.beginRun(sampleRun())
            let locker = try Locker(path)
            for serial in 1...40 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
            #expect(eventually { FileManager.default.fileExists(atPath: path + ".spill") })
            for suffix in ["", "-wal", "-shm", ".spill"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
                let mode = try #require(attributes[.posixPermissions] as? NSNumber)
                #expect(mode.intValue & 0o777 == 0o600, "store\(suffix)")
            }
            try locker.release()
            writer.close()
            unlink(path)
        }
    }

    @Test("the error names the store that cannot be opened") func saysWhatCannotBeOpened() throws {
        let folder = try TemporaryFolder()
        try Data("no database at all, but long enough for a header of SQLite, which has a hundred bytes.......".utf8)
            .write(to: URL(fileURLWithPath: folder.path + "/text"))
        try FileManager.default.createDirectory(atPath: folder.path + "/folder", withIntermediateDirectories: true)
        let foreign = try DatabaseQueue(path: folder.path + "/foreign.db")
        try foreign.write { try $0.execute(sql: "CREATE TABLE t(a)") }
        try foreign.close()
        try AlertWriter(path: folder.path + "/newer.db").close()
        let newer = try DatabaseQueue(path: folder.path + "/newer.db")
        try newer.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        try newer.close()
        let cases: [(path: String, write: (StoreError.Code, Int32), read: (StoreError.Code, Int32))] = [
            (folder.path + "/none/alerts.db", (.cannotCreate, 73), (.missing, 66)),
            // Below a file, and in a file system that takes no files: root is not above that.
            (folder.path + "/text/alerts.db", (.cannotCreate, 73), (.missing, 66)),
            ("/proc/alerts.db", (.cannotCreate, 73), (.missing, 66)),
            (folder.path + "/folder", (.cannotCreate, 73), (.notAStore, 65)),
            (folder.path + "/text", (.notAStore, 65), (.notAStore, 65)),
            (folder.path + "/foreign.db", (.notAStore, 65), (.notAStore, 65)),
            (folder.path + "/newer.db", (.newerSchema, 78), (.newerSchema, 78)),
        ]
        for (path, write, read) in cases {
            #expect(throws: StoreError.self, "\(path)") { try AlertWriter(path: path, settings: quickSettings()) }
            do {
                _ = try AlertWriter(path: path, settings: quickSettings())
            } catch {
                #expect(error.code == write.0 && error.exitCode == write.1, "\(error)")
                #expect(error.description.hasSuffix(".") && error.description.contains(error.path))
            }
            do {
                _ = try AlertReader(path: path)
                Issue.record("\(path) was opened")
            } catch {
                #expect(error.code == read.0 && error.exitCode == read.1, "\(error)")
            }
        }
        let text = try FileManager.default.attributesOfItem(atPath: folder.path + "/text")
        #expect((text[.size] as? NSNumber)?.intValue ?? 0 > 50, "a file that is no store stays as it is")
        #expect(try foreignTables(folder.path + "/foreign.db") == ["t"])
    }

    private func foreignTables(_ path: String) throws -> [String] {
        try DatabaseQueue(path: path).read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_master") }
    }

    @Test("A second writer is refused") func aSecondWriterIsRefused() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        do {
            _ = try AlertWriter(path: folder.store)
            Issue.record("two writers")
        } catch {
            #expect(error.code == .inUse)
            #expect(error.exitCode == 74)
        }
        writer.close()
        try AlertWriter(path: folder.store).close()
    }

    @Test("a database that is locked at the start is reported") func aLockedDatabaseIsSaidAtTheStart() throws {
        let folder = try TemporaryFolder()
        try AlertWriter(path: folder.store).close()
        let locker = try Locker(folder.store)
        do {
            _ = try AlertWriter(path: folder.store, settings: quickSettings())
            Issue.record("opened")
        } catch {
            #expect(error.code == .cannotWrite)
            #expect(error.description.contains("locked"))
        }
        try locker.release()
    }

    /// A store on a medium that nobody can write to, as it is when evidence is handed over.
    @Test(
        "a store on a read-only file system can be read and not written",
        .needs(SmallDisk.isAllowed, "mounting is not permitted"))
    func readsAStoreWhereNothingCanBeMadeBesideIt() throws {
        let folder = try TemporaryFolder()
        let disk = try #require(SmallDisk(folder.path + "/disk"))
        defer { disk.remove() }
        let writer = try AlertWriter(path: disk.path + "/a b.db")
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(1)))
        writer.close()
        // As an older version left it, and as it is when only the file is copied.
        for suffix in ["-wal", "-shm"] { unlink(disk.path + "/a b.db" + suffix) }
        try disk.makeReadOnly()
        let reader = try AlertReader(path: disk.path + "/a b.db")
        #expect(try reader.count() == 1 && reader.warning == nil)
        do {
            _ = try AlertWriter(path: disk.path + "/a b.db")
            Issue.record("opened for writing")
        } catch {
            #expect(error.code == .cannotWrite)
        }
        do {
            _ = try AlertWriter(path: disk.path + "/new.db")
            Issue.record("made")
        } catch {
            #expect(error.code == .cannotCreate)
        }
    }

    @Test("paths that SQLite would read as URIs are plain files") func pathsThatSQLiteReadsInAnotherWayAreFiles() throws
    {
        let folder = try TemporaryFolder()
        try AlertWriter(path: folder.path + "/file:x?mode=memory").close()
        #expect(folder.exists("file:x?mode=memory"))
        #expect(throws: StoreError.self) { try AlertWriter(path: "") }
        #expect(throws: StoreError.self) { try AlertReader(path: ":memory:") }
    }
}
