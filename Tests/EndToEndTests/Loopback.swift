import Foundation
import Glibc
import ProgramSupport
import TestSupport

/// Ports and connections on 127.0.0.1.
enum Loopback {
    /// A port that nobody uses at the moment, over TCP or UDP: servers of CoAP take both.
    static func freePort() throws -> Int {
        for _ in 0..<32 {
            let stream = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            let datagram = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            defer {
                close(stream)
                close(datagram)
            }
            var bound = address(port: 0)
            guard withSocketAddress(&bound, { bind(stream, $0, $1) }) == 0 else { throw POSIXError(.EADDRINUSE) }
            guard let port = port(of: stream) else { throw POSIXError(.EADDRNOTAVAIL) }
            bound = address(port: port)
            if withSocketAddress(&bound, { bind(datagram, $0, $1) }) == 0 { return port }
        }
        throw POSIXError(.EADDRINUSE)
    }

    /// The port that a socket is bound to.
    static func port(of descriptor: Int32) -> Int? {
        var bound = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &bound) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return status == 0 ? Int(UInt16(bigEndian: bound.sin_port)) : nil
    }

    static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        return address
    }

    static func withSocketAddress(
        _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// A TCP connection to 127.0.0.1 over which a test writes what it likes. Reading gives up after five seconds.
final class Connection {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = Loopback.address(port: port)
        let descriptor = descriptor
        guard Loopback.withSocketAddress(&address, { connect(descriptor, $0, $1) }) == 0 else {
            // No deinit runs where init throws.
            close(descriptor)
            throw POSIXError(.ECONNREFUSED)
        }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw POSIXError(.EPIPE) }
            offset += count
        }
    }

    /// Reads that many bytes; fewer where the other end closes or is silent.
    func receive(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < count {
            let read = recv(descriptor, &buffer, min(buffer.count, count - bytes.count), 0)
            guard read > 0 else { break }
            bytes += buffer[..<read]
        }
        return bytes
    }

    /// Logs in and checks that the broker accepts.
    func login(_ client: String, username: String? = nil, password: String? = nil) throws {
        try send(
            MQTTBytes.connect(
                Array(client.utf8), username: username.map { Array($0.utf8) }, password: password.map { Array($0.utf8) }
            ))
        guard receive(4) == MQTTBytes.connack else { throw POSIXError(.EACCES) }
    }
}
