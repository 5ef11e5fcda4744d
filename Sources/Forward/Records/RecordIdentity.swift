import Alerts
import Bytes
import Network
import Packets

/// The names of records.
enum RecordIdentity {
    /// The id of an alert in one of its revisions: store, number, revision, and when it was stored.
    ///
    /// The time is there since a copy of a store that is put back gives the same numbers again to other alerts.
    static func id(_ store: String, _ alert: OutboxAlert) -> String {
        "\(store):\(alert.stored.id):\(alert.stored.revision):\(String(alert.storedAt, radix: 36))"
    }

    /// The id of an alert over all of its revisions: what OCSF calls the uid of a finding.
    static func finding(_ store: String, _ id: Int64) -> String { "\(store):\(id)" }

    /// The id of what a person said.
    static func id(_ entry: TriageEntry) -> String {
        "\(entry.store):\(entry.alert):\(entry.action.rawValue):\(String(entry.at, radix: 36))"
    }

    /// What alerts of several sensors that saw the same packets have in common, 128 bits in hexadecimal digits: made only from
    /// the rule, the Community ID, the group key and the first frame.
    static func correlation(_ alert: OutboxAlert) -> String {
        let row = alert.stored.alert
        var text: [UInt8] = []
        // Parted by what cannot stand in any of them.
        for part in [row.ruleID, row.communityID ?? "", row.groupKey ?? ""] {
            text += Array(part.utf8)
            text.append(0)
        }
        if let frame = alert.firstFrame { text += packetDigestInput(frame) }
        return hexadecimal(text, digits: 32)
    }

    /// What two sensors see alike of a frame: addresses, transport and what it carries, and neither the link, VLANs, tunnels
    /// nor the time to live.
    private static func packetDigestInput(_ frame: EvidenceFrame) -> [UInt8] {
        var packet = Packet()
        let bytes = frame.bytes
        _ = PacketDecoder.decode(bytes.span.bytes, link: LinkType(rawValue: frame.linkType), intoNew: &packet)
        let segment = packet.segment.isEmpty ? packet.payload : packet.segment
        guard !segment.isEmpty, segment.offset >= 0 else { return [] }
        var input = Array("\(packet.source)>\(packet.destination)/\(packet.transport.name)".utf8)
        let end = min(bytes.count, segment.offset + segment.count)
        if segment.offset < end { input += bytes[segment.offset..<end] }
        return input
    }

    /// The first digits of the SHA-256 of some bytes.
    static func hexadecimal(_ bytes: [UInt8], digits: Int) -> String {
        var hash = SHA256()
        hash.update(bytes.span.bytes)
        var text: [UInt8] = []
        hash.finish().writeHex(to: &text)
        return String(decoding: text.prefix(digits), as: UTF8.self)
    }
}
