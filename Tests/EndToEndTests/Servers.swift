import Foundation
import Glibc
import ProgramSupport

/// A Mosquitto of its own on a free port of 127.0.0.1.
final class Broker {
    let port: Int
    private let process: Background
    private let folder: TemporaryFolder

    /// Starts it and waits until it accepts connections.
    ///
    /// - Parameters:
    ///   - users: Names and passwords; with `nil` anybody may enter.
    ///   - isWebSocket: Whether it speaks MQTT over WebSocket.
    init(users: [String: String]?, isWebSocket: Bool = false) throws {
        folder = try TemporaryFolder()
        port = try Loopback.freePort()
        var lines = [
            "listener \(port) 127.0.0.1", "socket_domain ipv4",
            "protocol \(isWebSocket ? "websockets" : "mqtt")", "persistence false", "log_dest stderr",
            "allow_anonymous \(users == nil)",
        ]
        // Mosquitto 2.0.11 ends at once when it has no listener but those of WebSocket.
        if isWebSocket { lines.insert("listener \(try Loopback.freePort()) 127.0.0.1", at: 0) }
        // Otherwise Mosquitto becomes another user, who may not read the folder.
        if getuid() == 0 { lines.append("user root") }
        if let users {
            let file = try folder.write(users.map { "\($0.key):\($0.value)\n" }.sorted().joined(), to: "passwords")
            let hashing = try run(Program.find("mosquitto_passwd") ?? "mosquitto_passwd", ["-U", file])
            guard hashing.status == 0 else { throw NotSeen(what: "hashed passwords: \(hashing.errorText)", seconds: 0) }
            lines.append("password_file \(file)")
        }
        let configuration = try folder.write(lines.joined(separator: "\n") + "\n", to: "mosquitto.conf")
        process = try Background(Program.find("mosquitto") ?? "mosquitto", ["-c", configuration])
        let (process, port) = (process, port)
        guard wait(10, for: { (try? Connection(port: port)) != nil || !process.isRunning }), process.isRunning else {
            throw NotSeen(what: "Mosquitto on port \(port): \(process.errorText)", seconds: 10)
        }
    }
}

/// libcoap's example server on a free port of 127.0.0.1.
final class CoAPServer {
    let port: Int
    private let process: Background

    static let program = Program.find("coap-server-notls") ?? Program.find("coap-server")
    static let client = Program.find("coap-client-notls") ?? Program.find("coap-client")

    /// Starts it and waits until it answers.
    init() throws {
        port = try Loopback.freePort()
        process = try Background(Self.program ?? "coap-server", ["-A", "127.0.0.1", "-p", "\(port)"])
        let (process, port) = (process, port)
        guard try wait(10, for: { try Self.get("/", port).output.isEmpty == false || !process.isRunning }),
            process.isRunning
        else { throw NotSeen(what: "coap-server on port \(port): \(process.errorText)", seconds: 10) }
    }

    /// Asks for a path.
    func get(_ path: String) throws -> Outcome { try Self.get(path, port) }

    private static func get(_ path: String, _ port: Int) throws -> Outcome {
        try run(client ?? "coap-client", ["-B", "2", "-m", "get", "coap://127.0.0.1:\(port)\(path)"])
    }
}
