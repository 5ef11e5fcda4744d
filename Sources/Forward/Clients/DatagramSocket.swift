import CDatagram

#if canImport(Glibc)
    import Glibc
#endif

/// A socket to a log daemon: UDP, or the local one of this machine.
final class DatagramSocket {
    private let descriptor: Int32
    /// Whether the local socket is a stream, in which messages are parted by zeros.
    let isStream: Bool

    /// Opens UDP to a host.
    init(host: String, port: UInt16) throws(CurlSession.Failure) {
        var text = [CChar](repeating: 0, count: 256)
        descriptor = datagram_open(host, "\(port)", &text, text.count)
        isStream = false
        guard descriptor >= 0 else { throw CurlSession.Failure(reason: Self.text(text)) }
    }

    /// Opens a local socket.
    init(path: String) throws(CurlSession.Failure) {
        var text = [CChar](repeating: 0, count: 256)
        var stream: Int32 = 0
        descriptor = datagram_open_local(path, &stream, &text, text.count)
        isStream = stream != 0
        guard descriptor >= 0 else { throw CurlSession.Failure(reason: "\(path): \(Self.text(text))") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Sends one message.
    func send(_ bytes: [UInt8]) throws(CurlSession.Failure) {
        let number = datagram_send(descriptor, bytes, bytes.count)
        guard number == 0 else { throw CurlSession.Failure(reason: String(cString: strerror(number))) }
    }

    private static func text(_ bytes: [CChar]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
