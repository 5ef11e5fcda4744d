import Detection
import Foundation
import Inventory
import Network
import Yams

// The zone, and windows of maintenance.
extension PolicyReader {
    /// Reads the name of a zone.
    mutating func readZone(_ node: Node) {
        guard let name = node.scalar?.string, let zone = ZoneOffsets(named: name) else {
            findings.append(
                PolicyFinding(
                    "'zone' wants the name of a time zone that this machine knows, such as Europe/Berlin or UTC",
                    node.mark)
            )
            return
        }
        policy.zone = zone
    }

    mutating func readMaintenance(_ node: Node) {
        if node.scalar != nil, node.null != nil { return }
        guard let items = node.sequence else {
            findings.append(PolicyFinding("'maintenance' wants a list of windows", node.mark))
            return
        }
        for item in items {
            guard let mapping = item.mapping else {
                findings.append(
                    PolicyFinding("a window is a map, such as '{window: NAME, time: 22:00-02:00}'", item.mark))
                continue
            }
            guard let window = readWindow(mapping, item.mark) else { continue }
            if policy.maintenance.contains(where: { $0.name == window.name }) {
                findings.append(PolicyFinding("there is a window '\(window.name)' already", item.mark))
            }
            policy.maintenance.append(window)
        }
    }

    private mutating func readWindow(_ mapping: Node.Mapping, _ mark: Mark?) -> MaintenanceWindow? {
        var window = MaintenanceWindow("")
        let before = findings.count
        for (key, value) in mapping {
            let name = key.string ?? ""
            switch name {
            case "window": window.name = text(name, value) ?? ""
            case "days":
                for day in texts(name, value) {
                    guard let number = Self.days.firstIndex(of: day.lowercased()) else {
                        wrong(name, "days of the week, such as [sat, sun]", value)
                        break
                    }
                    window.days.insert(number)
                }
            case "time":
                window.clock = Self.span(value.scalar?.string ?? "")
                if window.clock == nil { wrong(name, "a span of the day in quotes, such as '22:00-02:00'", value) }
            case "begin": window.begin = time(name, value)
            case "end": window.end = time(name, value)
            case "sections":
                for text in texts(name, value) {
                    guard let section = PolicySection(rawValue: text) else {
                        unknown("section", text, PolicySection.allCases.map(\.rawValue), value.mark)
                        continue
                    }
                    window.sections.insert(section)
                }
            case "servers": window.servers = Set(texts(name, value))
            case "by": window.by = text(name, value)
            case "why": window.why = text(name, value)
            default:
                unknown(
                    "key", name, ["window", "days", "time", "begin", "end", "sections", "servers", "by", "why"],
                    key.mark)
            }
        }
        guard !window.name.isEmpty else {
            findings.append(PolicyFinding("the window has no name; begin with 'window: NAME'", mark))
            return nil
        }
        // One that never closes is no window: the modes of sections are for that.
        guard window.clock != nil || !window.days.isEmpty || window.end != nil || findings.count > before else {
            findings.append(PolicyFinding("the window '\(window.name)' never closes; say days, time or end", mark))
            return nil
        }
        if let begin = window.begin, let end = window.end, begin >= end {
            findings.append(PolicyFinding("the window '\(window.name)' ends before it begins", mark))
        }
        return window
    }

    private mutating func texts(_ key: String, _ node: Node) -> [String] {
        (node.sequence.map { Array($0) } ?? [node]).compactMap { text(key, $0) }
    }

    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// `22:00-02:00`; `nil` where it is no such span, or an empty one.
    private static func span(_ text: String) -> MaintenanceWindow.ClockSpan? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(minute)
        guard ends.count == 2, let open = ends[0], let close = ends[1], open < 1440, open != close else { return nil }
        return MaintenanceWindow.ClockSpan(open: open, close: close)
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.trimmingCharacters(in: .whitespaces).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isNumber) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60,
            hour < 24 || hour == 24 && minute == 0
        else { return nil }
        return hour * 60 + minute
    }

    /// What the window's line in a file is.
    static func line(_ window: MaintenanceWindow) -> String {
        var parts = ["window: \(PolicyText.scalar(window.name))"]
        if !window.days.isEmpty {
            parts.append("days: [\(window.days.sorted().map { days[$0] }.joined(separator: ", "))]")
        }
        if let clock = window.clock {
            let text = [clock.open, clock.close].map { String(format: "%02d:%02d", $0 / 60, $0 % 60) }
            parts.append("time: '\(text.joined(separator: "-"))'")
        }
        if let begin = window.begin { parts.append("begin: \(PolicyText.time(begin))") }
        if let end = window.end { parts.append("end: \(PolicyText.time(end))") }
        if !window.sections.isEmpty {
            parts.append("sections: [\(window.sections.map(\.rawValue).sorted().joined(separator: ", "))]")
        }
        if !window.servers.isEmpty {
            parts.append("servers: [\(window.servers.sorted().map(PolicyText.scalar).joined(separator: ", "))]")
        }
        if let by = window.by { parts.append("by: \(PolicyText.scalar(by))") }
        if let why = window.why { parts.append("why: \(PolicyText.scalar(why))") }
        return "  - {\(parts.joined(separator: ", "))}"
    }
}

extension ZoneOffsets {
    /// The zone of a name, as this machine's tables have it until 2100; `nil` where it has none.
    init?(named name: String) {
        guard let zone = TimeZone(identifier: name) else { return nil }
        func offset(_ time: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(time))))
        }
        var changes = [(start: Int64(0), offset: offset(0))]
        // Looked for week by week: a zone may also change what it has without a summer.
        let (week, end) = (Int64(604_800), Int64(4_102_444_800))
        for start in stride(from: Int64(0), to: end, by: Int64.Stride(week)) {
            let before = changes[changes.count - 1].offset
            guard offset(start + week) != before else { continue }
            var (low, high) = (start, start + week)
            while low + 1 < high {
                let middle = (low + high) / 2
                if offset(middle) == before { low = middle } else { high = middle }
            }
            changes.append((high, offset(high)))
        }
        self.init(name, changes: changes)
    }
}
