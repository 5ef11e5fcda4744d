import Foundation
import ProgramSupport
import TestSupport
import Testing

/// In the steady state a packet costs no allocation: not in decoding, streams, dissection, conversations or rules.
@Suite(.serialized) struct AllocationTests {
    /// The library that counts, beside the tests.
    private static let counter = Program.root + "/.build/debug/libCMallocCounter.so"

    private static var isRelease: Bool { (try? Program.path()).map { !$0.contains("/debug/") } ?? false }

    /// What a replay of a capture did.
    private struct Replayed {
        var packets: Int
        var allocations: Int
    }

    @Test(
        "None for a packet",
        .needs(
            isRelease,
            "a debug build allocates where a release build does not: name a release program in EARSHOT_PROGRAM"))
    func noneForAPacket() throws {
        // Between 2^16 and 2^17 frames: at each power of two a replay tells the store how far it has come.
        var (few, many) = (try replay(LongSessions(rounds: 8200)), try replay(LongSessions(rounds: 16_300)))
        #expect(few.packets > 1 << 16 && many.packets < 1 << 17)
        let packets = many.packets - few.packets
        #expect(packets > 60_000)
        var share: Double { Double(many.allocations - few.allocations) / Double(packets) }
        // What goes by the clock, such as writing the inventory every two seconds, adds to a run on a slow machine: the
        // least of each tells what packets cost. Once a minute of capture time the sensor looks at itself, which takes some.
        for _ in 0..<2 where share >= 0.003 {
            few.allocations = min(few.allocations, try replay(LongSessions(rounds: 8200)).allocations)
            many.allocations = min(many.allocations, try replay(LongSessions(rounds: 16_300)).allocations)
        }
        #expect(share < 0.003, "\(few.allocations) and \(many.allocations) allocations, \(packets) packets apart")
    }

    private func replay(_ sessions: LongSessions) throws -> Replayed {
        let folder = try TemporaryFolder()
        // At a pace that no rule calls a flood.
        let capture = try folder.write(pcap(sessions.frames, every: 8), to: "sessions.pcap")
        let store = folder.file("store.db")
        // What is compiled at the first start is kept beside the store: compiling allocates more or less by chance.
        let empty = try folder.write(pcap([]), to: "empty.pcap")
        #expect(try earshot("replay", "--quiet", "--db", store, empty).status == 0)
        for name in ["store.db", "store.db-wal", "store.db-shm"] {
            try? FileManager.default.removeItem(atPath: folder.file(name))
        }
        // From standard input: the digest of a file would cost by its size. How often tables grow at the start hangs on how
        // words meet in them.
        let outcome = try earshot(
            "replay", "--quiet", "--db", store, "-",
            environment: ["LD_PRELOAD": Self.counter, "SWIFT_DETERMINISTIC_HASHING": "1"], input: capture, limit: 120)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        // All of it was read and understood: else nothing would be proved.
        let stats = try JSONDecoder().decode(
            Statistics.self, from: Data(try earshot("stats", "--json", "--db", store).output))
        #expect(stats.packets == sessions.frames.count)
        #expect(stats.violations.isEmpty)
        #expect(stats.messages.values.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) } == sessions.messages)
        let line = try #require(outcome.errorText.split(separator: "\n").last { $0.hasPrefix("allocations ") })
        return Replayed(
            packets: stats.packets, allocations: try #require(Int(line.dropFirst("allocations ".count))))
    }

    private struct Statistics: Decodable {
        var packets: Int
        var messages: [String: [String: Int]]
        var violations: [String: Int]
    }
}
