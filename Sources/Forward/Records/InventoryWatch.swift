import Alerts
import Foundation

/// Which records of the inventory a target was told of: new ones go there once.
///
/// What was told is remembered by digests in a file; where that is lost, all go once more, under the same ids.
final class InventoryWatch {
    /// How many are told at once.
    private static let limit = 1000
    /// How many are remembered.
    private static let remembered = 500_000
    private static let pause = Duration.seconds(60)

    private let path: String
    private var known: Set<UInt64>
    private var due = ContinuousClock.now

    init(target: String, store: String, in state: String) {
        let digest = RecordIdentity.hexadecimal(Array(store.utf8), digits: 8)
        path = "\(state)/\(target).\(digest).assets"
        let lines = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        known = Set(lines.split(separator: "\n").compactMap { UInt64($0, radix: 16) })
    }

    /// The records that the target was not told of, once a minute.
    func records(
        _ reader: AlertReader, _ cursor: StoreCursor, _ settings: TargetSettings
    ) throws(StoreError) -> [ForwardRecord] {
        let now = ContinuousClock.now
        guard now >= due else { return [] }
        due = now + Self.pause
        var records: [ForwardRecord] = []
        var fresh: [UInt64] = []
        let sensor = (try reader.latestRun())?.start.sensor ?? ProcessInfo.processInfo.hostName
        for row in try reader.inventory().rows where records.count < Self.limit {
            let name = RecordIdentity.hexadecimal(Array("\(cursor.store)\0\(row.kind)\0\(row.key)".utf8), digits: 16)
            guard let number = UInt64(name, radix: 16), !known.contains(number) else { continue }
            fresh.append(number)
            var record = ForwardRecord(
                kind: .asset, id: "\(cursor.store):asset:\(name)", sensor: sensor, storedAt: row.firstSeen)
            var detail = JSONLine()
            detail.add("kind", row.kind)
            detail.add("key", cut(row.key, 2000))
            detail.add("first_seen", rfc3339(row.firstSeen))
            detail.add("record", json: row.detail)
            record.detail = detail.finished()
            records.append(record)
        }
        guard !fresh.isEmpty else { return [] }
        waiting += fresh
        return records
    }

    /// What is on its way.
    private var waiting: [UInt64] = []

    /// Remembers what was on its way: it is confirmed.
    func confirm() {
        guard !waiting.isEmpty else { return }
        known.formUnion(waiting)
        if known.count > Self.remembered { known = Set(waiting) }
        waiting = []
        let text = known.map { String($0, radix: 16) }.joined(separator: "\n")
        try? PrivateFile.write(Array(text.utf8), to: path)
    }
}
