import Alerts
import Foundation
import Sensor

/// Opens the store for writing, with the rules that may fire.
func openStore(_ settings: Settings, _ rules: RuleSet) throws(SensorError) -> AlertWriter {
    var writerSettings = AlertWriterSettings()
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

/// Prints alerts as they are raised, for `run` and `replay`.
final class AlertPrinter {
    private let isQuiet: Bool
    private let output = TextOutput(color: Terminal.usesColor)

    init(quiet: Bool) { isQuiet = quiet }

    /// Prints a new alert; a repetition only counts.
    func observe(_ change: AlertChange) {
        guard !isQuiet, case .insert(let alert) = change else { return }
        let line = output.line(StoredAlert(id: 0, revision: 0, runID: 0, sensor: "", alert: alert))
        // Whoever read the lines may have left; the sensor goes on, the store has them.
        try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    }
}
