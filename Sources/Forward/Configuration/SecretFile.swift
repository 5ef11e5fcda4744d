import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Credentials, which are in files alone: systemd's (systemd.exec(5), LoadCredential) or such as only their owner may read.
enum SecretFile {
    /// The most that is taken for a credential, in bytes.
    private static let limit = 64 << 10

    /// Where the file of a setting lies: a name without a slash is one of systemd's credentials.
    static func path(_ name: String, _ environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        guard !name.contains("/") else { return name }
        return "\(environment["CREDENTIALS_DIRECTORY"] ?? "/run/credentials/earshot-forward.service")/\(name)"
    }

    /// Reads a credential, the line feed at its end taken off.
    ///
    /// - Throws: `ForwardError` where it cannot be read, others may read it, or nothing is in it; what is in it is never said.
    static func read(_ name: String) throws(ForwardError) -> [UInt8] {
        let path = path(name)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            throw ForwardError(78, "\(path): the credential cannot be read: \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var found = stat()
        guard fstat(descriptor, &found) == 0, found.st_mode & S_IFMT == S_IFREG else {
            throw ForwardError(78, "\(path): a credential is a regular file")
        }
        guard found.st_mode & 0o007 == 0 else {
            throw ForwardError(78, "\(path): everybody may read or write this credential; run chmod o= \(path)")
        }
        guard let data = try? handle.read(upToCount: limit + 1), data.count <= limit else {
            throw ForwardError(78, "\(path): the credential cannot be read, or is longer than 64 KiB")
        }
        var bytes = [UInt8](data)
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw ForwardError(78, "\(path): the credential is empty") }
        return bytes
    }

    /// A credential that goes into a header: one line of it.
    static func readLine(_ name: String) throws(ForwardError) -> String {
        let text = String(decoding: try read(name), as: UTF8.self)
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw ForwardError(78, "\(path(name)): the credential is to be one line of text")
        }
        return text
    }
}
