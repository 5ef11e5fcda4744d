import Alerts
import Foundation
import ProgramSupport
import Testing

@testable import Forward

@Suite struct CursorTests {
    @Test("a cursor is what was written last, and belongs to one")
    func keeps() throws {
        let folder = try TemporaryFolder()
        var file: CursorFile? = try CursorFile(target: "t", in: folder.path)
        var cursor = try #require(file?.cursor)
        cursor.sequence = 7
        cursor.stores["/a"] = StoreCursor(store: "s", triage: 3, grown: [1, 2])
        try file?.write(cursor)
        #expect(folder.names == ["t.cursor", "t.lock"])
        do throws(ForwardError) {
            _ = try CursorFile(target: "t", in: folder.path)
            Issue.record("two have one cursor")
        } catch {
            #expect(error.exitCode == 75)
            #expect(error.message.contains("another earshot-forward sends to 't'"))
        }
        file = nil
        #expect(try CursorFile(target: "t", in: folder.path).cursor == cursor)
    }

    @Test("a damaged cursor is an error, and no new beginning")
    func damaged() throws {
        let folder = try TemporaryFolder()
        try folder.write("{\"stream\"", to: "t.cursor")
        #expect(throws: ForwardError.self) { try CursorFile(target: "t", in: folder.path) }
        // One that was killed in the middle leaves a draft, which is nobody's cursor.
        let other = try TemporaryFolder()
        try other.write("{", to: "t.cursor.part")
        let file = try CursorFile(target: "t", in: other.path)
        try file.write(file.cursor)
        #expect(other.names == ["t.cursor", "t.lock"])
    }
}

@Suite struct GatheringTests {
    @Test("what does not fit is told as numbers, and what is critical is not among them")
    func summary() {
        var gathering = Gathering(
            TargetSettings(.webhook) { target in
                target.template = .slack
                target.batch = 2
            })
        for serial in 1...5 { gathering.add(sampleRecord(sampleAlert(UInt64(serial), level: .low))) }
        gathering.add(sampleRecord(sampleAlert(6, level: .critical)))
        #expect(gathering.records.map { $0.alert?.stored.alert.serial } == [1, 6])
        #expect(gathering.summary?.count == 4)
        #expect(gathering.summary?.text == "4 more of 1 rule: 4 x Subscription to every topic")
    }

    @Test("a program gets everything, and waits for it")
    func waits() {
        var gathering = Gathering(TargetSettings(.webhook) { $0.batch = 2 })
        for serial in 1...2 { gathering.add(sampleRecord(sampleAlert(UInt64(serial)))) }
        #expect(gathering.room == 0)
        #expect(gathering.summary == nil)
    }

    @Test("requests a minute have a ceiling, and the last is kept for what is critical")
    func ceiling() {
        let settings = TargetSettings(.webhook) { target in
            target.template = .slack
            target.groupWait = 0
            target.maxPerMinute = 3
        }
        var allowance = RequestAllowance(settings)
        var gathering = Gathering(settings)
        gathering.add(sampleRecord(sampleAlert(1)))
        for _ in 0..<2 {
            let due1 = allowance.isDue(gathering, isOnce: false)
            #expect(due1)
            allowance.spend()
        }
        let due2 = allowance.isDue(gathering, isOnce: false)
        #expect(!due2)
        gathering.add(sampleRecord(sampleAlert(2, level: .critical)))
        let due3 = allowance.isDue(gathering, isOnce: false)
        #expect(due3)
        allowance.spend()
        let due4 = allowance.isDue(gathering, isOnce: false)
        #expect(!due4)
    }

    @Test("what waits for company goes at once when it is critical")
    func urgent() {
        let settings = TargetSettings(.webhook) { $0.groupWait = 3600 }
        var allowance = RequestAllowance(settings)
        var gathering = Gathering(settings)
        gathering.add(sampleRecord(sampleAlert(1, level: .high)))
        let due5 = allowance.isDue(gathering, isOnce: false)
        #expect(!due5)
        gathering.add(sampleRecord(sampleAlert(2, level: .critical)))
        let due6 = allowance.isDue(gathering, isOnce: false)
        #expect(due6)
    }

    @Test("pauses grow to their limit, and are as long as the far end wants")
    func pauses() {
        var backoff = Backoff(limit: 10)
        var pauses: [Double] = []
        for _ in 0..<10 { pauses.append(backoff.next()) }
        #expect(pauses[0] <= 0.5 && pauses[0] >= 0.25)
        #expect(pauses.allSatisfy { $0 <= 10 })
        #expect(pauses[9] >= 5)
        let (wanted, longest) = (backoff.next(atLeast: 20), backoff.next(atLeast: 1e9))
        #expect((20...22).contains(wanted))
        #expect(longest <= 3960)
        backoff.reset()
        let first = backoff.next()
        #expect(first <= 0.5)
    }
}
