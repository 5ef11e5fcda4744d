import Foundation
import Glibc
import ProgramSupport
import Testing

/// `earshot run` on the loopback interface, with a store of its own.
final class Sensor {
    let store: String
    /// What goes to it, its markers included.
    let filter: String
    let marker: Marker
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
        marker = try Marker()
        filter = marker.besides((tcp.map { "tcp port \($0)" } + udp.map { "udp port \($0)" }).joined(separator: " or "))
        let rule = try folder.write(
            """
            title: Marker
            id: \(Self.markerRule)
            logsource: {product: earshot, category: coap}
            detection:
                selection: {coap.uri_path|startswith: /\(Marker.prefix)}
                condition: selection
            level: informational
            earshot:
                summary: 'marker {coap.uri_path}'
                suppress: {by: [coap.uri_path], for: 1h}

            """, to: "marker.yml")
        process = try Background(
            try Program.path(),
            ["run", "-i", "lo", "--db", store, "--only-rules", Program.rules, "--only-rules", rule, filter])
        try process.waitForErrorText("listening on lo,")
    }

    private static let markerRule = "0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2bff"

    /// Alerts so far, those of markers left out.
    func alertsSoFar() throws -> [AlertLine] { try alerts(in: store).filter { $0.rule != Self.markerRule } }

    /// The same by rule.
    func raised() throws -> [String: Int] { counted(try alertsSoFar().map(\.rule)) }

    /// Waits until it has looked at everything that was sent until now, and what came of it is in the store.
    ///
    /// - Returns: The path of the marker that shows it.
    @discardableResult
    func catchUp() throws -> String {
        let path = try marker.exchange()
        guard try wait(20, for: { try alerts(in: store).contains { $0.summary.contains(path) } }) else {
            throw NotSeen(what: "the marker \(path); the sensor said: \(process.errorText)", seconds: 20)
        }
        return path
    }

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

    /// Lets it look at everything that was sent, ends it by a signal and checks what it leaves: the exit code, the summary,
    /// the row of its run.
    ///
    /// - Returns: The path of the marker that was sent last.
    @discardableResult
    func end(_ signal: Int32) throws -> String {
        let last = try catchUp()
        let outcome = try process.end(signal)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let raised = counted(try alerts(in: store).map(\.rule))
        let lines = outcome.errorText.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix("listening on lo, ") == true)
        let total = raised.values.reduce(0, +)
        // One printed line an alert, and one more each time that it becomes worse.
        #expect(outcome.lines.count >= total, "\(outcome.text)")
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
        return last
    }

    /// What `stats --json` says of the run.
    struct Stats: Decodable {
        let packets: Int
        let alerts: [String: Int]
        let dropped: [String: Int]
        let messages: [String: [String: Int]]
    }
}
