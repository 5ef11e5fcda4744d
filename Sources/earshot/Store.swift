import Alerts
import Foundation
import Sensor

/// Opens the store for writing, with the rules that may fire.
func openStore(_ settings: Settings, _ rules: RuleSet) throws(SensorError) -> AlertWriter {
    var writerSettings = AlertWriterSettings()
    writerSettings.queueLimitBytes = settings.limits.alertQueueBytes
    writerSettings.cacheBytes = settings.limits.storeCacheBytes
    writerSettings.retention.maximumAgeSeconds = settings.retentionDays.map { Int64($0) * 86_400 }
    writerSettings.retention.maximumBytes = settings.retentionMebibytes.map { Int64($0) << 20 }
    do throws(StoreError) {
        let writer = try AlertWriter(path: settings.database, settings: writerSettings) { notice in
            Terminal.log("earshot: \(notice.text)")
        }
        writer.setRules(rules.records)
        return writer
    } catch { throw SensorError(error) }
}

/// Opens the store for reading.
func openReader(_ path: String) throws(SensorError) -> AlertReader {
    do throws(StoreError) { return try AlertReader(path: path) } catch { throw SensorError(error) }
}

/// Calls into the store; its errors become the program's.
func reading<Result>(_ body: () throws(StoreError) -> Result) throws(SensorError) -> Result {
    do throws(StoreError) { return try body() } catch { throw SensorError(error) }
}
