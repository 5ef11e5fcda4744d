import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The socket of a service manager, as the test plays it.
public final class NotifySocket {
    /// What `NOTIFY_SOCKET` is to be.
    public let name: String
    private let folder: TemporaryFolder
    private let descriptor: Int32

    /// Makes it, on a path or under an abstract name.
    public init(isAbstract: Bool = false) throws {
        folder = try TemporaryFolder()
        name = isAbstract ? "@earshot-test-\(UUID().uuidString)" : folder.file("notify")
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var bytes = Array(name.utf8)
        if isAbstract { bytes[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        // The sensor may run as another user.
        if !isAbstract { chmod(name, 0o777) }
    }

    deinit { close(descriptor) }

    /// The next message; `nil` where none comes in that time.
    public func receive(_ seconds: Double = 10) -> String? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, Int32(seconds * 1000)) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }

    /// The next message that begins in that way; others are passed over.
    public func receive(_ beginning: String, _ seconds: Double = 20) -> String? {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if let text = receive(1), text.hasPrefix(beginning) { return text }
        }
        return nil
    }
}
