import Alerts
import Capture
import Foundation
import Sensor
import TestSupport
import Testing

/// A pcap file (draft-ietf-opsawg-pcap) with a frame each second from `start` on.
func pcap(_ start: UInt32, _ frames: [[UInt8]]) -> [UInt8] {
    func little(_ value: UInt32) -> [UInt8] { Build.u32(value.byteSwapped) }
    var file = little(0xA1B2_C3D4) + [2, 0, 4, 0] + little(0) + little(0) + little(262_144) + little(1)
    for (index, frame) in frames.enumerated() {
        file += little(start + UInt32(index)) + little(0) + little(UInt32(frame.count)) + little(UInt32(frame.count))
        file += frame
    }
    return file
}

/// Replays into a store of the folder; the rule raises an alert for each topic.
private func replay(_ folder: borrowing Folder, _ names: [String], again: Bool = false) throws -> [Replay.FileResult] {
    _ = try folder.write("rule.yml", publishRule)
    var settings = Settings(environment: [:])
    settings.database = folder.path + "/a.db"
    let rules = try RuleSet.load([folder.path + "/rule.yml"])
    let writer = try AlertWriter(path: settings.database)
    defer { writer.close() }
    writer.setRules(rules.records)
    var pipeline = Pipeline(settings: settings, rules: rules, writer: writer)
    var options = Replay.Options()
    options.again = again
    var replay = try Replay(options, stop: StopSwitch())
    let path = folder.path
    let results = try replay.run(try CapturePaths(names.map { path + "/" + $0 }), &pipeline)
    #expect(writer.counters.lost == 0)
    return results
}

private func rows(_ folder: borrowing Folder) throws -> [String] {
    try AlertReader(path: folder.path + "/a.db").last(100).map { stored in
        "\(stored.runID) \(stored.alert.groupKey ?? "") x\(stored.alert.count)"
    }
}

/// A capture in pieces is one: read in order of time, a session goes on from piece to piece, a repetition counts with the
/// alert that it repeats.
@Test("Pieces of a capture") func piecesOfACapture() throws {
    let folder = try Folder()
    var connection = Connection()
    let first = connection.handshake() + [connection.client(MQTT.connect("a") + MQTT.publish("x", [1]))]
    let cut = MQTT.publish("x", [2]) + MQTT.publish("y", [3])
    _ = try folder.write("z.pcap", pcap(1000, first + [connection.client(Array(cut[..<5]))]))
    _ = try folder.write("a.pcap", pcap(2000, [connection.client(Array(cut[5...]))]))
    let results = try replay(folder, ["a.pcap", "z.pcap"])
    #expect(results.map { $0.path.suffix(6) } == ["z.pcap", "a.pcap"])
    #expect(results.map(\.statistics.messageCount) == [2, 2])
    #expect(results.map(\.statistics.captureMicroseconds) == [4_000_000, 0])
    #expect(try rows(folder) == ["1 mqtt.topic=x x2", "2 mqtt.topic=y x1"])
}

@Test("The same file twice") func theSameFileTwice() throws {
    let folder = try Folder()
    var connection = Connection()
    let frames = [connection.client(MQTT.connect("a")), connection.client(MQTT.publish("x", [1]))]
    _ = try folder.write("a.pcap", pcap(1000, frames))
    _ = try folder.write("copy.pcap", pcap(1000, frames))
    #expect(try replay(folder, ["a.pcap", "copy.pcap"]).map(\.isKnown) == [false, true])
    #expect(try replay(folder, ["a.pcap"]).map(\.isKnown) == [true])
    #expect(try rows(folder).count == 1)
    #expect(try replay(folder, ["a.pcap"], again: true).map(\.isKnown) == [false])
    #expect(try rows(folder).count == 2)
}

/// A capture that is still being written is read, and read again when it is whole; then once more, stored otherwise.
@Test("A capture that has grown adds only what is new") func aCaptureThatHasGrown() throws {
    let folder = try Folder()
    var connection = Connection()
    var frames = [connection.client(MQTT.connect("a"))]
    for topic in ["x", "y", "z"] { frames.append(connection.client(MQTT.publish(topic, [1]))) }
    let whole = pcap(1000, frames)
    _ = try folder.write("a.pcap", Array(whole.dropLast(frames[3].count + 16 + 5)))
    #expect(try replay(folder, ["a.pcap"]).map { $0.error == nil } == [false])
    #expect(try rows(folder) == ["1 mqtt.topic=x x1"])
    _ = try folder.write("a.pcap", whole)
    #expect(try replay(folder, ["a.pcap"]).map(\.isKnown) == [false])
    // The row that was there stays, with its number.
    #expect(try rows(folder) == ["1 mqtt.topic=x x1", "2 mqtt.topic=y x1", "2 mqtt.topic=z x1"])
    // Another snap length in the file header: other bytes, the same frames.
    _ = try folder.write("b.pcap", whole[..<16] + [1, 1, 1, 0] + whole[20...])
    #expect(try replay(folder, ["b.pcap"]).map(\.isKnown) == [false])
    #expect(try rows(folder) == ["1 mqtt.topic=x x1", "2 mqtt.topic=y x1", "2 mqtt.topic=z x1"])
    // Frames like those, at other times, are another capture.
    _ = try folder.write("c.pcap", pcap(5000, frames))
    _ = try replay(folder, ["c.pcap"])
    #expect(try rows(folder).count == 6)
}

