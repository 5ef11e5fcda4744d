import Alerts
import Foundation
import Network

/// Writes alerts into a store as a sensor does.
struct StoreMaker {
    let path: String
    let count: Int
    /// The serial number of the first.
    let first: Int
    let sensor: String
    /// Alerts a second; `nil` for as fast as it goes.
    let rate: Int?
    /// How often each of the first hundred alerts is repeated.
    let repeats: Int

    func run() throws {
        var settings = AlertWriterSettings()
        settings.patienceSeconds = 600
        let writer = try AlertWriter(path: path, settings: settings) { notice in
            FileHandle.standardError.write(Data((notice.text + "\n").utf8))
        }
        _ = try writer.beginRun(
            RunStart(
                sensor: sensor, started: 1_700_000_000_000_000, source: "lo", sourceDigest: nil, version: "1",
                rulesDigest: "r1"))
        writer.setRules([
            RuleRecord(
                id: "rule-1", title: "Subscription to every topic", level: .medium, tags: ["attack.t0801"], source: "x",
                loadedAt: 1)
        ])
        let start = Date()
        for serial in first..<(first + count) {
            writer.submit(.insert(alert(serial)))
            if let rate {
                let due = start.addingTimeInterval(Double(serial - first) / Double(rate))
                let left = due.timeIntervalSinceNow
                if left > 0.002 { Thread.sleep(forTimeInterval: left) }
            }
        }
        for turn in 0..<repeats {
            for serial in first..<min(first + count, first + 100) {
                writer.submit(
                    .repeated(
                        serial: UInt64(serial), lastSeen: 1_700_000_000_000_000 + Int64(turn), count: Int64(turn + 2)))
            }
            writer.flush()
        }
        writer.flush()
        writer.endRun(
            RunSummary(
                status: .finished, ended: 1_700_000_001_000_000, packets: 7, bytes: 700, stats: #"{"packets":7}"#))
        writer.close()
        print(count)
    }

    private func alert(_ serial: Int) -> Alert {
        let seen = 1_700_000_000_000_000 + Int64(serial) * 1000
        return Alert(
            serial: UInt64(serial), firstSeen: seen, lastSeen: seen, ruleID: "rule-1",
            ruleTitle: "Subscription to every topic", level: .medium, category: "mqtt",
            summary: "plc-\(serial) subscribed to #", sourceIP: IPAddress(v4: 0xC000_020A), sourcePort: 40001,
            destinationIP: IPAddress(v4: 0xC000_0201), destinationPort: 1883, transport: .tcp,
            clientIP: IPAddress(v4: 0xC000_020A), serverIP: IPAddress(v4: 0xC000_0201), clientID: "plc-\(serial)",
            communityID: "1:abc=", groupKey: "192.0.2.10", event: ##"{"mqtt.topic":["#"],"mqtt.type":"SUBSCRIBE"}"##,
            evidence: [
                EvidenceFrame(
                    frameNumber: UInt64(serial), timestampNanoseconds: seen * 1000, linkType: 1, originalLength: 4,
                    bytes: [1, 2, 3, 4])
            ])
    }
}
