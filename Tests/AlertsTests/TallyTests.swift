import Alerts
import Foundation
import Testing

/// What rows tell beside their count, how they rise, and how a later run goes on with them.
@Suite struct TallyTests {
    private func alert(_ serial: UInt64, key: UInt8? = nil) -> Alert {
        var alert = sampleAlert(serial, evidence: [sampleFrame(1)])
        alert.tally = AlertTally(
            distinct: 1, distinctName: "clients", first: "pump-1 at 10.0.0.1", latest: "pump-1 at 10.0.0.1", bytes: 10)
        alert.rowKey = key.map { [UInt8](repeating: $0, count: 16) }
        return alert
    }

    private func worse(_ alert: Alert) -> Alert {
        var alert = alert
        alert.level = .critical
        alert.ruleTitle = "Everything Leaves"
        alert.summary = "it does"
        return alert
    }

    @Test(
        "a row keeps its first and newest value, the largest number and its worst step, waiting or stored",
        arguments: [false, true])
    func aRowKeepsWhatItCameTo(isStored: Bool) throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(alert(1)))
        if isStored { #expect(writer.flush()) }
        writer.submit(
            .repeated(
                serial: 1, lastSeen: 1_700_000_000_000_001, count: 2,
                tally: AlertTally(distinct: 2, distinctName: "clients", latest: "pump-2 at 10.0.0.2", bytes: 30)))
        if isStored { #expect(writer.flush()) }
        let more = (2...12).map { sampleFrame($0) }
        writer.submit(
            .repeated(
                serial: 1, lastSeen: 1_700_000_000_000_002, count: 3, evidence: more,
                tally: AlertTally(distinct: 2, distinctName: "clients", isEstimate: true, bytes: 31),
                rise: worse(alert(1))))
        if isStored { #expect(writer.flush()) }
        writer.submit(
            .repeated(
                serial: 1, lastSeen: 1_700_000_000_000_003, count: 4, evidence: [sampleFrame(90)],
                tally: AlertTally(distinct: 2, bytes: 40)))
        if isStored { #expect(writer.flush()) }
        writer.submit(
            .repeated(
                serial: 1, lastSeen: 1_700_000_000_000_004, count: 5, evidence: [sampleFrame(91)], rise: worse(alert(1))
            ))
        writer.close()
        let stored = try #require(try AlertReader(path: folder.store).alert(1)).stored.alert
        #expect(stored.level == .critical)
        #expect(stored.ruleTitle == "Everything Leaves")
        #expect(stored.summary == "it does")
        #expect(stored.count == 5)
        #expect(
            stored.tally
                == AlertTally(
                    distinct: 2, distinctName: "clients", isEstimate: true, first: "pump-1 at 10.0.0.1",
                    latest: "pump-2 at 10.0.0.2", bytes: 40))
        // The frame that made it worse is there, although there were enough.
        #expect(stored.evidence.map(\.frameNumber) == Array(1...12) + [91])
    }

    /// What passes later may be of another class than what passed when the row was written first.
    @Test("kinds are kept once each, in their order, waiting or stored", arguments: [false, true])
    func kindsAreKept(isStored: Bool) throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(alert(1)))
        for (count, kinds) in [(2, nil), (3, ["environment"]), (4, ["environment", "password"]), (5, nil)]
            as [(Int64, [String]?)]
        {
            if isStored { #expect(writer.flush()) }
            writer.submit(
                .repeated(
                    serial: 1, lastSeen: 1_700_000_000_000_000 + count, count: count,
                    tally: AlertTally(distinct: 1, distinctName: "clients", bytes: 10 * count, kinds: kinds)))
        }
        writer.close()
        let stored = try #require(try AlertReader(path: folder.store).query().first)
        #expect(stored.alert.tally?.kinds == ["environment", "password"])
        #expect(stored.alert.tally?.text == "50 bytes; environment, password")
        #expect(JSONOutput().line(stored).contains(#""kinds":["environment","password"]"#))
        #expect(TextOutput().line(stored).contains("environment, password"))
        // A later run of the same sensor, which knows nothing of these, adds to them.
        let later = try AlertWriter(path: folder.store)
        _ = try later.beginRun(sampleRun())
        later.submit(
            .repeated(
                serial: AlertSerial.stored(stored.id), lastSeen: 1_700_000_000_000_009, count: 6,
                tally: AlertTally(kinds: ["location"])))
        later.close()
        let grown = try #require(try AlertReader(path: folder.store).query().first)
        #expect(grown.alert.tally?.kinds == ["environment", "password", "location"])
    }

    /// Each change brings one value; values beyond the first hundred, and those that an earlier run has told, are not kept.
    @Test(
        "the first values of a row are kept once each, in their order, waiting or stored",
        arguments: [false, true])
    func theFirstValuesAreKept(isStored: Bool) throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        var first = alert(1)
        first.tally?.values = ["pump-1"]
        writer.submit(.insert(first))
        let limit = AlertTally.maximumValues
        for number in 2...(limit + 20) {
            if isStored, number % 16 == 0 { #expect(writer.flush()) }
            let value = number == 5 ? "pump-1" : "pump-\(number)"
            writer.submit(
                .repeated(
                    serial: 1, lastSeen: 1_700_000_000_000_001, count: Int64(number),
                    tally: AlertTally(distinct: Int64(number), latest: value, values: [value])))
        }
        #expect(writer.flush())
        writer.submit(.insert(alert(2)))
        writer.close()
        let reader = try AlertReader(path: folder.store)
        let tally = try #require(try reader.alert(1)?.stored.alert.tally)
        #expect(tally.distinct == Int64(limit + 20))
        #expect(tally.latest == "pump-\(limit + 20)")
        #expect(tally.values == (1...(limit + 1)).filter { $0 != 5 }.map { "pump-\($0)" })
        #expect(try reader.alert(2)?.stored.alert.tally?.values == nil)
        #expect(try reader.query().allSatisfy { $0.alert.tally?.values == nil }, "lists do without")
        let shown = try #require(try reader.alert(1)).stored
        #expect(JSONOutput().line(shown).contains(#""distinct_values":["pump-1","pump-2","pump-3","pump-4","pump-6","#))
    }

    @Test("an alert whose rule counts nothing has no tally, also after repetitions") func noTallyWhereNoneIsAsked()
        throws
    {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        _ = try writer.beginRun(sampleRun())
        writer.submit(.insert(sampleAlert(1)))
        #expect(writer.flush())
        writer.submit(.repeated(serial: 1, lastSeen: 1_700_000_000_000_001, count: 2))
        writer.close()
        #expect(try AlertReader(path: folder.store).alert(1)?.stored.alert.tally == nil)
    }

    @Test("the open rows of live runs of a sensor are given to a later one, which adds to them")
    func openRowsGoOn() throws {
        let folder = try TemporaryFolder()
        let first = try AlertWriter(path: folder.store)
        let seed = try first.rowSeed()
        // A capture's rows are those of its own time.
        _ = try first.beginRun(sampleRun("digest"))
        first.submit(.insert(alert(1, key: 1)))
        #expect(first.endRun(finished()))
        _ = try first.beginRun(sampleRun())
        first.submit(.insert(alert(2, key: 2)))
        first.submit(.insert(sampleAlert(3)))
        #expect(first.endRun(finished()))
        first.close()

        let second = try AlertWriter(path: folder.store)
        #expect(try second.rowSeed() == seed)
        #expect(try second.openRows(sensor: "other", since: 0, limit: 9).isEmpty)
        #expect(try second.openRows(sensor: "test", since: 1_700_000_000_000_001, limit: 9).isEmpty)
        let rows = try second.openRows(sensor: "test", since: 1_700_000_000_000_000, limit: 9)
        #expect(rows.map(\.id) == [2])
        #expect(rows.map(\.key) == [[UInt8](repeating: 2, count: 16)])
        #expect(rows[0].tally?.distinct == 1)
        _ = try second.beginRun(sampleRun())
        second.submit(.insert(alert(1)))
        second.submit(
            .repeated(
                serial: AlertSerial.stored(2), lastSeen: 1_700_000_000_000_009, count: 8, tally: AlertTally(distinct: 7)
            ))
        #expect(second.endRun(finished()))
        second.close()
        let reader = try AlertReader(path: folder.store)
        #expect(try reader.query().map(\.alert.count) == [1, 8, 1, 1])
        #expect(try reader.alert(2)?.stored.alert.tally?.distinct == 7)
    }

    @Test(
        "a tally is told in a few words",
        arguments: [
            (AlertTally(distinct: 1, distinctName: "clients"), nil),
            (
                AlertTally(distinct: 37, distinctName: "clients", latest: "pump-5 at 10.0.0.9"),
                "37 clients, latest pump-5 at 10.0.0.9"
            ),
            (AlertTally(distinct: 40_123, distinctName: "clients", isEstimate: true), "about 40123 clients"),
            (AlertTally(distinct: 3, distinctName: "topics", bytes: 33_960), "3 topics; 34 kB"),
            (AlertTally(bytes: 999), "999 bytes"), (AlertTally(bytes: 1), "1 byte"),
            (AlertTally(bytes: 1500), "1.5 kB"),
            (AlertTally(bytes: 0), nil),
        ])
    func aTallyInWords(tally: AlertTally, text: String?) { #expect(tally.text == text) }

    @Test("a row that stands for several says how many") func aFoldedRowSaysSo() {
        var alert = sampleAlert(1)
        alert.tally = AlertTally(distinct: 12, distinctName: "rows", isFolded: true)
        #expect(alert.shownTitle == "12 more of: Subscription to every topic")
    }
}