/// A piece that is read alone may find less than among the others: what only those runs found stays.
@Test("What a repetition does not find stays") func whatARepetitionDoesNotFindStays() throws {
    let folder = try Folder()
    var connection = Connection()
    let first = connection.handshake() + [connection.client(MQTT.connect("a"))]
    let cut = MQTT.publish("x", Array(repeating: 0, count: 40)) + MQTT.publish("y", [3])
    _ = try folder.write("1.pcap", pcap(1000, first + [connection.client(Array(cut[..<5]))]))
    let second = [connection.client(Array(cut[5...]))]
    _ = try folder.write("2.pcap", pcap(2000, second))
    _ = try replay(folder, ["1.pcap", "2.pcap"])
    #expect(try rows(folder) == ["2 mqtt.topic=x x1", "2 mqtt.topic=y x1"])
    _ = try folder.write("2.pcap", pcap(2000, second + [connection.client(MQTT.pingreq)]))
    _ = try replay(folder, ["2.pcap"])
    #expect(try rows(folder).filter { $0.contains("=x") } == ["2 mqtt.topic=x x1"])
    #expect(try rows(folder).filter { $0.contains("=y") }.count == 1)
}

/// What waits for lost bytes at the end is read, also where the last of the files is left out.
@Test("Last file is left out", arguments: ["known.pcap", "broken.pcap"]) func lastFileIsLeftOut(last: String) throws {
    let folder = try Folder()
    _ = try folder.write("known.pcap", pcap(5000, [Build.udpFrame([1])]))
    _ = try folder.write("broken.pcap", [0xD4, 0xC3])
    _ = try replay(folder, ["known.pcap"])
    var connection = Connection()
    var frames = connection.handshake() + [connection.client(MQTT.connect("a"))]
    _ = connection.client(MQTT.publish("lost", [1]))
    frames.append(connection.client(MQTT.publish("x", [1])))
    _ = try folder.write("a.pcap", pcap(1000, frames))
    let results = try replay(folder, ["a.pcap", last])
    #expect(results.first { $0.path.hasSuffix("/a.pcap") }?.statistics.messageCount == 2)
    #expect(try rows(folder) == ["2 mqtt.topic=x x1"])
    let left = try #require(results.first { $0.path.hasSuffix(last) })
    #expect(left.isKnown || left.error != nil)
    #expect(!left.wasRead)
}

@Test("Damaged file") func damagedFile() throws {
    let folder = try Folder()
    var connection = Connection()
    let file = pcap(
        1000, [connection.client(MQTT.connect("a") + MQTT.publish("x", [1])), connection.client([0xC0, 0])])
    _ = try folder.write("a.pcap", Array(file.dropLast()))
    let results = try replay(folder, ["a.pcap"])
    #expect(results.first?.error != nil)
    #expect(results.first?.statistics.packets == 1)
    #expect(try rows(folder) == ["1 mqtt.topic=x x1"])
}

@Test("Digests of files") func digestsOfFiles() throws {
    let folder = try Folder()
    let size = 66 * 65_536 + 1000
    var bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let large = SourceDigest.of(file: try folder.write("a", bytes))
    #expect(large?.count == 64)
    #expect(SourceDigest.of(file: try folder.write("b", bytes)) == large)
    bytes[size - 1] ^= 1
    #expect(SourceDigest.of(file: try folder.write("b", bytes)) != large)
    bytes.append(0)
    #expect(SourceDigest.of(file: try folder.write("c", bytes)) != large)
    #expect(SourceDigest.of(file: try folder.write("empty", "")) != nil)
    #expect(SourceDigest.of(file: folder.path) == nil)
    #expect(SourceDigest.of(file: folder.path + "/absent") == nil)
    #expect(SourceDigest.of(file: "/dev/null") == nil)
}

/// A factor near zero asks for a wait longer than any clock can count; being told to stop still ends it.
@Test("Speed near zero") func speedNearZero() throws {
    let folder = try Folder()
    _ = try folder.write("rule.yml", publishRule)
    let path = try folder.write("a.pcap", pcap(1000, [Build.udpFrame([1]), Build.udpFrame([2])]))
    var settings = Settings(environment: [:])
    settings.database = folder.path + "/a.db"
    let writer = try AlertWriter(path: settings.database)
    defer { writer.close() }
    var pipeline = Pipeline(settings: settings, rules: try RuleSet.load([folder.path + "/rule.yml"]), writer: writer)
    var options = Replay.Options()
    options.speed = 1e-300
    let stop = StopSwitch()
    var replay = try Replay(options, stop: stop)
    Thread.detachNewThread {
        Thread.sleep(forTimeInterval: 0.2)
        stop.stop()
    }
    let results = try replay.run(try CapturePaths([path]), &pipeline)
    #expect(results.first?.statistics.packets == 1)
}
