import Foundation
import TestSupport
import Testing

/// The tricks as captures, for other programs to read: one file a row, and `rows.tsv` with what the receiver reads and what
/// the sensor tells of each.
///
/// `EARSHOT_WRITE_TRICKS=FOLDER swift test --filter tricksAreWritten` writes them; `Tests/Peers/suricata_tricks.py` goes on.
@Test("Tricks as captures for other programs", .enabled(if: folder != nil)) func tricksAreWritten() throws {
    let folder = try #require(folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var lines: [String] = []
    for (layer, rows) in layers {
        for row in rows {
            var scene = Scene()
            row.play(&scene)
            let file = "\(lines.count).pcap"
            try Data(pcap(scene.frames)).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
            scene.finish()
            let (sure, marked) = scene.readings
            let columns = [
                file, layer, row.name, row.receiver.joined(separator: "|"), sure.joined(separator: "|"),
                marked.joined(separator: "|"), scene.told.joined(separator: "|"),
            ]
            lines.append(columns.joined(separator: "\t"))
        }
    }
    #expect(!lines.isEmpty)
    let text = lines.joined(separator: "\n") + "\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/rows.tsv"))
}

private var folder: String? { ProcessInfo.processInfo.environment["EARSHOT_WRITE_TRICKS"] }

/// All rows, by what the trick is played with.
private var layers: [(String, [Row])] {
    [
        ("TCP: copies that the receiver drops", droppedCopies.map(row)),
        ("TCP: beginnings", tricksOfBeginnings.map(row)),
        ("TCP: ends that are none, bytes behind ends", tricksOfEnds.map(row) + bytesBehindEnds),
        ("TCP: copies that nothing tells apart, overlaps", rivalCopies.map(row) + overlapTricks),
        ("TCP: odd segments, urgent bytes", oddSegments + urgentTricks),
        ("IP: fragments", fragmentTricks + fragmentedSegmentTricks),
        ("Links and tunnels", linkTricks),
        ("UDP", datagramTricks),
        ("CoAP", coapTricks),
        ("MQTT", mqttFraming + mqttState),
    ]
}

private func row(_ trick: Trick) -> Row {
    Row(trick.name, receiver: trick.receiver.map { "SUBSCRIBE \($0)" }, told: trick.told, trick.play)
}

/// A pcap file with times in nanoseconds, link type Ethernet.
private func pcap(_ frames: [(time: Int64, bytes: [UInt8])]) -> [UInt8] {
    var file = Build.u32(0xA1B2_3C4D) + [0, 2, 0, 4] + Build.u32(0) + Build.u32(0) + Build.u32(262_144) + Build.u32(1)
    for frame in frames {
        let length = UInt32(frame.bytes.count)
        file += Build.u32(UInt32(frame.time / 1_000_000_000)) + Build.u32(UInt32(frame.time % 1_000_000_000))
        file += Build.u32(length) + Build.u32(length) + frame.bytes
    }
    return file
}
