import Foundation
import GRDB

/// Reads a store, also while a writer is at work.
///
/// Opens it read-only and holds no transaction between calls.
///
/// When the file is replaced by another, calls from then on read the new one.
public final class AlertReader: Sendable {
    /// The file.
    public let path: String
    /// What people said of its alerts.
    public let triage: TriageView
    /// What is wrong with the store although it can be read, as a line for people; `nil` where nothing is.
    public let warning: String?
    let connection: StoreConnection

    /// Opens a store.
    ///
    /// - Throws: `StoreError` where there is none, it cannot be read, is not a store, or has another schema.
    public convenience init(path: String) throws(StoreError) { try self.init(path: path, acceptingOlder: false) }

    /// Opens a store; where `acceptsOlder`, also one that no writer has brought up to date.
    init(path: String, acceptingOlder acceptsOlder: Bool) throws(StoreError) {
        let path = StoreFile.absolute(path)
        let triage = TriageView(TriageFile(beside: path))
        self.path = path
        self.triage = triage
        try StorePermission.check(path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw StoreError(code: .missing, path: path, detail: "no such file")
        }
        guard !isFolder.boolValue else { throw StoreError(code: .notAStore, path: path, detail: "it is a folder") }
        let hadLog = StoreMark.hasLog(path)
        do {
            connection = try StoreConnection(path: path, outlivesItsName: true) {
                try Self.openChecked(path, acceptsOlder, triage)
            }
            warning = try connection.current().database.read {
                try StoreMark.warning($0, path: path, hadLog: hadLog)
            }
        } catch {
            throw StoreError(error, path: path, fallback: .cannotRead)
        }
    }

    /// What tells this store from every other, a UUID (RFC 9562) in lower case: drawn when the file was made, another one
    /// where it is replaced; empty where it cannot be read.
    public var identity: String { (try? read { try StoreSchema.identity($0) }) ?? "" }

    private static func openChecked(
        _ path: String, _ acceptsOlder: Bool, _ triage: TriageView
    ) throws -> DatabaseQueue {
        do {
            return try openChecked(path, as: path, acceptsOlder, triage)
        } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_CANTOPEN {
            // SQLite wants a `-shm` file beside the store. Where none is and none can be made (a read-only medium) and
            // no log waits to be read, the file is all there is and nobody changes it.
            guard !StoreMark.hasLog(path), let name = immutableName(path) else { throw error }
            return try openChecked(path, as: name, acceptsOlder, triage)
        }
    }

    private static func openChecked(
        _ path: String, as name: String, _ acceptsOlder: Bool, _ triage: TriageView
    ) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "earshot.reader"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            database.add(function: AlertFilter.anyIn)
            database.add(function: AlertFilter.tagged)
            for function in triage.functions { database.add(function: function) }
        }
        let queue = try DatabaseQueue(path: name, configuration: configuration)
        let finding = try queue.read { try StoreSchema.inspect($0) }
        try StoreSchema.check(finding, path: path)
        switch finding {
        case .empty: throw StoreError(code: .notAStore, path: path, detail: StoreError.emptyFile)
        case .older(let found) where !acceptsOlder:
            throw StoreError(
                code: .olderSchema, path: path,
                detail: "its schema is version \(found); `earshot run` or `replay` brings it up to date")
        default: return queue
        }
    }

    private static func immutableName(_ path: String) -> String? {
        path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed).map { "file://\($0)?immutable=1" }
    }

    /// Which file the next read goes to.
    func currentFile() throws(StoreError) -> FileIdentity? {
        do {
            return try connection.current().file
        } catch {
            throw StoreError(error, path: path, fallback: .cannotRead)
        }
    }

    /// Runs a read; what SQLite says becomes a `StoreError`.
    func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do {
            return try connection.current().database.read { database in
                triage.refresh(database)
                return try body(database)
            }
        } catch {
            throw StoreError(error, path: path, fallback: .cannotRead)
        }
    }
}
