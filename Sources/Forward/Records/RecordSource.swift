import Alerts
import Foundation

/// The records of one store for one target, in their order.
///
/// It reads ahead of what is confirmed: each record says where the target stands once it is.
final class RecordSource {
    /// How many alerts that have grown may wait to be told.
    private static let grownLimit = 2000

    /// The store.
    let path: String
    /// Where reading stands.
    private(set) var cursor: StoreCursor
    private let settings: TargetSettings
    private let filter: RecordFilter
    private let log: ForwardLog
    private var reader: AlertReader?
    /// The file that the path led to before, while something of it is still to go.
    private var former: AlertReader?
    private var growth = GrowthPolicy()
    private var inventory: InventoryWatch?
    /// Why the store could not be read last.
    private var problem: String?

    init(_ path: String, _ cursor: StoreCursor, _ settings: TargetSettings, state: String, _ log: ForwardLog) {
        self.path = path
        self.cursor = cursor
        self.settings = settings
        self.log = log
        filter = RecordFilter(settings)
        inventory = settings.inventory ? InventoryWatch(target: settings.name, store: path, in: state) : nil
    }

    /// What comes next, at most about `limit` records, and whether there may be more at once.
    ///
    /// A store that is not there, or cannot be read now, has none: that is said once.
    func next(_ limit: Int) -> (records: [ForwardRecord], hasMore: Bool) {
        // What was read before a fault is not handed over, so it is read again.
        let before = (cursor, growth)
        do throws(StoreError) {
            let result = try read(limit)
            if problem != nil { log.say("\(path): the store can be read again") }
            problem = nil
            return result
        } catch {
            if problem != error.description { log.say("\(settings.name): \(error.description)") }
            problem = error.description
            (cursor, growth) = before
            // Whatever is wrong with it may be mended by another file in its place.
            reader = nil
            return ([], false)
        }
    }

    /// The store, where it can be read now.
    func current() throws(StoreError) -> AlertReader {
        if let reader { return reader }
        let opened = try AlertReader(path: path)
        reader = opened
        return opened
    }

    private func read(_ limit: Int) throws(StoreError) -> ([ForwardRecord], Bool) {
        let reader: AlertReader
        if let former { reader = former } else { reader = try current() }
        if cursor.store.isEmpty { cursor.store = reader.identity }
        var records = try dueGrowth(reader, limit)
        guard records.count < limit else { return (records, true) }
        let batch = try reader.outbox(behind: cursor.position, limit: limit)
        guard batch.store == cursor.store else { return (records + replaced(batch.store), true) }
        guard !batch.wentBack else { return (records + [wentBack(reader)], true) }
        records += take(batch, reader)
        guard batch.isDrained else { return (records, true) }
        let said = try triageRecords(reader, limit)
        records += said
        if former != nil, said.isEmpty, cursor.grown.isEmpty {
            // All of the old file is on its way; the cursor of the new one begins behind it.
            former = nil
            cursor = StoreCursor()
            growth = GrowthPolicy()
            return (records, true)
        }
        records += try inventory?.records(reader, cursor, settings) ?? []
        return (records, said.count >= limit)
    }

    /// Where whoever has taken all that was read so far stands: also what the filter held back is behind it.
    var standing: (path: String, cursor: StoreCursor) { (path, cursor) }

    /// All that was read so far is confirmed.
    func confirm() { inventory?.confirm() }

    // MARK: Alerts

    private func take(_ batch: OutboxBatch, _ reader: AlertReader) -> [ForwardRecord] {
        var records: [ForwardRecord] = []
        var removed = batch.removed[...]
        let now = ContinuousClock.now
        for alert in batch.alerts {
            while let gap = removed.first, alert.isNew, gap.upperBound < alert.stored.id {
                removed.removeFirst()
                records.append(record(of: gap))
            }
            cursor.position = alert.position
            guard filter.takes(alert) else { continue }
            if alert.isNew || growth.wants(alert.stored, at: now) {
                cursor.grown.removeAll { $0 == alert.stored.id }
                records.append(record(of: alert, alert.isNew ? .alert : .update, reader))
                growth.tell(alert.stored, at: now)
            } else if !cursor.grown.contains(alert.stored.id) {
                cursor.grown.append(alert.stored.id)
            }
        }
        for gap in removed { records.append(record(of: gap)) }
        cursor.position = batch.position
        return records
    }

    /// Alerts whose growth has waited for its minute, and those beyond what may wait.
    private func dueGrowth(_ reader: AlertReader, _ limit: Int) throws(StoreError) -> [ForwardRecord] {
        guard !cursor.grown.isEmpty else { return [] }
        let now = ContinuousClock.now
        // Nothing of a store that is left stays behind.
        var due = former != nil ? cursor.grown : cursor.grown.filter { growth.isDue($0, at: now) }
        let excess = cursor.grown.count - Self.grownLimit
        if due.isEmpty, excess > 0 { due = Array(cursor.grown.prefix(excess)) }
        var records: [ForwardRecord] = []
        for id in due.prefix(limit) {
            let alert = try reader.outboxAlert(id, at: cursor.position)
            // The path leads to another store by now: what waits is told when the former one is read to its end.
            guard reader.identity == cursor.store else { break }
            cursor.grown.removeAll { $0 == id }
            guard let alert else { continue }
            records.append(record(of: alert, .update, reader))
            growth.tell(alert.stored, at: now)
        }
        return records
    }

