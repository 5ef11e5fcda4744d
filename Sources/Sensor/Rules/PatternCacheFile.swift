import Crypto
import Detection
import Foundation
import Patterns

/// The compiled regular expressions of rules in a file beside the store, so that only the first start with new rules
/// compiles them.
///
/// Nothing depends on the file: where it is missing, damaged or made by another version, what is missing is compiled, and
/// the file is written anew. It may be removed at any time.
public enum PatternCacheFile {
    /// Where the file of a store lies.
    public static func path(beside database: String) -> String { database + ".patterns" }

    /// What it begins with, and the version of its format.
    private static let magic = Array("earshot patterns 1\n".utf8)
    /// The digest that follows it, over the rest.
    private static let digestLength = SHA256.byteCount
    /// A larger file is none of ours.
    private static let sizeLimit = 256 << 20

    /// Why a file was not used.
    public enum Doubt: String, Sendable {
        /// Somebody else may have written it, and what is in it runs as it is.
        case foreign =
            "belongs to somebody else, or others may write it: regular expressions are compiled at each start"
        /// It was not what had been written.
        case damaged = "was damaged and is made anew"
        /// It cannot be read or written.
        case unreachable = "cannot be read or written: regular expressions are compiled at each start"

        /// What to tell people of the file of a store.
        public func text(beside database: String) -> String {
            "\(PatternCacheFile.path(beside: database)) \(rawValue)"
        }
    }

    /// Reads what was compiled before; empty where there is nothing, or nothing that can be used.
    public static func read(beside database: String) -> (patterns: PatternCache, doubt: Doubt?) {
        let descriptor = open(path(beside: database), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            let isAbsent = code == ENOENT || code == ENOTDIR
            return (PatternCache(), isAbsent ? nil : code == ELOOP ? .foreign : .unreachable)
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, [0, geteuid()].contains(facts.st_uid),
            facts.st_mode & (S_IWGRP | S_IWOTH) == 0
        else { return (PatternCache(), .foreign) }
        guard facts.st_size <= sizeLimit, let data = try? file.readToEnd(), let body = body(of: [UInt8](data)) else {
            return (PatternCache(), .damaged)
        }
        // Another processor or another Vectorscan is nothing to be told of.
        return (PatternCache(bytes: body) ?? PatternCache(), nil)
    }

    /// What stands behind the digest, if that is right.
    private static func body(of bytes: [UInt8]) -> [UInt8]? {
        let start = magic.count + digestLength
        guard bytes.count >= start, bytes.starts(with: magic) else { return nil }
        let body = Array(bytes[start...])
        return SHA256.hash(data: body).elementsEqual(bytes[magic.count..<start]) ? body : nil
    }

    /// Writes what the rules use: beside its place first, so that no reader ever sees half of it.
    ///
    /// Where the folder takes no files nothing is said: the store that belongs there says so itself.
    public static func write(_ patterns: PatternCache, beside database: String) -> Doubt? {
        let path = path(beside: database)
        let draft = "\(path).\(getpid())"
        unlink(draft)
        defer { unlink(draft) }
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return [ENOENT, ENOTDIR, EACCES, EROFS].contains(errno) ? nil : .unreachable }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let body = patterns.bytes
        do { try file.write(contentsOf: Data(magic + Array(SHA256.hash(data: body)) + body)) } catch {
            return .unreachable
        }
        return rename(draft, path) == 0 ? nil : .unreachable
    }
}
