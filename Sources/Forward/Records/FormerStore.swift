import Alerts
import Foundation

/// A store that was renamed when another took its place.
enum FormerStore {
    /// The most files that are looked at.
    private static let limit = 200

    /// The store of an identity, under another name in the folder of `path`; `nil` where there is none.
    static func find(_ identity: String, beside path: String) -> AlertReader? {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        let stem = url.deletingPathExtension().lastPathComponent
        let others = ["-wal", "-shm", "-journal", ".lock", ".spill", ".key", ".patterns", ".triage", ".part"]
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { name in
            name.hasPrefix(stem) && name != url.lastPathComponent && !others.contains(where: name.hasSuffix)
        }
        for name in names.sorted().suffix(limit) {
            if let reader = try? AlertReader(path: "\(folder)/\(name)"), reader.identity == identity { return reader }
        }
        return nil
    }
}
