import Alerts
import Foundation
import Network
import Testing

/// What a filter lets pass: alternatives within a kind, every kind at once, and what is left out.
@Suite struct FilterTests {
    private let folder: TemporaryFolder
    private let reader: AlertReader

    /// Eight alerts: every combination of two clients, two servers and two rules with tags of their own.
    init() throws {
        folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        let tags = ["harvest": ["attack.collection", "attack.t1119"], "guess": ["attack.t1110", "cve.2024-1"]]
        writer.setRules(
            tags.map { name, tags in
                RuleRecord(
                    id: "rule-\(name)", title: "MQTT \(name)", level: .medium, tags: tags,
                    source: "title: MQTT \(name)", loadedAt: 0)
            })
        _ = try writer.beginRun(sampleRun())
        var serial: UInt64 = 0
        for client in ["pump-1", "meter-1"] {
            for server in ["10.0.0.1", "10.0.1.1"] {
                for rule in ["harvest", "guess"] {
                    serial += 1
                    var alert = sampleAlert(serial, rule: "rule-\(rule)", seen: Int64(serial) * 1_000_000)
                    alert.ruleTitle = "MQTT \(rule)"
                    alert.clientID = client
                    alert.level = rule == "harvest" ? .high : .low
                    alert.serverIP = IPAddress(server)
                    alert.destinationIP = alert.serverIP
                    writer.submit(.insert(alert))
                }
            }
        }
        var anonymous = sampleAlert(9, rule: "rule-guess", seen: 9_000_000)
        anonymous.clientID = nil
        anonymous.serverIP = nil
        anonymous.destinationIP = nil
        writer.submit(.insert(anonymous))
        writer.close()
        reader = try AlertReader(path: folder.store)
    }

    private func ids(_ change: (inout AlertFilter) -> Void) throws -> [Int64] {
        var filter = AlertFilter()
        change(&filter)
        return try reader.query(filter).map(\.id)
    }

    private func expect(
        _ expected: [Int64], _ comment: Comment? = nil, at place: SourceLocation = #_sourceLocation,
        _ change: (inout AlertFilter) -> Void
    ) throws {
        let found = try ids(change)
        #expect(found == expected, comment, sourceLocation: place)
    }

    @Test("Alternatives and conditions") func alternativesAndConditions() throws {
        try expect([1, 2, 3, 4]) { $0.wanted.clients = ["pump-1"] }
        try expect([1, 2, 3, 4, 5, 6, 7, 8]) { $0.wanted.clients = ["pump-1", "meter-1"] }
        try expect([1, 2, 3, 4]) { $0.wanted.clients = ["p*"] }
        try expect([5, 6, 7, 8]) { $0.wanted.clients = ["?eter-[12]"] }
        try expect([3, 4, 7, 8]) { $0.wanted.servers = [CIDRBlock("10.0.1.0/24")!] }
        try expect([1, 2, 3, 4, 5, 6, 7, 8]) {
            $0.wanted.servers = [CIDRBlock("10.0.1.1")!, CIDRBlock("10.0.0.0/24")!]
        }
        try expect([2, 4, 6, 8, 9]) { $0.wanted.tags = ["attack.t1110"] }
        try expect([2, 4, 6, 8, 9]) { $0.wanted.tags = ["cve.*"] }
        try expect([2, 4, 6, 8, 9]) { $0.wanted.tags = ["T1110"] }
        try expect([], "a tag is whole") { $0.wanted.tags = ["t11"] }
        try expect([], "a tag is whole") { $0.wanted.tags = ["attack.t11"] }
        try expect([1]) {
            $0.wanted.clients = ["pump-1"]
            $0.wanted.tags = ["attack.t1119", "cve.*"]
            $0.wanted.servers = [CIDRBlock("10.0.0.1")!]
            $0.minimumLevel = .medium
        }
    }

    /// An alert without a client or server is not one of a client or server that is left out.
    @Test("What is left out") func whatIsLeftOut() throws {
        try expect([5, 6, 7, 8, 9]) { $0.unwanted.clients = ["pump-*"] }
        try expect([9]) { $0.unwanted.servers = [CIDRBlock("10.0.0.0/16")!] }
        try expect([1, 3, 5, 7]) { $0.unwanted.ruleIDs = ["rule-guess"] }
        try expect([1, 3, 5, 7, 9]) { $0.unwanted.levels = [.low] }
        try expect([1, 3, 5, 7]) { $0.unwanted.tags = ["cve.*"] }
        try expect([5, 7], "none of both") {
            $0.unwanted.clients = ["pump-1"]
            $0.unwanted.ruleIDs = ["rule-guess"]
        }
        try expect([2, 4]) {
            $0.wanted.clients = ["pump-1"]
            $0.unwanted.titleParts = ["HARVEST"]
        }
    }

    @Test("Times") func times() throws {
        try expect([3, 4, 5]) { ($0.since, $0.until) = (3_000_000, 5_000_000) }
        try expect([]) { $0.until = 999_999 }
    }

    @Test("Counted by something") func countedBySomething() throws {
        func groups(_ grouping: AlertGrouping, _ filter: AlertFilter = AlertFilter()) throws -> [String] {
            let found = try reader.groups(by: grouping, filter, parts: 3, zone: .gmt)
            #expect(found.total.alerts == 9 || filter != AlertFilter())
            return found.groups.map { "\($0.key) \($0.alerts) \($0.worst.rawValue) \($0.open)" }
        }
        _ = try reader.say(.close, of: [1], note: nil, by: "anna", at: 1)
        #expect(
            try groups(.rule) == [
                "MQTT harvest 4 high 3", "Subscription to every topic 1 medium 1", "MQTT guess 4 low 4",
            ])
        #expect(try groups(.level) == ["high 4 high 3", "medium 1 medium 1", "low 4 low 4"])
        #expect(try groups(.server).map { $0.prefix { $0 != " " } } == ["10.0.0.1", "10.0.1.1", "-"])
        #expect(try groups(.client) == ["meter-1 4 high 4", "pump-1 4 high 3", "- 1 medium 1"])
        #expect(
            try groups(.tag) == [
                "attack.collection 4 high 3", "attack.t1119 4 high 3", "attack.t1110 5 medium 5",
                "cve.2024-1 5 medium 5",
            ])
        #expect(try groups(.day) == ["1970-01-01 9 high 8"])
        #expect(try groups(.hour) == ["1970-01-01 00:00 9 high 8"])
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        let there = try reader.groups(by: .hour, AlertFilter(), parts: 3, zone: berlin)
        #expect(there.groups.map(\.key) == ["1970-01-01 01:00"])
        // Times 1 to 9 in three parts: 1, 2, 3 - 4, 5, 6 - 7, 8, 9.
        #expect(try reader.groups(by: .level, AlertFilter(), parts: 3, zone: .gmt).total.activity == [3, 3, 3])
    }
}
