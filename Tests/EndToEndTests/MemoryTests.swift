import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The memory that the program takes, as the kernel counts it.

/// Reads a capture to its end; gives the most memory that was resident, in bytes, and how it ended.
private func replay(_ capture: String, memory: String, in folder: borrowing TemporaryFolder) throws
    -> (peak: Int, outcome: Outcome)
{
    let configuration = try folder.write("max_memory: \(memory)\n", to: "earshot.yml")
    let program = try Background(
        try Program.path(), ["replay", "-q", "--config", configuration, "--db", folder.file("a.db"), capture])
    var peak = 0
    while program.isRunning {
        peak = max(peak, program.peakMemory ?? 0)
        usleep(2000)
    }
    return (peak, try program.waitForEnd())
}

@Suite struct MemoryTests {
    /// What an attacker can make the sensor remember is bounded in sum: by `max_memory`, beside what the program takes
    /// before any frame.
    @Test("A flood of everything stays within max_memory") func aFloodStaysWithinItsBound() throws {
        let folder = try TemporaryFolder()
        let quiet = folder.file("quiet.pcap")
        var small = try FloodCapture(quiet)
        try small.addMQTT(1)
        try small.end()
        let flood = folder.file("flood.pcap")
        var large = try FloodCapture(flood)
        try large.addMQTT(9000)
        try large.addCoAP(16_000, bodies: 2000)
        try large.addCoAPStreams(3000)
        try large.addWebSocket(5000)
        try large.addUnfinished(5000)
        try large.addMQTT(9000)
        try large.end()

        let before = try replay(quiet, memory: "64MiB", in: folder)
        #expect(before.outcome.status == 0, "\(before.outcome.errorText)")
        let after = try replay(flood, memory: "64MiB", in: folder)
        #expect(after.outcome.status == 0, "\(after.outcome.errorText)")
        #expect(after.peak > before.peak)
        let taken = after.peak - before.peak
        #expect(taken < 64 << 20, "\(taken >> 10) KiB beyond the \(before.peak >> 10) KiB of a small capture")

        // It was a flood: what was pushed out is told, by table.
        let stats = try earshot("stats", "--json", "--db", folder.file("a.db"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(stats.output)) as? [String: Any])
        let evicted = try #require(object["evicted"] as? [String: Int])
        for table in [
            "flows", "held_messages", "mqtt_sessions", "mqtt_handshakes", "mqtt_topic_aliases", "mqtt_subscriptions",
            "mqtt_pending_subscribes", "mqtt_saved_sessions", "mqtt_retained_topics", "mqtt_will_topics",
            "coap_exchanges", "coap_message_ids", "coap_observations",
        ] {
            #expect(evicted[table] ?? 0 > 0, "\(table)")
            #expect(after.outcome.errorText.contains(" evicted from \(table)"), "\(table)")
        }
    }
}
