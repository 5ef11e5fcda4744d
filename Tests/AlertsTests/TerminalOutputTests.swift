import Alerts
import Foundation
import Network
import Testing

/// Lines that fit a terminal.
@Suite struct TerminalOutputTests {
    private func stored(_ change: (inout Alert) -> Void = { _ in }) -> StoredAlert {
        var alert = sampleAlert(1, level: .high, seen: 1_795_253_400_123_456)
        change(&alert)
        return StoredAlert(id: 42, revision: 99, runID: 3, sensor: "span0", alert: alert)
    }

    private func lines(_ stored: StoredAlert, _ width: Int, zone: TimeZone = .gmt) -> [String] {
        TerminalOutput(width: width, color: false, zone: zone).line(stored).split(separator: "\n").map(String.init)
    }

    @Test("Two lines at 80 columns, one at 160") func twoLinesOrOne() {
        let many = stored { $0.count = 17 }
        #expect(
            lines(many, 80) == [
                "#42    11-21 09:30:00  high      Subscription to every topic",
                "       plc-1 subscribed to #  x17",
            ])
        #expect(
            lines(many, 160) == [
                "#42    11-21 09:30:00  high      Subscription to every topic                   plc-1 subscribed to #  x17"
            ])
    }

    /// Whatever is in it: no line is wider than the terminal, and what was cut says so.
    @Test("Fits", arguments: [60, 80, 100, 129, 130, 160, 220])
    func fits(width: Int) {
        for text in ["short", String(repeating: "word ", count: 60), String(repeating: "測定", count: 90)] {
            let alert = stored {
                $0.ruleTitle = text
                $0.summary = text
                $0.count = 123_456_789
                $0.tally = AlertTally(distinct: 40_000, distinctName: "clients", latest: text, bytes: 123_456_789)
            }
            let lines = lines(alert, width)
            #expect(lines.count == (width < 130 ? 2 : 1))
            for line in lines { #expect(displayWidth(line) <= width, "\(width): \(displayWidth(line)) \(line)") }
            let whole = lines.joined(separator: " ")
            #expect(whole.contains("x123456789, 40000 cl"), "how often is not cut: \(whole)")
            if width >= 80 { #expect(whole.contains("...") == (text.count > 10)) }
        }
    }

    @Test("Wide characters take two columns") func wideCharacters() {
        #expect(displayWidth("測定") == 4)
        #expect(displayWidth("größe") == 5)
        #expect(fitted("測定測定", 7) == "測定...")
        #expect(fitted("測定測定", 8) == "測定測定")
        #expect(fitted("abc", 2) == "..")
    }

    @Test("The time of a zone, in summer and in winter") func theTimeOfAZone() throws {
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        #expect(lines(stored(), 80, zone: berlin)[0].hasPrefix("#42    11-21 10:30:00  "))
        let summer = stored { $0.lastSeen = 1_751_360_400_000_000 }  // 2025-07-01T09:00:00Z
        #expect(lines(summer, 80, zone: berlin)[0].hasPrefix("#42    07-01 11:00:00  "))
    }
}
