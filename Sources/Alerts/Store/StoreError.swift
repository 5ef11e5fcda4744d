import Foundation
import GRDB

/// Why a store cannot be opened, or a run cannot begin.
///
/// Once a writer is open, failures are notices, not errors.
public struct StoreError: Error, Hashable, Sendable {
    /// The kind of failure.
    public enum Code: Hashable, Sendable {
        /// The file cannot be made.
        case cannotCreate
        /// The file is there and cannot be written.
        case cannotWrite
        /// Another process writes to it.
        case inUse
        /// The file, or a folder on the way to it, is closed to this user.
        case notPermitted
        /// The file is missing.
        case missing
        /// The file cannot be read.
        case cannotRead
        /// The file is not a store of Earshot.
        case notAStore
        /// The file is a store, and broken.
        case damaged
        /// A newer version made it.
        case newerSchema
        /// An older version made it, and no writer has brought it up to date.
        case olderSchema
    }

    /// The kind of failure.
    public var code: Code
    /// The file.
    public var path: String
    /// What the system said, without a full stop.
    public var detail: String

    /// Whether the file is there and nothing was written to it yet.
    public var isEmptyFile: Bool { code == .notAStore && detail == Self.emptyFile }

    /// What is said of such a file.
    static let emptyFile = "it is empty"

    /// The exit code of sysexits.h.
    public var exitCode: Int32 {
        switch code {
        case .notAStore, .damaged: 65
        case .missing: 66
        case .cannotCreate: 73
        case .cannotWrite, .inUse, .cannotRead: 74
        case .notPermitted: 77
        case .newerSchema, .olderSchema: 78
        }
    }
}

extension StoreError: CustomStringConvertible, LocalizedError {
    /// One sentence for people.
    public var description: String {
        switch code {
        case .cannotCreate: "Cannot create the alert store \(path): \(detail)."
        case .cannotWrite: "Cannot write to the alert store \(path): \(detail)."
        case .inUse: "Another process writes to the alert store \(path): \(detail)."
        case .notPermitted: "The alert store \(path) is not for this user: \(detail)."
        case .missing: "There is no alert store at \(path)."
        case .cannotRead: "Cannot read the alert store \(path): \(detail)."
        case .notAStore: "\(path) is not an alert store of Earshot: \(detail)."
        case .damaged:
            "The alert store \(path) is damaged: \(detail); 'earshot db check' says more, and the next 'earshot run' or "
                + "'replay' puts it aside, saves what can be read and begins a new one."
        case .newerSchema: "The alert store \(path) was written by a newer version of Earshot: \(detail)."
        case .olderSchema: "The alert store \(path) was written by an older version of Earshot: \(detail)."
        }
    }

    /// The same sentence.
    public var errorDescription: String? { description }
}

extension StoreError {
    /// The error for what SQLite said; `fallback` where it says nothing about the kind.
    init(_ error: any Error, path: String, fallback: Code) {
        self.path = path
        guard let error = error as? DatabaseError else {
            self = (error as? StoreError) ?? StoreError(code: fallback, path: path, detail: "\(error)")
            return
        }
        detail = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB: code = DamagedStore.beginsAsDatabase(path) ? .damaged : .notAStore
        case .SQLITE_CORRUPT: code = .damaged
        default: code = fallback
        }
    }
}