    private func record(of alert: OutboxAlert, _ kind: ForwardRecord.Kind, _ reader: AlertReader) -> ForwardRecord {
        var record = ForwardRecord(
            kind: kind, id: RecordIdentity.id(cursor.store, alert), sensor: alert.stored.sensor,
            storedAt: alert.storedAt)
        record.alert = alert
        record.correlation = RecordIdentity.correlation(alert)
        if kind == .alert, settings.evidence > 0 { record.evidence = evidence(of: alert.stored.id, reader) }
        record.cursor = standing
        return record
    }

    /// As many of the first frames as fit.
    private func evidence(of id: Int64, _ reader: AlertReader) -> [UInt8]? {
        guard let frames = (try? reader.alert(id))??.stored.alert.evidence, !frames.isEmpty else { return nil }
        var taken: [EvidenceFrame] = []
        // Head and interface take 60 bytes, each frame 32 and its padding.
        var size = 60
        for frame in frames {
            size += frame.bytes.count + 36
            guard size <= settings.evidence else { break }
            taken.append(frame)
        }
        return taken.isEmpty ? nil : EvidencePcap.file(taken)
    }

    private func record(of gap: ClosedRange<Int64>) -> ForwardRecord {
        cursor.position.alert = max(cursor.position.alert, gap.upperBound)
        let count = gap.upperBound - gap.lowerBound + 1
        let text =
            "\(count == 1 ? "One alert was" : "\(count) alerts were") removed from the store before \(count == 1 ? "it" : "they") "
            + "could be sent: by retention, or a later run of the same capture took their place"
        return self.record(
            of: RecordGap(cause: .removed, count: count, numbers: gap, text: text),
            "\(gap.lowerBound)-\(gap.upperBound)")
    }

    private func record(of gap: RecordGap, _ place: String) -> ForwardRecord {
        log.say("\(settings.name): \(path): \(gap.text)")
        var record = ForwardRecord(
            kind: .gap, id: "\(cursor.store):\(gap.cause.rawValue):\(place)", sensor: sensorName,
            storedAt: microsecondsNow())
        record.gap = gap
        record.cursor = standing
        return record
    }

    // MARK: Stores that are not what they were

    /// The path leads to another store: the old one is read to its end, where it lies beside the new one.
    private func replaced(_ found: String) -> [ForwardRecord] {
        if former == nil, let old = FormerStore.find(cursor.store, beside: path) {
            log.say("\(settings.name): \(path) was replaced; what is left in \(old.path) goes first")
            former = old
            return []
        }
        former = nil
        let place = cursor.position
        let gap = RecordGap(
            cause: .storeReplaced, count: nil, numbers: nil,
            text: "The store was replaced by another, and the old one is not beside it: what was in it behind revision "
                + "\(place.revision) and alert \(place.alert) is not sent")
        let old = cursor.store
        let isRead = cursor.position != OutboxPosition()
        cursor = StoreCursor(store: found)
        growth = GrowthPolicy()
        guard isRead else { return [] }
        return [record(of: gap, "\(old):\(place.revision)")]
    }

    /// The store has seen less than was sent of it: a copy was put back.
    private func wentBack(_ reader: AlertReader) -> ForwardRecord {
        let place = cursor.position
        cursor = StoreCursor(store: cursor.store, triage: cursor.triage)
        growth = GrowthPolicy()
        return record(
            of: RecordGap(
                cause: .storeWentBack, count: nil, numbers: nil,
                text:
                    "The store is an older copy of itself: it was sent up to revision \(place.revision); all that it holds "
                    + "goes once more"), "\(place.revision)")
    }

    // MARK: What people say

    private func triageRecords(_ reader: AlertReader, _ limit: Int) throws(StoreError) -> [ForwardRecord] {
        var records: [ForwardRecord] = []
        for (entry, end) in TriageLog(beside: path).entries(behind: cursor.triage, limit: limit) {
            cursor.triage = end
            guard entry.store == cursor.store,
                let alert = try reader.outboxAlert(entry.alert, at: cursor.position), filter.takes(alert)
            else { continue }
            var record = ForwardRecord(
                kind: .triage, id: RecordIdentity.id(entry), sensor: alert.stored.sensor, storedAt: entry.at)
            record.alert = alert
            record.triage = entry
            record.correlation = RecordIdentity.correlation(alert)
            record.cursor = standing
            records.append(record)
        }
        return records
    }

    // MARK: The sensor

    /// The latest run of the store; `nil` where there is none, or it cannot be read.
    var latestRun: RunRecord? { (try? current()).flatMap { try? $0.latestRun() } ?? nil }

    /// The sensor that writes the store; the name of this machine where nobody knows.
    var sensorName: String { latestRun?.start.sensor ?? ProcessInfo.processInfo.hostName }
}
