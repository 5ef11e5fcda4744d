import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// What the store does not take is an error, and no signal ends the program for it.
@Suite struct LossTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A capture in which each of many clients publishes, and a rule with a row for each: a rule may begin 50 in an hour of
    /// capture time, so 80 seconds lie between two frames.
    private func many() throws {
        try folder.write(
            """
            title: A Client Publishes
            id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b3a
            status: stable
            description: For tests.
            logsource: {product: earshot, category: mqtt}
            detection:
              selection:
                mqtt.type: PUBLISH
              condition: selection
            level: low
            """, to: "rule.yml")
        let script = """
            import struct, sys
            out = open('many.pcap', 'wb')
            out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
            def frame(i, payload, sport, seq):
                tcp = struct.pack('>HHIIBBHHH', sport, 1883, seq, 1, 0x50, 0x18, 8192, 0, 0)
                ip = struct.pack('>BBHHHBBHII', 0x45, 0, 40 + len(payload), i & 0xffff, 0x4000, 64, 6, 0, 0x0a000001 + i // 60000, 0x0a010001)
                data = bytes(12) + b'\\x08\\x00' + ip + tcp + payload
                out.write(struct.pack('<IIII', 1600000000 + i * 80, i, len(data), len(data)) + data)
            name = b'device'
            connect = b'\\x10' + bytes([12 + len(name)]) + b'\\x00\\x04MQTT\\x04\\x02\\x00\\x3c' + struct.pack('>H', len(name)) + name
            for i in range(int(sys.argv[1])):
                topic = b'a/%d' % i
                publish = b'\\x30' + bytes([2 + len(topic) + 27]) + struct.pack('>H', len(topic)) + topic + bytes(27)
                frame(i, connect + publish, 1024 + i % 60000, 1)
            """
        let made = try run("/usr/bin/python3", ["-c", script, "5000"], directory: folder.path)
        #expect(made.status == 0, "\(made.errorText)")
    }

    @Test(
        "a disk that is full costs alerts: they are counted, and the exit code is 74",
        .needs(getuid() == 0, "mounting is not permitted"))
    func aFullDisk() throws {
        try many()
        let disk = folder.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0 else {
            return try leavingOut("a full disk", because: "this process may not mount")
        }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let outcome = try earshot(
            "replay", "-q", "--only-rules", "rule.yml", "--db", "disk/a.db", "many.pcap", directory: folder.path,
            limit: 60)
        #expect(outcome.status == 74, "\(outcome.status) \(outcome.errorText)")
        #expect(outcome.errorText.contains(/stored [0-9]+, lost [1-9][0-9]*/), "\(outcome.errorText)")
        // Readers of a full disk are not ended by a signal either.
        for command in [["tail"], ["stats"], ["db", "check"]] {
            let read = try run(try Program.path(), command + ["--db", "disk/a.db"], directory: folder.path)
            #expect(read.status >= 0, "\(command): \(read.status) \(read.errorText)")
        }
        // With room again the same capture brings what was lost.
        #expect(mount("tmpfs", disk, "tmpfs", UInt(MS_REMOUNT), "size=32m") == 0)
        let again = try earshot(
            "replay", "-q", "--only-rules", "rule.yml", "--db", "disk/a.db", "many.pcap", directory: folder.path,
            limit: 60)
        #expect(again.status == 0, "\(again.errorText)")
        #expect(try alerts(in: folder.file("disk/a.db")).count == 5000, "\(again.errorText)")
    }

    @Test("a file that may not grow further costs alerts, and no signal comes") func aFileSizeLimit() throws {
        try many()
        let outcome = try shell(
            "ulimit -f 600; \"$EARSHOT\" replay -q --rules rule.yml --db a.db many.pcap", directory: folder.path,
            limit: 60)
        #expect(outcome.status == 74, "\(outcome.status) \(outcome.errorText)")
        #expect(outcome.errorText.contains(/stored [0-9]+, lost [1-9][0-9]*/), "\(outcome.errorText)")
        let export = try shell(
            "ulimit -f 8; \"$EARSHOT\" db export --json --db a.db > out", directory: folder.path)
        #expect(export.status == 74, "\(export.status) \(export.errorText)")
    }

    /// No alert is lost here: retention removes what there is no room for, and says so.
    @Test("a replay keeps to the size of the store, and tells what went") func retention() throws {
        try many()
        try folder.write("db: a.db\nretention_mebibytes: 1\n", to: "a.yaml")
        let outcome = try earshot(
            "replay", "-q", "--only-rules", "rule.yml", "--config", "a.yaml", "many.pcap", directory: folder.path,
            limit: 60)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.errorText.contains(/old alerts removed: low [0-9]+/), "\(outcome.errorText)")
        #expect(outcome.errorText.contains(/the store is larger than 1 MiB: [0-9]+ low/), "\(outcome.errorText)")
        #expect(try contents(folder.file("a.db")).count < 1 << 20 + 65_536)
        let left = try alerts(in: folder.file("a.db")).count
        let stats = try earshot("stats", "--json", "--db", "a.db", directory: folder.path)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(stats.output)) as? [String: Any])
        let removed = try #require(object["removed"] as? [String: Int])
        #expect(left > 100 && removed == ["low": 5000 - left], "\(removed) \(left)")
        let text = try earshot("stats", "--db", "a.db", directory: folder.path).text
        #expect(text.contains("old alerts removed: low \(5000 - left)"), "\(text)")
    }

    @Test("a replay that is interrupted says how far it came") func interrupted() throws {
        try many()
        let process = try Background(
            try Program.path(), ["replay", "-q", "--only-rules", "rule.yml", "--speed", "80000", "many.pcap"],
            directory: folder.path)
        #expect(try wait(10) { try earshot("stats", directory: folder.path).status == 0 })
        usleep(600_000)
        let outcome = try process.end(SIGINT, limit: 10)
        #expect(outcome.status == 130, "\(outcome.status) \(outcome.errorText)")
        let place = outcome.errorText.firstMatch(of: /interrupted at ([0-9]+) %/)
        let share = place.flatMap { Int($0.1) } ?? -1
        #expect(share > 0 && share < 100, "\(outcome.errorText)")
    }
}
