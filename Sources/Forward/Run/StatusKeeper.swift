import Alerts
import Foundation

/// Keeps what is said of the targets up to date: how far they are behind, the file for `status`, metrics.
final class StatusKeeper {
    private static let pause = Duration.seconds(5)

    private let settings: ForwardSettings
    private let board: StatusBoard
    private let log: ForwardLog
    private var due = ContinuousClock.now
    /// Targets of which it was said that they are behind.
    private var behind: Set<String> = []
    private var readers: [String: AlertReader] = [:]

    init(_ settings: ForwardSettings, _ board: StatusBoard, _ log: ForwardLog) {
        self.settings = settings
        self.board = board
        self.log = log
    }

    /// Looks every few seconds.
    func look(isLast: Bool = false) {
        guard isLast || ContinuousClock.now >= due else { return }
        due = ContinuousClock.now + Self.pause
        for target in settings.targets {
            guard let lag = lag(of: target.name) else { continue }
            board.change(target.name) { ($0.lag, $0.oldestSeconds) = lag }
            tell(target, lag.seconds)
        }
        write()
    }

    /// How far a target is behind, by its cursor.
    private func lag(of name: String) -> (count: Int, seconds: Double)? {
        guard let cursor = try? CursorFile.read("\(settings.state)/\(name).cursor") else { return nil }
        return TargetLag.of(cursor, stores: settings.stores) { path in
            if let reader = readers[path] { return reader }
            readers[path] = try? AlertReader(path: path)
            return readers[path]
        }
    }

    /// A target that falls behind is told of to all, and once more when it has caught up.
    private func tell(_ target: TargetSettings, _ seconds: Double) {
        let isBehind = seconds > target.lagLimit
        guard isBehind != behind.contains(target.name) else { return }
        if isBehind { behind.insert(target.name) } else { behind.remove(target.name) }
        let text =
            isBehind
            ? "The target '\(target.name)' is \(Int(seconds)) s behind, which is more than its lag_limit"
            : "The target '\(target.name)' has caught up"
        log.say(text)
        let now = microsecondsNow()
        var record = ForwardRecord(
            kind: .lag, id: "lag:\(target.name):\(String(now, radix: 36))", sensor: ProcessInfo.processInfo.hostName,
            storedAt: now)
        var detail = JSONLine()
        detail.add("target", target.name)
        detail.add("behind", flag: isBehind)
        detail.add("seconds", Int(seconds))
        detail.add("text", text)
        record.detail = detail.finished()
        board.tellAll(record)
    }

    private func write() {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        if let data = try? encoder.encode(board.all) {
            try? PrivateFile.write([UInt8](data), to: "\(settings.state)/status.json")
        }
        guard let path = settings.metricsFile else { return }
        let draft = "\(path).part"
        let text = Metrics.text(board.all)
        guard (try? text.write(toFile: draft, atomically: false, encoding: .utf8)) != nil else { return }
        // The collector reads it as somebody else.
        chmod(draft, 0o644)
        rename(draft, path)
    }
}

/// How far cursors are behind their stores.
enum TargetLag {
    /// How many alerts and changes wait, and for how long the oldest has, in seconds.
    static func of(
        _ cursor: ForwardCursor, stores: [String], reader: (String) -> AlertReader?
    ) -> (count: Int, seconds: Double) {
        var count = 0
        var oldest: Int64?
        for path in stores {
            guard let reader = reader(path) else { continue }
            let place = cursor.stores[path] ?? StoreCursor()
            // A cursor of another store has all of this one before it.
            let position = reader.identity == place.store ? place.position : OutboxPosition()
            guard let lag = try? reader.outboxLag(behind: position) else { continue }
            count += lag.count + place.grown.count
            oldest = [oldest, lag.oldest].compactMap(\.self).min()
        }
        return (count, oldest.map { max(0, Double(microsecondsNow() - $0) / 1e6) } ?? 0)
    }
}
