import Alerts
import Foundation
import Inventory
import Testing

@testable import Exposure

/// The sum, what keeps it back, and the comparison of two reports.
struct GradeTests {
    private static let broker = "mqtt 10.0.0.5:1883"

    private func plant(_ stats: String = #"{"messages":{"mqtt":{"PUBLISH":100}}}"#) -> Plant {
        var plant = Plant()
        plant.server("mqtt", "10.0.0.5", 1883) {
            $0.anonymous = Plant.seen(0, 5)
            $0.grantedAll = Plant.seen(0, 5)
        }
        plant.run(stats)
        return plant
    }

    @Test("The JSON of a report recomputes to its points") func sums() throws {
        let report = plant().report()
        let data = Data(try #require(report.json).utf8)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let grade = try #require(object["grade"] as? [String: Any])
        let parts = try #require(grade["parts"] as? [[String: Any]])
        let points = try #require(grade["points"] as? Int)
        #expect(points == 30 + 25 + 10)
        #expect(parts.compactMap { $0["weight"] as? Int }.reduce(0, +) == points)
        let findings = try #require(object["findings"] as? [[String: Any]])
        let open = findings.filter { $0["state"] as? String == "open" }
        #expect(Set(open.compactMap { $0["id"] as? String }) == Set(parts.compactMap { $0["id"] as? String }))
        #expect(open.compactMap { $0["weight"] as? Int }.reduce(0, +) == points)
        #expect(object["version"] as? Int == 1)
        #expect(object["format"] as? String == "earshot-exposure-report")
    }

    @Test(
        "Above a fifth unread there is no grade",
        arguments: [
            (#""packets":80,"dropped":{"kernel":19}"#, false), (#""packets":80,"dropped":{"kernel":21}"#, true),
            (#""bytes":1000,"tcp":{"lost_bytes":300}"#, true), (#""bytes":1000,"unparsed_bytes":300"#, true),
            (#""connections":{"begun":10,"one_sided":3}"#, true), (#""connections":{"begun":10,"one_sided":1}"#, false),
            (#""confirmed_flows":{"mqtt":7},"encrypted_flows":30,"encrypted_sessions":3"#, true),
            // Web pages on the same port are no part of what the sensor is there for.
            (#""confirmed_flows":{"mqtt":7},"encrypted_flows":300"#, false),
            (#""packets":100,"cut_short":25"#, true),
            // Each is below, together they are above.
            (#""packets":88,"dropped":{"kernel":12},"connections":{"begun":100,"one_sided":12}"#, true),
        ]) func unread(_ stats: String, _ isWithheld: Bool)
    {
        let report = plant(#"{"messages":{"mqtt":{"PUBLISH":100}},\#(stats)}"#).report()
        #expect((report.grade == nil) == isWithheld, "\(report.unread)")
        #expect((report.gradeWithheld != nil) == isWithheld)
        #expect(report.findings.count == 3, "what was found is told all the same")
    }

    @Test("Runs are added up; one that was replaced counts for nothing") func runs() {
        var plant = plant(
            #"{"messages":{"mqtt":{"PUBLISH":100}},"losses":{"10.0.0.5:1883":{"gaps":2,"unparsed_bytes":5}}}"#)
        plant.run(#"{"messages":{"mqtt":{"PUBLISH":11}},"losses":{"10.0.0.5:1883":{"gaps":1,"unparsed_bytes":0}}}"#)
        plant.run(#"{"messages":{"mqtt":{"PUBLISH":1000}}}"#)
        plant.runs[2].summary.status = .replaced
        plant.run("no JSON")
        let unread = plant.report().unread
        #expect(unread.messages == 111)
        #expect(unread.servers == [Unread.Server(server: "10.0.0.5:1883", gaps: 3, unparsedBytes: 5)])
    }

    @Test("Who is behind a router is told as hidden") func hidden() {
        var plant = plant()
        for index in 1...5 {
            plant.server("coap", "10.0.\(index).9", 5683) {
                $0.hardwareAddresses = NameCounts(["00:11:22:33:44:55": 9])
            }
        }
        #expect(
            plant.report().unread.notes == [
                "Hidden behind the router 00:11:22:33:44:55: 5 addresses of 5 networks, whose own hardware nobody sees "
                    + "here."
            ])
    }

    @Test("Two reports: new, still there, mended, not seen since") func comparison() throws {
        var before = plant()
        for address in ["10.0.0.6", "10.0.0.7"] {
            before.server("mqtt", address, 1883) {
                $0.anonymous = Plant.seen(0, 5)
                $0.messages = 0
            }
        }
        let earlier = try before.report().asEarlier

        var after = Plant()
        after.run(#"{"messages":{"mqtt":{"PUBLISH":100}}}"#)
        after.now = Plant.start + 300 * Plant.hour
        // Seen again; silent since; refuses since; new.
        after.server("mqtt", "10.0.0.5", 1883) {
            $0.anonymous = Plant.seen(0, 200)
            $0.grantedAll = Plant.seen(0, 5)
            $0.seen.last = Plant.start + 200 * Plant.hour
        }
        after.server("mqtt", "10.0.0.6", 1883) {
            $0.anonymous = Plant.seen(0, 5)
            $0.anonymousRefused = Plant.seen(150, 150)
            $0.messages = 0
        }
        after.server("mqtt", "10.0.0.8", 1883) {
            $0.anonymous = Plant.seen(100, 100)
            $0.messages = 0
        }
        var report = after.report()
        report.compare(with: earlier)
        let changes = Dictionary(uniqueKeysWithValues: report.findings.map { ($0.id, $0.change) })
        #expect(
            changes == [
                "open-broker \(Self.broker)": .stillThere, "read-all \(Self.broker)": .notSeenSince,
                "no-encryption \(Self.broker)": .stillThere, "open-broker mqtt 10.0.0.6:1883": .mended,
                "open-broker mqtt 10.0.0.8:1883": .new,
            ])
        let comparison = try #require(report.comparison)
        #expect(comparison.gone.map(\.id) == ["open-broker mqtt 10.0.0.7:1883"])
        #expect(comparison.counts == ["new": 1, "still_there": 2, "mended": 1, "not_seen_since": 2])
        #expect(
            comparison.sentence == "Since 16 November 2026: 1 open broker mended; 1 open broker new; 1 open broker "
                + "and 1 "
                + "broker that gives every topic not seen since; 2 findings still there.")
        #expect(comparison.pointsBefore == 125)

        // Once told, what was mended is no news.
        var again = after.report()
        again.compare(with: try report.asEarlier)
        #expect(again.findings.first { $0.id == "open-broker mqtt 10.0.0.6:1883" }?.change == nil)
        #expect(again.comparison?.counts == ["still_there": 4])
        #expect(again.comparison?.sentence.hasSuffix("4 findings still there; nothing was captured since.") == true)
    }

    @Test("A report is read again from its page as from its JSON, whatever the network sent") func roundTrip() throws {
        var plant = plant()
        plant.topic(Self.broker, "</script><script>alert(1)</script>")
        plant.topic(Self.broker, "a\u{2028}b\u{202E}c\u{0}d\u{1F600}\\u003c&amp;")
        let report = plant.report()
        let page = Array(ReportPage(report).html.utf8)
        let inside = try #require(ReportPage.json(in: page))
        #expect(try JSONDecoder().decode(ExposureReport.self, from: inside) == report)
        #expect(try EarlierReport(contentsOf: page) == report.asEarlier)
        #expect(throws: EarlierReport.Unreadable.noReport) { try EarlierReport(contentsOf: Array(page.dropLast(2000))) }
    }

    @Test("A report with more or fewer keys beside the findings is still read") func lenient() throws {
        let text = #"""
            {"format":"earshot-exposure-report","version":1,"made":5,"novel":[1],"findings":[{"id":"x y","kind":"x",\#
            "subject":"y","state":"open","seen":{"last":3,"first":1}}]}
            """#
        let earlier = try EarlierReport(contentsOf: Array(text.utf8))
        var report = plant().report()
        report.compare(with: earlier)
        #expect(report.comparison?.gone.map(\.kind) == ["x"])
        #expect(report.comparison?.counts == ["new": 3, "not_seen_since": 1])
    }

    @Test("What is no report, or of another version, is refused") func strangers() {
        for text in ["", "{}", "<html></html>", #"{"format":"earshot-exposure-report","version":1}"#] {
            #expect(throws: EarlierReport.Unreadable.noReport) { try EarlierReport(contentsOf: Array(text.utf8)) }
        }
        let newer = Array(#"{"format":"earshot-exposure-report","version":7}"#.utf8)
        #expect(throws: EarlierReport.Unreadable.version(7)) { try EarlierReport(contentsOf: newer) }
    }
}

extension ExposureReport {
    /// What a later report is compared with.
    var asEarlier: EarlierReport {
        get throws { try EarlierReport(contentsOf: Array(try #require(json).utf8)) }
    }
}
