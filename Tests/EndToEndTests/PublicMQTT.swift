import Foundation
import ProgramSupport
import Testing

/// A line of `earshot decode`, as far as tshark's reading has the same.
private struct MQTTLine: Decodable {
    let category: String
    let frame: Int
    let type: String?
    let topics: [String]?
    let client: String?
    let length: Int?

    enum CodingKeys: String, CodingKey {
        case category = "event.category"
        case frame = "frame.number"
        case type = "mqtt.type"
        case topics = "mqtt.topic"
        case client = "mqtt.clientid"
        case length = "mqtt.len"
    }
}

extension PublicCaptureTests {
    @Test("MQTT", arguments: PublicCaptures.captures(PublicCaptures.mqttEnding)) func mqtt(_ capture: String) throws {
        let path = try #require(PublicCaptures.folder) + "/" + capture
        let known = KnownDifference.mqtt[capture] ?? []
        var comparesFrames = true
        for difference in known {
            switch difference {
            case .otherFrames: comparesFrames = false
            case .portOfAnother, .reservedTokenLength: break
            }
        }
        let table = try Table(path + PublicCaptures.mqttEnding)
        var theirs: [String] = []
        for row in table.rows {
            let name = try table.value(row, "name").split(separator: " ").first.map { $0.uppercased() } ?? ""
            // tshark tells the two reserved types apart; the second has the name AUTH since 5.0.
            let type = name.hasPrefix("RESERVED") ? "RESERVED" : name
            let frame = comparesFrames ? try table.value(row, "frame") : "any"
            theirs.append(
                "frame \(frame) \(type) of \(try table.value(row, "len")) bytes, topic '\(try table.value(row, "topic"))'"
                    + ", client '\(try table.value(row, "clientid"))'")
        }
        let outcome = try earshot(
            "decode", path, "--fields", "event.category,frame.number,mqtt.type,mqtt.topic,mqtt.clientid,mqtt.len")
        #expect(outcome.status == 0, "\(outcome.errorText)")
        var ours: [String] = []
        for text in outcome.lines {
            let line = try JSONDecoder().decode(MQTTLine.self, from: Data(text.utf8))
            guard line.category == "mqtt" else { continue }
            // Later messages of a session know their client as well; tshark reads the CONNECT only.
            let client = line.type == "CONNECT" ? line.client ?? "" : ""
            ours.append(
                "frame \(comparesFrames ? "\(line.frame)" : "any") \(line.type ?? "") of \(line.length ?? -1) bytes, "
                    + "topic '\((line.topics ?? []).joined(separator: "|"))', client '\(client)'")
        }
        #expect(theirs.count == ours.count)
        let (left, right) = (counted(theirs), counted(ours))
        #expect(difference(left, right) == [], "tshark reads these, we do not")
        #expect(difference(right, left) == [], "we read these, tshark does not")
    }
}
