import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Captures that are not there, are something else, or break.
@Suite struct InputTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("Missing", arguments: ["decode", "replay"]) func missing(_ command: String) throws {
        let outcome = try earshot(command, "gone.pcap", directory: folder.path)
        #expect(outcome.status == 66)
        #expect(outcome.errorText == "earshot: gone.pcap: no such file or folder\n")
        #expect(folder.names == [])
    }

    @Test("Other things", arguments: ["decode", "replay"]) func otherThings(_ command: String) throws {
        try folder.write("To whom it may concern:\nthis is a letter.\n", to: "letter.pcap")
        let text = try earshot(command, "letter.pcap", directory: folder.path)
        #expect(text.status == 65)
        #expect(text.errorText.contains("letter.pcap: "))
        #expect(text.errorText.contains("\"To whom it may c\""), "\(text.errorText)")
        try folder.write("", to: "empty.pcap")
        let empty = try earshot(command, "empty.pcap", directory: folder.path)
        #expect(empty.status == 65)
        #expect(empty.errorText.contains("empty.pcap: "), "\(empty.errorText)")
        #expect(text.output.isEmpty && empty.output.isEmpty)
    }

    /// Every alert up to the damage is kept; then frame and byte are said.
    @Test("Cut short") func cutShort() throws {
        var frames = try anonymousConversation()
        let whole = pcap(frames)
        frames.append(Build.tcpFrame(seq: 900, Array("later".utf8)))
        let file = try folder.write(pcap(frames, isTruncated: 7), to: "cut.pcap")
        let outcome = try earshot("replay", "cut.pcap", directory: folder.path)
        #expect(outcome.status == 65)
        #expect(outcome.errorText.contains("frame \(frames.count) "), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("byte \(whole.count)"), "\(outcome.errorText)")
        #expect(try alerts(in: folder.file("earshot.db")).map(\.rule) == [try ruleID("mqtt/mqtt_anonymous_accepted")])
        let runs = try earshot("stats", "--runs", directory: folder.path)
        #expect(runs.text.hasPrefix("run 1, damaged, "), "\(runs.text)")
        let decoded = try earshot("decode", file)
        #expect(decoded.status == 65)
        #expect(decoded.lines.count == 2)
    }

    @Test("Every place to cut is said") func everyPlaceToCutIsSaid() throws {
        let bytes = try contents(Program.samples + "/mqtt/sys-subscription.pcap")
        for length in stride(from: 1, to: bytes.count, by: max(1, bytes.count / 23)) {
            let file = try folder.write(Array(bytes[..<length]), to: "part.pcap")
            let outcome = try earshot("decode", file)
            // A cut between two frames cannot be told from an end.
            #expect([0, 65].contains(outcome.status), "\(length): \(outcome.errorText)")
            #expect((outcome.status == 0) == outcome.errors.isEmpty)
        }
    }

    @Test("a damaged capture among good ones does not stop the others") func oneBadFileAmongGoodOnes() throws {
        try FileManager.default.createDirectory(atPath: folder.file("in/deep"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: Program.samples + "/mqtt/sys-subscription.pcap", toPath: folder.file("in/deep/good.pcap"))
        try folder.write("no capture", to: "in/bad.pcap")
        try folder.write("notes, which nobody takes for a capture", to: "in/notes.txt")
        let outcome = try earshot("replay", "in", directory: folder.path)
        #expect(outcome.status == 65, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("in/bad.pcap: "), "\(outcome.errorText)")
        #expect(!outcome.errorText.contains("notes.txt"))
        #expect(try alerts(in: folder.file("earshot.db")).map(\.rule) == [try ruleID("mqtt/mqtt_sys_subscription")])
    }

    /// The names that `tcpdump -C` gives, whose order by letters is not that of time.
    @Test("A rotated capture reads like one piece", arguments: ["folder", "names"])
    func rotatedCapture(_ by: String) throws {
        var frames = try anonymousConversation()
        var next = 100 + UInt32(MQTTBytes.connect("probe").count)
        for index in 0..<11 {
            let publish = MQTTBytes.publish("t/\(index)", [])
            frames.append(Build.tcpFrame(seq: next, publish))
            next += UInt32(publish.count)
        }
        let whole = pcap(frames)
        let expected = try earshot("decode", try folder.write(whole, to: "whole.pcap"), "--fields", "mqtt.topic").lines
        try FileManager.default.createDirectory(atPath: folder.file("in"), withIntermediateDirectories: true)
        var start = 24
        for index in frames.indices {
            let end = start + 16 + frames[index].count
            let name = "in/out.pcap" + (index == 0 ? "" : "\(index)")
            try folder.write(Array(whole[..<24] + whole[start..<end]), to: name)
            start = end
        }
        let listed = try FileManager.default.contentsOfDirectory(atPath: folder.file("in")).sorted()
        let names = by == "folder" ? ["in"] : listed.map { "in/" + $0 }
        let decoded = try run(try Program.path(), ["decode", "--fields", "mqtt.topic"] + names, directory: folder.path)
        #expect(decoded.status == 0 && decoded.lines == expected && expected.count == 13)
        let replayed = try run(try Program.path(), ["replay", "--quiet"] + names, directory: folder.path)
        #expect(replayed.errorText.contains("13 MQTT messages"), "\(replayed.errorText)")
        let measured = try run(try Program.path(), ["rules", "bench", "-n", "1"] + names, directory: folder.path)
        #expect(measured.errorText.contains("13 events"), "\(measured.errorText)")
    }

    @Test("Zeros behind the last frame are told") func zerosBehindTheLastFrame() throws {
        let whole = pcap(try anonymousConversation())
        let file = try folder.write(whole + Array(repeating: 0, count: 4000), to: "room.pcap")
        let outcome = try earshot("decode", file)
        #expect(outcome.status == 65 && outcome.lines.count == 2)
        #expect(
            outcome.errorText.contains("frame 5 at byte \(whole.count) is nothing but zeros"), "\(outcome.errorText)")
    }

    /// The expression of tcpdump's habits: last, in one word or in many, behind files that were named either way.
    @Test("Files and an expression") func filesAndAnExpression() throws {
        let sample = "\(Program.samples)/mqtt/sys-subscription.pcap"
        let all = try earshot("decode", sample).lines.count
        for words in [
            ["-r", sample], ["-r", sample, "tcp", "port", "1883"], [sample, "tcp port 1883"], [sample, "not", "udp"],
            [sample, "--filter", "tcp"],
        ] {
            #expect(try run(try Program.path(), ["decode"] + words).lines.count == all, "\(words)")
        }
        #expect(try earshot("decode", sample, "udp", "and", "port", "1883").lines.isEmpty)
        let replay = try earshot("replay", "-q", "-r", sample, "udp", directory: folder.path)
        #expect(replay.status == 0 && replay.errorText.hasPrefix("0 packets"), "\(replay.errorText)")
        for words in [["-r", sample, "udp"], [sample, "--filter", "udp"]] {
            let measured = try run(try Program.path(), ["rules", "bench"] + words)
            #expect(measured.status == 65 && measured.errorText.contains("no MQTT or CoAP message"), "\(words)")
            #expect(try run(try Program.path(), ["doctor"] + words).text.contains("holds no frame"), "\(words)")
        }
        #expect(try earshot("rules", "bench", "-n", "1", "-r", sample, "tcp", "port", "1883").status == 0)
        for command in [["decode"], ["replay"], ["rules", "bench"], ["doctor"]] {
            let twice = try run(
                try Program.path(), command + [sample, "tcp", "--filter", "udp"], directory: folder.path)
            #expect(twice.status == 64 && twice.errorText.contains("give one filter"), "\(command)")
        }
        // A name with a slip is a file that is not there, and never a host to be looked up.
        let slip = try earshot("replay", sample, "captrue.pcap", directory: folder.path)
        #expect(slip.status == 66 && slip.errorText.contains("captrue.pcap"), "\(slip.errorText)")
    }

    /// Two halves of a capture: in one command they are one, and `stats` says so; one by one that is told.
    @Test("Pieces in one command and one by one") func pieces() throws {
        let folder = try TemporaryFolder()
        let whole = try contents("\(Program.samples)/mqtt/sys-subscription.pcap")
        var cut = 24
        for _ in 0..<8 { cut += 16 + Int(whole[cut + 8]) + Int(whole[cut + 9]) << 8 }
        try folder.write(Array(whole[..<cut]), to: "a.pcap")
        try folder.write(Array(whole[..<24] + whole[cut...]), to: "b.pcap")
        #expect(try earshot("replay", "-q", "b.pcap", "a.pcap", directory: folder.path).status == 0)
        let stats = try earshot("stats", directory: folder.path)
        #expect(
            stats.text.hasPrefix("runs 1 to 2, finished, started ") && stats.text.contains(", 2 captures: "),
            "\(stats.text)")
        let packets = try earshot("decode", "--fields", "frame.number", "a.pcap", "b.pcap", directory: folder.path)
        #expect(packets.status == 0)
        let json = try earshot("stats", "--json", directory: folder.path).text
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let one = try earshot("replay", "-q", "--db", "one.db", "a.pcap", directory: folder.path)
        #expect(!one.errorText.contains("begins where"), "\(one.errorText)")
        let two = try earshot("replay", "-q", "--db", "one.db", "b.pcap", directory: folder.path)
        #expect(
            two.errorText.contains("b.pcap begins where a.pcap ends: replay them in one command"), "\(two.errorText)")
        let last = try earshot("stats", "--json", "--db", "one.db", directory: folder.path).text
        let second = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
        #expect((object?["packets"] as? Int ?? 0) > (second?["packets"] as? Int ?? 0))
        // Once both were read in one go there is nothing to say.
        let again = try earshot("replay", "-q", "--again", "--db", "one.db", "a.pcap", "b.pcap", directory: folder.path)
        #expect(!again.errorText.contains("begins where"), "\(again.errorText)")
    }

    /// Captures that follow each other in time without a conversation in common do not belong together.
    @Test("Captures that only come soon after each other") func strangersInTime() throws {
        let folder = try TemporaryFolder()
        func conversation(_ port: Int, from second: Int, isWhole: Bool = true) -> [UInt8] {
            let connect = MQTTBytes.connect([97])
            var frames = [
                Build.tcpFrame(from: port, seq: 99, flags: 2), Build.tcpFrame(from: port, seq: 100, connect),
                Build.tcpFrame(from: port, seq: 100 + UInt32(connect.count), MQTTBytes.publish("t", [49])),
            ]
            if !isWhole { frames.removeFirst(2) }
            return pcap(frames, from: second)
        }
        try folder.write(conversation(40_000, from: 0), to: "a.pcap")
        // Another client, and the same client on a connection that begins anew.
        try folder.write(conversation(40_001, from: 3, isWhole: false), to: "other.pcap")
        try folder.write(conversation(40_000, from: 4), to: "anew.pcap")
        // Long after, and a part of the same time.
        try folder.write(conversation(40_000, from: 600, isWhole: false), to: "late.pcap")
        for name in ["a", "other", "anew", "late"] {
            let outcome = try earshot("replay", "-q", "\(name).pcap", directory: folder.path)
            #expect(outcome.status == 0 && !outcome.errorText.contains("begins where"), "\(name): \(outcome.errorText)")
        }
        try folder.write(conversation(40_000, from: 2, isWhole: false), to: "next.pcap")
        let next = try earshot("replay", "-q", "next.pcap", directory: folder.path)
        #expect(next.errorText.contains("next.pcap begins where a.pcap ends"), "\(next.errorText)")
        #expect(next.errorText.components(separatedBy: "begins where").count == 2, "\(next.errorText)")
        // What came by a pipe cannot be named again.
        let piped = try shell("\"$EARSHOT\" replay -q - < next.pcap", directory: folder.path)
        #expect(!piped.errorText.contains("begins where"), "\(piped.errorText)")
    }

    @Test("A folder without captures") func aFolderWithoutCaptures() throws {
        try FileManager.default.createDirectory(atPath: folder.file("in"), withIntermediateDirectories: true)
        let outcome = try earshot("replay", "in", directory: folder.path)
        #expect(outcome.status == 66)
        #expect(outcome.errorText.contains("in: no capture is below this folder"))
    }

    /// A conversation in which a broker lets in anybody.
    private func anonymousConversation() throws -> [[UInt8]] {
        let connect = MQTTBytes.connect(Array("probe".utf8))
        return [
            Build.tcpFrame(seq: 99, flags: 2),
            Build.tcpFrame(
                from: 1883, to: 40000, seq: 499, flags: 0x12, source: [10, 0, 0, 2], destination: [10, 0, 0, 1]),
            Build.tcpFrame(seq: 100, connect),
            Build.tcpFrame(
                from: 1883, to: 40000, seq: 500, source: [10, 0, 0, 2], destination: [10, 0, 0, 1], MQTTBytes.connack),
        ]
    }
}
