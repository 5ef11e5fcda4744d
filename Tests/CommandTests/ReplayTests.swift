import Foundation
import Glibc
import ProgramSupport
import Testing

/// Replaying: again and again, compressed, from pipes and folders, at a given speed.
@Suite struct ReplayTests {
    private let folder: TemporaryFolder
    private let sample = Program.samples + "/mqtt/sys-subscription.pcap"

    init() throws { folder = try TemporaryFolder() }

    private func stored() throws -> Int { try alerts(in: folder.file("earshot.db")).count }

    @Test("Twice does not double") func twiceDoesNotDouble() throws {
        let first = try earshot("replay", sample, directory: folder.path)
        #expect(first.status == 0 && first.lines.count == 1)
        let second = try earshot("replay", sample, directory: folder.path)
        #expect(second.status == 0)
        #expect(second.output.isEmpty)
        #expect(second.errorText.contains("its alerts are in earshot.db already; --again reads it again"))
        #expect(try stored() == 1)
        // The same content under another name is the same source.
        try FileManager.default.copyItem(atPath: sample, toPath: folder.file("copy.pcap"))
        #expect(try earshot("replay", "copy.pcap", directory: folder.path).output.isEmpty)
        #expect(try stored() == 1)
        let again = try earshot("replay", sample, "--again", directory: folder.path)
        #expect(again.status == 0 && again.lines.count == 1)
        #expect(try stored() == 2)
        #expect(try earshot("stats", "--runs", directory: folder.path).lines.count == 2)
    }

    @Test("Where the time went") func profile() throws {
        let outcome = try earshot(
            "replay", "-q", "--profile", "--only-rules", Program.rules, Program.samples + "/mqtt",
            directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let lines = outcome.errorText.split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("earshot: profile: ") || $0.hasPrefix("profile: ") })
        let end = try #require(lines[start...].firstIndex { $0.contains("processor time: ") })
        let shares = lines[(start + 1)..<end].compactMap { line in
            line.split(separator: " ").dropLast().last.flatMap { Double($0) }
        }
        #expect(shares.count == end - start - 1 && shares == shares.sorted(by: >))
        // Each is rounded.
        #expect(abs(shares.reduce(0, +) - 100) < 1, "\(shares)")
        #expect(lines[start..<end].contains { $0.contains("matching") })
    }

    @Test("Compressed and piped") func compressedAndPiped() throws {
        let plain = try earshot("replay", sample, "--db", "plain.db", directory: folder.path)
        #expect(plain.lines.count == 1)
        let outcome = try shell(
            """
            gzip -c '\(sample)' > a.pcap.gz
            zstd -q -c '\(sample)' > a.pcap.zst
            "$EARSHOT" replay --db gz.db a.pcap.gz
            "$EARSHOT" replay --db zst.db a.pcap.zst
            cat '\(sample)' | "$EARSHOT" replay --db pipe.db -
            "$EARSHOT" replay --db redirected.db - < '\(sample)'
            cat a.pcap.zst | "$EARSHOT" replay --db zpipe.db - 'tcp port 1883'
            "$EARSHOT" replay --db none.db '\(sample)' udp
            """, directory: folder.path)
        #expect(outcome.lines == Array(repeating: plain.lines[0], count: 5), "\(outcome.text)\(outcome.errorText)")
        #expect(try earshot("decode", "-", input: sample).text == (try earshot("decode", sample)).text)
    }

    @Test("Damaged compression") func damagedCompression() throws {
        let outcome = try shell(
            """
            gzip -c '\(sample)' | head -c 700 > cut.pcap.gz
            "$EARSHOT" decode cut.pcap.gz > out
            """, directory: folder.path)
        #expect(outcome.status == 65, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("cut.pcap.gz: "), "\(outcome.errorText)")
    }

    @Test("Folders") func folders() throws {
        let outcome = try earshot("replay", "-q", Program.samples, directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let files = FileManager.default.enumerator(atPath: Program.samples)?.compactMap { $0 as? String } ?? []
        let captures = files.filter { $0.contains(".pcap") }
        let runs = try earshot("stats", "--runs", directory: folder.path).lines
        #expect(runs.count == captures.count)
        #expect(runs.allSatisfy { $0.contains(", finished, ") })
        #expect(try stored() > 50)
        let rules = Set(try alerts(in: folder.file("earshot.db")).map(\.rule))
        #expect(rules.count > 40)
    }

    @Test("Speed") func speed() throws {
        // One second between the first frame and the last, at ten times the speed.
        let frames = (0...1000).map { _ in [UInt8](repeating: 0, count: 60) }
        try folder.write(pcap(frames), to: "second.pcap")
        let slow = try earshot("replay", "second.pcap", "--speed", "1", directory: folder.path)
        #expect(slow.status == 0)
        #expect(slow.seconds >= 1)
        let fast = try earshot("replay", "second.pcap", "--again", "--speed", "10", directory: folder.path)
        #expect(fast.seconds >= 0.1 && fast.seconds < slow.seconds)
    }

    /// Also where whoever started the program had left the signals blocked, as the threads of a pool do.
    @Test("Interrupted", arguments: [false, true]) func interrupted(_ isBlocked: Bool) throws {
        let frames = (0...60_000).map { _ in [UInt8](repeating: 0, count: 60) }
        try folder.write(pcap(frames), to: "minute.pcap")
        var command = [try Program.path(), "replay", "minute.pcap", "--speed", "1"]
        if isBlocked {
            let block =
                "import os,signal,sys; signal.pthread_sigmask(signal.SIG_BLOCK, [2, 15]); os.execv(sys.argv[1], sys.argv[1:])"
            command = ["/usr/bin/python3", "-c", block] + command
        }
        let process = try Background(command[0], Array(command.dropFirst()), directory: folder.path)
        #expect(wait(10) { folder.names.contains("earshot.db") })
        #expect(try wait(10) { try earshot("stats", directory: folder.path).status == 0 })
        let outcome = try process.end(SIGINT, limit: 5)
        #expect(outcome.errorText.contains(" packets, "), "\(outcome.errorText)")
        #expect(try earshot("stats", "--runs", directory: folder.path).text.hasPrefix("run 1, interrupted, "))
    }

    @Test("Count and fields") func countAndFields() throws {
        let outcome = try earshot("decode", sample, "-c", "3", "--fields", "frame.number,mqtt.type")
        #expect(
            outcome.lines == [
                #"{"frame.number":4,"mqtt.type":"CONNECT"}"#, #"{"frame.number":6,"mqtt.type":"CONNACK"}"#,
                #"{"frame.number":8,"mqtt.type":"SUBSCRIBE"}"#,
            ])
        #expect(try earshot("decode", sample, "-c", "0").output.isEmpty)
        let passwords = Program.samples + "/mqtt/default-credentials.pcap"
        #expect(!(try earshot("decode", passwords)).text.contains("\"public\""))
        #expect(try earshot("decode", passwords, "--show-secrets").text.contains("\"mqtt.passwd\":\"public\""))
    }
}
