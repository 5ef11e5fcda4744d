import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// Prometheus' own checker.
enum Promtool {
    /// Why it cannot be asked about a live sensor here; `nil` where it can.
    static let obstacle: String? =
        Sensor.obstacle ?? (Program.find("promtool") == nil ? "not installed: prometheus" : nil)
}

/// The file for node_exporter's textfile collector, held against Prometheus' own checker.
@Suite(.needs(Promtool.obstacle)) struct MetricsTests {
    private let folder: TemporaryFolder
    private let marker: Marker

    init() throws {
        folder = try TemporaryFolder()
        marker = try Marker()
    }

    /// A sensor that writes its metrics to `file`.
    private func start(_ file: String, _ arguments: [String] = []) throws -> Background {
        let sensor = try Background(
            try Program.path(),
            ["run", "-i", "lo", "--db", folder.file("a.db"), "--only-rules", Program.rules, "--metrics", file]
                + arguments + [marker.besides("")])
        try sensor.waitForErrorText("listening on lo, ")
        return sensor
    }

    /// What promtool has to say of a file: nothing where all is well.
    private func complaints(_ file: String) throws -> String {
        let outcome = try run(Program.find("promtool") ?? "promtool", ["check", "metrics"], input: file)
        return outcome.status == 0 ? outcome.text + outcome.errorText : "\(outcome.status): \(outcome.errorText)"
    }

    private func value(_ series: String, _ text: String) -> Int? {
        text.split(separator: "\n").first { $0.hasPrefix(series + " ") }.flatMap { Int($0.dropFirst(series.count + 1)) }
    }

    @Test("the metrics are those of stats, in the form that Prometheus wants") func sameNumbers() throws {
        let file = folder.file("earshot.prom")
        let sensor = try start(file)
        #expect(wait(5) { FileManager.default.fileExists(atPath: file) }, "written when the run begins")
        // Names that whoever sends chooses.
        for _ in 0..<200 { _ = try marker.exchange() }
        #expect(try sensor.end(SIGTERM).status == 0)
        let text = String(decoding: try contents(file), as: UTF8.self)
        #expect(try complaints(file) == "")
        struct Stats: Decodable {
            let packets: Int
            let bytes: Int
            let messages: [String: [String: Int]]
        }
        let stats = try JSONDecoder().decode(
            Stats.self, from: Data(try earshot("stats", "--db", folder.file("a.db"), "--json").output))
        #expect(stats.packets >= 400)
        #expect(value("earshot_packets_total", text) == stats.packets)
        #expect(value("earshot_bytes_total", text) == stats.bytes)
        #expect(value("earshot_interface_frames_total{interface=\"lo\"}", text) == stats.packets)
        #expect(
            value("earshot_messages_total{protocol=\"coap\"}", text) == stats.messages["coap"]?.values.reduce(0, +))
        #expect(value("earshot_interface_up{interface=\"lo\"}", text) == 1)
        let alerts = try alerts(in: folder.file("a.db")).count
        let told = ["informational", "low", "medium", "high", "critical"].compactMap {
            value("earshot_alerts_total{level=\"\($0)\"}", text)
        }
        #expect(told.count == 5 && told.reduce(0, +) == alerts)
        // Whatever is sent, the series stay few; none has a time stamp.
        let series = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(series.count < 200)
        #expect(series.allSatisfy { $0.split(separator: " ").count == 2 }, "\(series)")
        #expect(!text.contains(Marker.prefix))
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o644)
        #expect(folder.names.filter { $0.contains(".prom") } == ["earshot.prom"], "no draft is left")
    }

    @Test("a full disk leaves the old metrics whole and is told once", .needs(getuid() == 0, "not root: it mounts"))
    func fullDisk() throws {
        let disk = folder.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=64k") == 0)
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let file = disk + "/earshot.prom"
        let sensor = try start(file)
        #expect(wait(5) { FileManager.default.fileExists(atPath: file) })
        let before = try contents(file)
        _ = try shell("head -c 100000 /dev/zero > \(disk)/filler")
        // The last numbers are written when it ends.
        let outcome = try sensor.end(SIGTERM)
        #expect(outcome.status == 0)
        #expect(
            outcome.errorText.contains(
                "\(file): the metrics cannot be written: No space left on device; the old ones stay"),
            "\(outcome.errorText)")
        #expect(try contents(file) == before)
        #expect(try complaints(file) == "")
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk).sorted() == ["earshot.prom", "filler"])
    }

    @Test("a name that the collector passes over is told, and a folder that is not there") func names() throws {
        let sensor = try start(folder.file("none/metrics.txt"))
        let outcome = try sensor.end(SIGTERM)
        #expect(outcome.status == 0)
        #expect(outcome.errorText.contains("node_exporter reads only files whose names end in .prom"))
        let failures = outcome.errorText.split(separator: "\n").filter {
            $0.contains("cannot be written: No such file")
        }
        #expect(failures.count == 1, "\(outcome.errorText)")
    }
}
