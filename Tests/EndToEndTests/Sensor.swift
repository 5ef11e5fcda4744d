import Foundation
import Glibc
import ProgramSupport
import Testing

/// `earshot run` on the loopback interface, with a store of its own.
final class Sensor {
    let store: String
    let filter: String
    private let process: Background
    private let folder: TemporaryFolder

    /// Why the sensor cannot be tested live here; `nil` where it can.
    static let obstacle: String? = {
        let text: String?
        let wanted = ["mosquitto", "mosquitto_sub", "mosquitto_passwd", "tcpdump"].filter { Program.find($0) == nil }
        if !wanted.isEmpty || CoAPServer.program == nil || CoAPServer.client == nil {
            text = "not installed: \((wanted.isEmpty ? ["libcoap3-bin"] : wanted).joined(separator: ", "))"
        } else {
            let outcome = try? earshot("decode", "-i", "lo", "-c", "0")
            text =
                outcome?.status == 0 ? nil : "capturing on lo is not permitted: \(outcome?.errorText ?? "no program")"
        }
        if let text { print("live tests: none run, \(text)") }
        return text
    }()

    /// Starts it and waits until it listens.
    init(tcp: [Int] = [], udp: [Int] = []) throws {
        folder = try TemporaryFolder()
        store = folder.file("alerts.db")
        filter = (tcp.map { "tcp port \($0)" } + udp.map { "udp port \($0)" }).joined(separator: " or ")
        process = try Background(try Program.path(), ["run", "-i", "lo", "--db", store, filter])
        try process.waitForErrorText("listening on lo,")
    }

    /// Alerts so far, by rule.
    func raised() throws -> [String: Int] { counted(try alerts(in: store).map(\.rule)) }

    /// Waits for an alert of a rule.
    ///
    /// - Returns: The seconds since `act` after which a reader of the store had it.
    @discardableResult
    func expect(_ rule: String, since act: ContinuousClock.Instant, _ name: String) throws -> Double {
        let id = try ruleID(rule)
        guard try wait(10, for: { try raised()[id] != nil }) else {
            throw NotSeen(
                what: "an alert of \(rule) after \(name); there are \(try alerts(in: store).map(\.essence))",
                seconds: 10)
        }
        let seconds = (ContinuousClock.now - act) / .seconds(1)
        print("live: \(rule) was in the store \(Int(seconds * 1000)) ms after \(name)")
        #expect(seconds < 3, "\(rule) after \(name)")
        return seconds
    }

    /// Ends it by a signal and checks what it leaves: the exit code, the summary, the row of its run.
    func end(_ signal: Int32) throws {
        // What was sent last is still under way to the sensor: the kernel hands frames over in blocks.
        usleep(400_000)
        let outcome = try process.end(signal)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let raised = try raised()
        let lines = outcome.errorText.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix("listening on lo, ") == true)
        let total = raised.values.reduce(0, +)
        #expect(outcome.lines.count == total, "one printed line an alert: \(outcome.text)")
        let alertLine = "\(total) alert\(total == 1 ? "" : "s")"
        #expect(lines.contains { $0.hasPrefix(alertLine) && $0.hasSuffix("stored in \(store)") }, "\(lines)")
        let stats = try JSONDecoder().decode(
            Stats.self, from: Data(try earshot("stats", "--db", store, "--json").output))
        #expect(stats.alerts == raised)
        #expect(stats.dropped.values.allSatisfy { $0 == 0 })
        #expect(lines.contains { $0.hasPrefix("\(stats.packets) packet") }, "\(lines)")
        let runs = try earshot("stats", "--db", store, "--runs").lines
        #expect(runs.count == 1)
        #expect(runs.first?.hasPrefix("run 1, finished, ") == true, "\(runs)")
        #expect(runs.first?.contains(", lo: \(stats.packets) packet") == true, "\(runs)")
    }

    /// What `stats --json` says of the run.
    struct Stats: Decodable {
        let packets: Int
        let alerts: [String: Int]
        let dropped: [String: Int]
        let messages: [String: [String: Int]]
    }
}
