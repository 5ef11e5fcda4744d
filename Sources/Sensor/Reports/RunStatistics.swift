import Engine
import Events
import Foundation
import Network

/// What a run saw, dropped and could not read: the object that `earshot stats --json` prints.
public struct RunStatistics: Codable, Sendable {
    /// Frames that were read, decoded or not.
    public var packets: UInt64 = 0
    /// Bytes of those frames as they were on the wire.
    public var bytes: UInt64 = 0
    /// Flows that were seen, of all protocols.
    public var flows: UInt64 = 0
    /// Messages by protocol and type.
    public var messages: [String: [String: UInt64]] = [:]
    /// Broken rules of a specification by their names.
    public var violations: [String: UInt64] = [:]
    /// Alert rows by rule id.
    public var alerts: [String: UInt64] = [:]
    /// Matches that only added to the count of a row, by rule id.
    public var suppressed: [String: UInt64] = [:]
    /// Holes in TCP streams that were never filled.
    public var gaps: UInt64 = 0
    /// Bytes of followed streams that were not understood.
    public var unparsedBytes: UInt64 = 0
    /// What was pushed out of tables, by table.
    public var evicted: [String: UInt64] = [:]
    /// Flows forgotten after silence.
    public var expired: UInt64 = 0
    /// Frames without a segment or datagram, by reason.
    public var undecoded: [String: UInt64] = [:]
    /// What the sensor does not look into, by the number and name of the protocol; `nil` where there was none.
    ///
    /// Of tunnels over UDP these are datagrams, of all else frames.
    public var blindSpots: [String: UInt64]?
    /// What never reached the sensor, by cause.
    public var dropped: [String: UInt64] = [:]
    /// Segments by what was odd about them.
    public var tcp: [String: UInt64] = [:]
    /// Tricks with packets, each an event of the category `network`, by anomaly; `nil` where there was none.
    public var tricks: [String: UInt64]?
    /// Connections to servers of a protocol: begun, ended, and by what became plain of them beside their messages; `nil`
    /// where there was none.
    public var connections: [String: UInt64]?
    /// Stretches of time in which nothing was captured although there must have been something; `nil` where there was none.
    public var holes: UInt64?
    /// Signs of life that were told, by kind; `nil` where there was none.
    public var signs: [String: UInt64]?
    /// Fragments by what became of them.
    public var fragments: [String: UInt64] = [:]
    /// What was lost on the way to and from each server.
    public var losses: [String: LossesByServer.Loss] = [:]
    /// What was seen of WebSocket; `nil` where there was none.
    public var webSocket: [String: UInt64]?
    /// Flows of TLS and DTLS, which are left alone.
    public var encryptedFlows: UInt64 = 0
    /// Of these the ones to or from a port that servers of a protocol use; `nil` where there was none.
    public var encryptedSessions: UInt64?
    /// Packets with a wrong checksum: where the policy is strict, all, and left out; else those of flows that are followed
    /// or may be.
    public var wrongChecksums: UInt64 = 0
    /// Datagrams without a checksum, counted in the same way.
    public var missingChecksums: UInt64 = 0
    /// Flows that were found beyond doubt to carry a protocol, by protocol.
    public var confirmedFlows: [String: UInt64] = [:]
    /// Frames cut short by the snap length.
    public var cutShort: UInt64 = 0
    /// Datagrams of flows of a protocol that are none of its messages, by protocol.
    public var foreignDatagrams: [String: UInt64] = [:]
    /// How often other rules took over while it ran (SIGHUP).
    public var reloads: UInt64 = 0
    /// How often loading the rules again failed, so that the running ones stayed.
    public var reloadsFailed: UInt64 = 0
    /// The digests of the rules that took over, oldest first; the run's own is that of those it began with.
    public var rulesDigests: [String] = []
    /// Alerts that retention removed while it ran, by level; `nil` where there was none.
    public var removed: [String: UInt64]?
    /// What tells the frames of a capture from those of others; `nil` for a live run.
    var content: String?
    /// Whether the inventory has what was seen; `nil` for no.
    var inventory: Bool?
    /// Capture time from the earliest frame to the latest, in microseconds; of several runs the sum.
    public var captureMicroseconds: Int64 = 0
    /// Names the start of the program that the run belongs to: a replay of several files has a run for each.
    public var invocation: String?
    /// Capture time of the earliest frame of a capture, microseconds since 1970 UTC; `nil` for none.
    public var firstFrame: Int64?
    /// Capture time of the latest frame of a capture, microseconds since 1970 UTC; `nil` for none.
    public var lastFrame: Int64?
    /// Conversations that may have begun before the capture did, as hexadecimal numbers that are the same in every run;
    /// `nil` for none.
    var goneOn: [String]?
    /// Conversations that were open when the capture ended, in the same way; `nil` for none.
    var cutOff: [String]?
    /// SHA-256 of the policy that traffic was held against, the latest where it was exchanged; `nil` for none.
    public var policyDigest: String?
    /// Deviations from the policy, by section and kind, also those of sections that are only counted; `nil` for none.
    public var deviations: [String: UInt64]?
    /// Deviations that maintenance windows of the policy hid, by window, section and kind; `nil` for none.
    public var hiddenDeviations: [String: UInt64]?
    /// How the process had shut itself in when it looked at frames, in a few words; `nil` where nobody said.
    public var sandbox: String?

