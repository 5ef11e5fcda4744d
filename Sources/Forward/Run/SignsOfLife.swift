import Alerts
import Foundation

/// The signs of life of a stream, and what the sensor counts: made when they are due, never kept.
struct SignsOfLife {
    private let settings: TargetSettings
    private let board: StatusBoard
    private var due = ContinuousClock.now

    init(_ settings: TargetSettings, _ board: StatusBoard) {
        self.settings = settings
        self.board = board
    }

    /// How long until the next, in seconds; `nil` where there is none.
    var secondsLeft: Double? {
        settings.heartbeatSeconds == nil ? nil : max(0, (due - ContinuousClock.now) / .seconds(1))
    }

    /// Those that are due.
    mutating func records(_ sources: [RecordSource], stream: String, _ sequence: Int64) -> [ForwardRecord] {
        guard let interval = settings.heartbeatSeconds, ContinuousClock.now >= due else { return [] }
        due = ContinuousClock.now + .seconds(interval)
        let now = microsecondsNow()
        var beat = ForwardRecord(
            kind: .heartbeat, id: "\(stream):heartbeat:\(sequence + 1):\(String(now, radix: 36))",
            sensor: sources.first?.sensorName ?? ProcessInfo.processInfo.hostName, storedAt: now)
        beat.detail = detail(sources, interval)
        var records = [beat]
        guard settings.stats else { return records }
        for source in sources {
            guard let run = source.latestRun else { continue }
            var stats = ForwardRecord(
                kind: .stats, id: "\(stream):stats:\(run.id):\(String(now, radix: 36))", sensor: run.start.sensor,
                storedAt: now)
            stats.detail = run.summary.stats
            records.append(stats)
        }
        return records
    }

    private func detail(_ sources: [RecordSource], _ interval: Double) -> String {
        var line = JSONLine()
        line.add("uptime", board.uptime)
        line.add("interval_seconds", Int(interval))
        let sensors = sources.map { source in
            var sensor = JSONLine()
            let run = source.latestRun
            sensor.add("name", run?.start.sensor)
            sensor.add("store", source.path)
            sensor.add("status", run?.summary.status.rawValue ?? "unreadable")
            sensor.add("started", run.map { rfc3339($0.start.started) })
            sensor.add("ended", run?.summary.ended.map { rfc3339($0) })
            sensor.add("packets", run?.summary.packets)
            sensor.add("messages", run?.summary.messages)
            return sensor
        }
        line.add("sensors", objects: sensors)
        let targets = board.all.sorted { $0.key < $1.key }.map { name, status in
            var target = JSONLine()
            target.add("name", name)
            target.add("state", status.state)
            target.add("lag", status.lag)
            target.add("oldest_seconds", Int(status.oldestSeconds))
            target.add("retries", status.retries)
            target.add("dead_letters", status.deadLetters)
            target.add("removed", status.removed)
            return target
        }
        line.add("targets", objects: targets)
        return line.finished()
    }
}
