import Alerts
import Foundation
import GRDB
import Network
import Synchronization
import Testing

/// A folder of one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "earshot-alerts-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The store of the test.
    var store: String { path + "/alerts.db" }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
}

/// Collects the writer's lines for the log.
final class Notices: Sendable {
    private let lines = Mutex<[StoreNotice]>([])

    func add(_ notice: StoreNotice) { lines.withLock { $0.append(notice) } }

    var all: [StoreNotice] { lines.withLock { $0 } }

    func count(_ severity: StoreNotice.Severity) -> Int { all.count { $0.severity == severity } }
}

/// Another program that has the database locked for itself.
final class Locker {
    private let queue: DatabaseQueue

    init(_ path: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
    }

    func release() throws {
        try queue.inDatabase { try $0.execute(sql: "COMMIT") }
        try queue.close()
    }
}

func sampleAlert(
    _ serial: UInt64, rule: String = "rule-1", level: AlertLevel = .medium, seen: Int64 = 1_700_000_000_000_000,
    evidence: [EvidenceFrame] = []
) -> Alert {
    Alert(
        serial: serial, firstSeen: seen, lastSeen: seen, ruleID: rule, ruleTitle: "Subscription to every topic",
        level: level, category: "mqtt", summary: "plc-\(serial) subscribed to #", sourceIP: IPAddress(v4: 0xC000_020A),
        sourcePort: 40001, destinationIP: IPAddress(v4: 0xC000_0201), destinationPort: 1883, transport: .tcp,
        clientIP: IPAddress(v4: 0xC000_020A), serverIP: IPAddress(v4: 0xC000_0201), clientID: "plc-\(serial)",
        communityID: "1:abc=", groupKey: "192.0.2.10", event: ##"{"mqtt.type":"SUBSCRIBE","mqtt.topic":["#"]}"##,
        evidence: evidence)
}

func sampleFrame(_ number: UInt64, bytes: [UInt8] = [1, 2, 3]) -> EvidenceFrame {
    EvidenceFrame(
        frameNumber: number, timestampNanoseconds: 1_700_000_000_000_000_000 + Int64(number), linkType: 1,
        originalLength: UInt32(bytes.count), bytes: bytes)
}

func sampleRun(_ digest: String? = nil, rules: String = "r1") -> RunStart {
    RunStart(
        sensor: "test", started: 1_700_000_000_000_000, source: digest ?? "lo", sourceDigest: digest, version: "1",
        rulesDigest: rules)
}

func finished(_ status: RunStatus = .finished) -> RunSummary {
    RunSummary(status: status, ended: 1_700_000_001_000_000, packets: 7, bytes: 700, stats: #"{"packets":7}"#)
}

/// Waits until something holds, for at most ten seconds.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<1000 {
        if try condition() { return true }
        Thread.sleep(forTimeInterval: 0.01)
    }
    return false
}

/// Settings that fail fast.
func quickSettings() -> AlertWriterSettings {
    var settings = AlertWriterSettings()
    settings.busyTimeoutSeconds = 0.02
    settings.openTimeoutSeconds = 0.3
    settings.retrySeconds = 0.02
    // A machine with much else to do must not make a test lose alerts.
    settings.patienceSeconds = 60
    return settings
}

/// Lets time pass.
func pause(_ seconds: Double) { Thread.sleep(forTimeInterval: seconds) }

extension AlertFilter {
    /// A rule by its id or by a part of its title.
    var rule: String? {
        get { wanted.ruleIDs.first }
        set {
            (wanted.ruleIDs, wanted.titleParts) = (
                Set([newValue].compactMap(\.self)), Set([newValue].compactMap(\.self))
            )
        }
    }

    /// A client by its identifier.
    var clientID: String? {
        get { wanted.clients.first }
        set { wanted.clients = Set([newValue].compactMap(\.self)) }
    }

    /// Either end by its address.
    var addresses: CIDRBlock? {
        get { wanted.addresses.first }
        set { wanted.addresses = Set([newValue].compactMap(\.self)) }
    }
}
