import Foundation
import Glibc
import ProgramSupport
import TestSupport

/// Datagrams on a port of 127.0.0.1 that a test sends last. Who listens on the loopback interface gets its frames in their
/// order: once it shows a marker, it has looked at everything that was sent before.
final class Marker {
    /// The marker's own port; the listener's filter has to let it through.
    let port: Int
    private let client: Int32
    private let server: Int32
    private var sent = 0

    init() throws {
        server = try Self.bound()
        client = try Self.bound()
        port = try Self.port(of: server)
    }

    deinit {
        close(client)
        close(server)
    }

    /// What a filter has to say to let markers through besides what `filter` does.
    func besides(_ filter: String) -> String { filter.isEmpty ? "udp port \(port)" : "\(filter) or udp port \(port)" }

    /// Sends a datagram that is of no protocol.
    ///
    /// - Returns: What it holds.
    func note() throws -> [UInt8] {
        // No CoAP begins with these two bits.
        let bytes = [0xFF] + Array(nextName().utf8)
        try send(bytes, from: client, to: port)
        return bytes
    }

    /// Sends a CoAP request for a path of its own, and the answer that makes it known as CoAP on a port that is not CoAP's.
    ///
    /// - Returns: The path, which stands in the answer as well.
    func exchange() throws -> String {
        let name = nextName()
        let (id, token) = (UInt16(truncatingIfNeeded: sent), Array(name.utf8.suffix(4)))
        let request = Build.coap(code: 1, id: id, token: token, options: [(11, Array(name.utf8))])
        try send(request, from: client, to: port)
        let answer = Build.coap(type: 2, code: 0x45, id: id, token: token, payload: Array(name.utf8))
        try send(answer, from: server, to: try Self.port(of: client))
        return "/" + name
    }

    /// Begins the names of all markers.
    static let prefix = "earshot-marker"

    private func nextName() -> String {
        sent += 1
        return "\(Self.prefix)-\(port)-\(1000 + sent)"
    }

    private static func bound() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Loopback.address(port: 0)
        guard Loopback.withSocketAddress(&address, { bind(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            throw POSIXError(.EADDRINUSE)
        }
        return descriptor
    }

    private static func port(of descriptor: Int32) throws -> Int {
        guard let port = Loopback.port(of: descriptor) else { throw POSIXError(.EADDRNOTAVAIL) }
        return port
    }

    private func send(_ bytes: [UInt8], from descriptor: Int32, to port: Int) throws {
        var address = Loopback.address(port: port)
        let count = bytes.withUnsafeBytes { bytes in
            Loopback.withSocketAddress(&address) {
                Int32(truncatingIfNeeded: sendto(descriptor, bytes.baseAddress, bytes.count, 0, $0, $1))
            }
        }
        guard count == bytes.count else { throw POSIXError(.EIO) }
    }
}