    /// When these numbers were last told, microseconds since 1970 UTC: a live run's last sign of life.
    public var reported: Int64?

    enum CodingKeys: String, CodingKey {
        case packets, bytes, flows, messages, violations, alerts, suppressed, gaps
        case unparsedBytes = "unparsed_bytes"
        case evicted, undecoded, dropped, tcp, tricks, connections, holes, fragments
        case wrongChecksums = "wrong_checksums"
        case missingChecksums = "missing_checksums"
        case confirmedFlows = "confirmed_flows"
        case losses, expired
        case blindSpots = "blind_spots"
        case webSocket = "websocket"
        case encryptedFlows = "encrypted_flows"
        case encryptedSessions = "encrypted_sessions"
        case cutShort = "cut_short"
        case foreignDatagrams = "foreign_datagrams"
        case reloads
        case reloadsFailed = "reloads_failed"
        case rulesDigests = "rules_digests"
        case removed, signs, reported
        case content
        case inventory
        case captureMicroseconds = "capture_us"
        case invocation
        case firstFrame = "first_frame"
        case lastFrame = "last_frame"
        case goneOn = "gone_on"
        case cutOff = "cut_off"
        case sandbox, deviations
        case hiddenDeviations = "hidden_deviations"
        case policyDigest = "policy_digest"
    }

    /// Zeros.
    public init() {}

