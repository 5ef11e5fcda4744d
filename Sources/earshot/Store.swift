import Alerts
import Foundation
import Sensor

/// Opens the store for writing, with the rules that may fire.
func openStore(_ settings: Settings, _ rules: RuleSet) throws(SensorError) -> AlertWriter {
    var writerSettings = AlertWriterSettings()
    writerSettings.queueLimitBytes = settings.limits.alertQueueBytes
    writerSettings.cacheBytes = settings.limits.storeCacheBytes
    writerSettings.access.group = settings.databaseGroup
    writerSettings.retention.maximumAgeSeconds = settings.retentionDays.map { Int64($0) * 86_400 }
    writerSettings.retention.maximumBytes = settings.retentionMebibytes.map { Int64($0) << 20 }
    let path = settings.database
    writerSettings.closedAlerts = { closedAlerts(of: path) }
    do throws(StoreError) {
        let writer = try AlertWriter(path: settings.database, settings: writerSettings) { notice in
            Terminal.log("earshot: \(notice.text)")
        }
        writer.setRules(rules.records)
        return writer
    } catch { throw SensorError(error) }
}

/// The numbers of the alerts that people have closed and that have not grown since.
private func closedAlerts(of path: String) -> Set<Int64> {
    guard FileManager.default.fileExists(atPath: TriageFile(beside: path).path),
        let reader = try? AlertReader(path: path)
    else { return [] }
    var filter = AlertFilter()
    filter.states = [.closed]
    var closed: Set<Int64> = []
    var last: Int64 = 0
    while let page = try? reader.query(filter, after: last), let end = page.last {
        closed.formUnion(page.map(\.id))
        last = end.id
    }
    return closed
}

/// Opens the store for reading.
func openReader(_ path: String) throws(SensorError) -> AlertReader {
    let reader = try opening(path) { () throws(StoreError) in try AlertReader(path: path) }
    tellDoubts(reader)
    return reader
}

/// Says what a reader has to say of a store that it can read.
func tellDoubts(_ reader: AlertReader) {
    if let warning = reader.warning { Terminal.log(warning) }
    let file = TriageFile(beside: reader.path)
    file.refresh()
    guard file.damagedLines > 0 else { return }
    Terminal.log(
        "\(file.path): \(plural(file.damagedLines, "line")) cannot be read; what people said there does not count")
}

/// Opens a store; that there is none is told with where it was looked for and what makes one.
func opening<Result>(_ path: String, _ body: () throws(StoreError) -> Result) throws(SensorError) -> Result {
    do throws(StoreError) { return try body() } catch {
        guard error.code == .missing else { throw SensorError(error) }
        throw SensorError(.noInput, noStore(path))
    }
}

/// That there is no store, where it was looked for, and what makes one.
private func noStore(_ path: String) -> String {
    let service = path == Settings.defaultDatabase ? ", nor that of a service in \(Settings.serviceFolder)" : ""
    let option = path == Settings.defaultDatabase ? "" : " with --db \(path)"
    return "There is no alert store at \(path)\(service); 'earshot run' or 'earshot replay'\(option) makes one."
}

/// An error where not every alert is in the store: what is, what is lost, and what waits in the spill file for the next start.
func requireAllStored(_ counters: AlertWriterCounters) throws(SensorError) {
    guard counters.lost > 0 || counters.waiting > 0 else { return }
    let what = counters.lost > 0 ? "alerts are lost" : "alerts wait beside the store for the next start"
    throw SensorError(
        .ioError,
        "\(what): stored \(counters.committed), lost \(counters.lost)"
            + (counters.waiting > 0 ? ", waiting \(counters.waiting)" : ""))
}

/// Calls into the store; its errors become the program's.
func reading<Result>(_ body: () throws(StoreError) -> Result) throws(SensorError) -> Result {
    do throws(StoreError) { return try body() } catch { throw SensorError(error) }
}
