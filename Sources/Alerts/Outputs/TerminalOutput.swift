import Foundation
import Network

/// Lines for people at a terminal: one an alert where the terminal is wide, else two.
///
///     #17    11-21 09:30:00  high      MQTT Harvest of Every Topic
///            plc-1 at 192.0.2.10 subscribed to # at 192.0.2.1  x17
///
/// What does not fit is cut and ends in `...`; how often, how many and what people said are never cut. `earshot show` has
/// the whole.
public struct TerminalOutput: AlertOutput {
    /// Columns from which an alert takes one line.
    private static let wide = 130
    /// Columns of the title on a wide terminal.
    private static let titleWidth = 44
    private static let narrowest = 60

    private let width: Int
    private let color: Bool
    private let zone: TimeZone

    /// Makes an output.
    ///
    /// - Parameters:
    ///   - width: columns of the terminal.
    ///   - color: whether to use ANSI colours, such as hold on light and dark ground.
    ///   - zone: the time zone to show times in.
    public init(width: Int, color: Bool, zone: TimeZone) {
        self.width = max(Self.narrowest, width)
        self.color = color
        self.zone = zone
    }

    /// One or two lines, without a line feed at the end.
    public func line(_ stored: StoredAlert) -> String {
        let alert = stored.alert
        let number = stored.id > 0 ? padded("#\(stored.id)", 5) + "  " : ""
        let head = number + time(alert.lastSeen) + "  "
        let level = padded(alert.level.shortText, 8)
        let used = displayWidth(head) + 10
        let title = terminalSafe(alert.shownTitle)
        let summary = terminalSafe(alert.summary)
        var often = often(stored)
        if width >= Self.wide {
            let shownTitle = padded(fitted(title, Self.titleWidth), Self.titleWidth)
            var rest = width - used - Self.titleWidth - 2 - (often.isEmpty ? 0 : displayWidth(often) + 2)
            // What passed is named where there is room for it beside what happened.
            if let kinds = stored.alert.tally?.kinds?.joined(separator: ", "), !kinds.isEmpty,
                displayWidth(summary) + displayWidth(kinds) + 2 <= rest
            {
                often += (often.isEmpty ? "" : ", ") + kinds
                rest -= displayWidth(kinds) + 2
            }
            let line = shownTitle + "  " + fitted(summary, rest) + (often.isEmpty ? "" : "  " + often)
            return head + colored(level, alert.level) + "  " + trimmed(line)
        }
        let indent = String(repeating: " ", count: stored.id > 0 ? 7 : 2)
        let rest = width - indent.count - (often.isEmpty ? 0 : displayWidth(often) + 2)
        let second = fitted(summary, rest)
        var lines = head + colored(level, alert.level) + "  " + trimmed(fitted(title, width - used))
        let below = [second, often].filter { !$0.isEmpty }.joined(separator: "  ")
        if !below.isEmpty { lines += "\n" + indent + below }
        return lines
    }

    /// How often, how many, how much, and what people said.
    private func often(_ stored: StoredAlert) -> String {
        var parts: [String] = []
        if stored.alert.count > 1 { parts.append("x\(stored.alert.count)") }
        if let tally = stored.alert.tally?.shortText { parts.append(tally) }
        if let said = stored.triage?.shortText { parts.append(said) }
        return fitted(parts.joined(separator: ", "), width / 2)
    }

    private func time(_ microseconds: Int64) -> String {
        let parts = CalendarTime(microseconds: microseconds, zone: zone)
        return "\(parts.date.suffix(5)) \(parts.clock)"
    }

    private func colored(_ text: String, _ level: AlertLevel) -> String {
        guard color else { return text }
        // Nothing that vanishes on white or on black: no yellow, no blue, no white without its own ground.
        let code =
            switch level {
            case .critical: "1;97;41"
            case .high: "1;31"
            case .medium: "35"
            case .low: "0"
            case .informational: "2"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}
