import Detection
import Foundation
import Inventory
import Network
import Testing

@testable import Sensor

/// A time as microseconds since 1970 UTC.
private func at(_ text: String) -> Int64 { Timestamp(rfc3339: text)?.microseconds ?? 0 }

/// Minutes of a night in Berlin, from 21:00 UTC for ten hours, in which a window is open.
private func openMinutes(_ window: MaintenanceWindow, from start: String) throws -> Int {
    let zone = try #require(ZoneOffsets(named: "Europe/Berlin"))
    return (0..<600).count { window.isOpen(at: at(start) + Int64($0) * 60_000_000, in: zone) }
}

/// In the EU clocks are put forward and back at 01:00 UTC of the last Sunday of March and October.
@Suite struct PolicyMaintenanceTests {
    @Test(
        "The clock on the wall opens and closes a window, in both nights of its change too",
        arguments: [
            // 02:00 to 03:00 is missing in March and comes twice in October.
            ("02:00-03:00", "2026-03-28T21:00:00Z", 0), ("02:00-03:00", "2026-10-24T21:00:00Z", 120),
            ("02:00-03:00", "2026-06-06T21:00:00Z", 60), ("01:30-03:30", "2026-03-28T21:00:00Z", 60),
            ("01:30-03:30", "2026-10-24T21:00:00Z", 180), ("23:00-04:00", "2026-03-28T21:00:00Z", 240),
            ("23:00-04:00", "2026-10-24T21:00:00Z", 360), ("23:00-04:00", "2026-12-01T21:00:00Z", 300),
        ]) func clockChange(_ time: String, _ start: String, _ minutes: Int) throws
    {
        let file = try read("maintenance:\n  - {window: w, time: '\(time)'}\n")
        #expect(try openMinutes(file.policy.maintenance[0], from: start) == minutes)
    }

    @Test("A window past midnight belongs to the day on which it opens") func days() throws {
        let window = try read("maintenance:\n  - {window: w, days: [sat], time: '22:00-02:00'}\n").policy.maintenance[0]
        // 10 October 2026 is a Saturday; Berlin is two hours ahead.
        #expect(window.isOpen(at: at("2026-10-10T20:00:00Z"), in: try berlin))
        #expect(window.isOpen(at: at("2026-10-10T23:59:59Z"), in: try berlin))
        #expect(!window.isOpen(at: at("2026-10-11T00:00:00Z"), in: try berlin))
        #expect(!window.isOpen(at: at("2026-10-09T23:00:00Z"), in: try berlin))
        #expect(!window.isOpen(at: at("2026-10-11T20:30:00Z"), in: try berlin))
    }

    @Test("Times without an offset are those of the zone") func zonedTimes() throws {
        let file = try read(
            """
            clients:
              - {client: a, until: 2026-10-26}
              - {client: b, until: 2026-03-29T02:30}
              - {client: c, until: '2026-10-25T02:30:00'}
              - {client: d, until: 2026-10-25T02:30:00Z}
            maintenance:
              - {window: w, begin: 2026-07-01, end: 2026-07-02T06:00}

            """)
        // Of the hour that comes twice the first is meant; the one that is missing counts on.
        let wanted = ["2026-10-25T23:00:00Z", "2026-03-29T01:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"]
        #expect(file.policy.entries.map(\.until) == wanted.map(at))
        #expect(file.policy.maintenance[0].begin == at("2026-06-30T22:00:00Z"))
        #expect(file.policy.maintenance[0].end == at("2026-07-02T04:00:00Z"))
        let again = try #require(PolicyFile.read(PolicyText.file(file.policy), path: "p").file)
        #expect(again.policy == file.policy || again.policy.entries == file.policy.entries)
        #expect(again.policy.maintenance == file.policy.maintenance && again.policy.zone == file.policy.zone)
    }

    /// Moscow went from UTC+4 to UTC+3 in October 2014, without a summer.
    @Test("A zone that changed what it has") func otherChanges() throws {
        let moscow = try #require(ZoneOffsets(named: "Europe/Moscow"))
        #expect(moscow.offset(at: at("2014-10-25T21:59:59Z") / 1_000_000) == 4 * 3600)
        #expect(moscow.offset(at: at("2014-10-25T22:00:00Z") / 1_000_000) == 3 * 3600)
        #expect(moscow.offset(at: at("2026-07-01T00:00:00Z") / 1_000_000) == 3 * 3600)
    }

