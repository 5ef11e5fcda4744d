import Alerts
import Capture
import Detection
import Engine
import Foundation
import Inventory
import Network

/// Holds captures against a policy without a store: what rows each section would raise.
public struct PolicyTrial {
    /// What a section would raise.
    public struct Outcome: Hashable, Sendable {
        /// Rows by the names of their rules' titles.
        public var rows: [String: Int] = [:]
        /// Rows of medium level and above.
        public var severe = 0
        /// Deviations, of which several may be one row.
        public var deviations: UInt64 = 0

        /// Nothing.
        public init() {}
    }

    /// What each section would raise.
    public private(set) var sections: [PolicySection: Outcome] = [:]
    /// The rows: when, and what each says.
    public private(set) var lines: [(time: Int64, level: AlertLevel, text: String)] = []
    /// Deviations that maintenance windows hid, by window, section and kind.
    public private(set) var hidden: [String: UInt64] = [:]
    /// Capture time, in microseconds.
    public private(set) var span: Int64 = 0

    /// Reads captures against a policy, of which `filter` may leave out frames; every section counts as switched on.
    ///
    /// - Throws: `SensorError` where a capture cannot be read.
    public init(
        _ file: PolicyFile, captures: [String], filter: PacketFilter? = nil, rules: RuleSet, settings: Settings
    ) throws(SensorError) {
        var policy = file.policy
        policy.modes = [:]
        let tried = PolicyFile(
            path: file.path, text: file.text, policy: policy, warnings: [], digest: file.digest, lines: file.lines)
        let collector = Collector()
        var sink = DetectionSink(rules: rules.compiled, limits: settings.limits.detection, hash: SeededHash()) {
            if case .insert(let alert) = $0, alert.category == "policy" { collector.alerts.append(alert) }
        }
        sink.watch(tried, bytes: settings.limits.policyBytes, hash: SeededHash())
        var limits = settings.limits
        if rules.payload != nil { limits.dissectors.inspectPayloads(bytes: settings.inspectedBytes) }
        var worker = SensorWorker(limits: limits, sink: sink)
        worker.dissectors.serve(rules, key: nil, inspecting: settings.inspectedBytes)
        for path in captures {
            do throws(CaptureError) {
                var capture = try CaptureFile.open(path, filter: filter)
                worker.beginSource()
                while let frame = try capture.next() { worker.process(frame, capture.bytes) }
            } catch { throw SensorError(error) }
        }
        worker.finish()
        span = worker.statistics.captureMicroseconds
        for (name, count) in worker.sink.deviations {
            guard let section = PolicySection(rawValue: String(name.prefix { $0 != "." })) else { continue }
            sections[section, default: Outcome()].deviations += count
        }
        hidden = worker.sink.hiddenDeviations
        for alert in collector.alerts { add(alert) }
    }

    /// Rows as they come.
    private final class Collector {
        var alerts: [Alert] = []
    }

    private mutating func add(_ alert: Alert) {
        let event = (try? JSONSerialization.jsonObject(with: Data(alert.event.utf8))) as? [String: Any] ?? [:]
        guard let section = (event["policy.section"] as? String).flatMap({ PolicySection(rawValue: $0) }) else {
            return
        }
        sections[section, default: Outcome()].rows[alert.ruleTitle, default: 0] += 1
        if alert.level >= .medium { sections[section, default: Outcome()].severe += 1 }
        lines.append((alert.firstSeen, alert.level, alert.summary))
    }

    /// How many rows a day a number of rows in the captures comes to; `nil` where they are too short to say.
    public func perDay(_ rows: Int) -> Double? {
        span >= 60_000_000 ? Double(rows) * 86_400_000_000 / Double(span) : nil
    }
}