    /// All messages of all protocols.
    public var messageCount: UInt64 { messages.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    /// All alert rows.
    public var alertCount: UInt64 { alerts.values.reduce(0, +) }

    /// The object as one line of JSON, keys sorted.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Whether another capture goes on with a conversation of this one, within ten seconds after its end.
    ///
    /// A capture that only began soon after the other, of another place or of the same, does not.
    public func goesOn(in later: RunStatistics) -> Bool {
        guard let end = lastFrame, let begin = later.firstFrame, (0...10_000_000).contains(begin &- end) else {
            return false
        }
        return !Set(cutOff ?? []).isDisjoint(with: later.goneOn ?? [])
    }

    /// Reads what `json` wrote; `nil` for anything else.
    public init?(json: String) {
        guard let read = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
        self = read
    }
}

extension RunStatistics {
    /// What a worker saw so far, without what only the sink and the capture know.
    init<Sink: EventSink & ~Copyable>(of worker: borrowing SensorWorker<Sink>) {
        let counters = worker.counters
        packets = counters.packets
        bytes = counters.bytes
        for (index, descriptor) in Protocols.descriptors.enumerated() {
            let name = "\(descriptor.category.name)"
            var types: [String: UInt64] = [:]
            for (type, count) in counters.messages(of: index).enumerated() where count > 0 {
                types[descriptor.typeName(UInt8(truncatingIfNeeded: type)), default: 0] += count
            }
            if !types.isEmpty { messages[name] = types }
            if counters.confirmed[index] > 0 { confirmedFlows[name] = counters.confirmed[index] }
            if counters.foreignDatagrams[index] > 0 { foreignDatagrams[name] = counters.foreignDatagrams[index] }
        }
        violations = counters.violations
        losses = counters.losses.named
        encryptedFlows = counters.encryptedFlows
        encryptedSessions = counters.encryptedSessions > 0 ? counters.encryptedSessions : nil
        cutShort = counters.cutShort
        wrongChecksums = counters.wrongChecksums
        missingChecksums = counters.missingChecksums
        captureMicroseconds = counters.span.map { $0.upperBound.nanoseconds(since: $0.lowerBound) / 1000 } ?? 0
        flows = worker.flowsSeen
        expired = worker.flowsExpired
        gaps = worker.streamGaps
        unparsedBytes = worker.unparsedBytes
        undecoded = counters.undecodedByName.filter { $0.value > 0 }
        let spots = counters.blindSpots.named
        blindSpots = spots.isEmpty ? nil : spots
        evicted = worker.evictions.filter { $0.value > 0 }
        fragments = worker.fragmentCounts.filter { $0.value > 0 }
        tcp = worker.segmentCounts.filter { $0.value > 0 }
        let tricks = worker.trickCounts
        self.tricks = tricks.isEmpty ? nil : tricks
        let connections = worker.connectionCounts
        self.connections = connections.isEmpty ? nil : connections
        holes = counters.holes > 0 ? counters.holes : nil
        let carried = worker.webSocketCounts.filter { $0.value > 0 }
        webSocket = carried.isEmpty ? nil : carried
    }
}

extension Worker where Protocols == Dissectors, Sink: ~Copyable {
    /// What this worker saw so far, without what only the sink and the capture know.
    public var statistics: RunStatistics { RunStatistics(of: self) }
}

extension RunStatistics {
    /// Adds what another run saw.
    public mutating func add(_ other: RunStatistics) {
        packets += other.packets
        bytes += other.bytes
        flows += other.flows
        gaps += other.gaps
        unparsedBytes += other.unparsedBytes
        cutShort += other.cutShort
        foreignDatagrams.merge(other.foreignDatagrams, uniquingKeysWith: +)
        captureMicroseconds &+= other.captureMicroseconds
        violations.merge(other.violations, uniquingKeysWith: +)
        alerts.merge(other.alerts, uniquingKeysWith: +)
        suppressed.merge(other.suppressed, uniquingKeysWith: +)
        evicted.merge(other.evicted, uniquingKeysWith: +)
        undecoded.merge(other.undecoded, uniquingKeysWith: +)
        if let others = other.blindSpots { blindSpots = (blindSpots ?? [:]).merging(others, uniquingKeysWith: +) }
        dropped.merge(other.dropped, uniquingKeysWith: +)
        tcp.merge(other.tcp, uniquingKeysWith: +)
        fragments.merge(other.fragments, uniquingKeysWith: +)
        wrongChecksums += other.wrongChecksums
        missingChecksums += other.missingChecksums
        confirmedFlows.merge(other.confirmedFlows, uniquingKeysWith: +)
        encryptedFlows += other.encryptedFlows
        if let others = other.encryptedSessions { encryptedSessions = (encryptedSessions ?? 0) + others }
        expired += other.expired
        if let others = other.tricks { tricks = (tricks ?? [:]).merging(others, uniquingKeysWith: +) }
        if let others = other.connections { connections = (connections ?? [:]).merging(others, uniquingKeysWith: +) }
        if let others = other.holes { holes = (holes ?? 0) + others }
        if let others = other.webSocket { webSocket = (webSocket ?? [:]).merging(others, uniquingKeysWith: +) }
        if let others = other.removed { removed = (removed ?? [:]).merging(others, uniquingKeysWith: +) }
        if let others = other.signs { signs = (signs ?? [:]).merging(others, uniquingKeysWith: +) }
        if let others = other.deviations { deviations = (deviations ?? [:]).merging(others, uniquingKeysWith: +) }
        if let others = other.hiddenDeviations {
            hiddenDeviations = (hiddenDeviations ?? [:]).merging(others, uniquingKeysWith: +)
        }
        policyDigest = other.policyDigest ?? policyDigest
        reported = [reported, other.reported].compactMap(\.self).max()
        reloads += other.reloads
        reloadsFailed += other.reloadsFailed
        rulesDigests += other.rulesDigests
        firstFrame = [firstFrame, other.firstFrame].compactMap(\.self).min()
        lastFrame = [lastFrame, other.lastFrame].compactMap(\.self).max()
        losses.merge(other.losses) { one, two in
            var sum = one
            sum.gaps += two.gaps
            sum.unparsedBytes += two.unparsedBytes
            sum.resynchronised += two.resynchronised
            return sum
        }
        messages.merge(other.messages) { $0.merging($1, uniquingKeysWith: +) }
    }
}