    @Test(
        "What is wrong with a window is said, with its place",
        arguments: [
            ("zone: Europa/Berlin\n", 2, "time zone"), ("maintenance: {a: b}\n", 2, "a list of windows"),
            ("maintenance:\n  - {time: '22:00-02:00'}\n", 3, "no name"),
            ("maintenance:\n  - {window: w}\n", 3, "never closes"),
            ("maintenance:\n  - {window: w, time: '22-2'}\n", 3, "a span of the day"),
            ("maintenance:\n  - {window: w, time: '24:00-02:00'}\n", 3, "a span of the day"),
            ("maintenance:\n  - {window: w, days: [caturday]}\n", 3, "days of the week"),
            ("maintenance:\n  - {window: w, day: [sat]}\n", 3, "did you mean 'days'?"),
            ("maintenance:\n  - {window: w, days: [sat], sections: [topic]}\n", 3, "did you mean 'topics'?"),
            ("maintenance:\n  - {window: w, begin: 2026-12-02, end: 2026-12-01}\n", 3, "ends before it begins"),
            ("maintenance:\n  - {window: w, days: [sat]}\n  - {window: w, days: [sun]}\n", 4, "already"),
        ]) func faults(_ text: String, _ line: Int, _ part: String) throws
    {
        let (file, findings) = PolicyFile.read("schema: 1\n" + text, path: "p")
        #expect(file == nil)
        let finding = try #require(findings.first { $0.isError })
        #expect(finding.line == line)
        #expect(finding.message.contains(part), "\(finding.message)")
    }

    /// The plant's clock begins at 1 January 2026, 00:00 UTC, which is 01:00 in Berlin.
    @Test("What a window hides is counted and named, and what stays away is missed behind it") func hides() throws {
        let window = "zone: Europe/Berlin\nmaintenance:\n  - {window: night shift, time: '01:00-01:05'}\n"
        var watch = try PolicyWatch(window + plantPolicy)
        _ = try watch.publish("press-7", "plant/7/temp", 20)
        #expect(try watch.publish("press-21", "plant/7/temp", 999, at: "10.0.0.21") == [])
        #expect(watch.wait(240) == [])
        let hidden = watch.monitor.hiddenDeviations
        #expect(hidden["night shift: clients.new_client"] == 1)
        #expect(hidden["night shift: topics.value_out_of_band"] == 1)
        #expect(hidden["night shift: heartbeats.silence"] == 1)
        #expect(watch.monitor.deviations["clients.new_client"] == 1)
        // It closes at five past, and says what it hid.
        #expect(watch.wait(60) == ["maintenance "])
        // What is still away after its whole time is missed, and what comes then is told.
        #expect(watch.wait(20) == [])
        #expect(watch.wait(12) == ["silence press-7"])
        #expect(try watch.publish("press-22", "plant/22/temp", 20).contains("new_client press-22"))
    }

    @Test("A window of some sections and servers hides nothing else") func scopes() throws {
        let window =
            "maintenance:\n  - {window: w, time: '00:00-06:00', sections: [topics], servers: ['mqtt 10.0.0.5:1883']}\n"
        var watch = try PolicyWatch(window + plantPolicy)
        #expect(try watch.publish("press-21", "plant/7/temp", 999) == ["new_client press-21"])
        #expect(watch.monitor.hiddenDeviations == ["w: topics.value_out_of_band": 1])
        // One that goes with a changed policy says what it hid.
        try watch.change(to: plantPolicy)
        #expect(watch.collector.kinds.contains("maintenance "))
    }

    private var berlin: ZoneOffsets { get throws { try #require(ZoneOffsets(named: "Europe/Berlin")) } }

    private func read(_ text: String) throws -> PolicyFile {
        try #require(PolicyFile.read("schema: 1\nzone: Europe/Berlin\n" + text, path: "p").file)
    }
}
