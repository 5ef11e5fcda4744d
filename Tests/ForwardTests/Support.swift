import Alerts
import Foundation
import Network
import ProgramSupport

@testable import Forward

func sampleAlert(_ serial: UInt64, level: AlertLevel = .medium, rule: String = "rule-1", event: String? = nil) -> Alert
{
    let seen = 1_700_000_000_000_000 + Int64(serial)
    return Alert(
        serial: serial, firstSeen: seen, lastSeen: seen, ruleID: rule, ruleTitle: "Subscription to every topic",
        level: level, category: "mqtt", summary: "plc-\(serial) subscribed to #", sourceIP: IPAddress(v4: 0xC000_020A),
        sourcePort: 40001, destinationIP: IPAddress(v4: 0xC000_0201), destinationPort: 1883, transport: .tcp,
        clientIP: IPAddress(v4: 0xC000_020A), serverIP: IPAddress(v4: 0xC000_0201), clientID: "plc-\(serial)",
        communityID: "1:abc=", groupKey: "192.0.2.10",
        event: event ?? ##"{"mqtt.topic":["#"],"mqtt.type":"SUBSCRIBE"}"##)
}

/// A store of one test, with its writer.
final class TestStore {
    let folder: TemporaryFolder
    let path: String
    let writer: AlertWriter

    init(sensor: String = "test") throws {
        folder = try TemporaryFolder()
        path = folder.file("alerts.db")
        var settings = AlertWriterSettings()
        settings.patienceSeconds = 60
        writer = try AlertWriter(path: path, settings: settings) { _ in }
        _ = try writer.beginRun(
            RunStart(
                sensor: sensor, started: 1_700_000_000_000_000, source: "lo", sourceDigest: nil, version: "1",
                rulesDigest: "r1"))
    }

    func insert(_ serials: ClosedRange<UInt64>, level: AlertLevel = .medium) {
        for serial in serials { writer.submit(.insert(sampleAlert(serial, level: level))) }
        writer.flush()
    }

    func grow(_ serial: UInt64, to count: Int64) {
        writer.submit(.repeated(serial: serial, lastSeen: 1_700_000_001_000_000, count: count))
        writer.flush()
    }

    /// A source that begins at a cursor.
    func source(
        _ settings: TargetSettings = TargetSettings(name: "t", kind: .file), _ cursor: StoreCursor = StoreCursor()
    )
        -> RecordSource
    {
        RecordSource(path, cursor, settings, state: folder.path, ForwardLog { _ in })
    }
}

extension RecordSource {
    /// Everything that there is now.
    func all(_ limit: Int = 100) -> [ForwardRecord] {
        var records: [ForwardRecord] = []
        while true {
            let (next, hasMore) = self.next(limit)
            records += next
            if !hasMore { return records }
        }
    }
}

/// A record of an alert, as a source would make it.
func sampleRecord(_ alert: Alert, _ kind: ForwardRecord.Kind = .alert) -> ForwardRecord {
    let stored = StoredAlert(id: 7, revision: 9, runID: 1, sensor: "sensor-1", alert: alert)
    let outbox = OutboxAlert(
        stored: stored, tags: ["attack.t0801"], storedAt: 1_700_000_000_500_000, firstFrame: nil, isNew: true,
        position: OutboxPosition())
    var record = ForwardRecord(kind: kind, id: "store:7:9:abc", sensor: "sensor-1", storedAt: 1_700_000_000_500_000)
    record.alert = outbox
    record.correlation = RecordIdentity.correlation(outbox)
    record.stream = "stream-1"
    record.sequence = 42
    return record
}

/// An object of JSON.
func object(_ text: String) throws -> [String: Any] {
    guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
        throw NotSeen(what: "an object of JSON", seconds: 0)
    }
    return object
}

extension [String: Any] {
    /// The value at a path of names.
    func at(_ path: String) -> Any? {
        let names = path.split(separator: "/").map(String.init)
        var value: Any? = self
        for name in names { value = (value as? [String: Any])?[name] }
        return value
    }
}

extension TargetSettings {
    init(_ kind: TargetKind, _ change: (inout TargetSettings) -> Void = { _ in }) {
        self.init(name: "t", kind: kind)
        change(&self)
    }
}

#if canImport(Glibc)
    import Glibc

    /// Runs SQL against a store by another program.
    func sqlite(_ path: String, _ sql: String) throws {
        let outcome = try run(
            "/usr/bin/env",
            [
                "python3", "-c",
                "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute('PRAGMA foreign_keys = ON'); "
                    + "d.executescript(sys.argv[2]); d.commit()", path, sql,
            ])
        guard outcome.status == 0 else { throw NotSeen(what: outcome.errorText, seconds: 0) }
    }
#endif
