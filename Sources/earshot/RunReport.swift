import Alerts
import Events
import Foundation
import Sensor

/// What a run saw, as a few lines for people.
struct RunReport {
    private let statistics: RunStatistics
    private let store: String?
    private let writer: AlertWriterCounters?

    init(_ statistics: RunStatistics, store: String? = nil, writer: AlertWriterCounters? = nil) {
        self.statistics = statistics
        self.store = store
        self.writer = writer
    }

    /// The lines of the report.
    ///
    /// What was lost or not understood is said only where there was any.
    var text: String {
        var lines = [
            "\(plural(statistics.packets, "packet")), \(size(statistics.bytes)), \(plural(statistics.flows, "flow")); "
                + messages
        ]
        var alerts = "\(plural(statistics.alertCount, "alert"))"
        if !statistics.alerts.isEmpty { alerts += " from \(plural(UInt64(statistics.alerts.count), "rule"))" }
        if let store { alerts += ", stored in \(store)" }
        lines.append(alerts)
        if let connections { lines.append(connections) }
        if !statistics.violations.isEmpty {
            lines.append("violations: \(list(statistics.violations))")
        }
        var losses: [String] = []
        if statistics.gaps > 0 { losses.append("\(plural(statistics.gaps, "gap")) in streams") }
        if statistics.unparsedBytes > 0 { losses.append("\(size(statistics.unparsedBytes)) not understood") }
        if statistics.cutShort > 0 { losses.append("\(plural(statistics.cutShort, "frame")) cut short") }
        for (cause, count) in statistics.dropped.sorted(by: { $0.key < $1.key }) where count > 0 {
            losses.append("\(plural(count, "frame")) dropped by the \(cause)")
        }
        for (table, count) in statistics.evicted.sorted(by: { $0.key < $1.key }) where count > 0 {
            losses.append("\(count) evicted from \(table)")
        }
        if let holes = statistics.holes {
            lines.append("nothing captured for a while: \(plural(holes, "time"))")
        }
        if let signs = statistics.signs, !signs.isEmpty { lines.append("signs of life: \(list(signs))") }
        if !losses.isEmpty { lines.append("not seen: " + losses.joined(separator: ", ")) }
        lines.append("capture: \(statistics.captureQuality)")
        if let tricks = statistics.tricks, !tricks.isEmpty { lines.append("tricks with packets: \(list(tricks))") }
        if !statistics.undecoded.isEmpty { lines.append("frames not followed: \(list(statistics.undecoded))") }
        if let spots = statistics.blindSpots { lines.append("not looked into: \(list(spots))") }
        if statistics.reloads > 0 || statistics.reloadsFailed > 0 {
            let failed = statistics.reloadsFailed > 0 ? ", \(plural(statistics.reloadsFailed, "time")) in vain" : ""
            lines.append("rules loaded again: \(plural(statistics.reloads, "time"))\(failed)")
        }
        if let sandbox = statistics.sandbox { lines.append("sandbox: \(sandbox)") }
        if let removed = statistics.removed { lines.append("old alerts removed: \(list(removed))") }
        if let writer, writer.lost > 0 { lines.append("\(plural(UInt64(writer.lost), "alert")) could not be stored") }
        return lines.joined(separator: "\n")
    }

    private var messages: String {
        let parts = Protocols.descriptors.compactMap { descriptor in
            statistics.messages["\(descriptor.category.name)"].map { counts in
                plural(counts.values.reduce(0, +), "\(descriptor.displayName) message")
            }
        }
        let none = Protocols.descriptors.map { "no \($0.displayName)" }.joined(separator: " and ")
        return parts.isEmpty ? none : parts.joined(separator: ", ")
    }

    /// Connections to servers of a protocol, and what became plain of them beside their messages.
    private var connections: String? {
        guard var counts = statistics.connections, !counts.isEmpty else { return nil }
        let begun = counts.removeValue(forKey: "begun") ?? 0
        let ended = counts.removeValue(forKey: "ended") ?? 0
        let whole = "connections to servers: \(begun) begun, \(ended) ended"
        return counts.isEmpty ? whole : "\(whole); \(list(counts))"
    }

    private func list(_ counts: [String: UInt64]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }.joined(
            separator: ", ")
    }

    private func size(_ bytes: UInt64) -> String {
        switch bytes {
        case ..<10_000: plural(bytes, "byte")
        case ..<10_000_000: "\(bytes / 1000) kB"
        default: "\(bytes / 1_000_000) MB"
        }
    }
}

/// A count with its noun.
func plural(_ count: some BinaryInteger, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
