import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Tells a reader what keeps it from reading, before SQLite says no more than that it cannot open a file.
enum StorePermission {
    /// Throws where the store, or a folder on the way to it, is closed to this process.
    ///
    /// A file that is not there is no matter of permission.
    static func check(_ path: String) throws(StoreError) {
        for file in [path, path + "-wal", path + "-shm"] {
            if access(file, R_OK) == 0 { continue }
            guard errno == EACCES else { continue }
            throw StoreError(code: .notPermitted, path: path, detail: reason(file))
        }
    }

    private static func reason(_ file: String) -> String {
        let closed = closedFolder(above: file) ?? file
        guard let status = FileStatus(closed) else { return "permission denied at \(closed)" }
        let kind = status.isFolder ? "the folder \(closed)" : closed
        return "permission denied: \(kind) belongs to \(status.text); \(advice(status))"
    }

    /// The first folder on the way to a file that may not be entered.
    private static func closedFolder(above file: String) -> String? {
        var folder = ""
        for part in file.split(separator: "/").dropLast() {
            folder += "/\(part)"
            if access(folder, X_OK) != 0, errno == EACCES { return folder }
        }
        return nil
    }

    private static func advice(_ status: FileStatus) -> String {
        let bit: mode_t = status.isFolder ? 0o010 : 0o040
        guard status.mode & bit != 0 else {
            if status.isFolder { return "use sudo, or let a group enter it (chgrp and chmod g+x)" }
            return "use sudo, or name a group that may read it by 'db_group' in the configuration of the sensor"
        }
        let group = FileStatus.name(ofGroup: status.group)
        return "join the group (sudo usermod -aG \(group) $USER, then log in again), or use sudo"
    }
}
