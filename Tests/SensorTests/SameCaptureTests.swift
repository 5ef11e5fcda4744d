import Alerts
import Capture
import Foundation
import Sensor
import TestSupport
import Testing

/// One capture in many shapes: cut, whole, packed, renamed, by a pipe. Its alerts are in the store once, whatever came before.
@Suite struct SameCaptureTests {
    /// The rows of the whole capture read alone.
    private static let rows = ["a x3", "b x1", "c x2"]

    /// A way in which the capture is read.
    enum Shape: String, CaseIterable, Sendable {
        case cut, short, whole, renamed, gzip, zstd, piped, pipedCut
    }

    /// Frames of the capture: topics in their order, the last ones beyond where the cut ones end.
    private func frames() -> [[UInt8]] {
        var connection = Connection()
        var frames = connection.handshake() + [connection.client(MQTT.connect("a"))]
        for topic in ["a", "c", "a", "b", "c", "a"] { frames.append(connection.client(MQTT.publish(topic, [1]))) }
        return frames
    }

    /// Writes the capture in a shape; gives the path.
    private func write(_ shape: Shape, _ folder: borrowing Folder) throws -> String {
        let frames = frames()
        let whole = pcap(1000, frames)
        let short = pcap(1000, Array(frames.dropLast(3)))
        switch shape {
        case .cut: return try folder.write("capture.pcap", Array(whole.dropLast(frames[frames.count - 1].count + 20)))
        case .short: return try folder.write("short.pcap", short)
        case .whole: return try folder.write("capture.pcap", whole)
        case .renamed: return try folder.write("other.pcap", whole)
        case .gzip, .zstd:
            let plain = try folder.write("packed.pcap", whole)
            let packed = plain + (shape == .gzip ? ".gz" : ".zst")
            let command = (shape == .gzip ? "gzip -c" : "zstd -q -c") + " '\(plain)' > '\(packed)'"
            try shell(command)
            return packed
        case .piped, .pipedCut:
            // Whatever is no regular file is read as standard input is: once, and without a digest.
            let path = folder.path + "/pipe"
            unlink(path)
            mkfifo(path, 0o600)
            let plain = try folder.write("feed.pcap", shape == .piped ? whole : short)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "cat '\(plain)' > '\(path)'"]
            try process.run()
            return path
        }
    }

    private func shell(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    private func read(_ paths: [String], _ folder: borrowing Folder) throws {
        _ = try folder.write("rule.yml", publishRule)
        var settings = Settings(environment: [:])
        settings.database = folder.path + "/a.db"
        let rules = try RuleSet.load([folder.path + "/rule.yml"])
        let writer = try AlertWriter(path: settings.database)
        defer { writer.close() }
        writer.setRules(rules.records)
        var pipeline = Pipeline(settings: settings, rules: rules, writer: writer)
        var replay = try Replay(Replay.Options(), stop: StopSwitch())
        _ = try replay.run(try CapturePaths(paths), &pipeline)
    }

    private func rows(_ folder: borrowing Folder) throws -> [String] {
        try AlertReader(path: folder.path + "/a.db").last(100).map { stored in
            "\((stored.alert.groupKey ?? "").replacingOccurrences(of: "mqtt.topic=", with: "")) x\(stored.alert.count)"
        }.sorted()
    }

    @Test("every shape after every other gives each row once, with its highest count", arguments: Shape.allCases)
    func everyOrder(first: Shape) throws {
        for second in Shape.allCases {
            let folder = try Folder()
            try read([try write(first, folder)], folder)
            let before = try AlertReader(path: folder.path + "/a.db").last(100)
            try read([try write(second, folder)], folder)
            let isWhole = [first, second].contains { ![.cut, .short, .pipedCut].contains($0) }
            let found = try rows(folder)
            if isWhole {
                #expect(found == Self.rows, "\(first) \(second)")
            } else {
                let names = found.map { String($0.prefix(1)) }
                #expect(names == Array(["a", "b", "c"].filter(names.contains)), "\(first) \(second)")
            }
            // What somebody noted of an alert by its number still holds.
            let after = try AlertReader(path: folder.path + "/a.db").last(100)
            for alert in before where first != second || first == .piped {
                let still = after.first { $0.id == alert.id }
                #expect(still?.alert.groupKey == alert.alert.groupKey, "\(first) \(second): \(alert.id)")
            }
        }
    }

    @Test("three times, and again") func threeTimes() throws {
        let folder = try Folder()
        // A capture without a frame tells nothing of others.
        try read([try folder.write("empty.pcap", pcap(1000, []))], folder)
        for shape in [.pipedCut, .cut, .gzip, .short, .piped, .zstd, .pipedCut, .whole] as [Shape] {
            try read([try write(shape, folder)], folder)
        }
        #expect(try rows(folder) == Self.rows)
    }

    @Test("a folder that holds it twice") func together() throws {
        for pair in [[Shape.short, .whole], [.gzip, .whole], [.renamed, .gzip], [.cut, .zstd]] {
            let folder = try Folder()
            try read(try pair.map { try write($0, folder) }, folder)
            #expect(try rows(folder) == Self.rows, "\(pair)")
        }
    }

    /// A process that is killed leaves a run without an end; the frames that it read are known all the same.
    @Test("after a run that did not come to its end") func afterAKilledRun() throws {
        let folder = try Folder()
        try read([try write(.piped, folder)], folder)
        let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
        try shell("python3 -c '\(script)' '\(folder.path)/a.db' \"UPDATE run SET status = 'running'\"")
        try read([try write(.gzip, folder)], folder)
        #expect(try rows(folder) == Self.rows)
    }

    /// What a folder of pieces and the capture that they make have in common has another frame number in each.
    @Test("pieces, and the capture that they were cut from", arguments: [true, false])
    func pieces(areFirst: Bool) throws {
        let folder = try Folder()
        let whole = frames()
        try read([try folder.write("capture.pcap", pcap(1000, whole))], folder)
        let alone = try AlertReader(path: folder.path + "/a.db").last(100)
        let other = try Folder()
        let cut = whole.count - 4
        var pieces = [
            try other.write("1.pcap", pcap(1000, Array(whole[..<cut]))),
            try other.write("2.pcap", pcap(1000 + UInt32(cut), Array(whole[cut...]))),
        ]
        let put = try other.write("capture.pcap", pcap(1000, whole))
        pieces = areFirst ? pieces : [put]
        try read(pieces, other)
        try read(areFirst ? [put] : [other.path + "/1.pcap", other.path + "/2.pcap"], other)
        let found = try AlertReader(path: other.path + "/a.db").last(100)
        #expect(try rows(other) == Self.rows)
        #expect(found.map(\.alert.firstSeen).sorted() == alone.map(\.alert.firstSeen).sorted())
        for row in found {
            let frames = try AlertReader(path: other.path + "/a.db").alert(row.id)?.stored.alert.evidence ?? []
            #expect(Set(frames.map(\.timestampNanoseconds)).count == frames.count, "a frame is there once")
        }
    }

    /// The same frames at other times are another capture, and the same times of other frames too.
    @Test("what only looks alike stays apart") func lookAlikes() throws {
        let folder = try Folder()
        try read([try write(.whole, folder)], folder)
        try read([try folder.write("later.pcap", pcap(5000, frames()))], folder)
        #expect(try rows(folder).count == 6)
    }
}
