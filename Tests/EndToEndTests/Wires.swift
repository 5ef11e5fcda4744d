import Foundation
import Glibc
import ProgramSupport
import TestSupport

/// A network namespace of a test with pairs of virtual interfaces: what goes into `NAMEp` comes out at `NAME`.
final class Wires {
    private let name: String
    private let folder: TemporaryFolder
    private var port = 40_000

    /// Why there cannot be one here; `nil` where there can.
    static let obstacle = Receivers.obstacle

    init(_ wires: String...) throws {
        folder = try TemporaryFolder()
        name = "earshot-\(UUID().uuidString.prefix(8))"
        try Self.ip(["netns", "add", name])
        for wire in wires { try add(wire) }
    }

    deinit { _ = try? Self.ip(["netns", "del", name]) }

    /// Makes a pair, both ends up.
    func add(_ wire: String) throws {
        try link("add", wire, "type", "veth", "peer", "name", wire + "p")
        for end in [wire, wire + "p"] { try link("set", end, "up") }
    }

    /// Runs `ip link` in the namespace.
    func link(_ words: String...) throws { try Self.ip(["-n", name, "link"] + words) }

    private static func ip(_ words: [String]) throws {
        let outcome = try run(Program.find("ip") ?? "ip", words)
        guard outcome.status == 0 else {
            throw NotSeen(what: "ip \(words.joined(separator: " ")): \(outcome.errorText)", seconds: 0)
        }
    }

    /// Starts the program in the namespace.
    func start(_ arguments: String...) throws -> Background { try start(arguments) }

    /// Starts the sensor in the namespace.
    func startRun(_ arguments: [String]) throws -> Background { try start(["run"] + arguments) }

    private func start(_ arguments: [String]) throws -> Background {
        try Background(
            Program.find("ip") ?? "ip", ["netns", "exec", name, try Program.path()] + arguments, directory: folder.path)
    }

    /// Sends frames into a wire.
    func send(_ frames: [[UInt8]], into end: String) throws {
        let path = try folder.write(pcap(frames), to: "frames.pcap")
        let script = Program.root + "/Tests/Peers/send_frames.py"
        let outcome = try run(
            Program.find("ip") ?? "ip",
            ["netns", "exec", name, Program.find("python3") ?? "python3", script, end, path])
        guard outcome.status == 0 else { throw NotSeen(what: "frames sent: \(outcome.errorText)", seconds: 0) }
    }

    /// A connection in which a client publishes on a topic, as a mirror shows it.
    func publish(on topic: String) -> [[UInt8]] {
        port += 1
        func frame(_ isClient: Bool, _ seq: UInt32, _ ack: UInt32, _ flags: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
            let (client, server): ([UInt8], [UInt8]) = ([10, 0, 0, 1], [10, 0, 0, 2])
            return Build.ethernet(
                0x0800,
                Build.ipv4(
                    from: isClient ? client : server, to: isClient ? server : client, proto: 6,
                    Build.tcp(
                        from: isClient ? port : 1883, to: isClient ? 1883 : port, seq: seq, ack: ack, flags: flags,
                        payload)))
        }
        return [
            frame(true, 1000, 0, 0x02), frame(false, 5000, 1001, 0x12),
            frame(true, 1001, 5001, 0x18, MQTTBytes.connect("probe") + MQTTBytes.publish(topic, Array("on".utf8))),
        ]
    }

    /// A rule that tells each topic under `probe/`, in a file.
    func rule() throws -> String {
        try folder.write(
            """
            title: Probe
            id: 6f1f0d53-0f60-4a0e-9f4a-2f8c0a1f7a11
            logsource: {product: earshot, category: mqtt}
            detection:
                selection: {mqtt.topic|startswith: probe/}
                condition: selection
            level: informational
            earshot:
                summary: 'topic {mqtt.topic}'
                suppress: {by: [mqtt.topic], for: 1h}

            """, to: "probe.yml")
    }

    func file(_ name: String) -> String { folder.file(name) }

    /// Writes a file.
    func write(_ text: String, to name: String) throws -> String { try folder.write(text, to: name) }
}
