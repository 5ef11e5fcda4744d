import Alerts
import Foundation

/// What runs of the sensor saw and did not see, as far as a report tells it: some of what `earshot stats --json`
/// prints.
struct RunReading: Decodable {
    /// What was lost of one server's streams.
    struct Loss: Decodable {
        var gaps: UInt64
        var unparsedBytes: UInt64

        enum CodingKeys: String, CodingKey {
            case gaps
            case unparsedBytes = "unparsed_bytes"
        }
    }

    var packets: UInt64 = 0
    var bytes: UInt64 = 0
    var messages: [String: [String: UInt64]] = [:]
    var dropped: [String: UInt64] = [:]
    var connections: [String: UInt64] = [:]
    var losses: [String: Loss] = [:]
    var tcp: [String: UInt64] = [:]
    var blindSpots: [String: UInt64] = [:]
    var evicted: [String: UInt64] = [:]
    var confirmedFlows: [String: UInt64] = [:]
    var unparsedBytes: UInt64 = 0
    var cutShort: UInt64 = 0
    var encryptedFlows: UInt64 = 0
    var encryptedSessions: UInt64 = 0

    enum CodingKeys: String, CodingKey {
        case packets, bytes, messages, dropped, connections, losses, tcp, evicted
        case blindSpots = "blind_spots"
        case confirmedFlows = "confirmed_flows"
        case unparsedBytes = "unparsed_bytes"
        case cutShort = "cut_short"
        case encryptedFlows = "encrypted_flows"
        case encryptedSessions = "encrypted_sessions"
    }

    /// One run; what an older version did not count is 0.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func count(_ key: CodingKeys) throws -> UInt64 { try container.decodeIfPresent(UInt64.self, forKey: key) ?? 0 }
        func counts(_ key: CodingKeys) throws -> [String: UInt64] {
            try container.decodeIfPresent([String: UInt64].self, forKey: key) ?? [:]
        }
        packets = try count(.packets)
        bytes = try count(.bytes)
        messages = try container.decodeIfPresent([String: [String: UInt64]].self, forKey: .messages) ?? [:]
        dropped = try counts(.dropped)
        connections = try counts(.connections)
        losses = try container.decodeIfPresent([String: Loss].self, forKey: .losses) ?? [:]
        tcp = try counts(.tcp)
        blindSpots = try counts(.blindSpots)
        evicted = try counts(.evicted)
        confirmedFlows = try counts(.confirmedFlows)
        unparsedBytes = try count(.unparsedBytes)
        cutShort = try count(.cutShort)
        encryptedFlows = try count(.encryptedFlows)
        encryptedSessions = try count(.encryptedSessions)
    }

    /// What several runs saw together; one whose numbers cannot be read counts for nothing.
    init(_ runs: [RunRecord]) {
        let decoder = JSONDecoder()
        for run in runs {
            if let one = try? decoder.decode(Self.self, from: Data(run.summary.stats.utf8)) { add(one) }
        }
    }

    private mutating func add(_ other: RunReading) {
        packets &+= other.packets
        bytes &+= other.bytes
        messages.merge(other.messages) { $0.merging($1, uniquingKeysWith: &+) }
        dropped.merge(other.dropped, uniquingKeysWith: &+)
        connections.merge(other.connections, uniquingKeysWith: &+)
        losses.merge(other.losses) {
            Loss(gaps: $0.gaps &+ $1.gaps, unparsedBytes: $0.unparsedBytes &+ $1.unparsedBytes)
        }
        tcp.merge(other.tcp, uniquingKeysWith: &+)
        blindSpots.merge(other.blindSpots, uniquingKeysWith: &+)
        evicted.merge(other.evicted, uniquingKeysWith: &+)
        confirmedFlows.merge(other.confirmedFlows, uniquingKeysWith: &+)
        unparsedBytes &+= other.unparsedBytes
        cutShort &+= other.cutShort
        encryptedFlows &+= other.encryptedFlows
        encryptedSessions &+= other.encryptedSessions
    }
}

extension RunReading {
    /// What was not read.
    func unread(runs: Int, leftOut: [String: Int64]) -> Unread {
        var unread = Unread()
        unread.runs = runs
        unread.messages = messages.values.reduce(0) { $1.values.reduce($0, &+) }
        func add(_ name: String, _ count: UInt64, of all: UInt64, _ text: String) {
            if count > 0 { unread.parts.append(Unread.Part(name: name, count: count, of: all, text: text)) }
        }
        let drops = dropped.values.reduce(0, &+)
        add(
            "dropped", drops, of: packets &+ drops,
            "\(Words.count(drops, "frame")) of \(Words.number(packets &+ drops)) were dropped before the sensor saw "
                + "them: "
                + Words.list(dropped.sorted { $0.key < $1.key }.map { "\(Words.number($1)) by the \($0)" }) + ".")
        add(
            "cut_short", cutShort, of: packets,
            "\(Words.count(cutShort, "frame")) of \(Words.number(packets)) were cut short by the capture.")
        let lost = tcp["lost_bytes"] ?? 0
        add(
            "lost", lost, of: bytes &+ lost,
            "\(Words.bytes(lost)) of streams never came by, beside \(Words.bytes(bytes)) that did: the mirror port or "
                + "the capture lost them.")
        add(
            "unparsed", unparsedBytes, of: bytes,
            "\(Words.bytes(unparsedBytes)) of \(Words.bytes(bytes)) in streams that are followed were not understood.")
        let begun = connections["begun"] ?? 0
        let oneSided = connections["one_sided"] ?? 0
        add(
            "one_sided", oneSided, of: max(begun, oneSided),
            "Of \(Words.count(oneSided, "connection")) of \(Words.number(max(begun, oneSided))) only one direction was "
                + "seen, so that nobody can tell what was granted.")
        let readable = confirmedFlows.values.reduce(0, &+)
        let encrypted = encryptedSessions
        add(
            "encrypted", encrypted, of: encrypted &+ readable,
            "Encrypted, on ports of the protocols: \(Words.count(encrypted, "flow")) of "
                + "\(Words.number(encrypted &+ readable)). What they carry only their ends know, as it should be.")
        unread.servers = losses.map {
            Unread.Server(server: $0.key, gaps: $0.value.gaps, unparsedBytes: $0.value.unparsedBytes)
        }.sorted { ($1.unparsedBytes, $1.gaps, $0.server) < ($0.unparsedBytes, $0.gaps, $1.server) }
        unread.servers.removeLast(max(0, unread.servers.count - 20))
        unread.notes = notes(encryptedElsewhere: encryptedFlows - min(encrypted, encryptedFlows), leftOut)
        return unread
    }

    private func notes(encryptedElsewhere elsewhere: UInt64, _ leftOut: [String: Int64]) -> [String] {
        var notes: [String] = []
        if elsewhere > 0 {
            notes.append(
                "\(Words.count(elsewhere, "encrypted flow")) on other ports: web pages, or something that hides there.")
        }
        if !blindSpots.isEmpty {
            let sorted = blindSpots.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            notes.append("Not looked into: \(Words.list(sorted.map { "\($0.key) (\(Words.number($0.value)))" })).")
        }
        for (table, count) in evicted.sorted(by: { $0.key < $1.key }) where count > 0 {
            notes.append("The table of \(table) was full: \(Words.number(count)) of it were forgotten early.")
        }
        for (kind, count) in leftOut.sorted(by: { $0.key < $1.key }) where count > 0 {
            notes.append("The inventory was full: \(Words.number(count)) of its \(kind) are not in this report.")
        }
        return notes
    }
}
