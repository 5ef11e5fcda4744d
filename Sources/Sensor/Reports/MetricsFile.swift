import Foundation

/// The file that node_exporter's textfile collector reads: replaced as a whole, so that nobody reads half of it.
public struct MetricsFile: Sendable {
    /// How often it is written, in nanoseconds.
    private static let interval: Int64 = 15_000_000_000

    /// Where it is.
    public let path: String
    private var due: Int64 = 0
    private var failure: String?

    /// The folder that it is in, in which the draft is made.
    public var folder: String { URL(fileURLWithPath: path).deletingLastPathComponent().path }

    /// A file at `path`; nothing is written yet.
    public init(path: String) { self.path = path }

    /// What to say of a name that the collector passes over; `nil` where it is right.
    public var nameWarning: String? {
        path.hasSuffix(".prom") ? nil : "\(path): node_exporter reads only files whose names end in .prom"
    }

    /// Whether it is time to write it.
    mutating func isDue(at time: Int64) -> Bool {
        guard time >= due else { return false }
        due = time + Self.interval
        return true
    }

    /// Writes it anew; where that fails the old one stays whole.
    ///
    /// - Returns: a line for the log where it fails for the first time or for another reason, and where it works again.
    mutating func write(_ text: String) -> String? {
        let problem = Self.replace(path, with: text)
        defer { failure = problem }
        if let problem {
            return problem == failure ? nil : "\(path): the metrics cannot be written: \(problem); the old ones stay"
        }
        return failure == nil ? nil : "\(path): the metrics are written again"
    }

    /// Writes beside the file, in the same folder, and renames: that replaces it at once.
    private static func replace(_ path: String, with text: String) -> String? {
        let draft = "\(path).\(getpid()).tmp"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { return reason() }
        var problem: String?
        // Whatever the umask is: the collector runs as somebody else.
        if fchmod(descriptor, 0o644) != 0 { problem = reason() }
        var rest = Array(text.utf8)
        while problem == nil, !rest.isEmpty {
            let count = Foundation.write(descriptor, rest, rest.count)
            if count > 0 {
                rest.removeFirst(count)
            } else if errno != EINTR {
                problem = reason()
            }
        }
        if close(descriptor) != 0, problem == nil { problem = reason() }
        if problem == nil, rename(draft, path) != 0 { problem = reason() }
        if problem != nil { unlink(draft) }
        return problem
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
