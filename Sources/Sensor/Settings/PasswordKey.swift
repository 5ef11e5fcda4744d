import Alerts
import Bytes
import Foundation
import Network

/// The key of `mqtt.passwd.digest`: 32 random bytes in a file beside the store, which only its owner may read.
///
/// It is made at the first start and used ever after, so that digests of different runs can be compared. Whoever has the
/// store but not this file can neither find a password by its digest nor test a guess.
public enum PasswordKey {
    /// Where the key of a store lies.
    public static func path(beside database: String) -> String { database + ".key" }

    /// The key of a store, which is made where there is none.
    public static func load(beside database: String) throws(SensorError) -> KeyedDigest {
        let path = path(beside: database)
        if let key = try read(path) {
            // Of one that died when the key was in its place.
            unlink(draft(of: path))
            return key
        }
        try make(path)
        guard let key = try read(path) else { throw SensorError(.cannotCreate, "\(path): cannot be made") }
        return key
    }

    /// The key of a store; `nil` where there is none.
    public static func read(beside database: String) throws(SensorError) -> KeyedDigest? {
        try read(path(beside: database))
    }

    private static func read(_ path: String) throws(SensorError) -> KeyedDigest? {
        let descriptor: Int32
        do throws(PrivateFile.Refusal) { descriptor = try PrivateFile.open(path, O_RDONLY) } catch {
            if error.number == ENOENT || error.number == ENOTDIR { return nil }
            let exit: ExitStatus = error.number == EACCES || error.number == EPERM ? .noPermission : .ioError
            throw SensorError(exit, "\(path): the key for digests of passwords cannot be read: \(error.reason)")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // One byte more than there should be tells a longer file.
        let data = (try? file.read(upToCount: KeyedDigest.keyLength + 1)) ?? Data()
        guard let key = KeyedDigest(key: [UInt8](data).span.bytes) else {
            throw SensorError(
                .configuration,
                "\(path): the key for digests of passwords should have \(KeyedDigest.keyLength) bytes; "
                    + "put back the right file, or remove it to begin with another key")
        }
        return key
    }

    /// Writes a key beside its place and links it there: whoever comes second finds the whole key of the first.
    ///
    /// Only a writer of the store makes it, and there is one at a time; a draft that is there is left of one that died.
    private static func make(_ path: String) throws(SensorError) {
        let draft = draft(of: path)
        unlink(draft)
        defer { unlink(draft) }
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var random = SystemRandomNumberGenerator()
        let key = Data((0..<KeyedDigest.keyLength).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        do {
            try file.write(contentsOf: key)
            try file.synchronize()
        } catch { throw failure(path) }
        guard link(draft, path) == 0 || errno == EEXIST else { throw failure(path) }
    }

    private static func draft(of path: String) -> String { "\(path).new" }

    private static func failure(_ path: String) -> SensorError {
        let code = errno
        let exit: ExitStatus = code == EACCES || code == EPERM ? .noPermission : .cannotCreate
        return SensorError(exit, "\(path): the key for digests of passwords cannot be made: \(text(code))")
    }

    private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
