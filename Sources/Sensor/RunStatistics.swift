import CoAP
import Flows
import Foundation
import MQTT
import Network
import Packets
import WebSocket

/// What a run saw, dropped and could not read: the object that `earshot stats --json` prints.
public struct RunStatistics: Codable, Sendable {
    public var packets: UInt64 = 0
    public var bytes: UInt64 = 0
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
    /// Octets of MQTT and CoAP streams that were not understood.
    public var unparsedBytes: UInt64 = 0
    /// What was pushed out of tables, by table.
    public var evicted: [String: UInt64] = [:]
    /// Flows forgotten after silence.
    public var expired: UInt64 = 0
    /// Frames without a segment or datagram, by reason.
    public var undecoded: [String: UInt64] = [:]
    /// What never reached the sensor, by cause.
    public var dropped: [String: UInt64] = [:]
    /// Segments by what was odd about them.
    public var tcp: [String: UInt64] = [:]
    /// Fragments by what became of them.
    public var fragments: [String: UInt64] = [:]
    /// What was lost on the way to and from each server.
    public var losses: [String: LossesByServer.Loss] = [:]
    /// What was seen of WebSocket; `nil` where there was none.
    public var webSocket: [String: UInt64]?
    /// Flows of TLS and DTLS, which are left alone.
    public var encryptedFlows: UInt64 = 0
    /// Packets with a wrong checksum: where the policy is strict, all, and left out; else those of flows that are followed
    /// or may be.
    public var wrongChecksums: UInt64 = 0
    /// Datagrams without a checksum, counted in the same way.
    public var missingChecksums: UInt64 = 0
    /// Flows that were found beyond doubt to carry a protocol, by protocol.
    public var confirmedFlows: [String: UInt64] = [:]
    /// Frames cut short by the snap length.
    public var cutShort: UInt64 = 0
    /// Datagrams on CoAP's port that are not CoAP.
    public var notCoAP: UInt64 = 0
    /// How often other rules took over while it ran (SIGHUP).
    public var reloads: UInt64 = 0
    /// How often loading the rules again failed, so that the running ones stayed.
    public var reloadsFailed: UInt64 = 0
    /// The digests of the rules that took over, oldest first; the run's own is that of those it began with.
    public var rulesDigests: [String] = []
    /// Capture time from the earliest frame to the latest, in microseconds; of several runs the sum.
    public var captureMicroseconds: Int64 = 0

    enum CodingKeys: String, CodingKey {
        case packets, bytes, flows, messages, violations, alerts, suppressed, gaps
        case unparsedBytes = "unparsed_bytes"
        case evicted, undecoded, dropped, tcp, fragments
        case wrongChecksums = "wrong_checksums"
        case missingChecksums = "missing_checksums"
        case confirmedFlows = "confirmed_flows"
        case losses, expired
        case webSocket = "websocket"
        case encryptedFlows = "encrypted_flows"
        case cutShort = "cut_short"
        case notCoAP = "not_coap"
        case reloads
        case reloadsFailed = "reloads_failed"
        case rulesDigests = "rules_digests"
        case captureMicroseconds = "capture_us"
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

    /// Reads what `json` wrote; `nil` for anything else.
    public init?(json: String) {
        guard let read = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
        self = read
    }
}

extension Worker where Sink: ~Copyable {
    /// What this worker saw so far, without what only the sink and the capture know.
    public var statistics: RunStatistics {
        var statistics = RunStatistics()
        statistics.packets = counters.packets
        statistics.bytes = counters.bytes
        statistics.flows = streams.table.total
        statistics.messages = [
            "mqtt": nonZero(counters.mqtt, Protocols.mqttTypeName),
            "coap": nonZero(counters.coap, Protocols.coapCodeText),
        ].filter { !$0.value.isEmpty }
        statistics.violations = counters.violations
        statistics.gaps = streams.counters.gaps
        statistics.unparsedBytes = streams.counters.unparsedBytes
        statistics.undecoded = nonZero(counters.undecoded) { Undecoded(rawValue: $0)?.name ?? "" }
        statistics.evicted = evictions.filter { $0.value > 0 }
        statistics.cutShort = counters.cutShort
        statistics.notCoAP = counters.notCoAP
        statistics.fragments = fragments.counters.named.filter { $0.value > 0 }
        statistics.wrongChecksums = counters.wrongChecksums
        statistics.missingChecksums = counters.missingChecksums
        statistics.confirmedFlows = ["mqtt": counters.confirmedMQTT].filter { $0.value > 0 }
        statistics.expired = streams.table.expired
        statistics.losses = counters.losses.named
        statistics.encryptedFlows = counters.encryptedFlows
        let carried = webSocket.counters.named.merging(["coap_messages": counters.carriedCoAP]) { $1 }
        statistics.webSocket = carried.contains { $0.value > 0 } ? carried.filter { $0.value > 0 } : nil
        statistics.captureMicroseconds =
            counters.span.map { $0.upperBound.nanoseconds(since: $0.lowerBound) / 1000 } ?? 0
        let tcp = streams.counters
        statistics.tcp = [
            "retransmitted": tcp.retransmitted, "overlapping": tcp.overlapping, "conflicts": tcp.conflicts,
            "out_of_order": tcp.outOfOrder,
            "out_of_window": tcp.outOfWindow, "acknowledged_ahead": tcp.acknowledgedAhead, "lost_bytes": tcp.lostBytes,
            "unfinished_messages": tcp.unfinishedMessages, "resynchronised": counters.resynchronised,
        ].filter { $0.value > 0 }
        return statistics
    }

    private var evictions: [String: UInt64] {
        let (mqtt, coap) = (mqtt.counters, coap.counters)
        return [
            "flows": streams.table.evicted, "held_messages": streams.counters.heldEvicted,
            "coap_candidates": candidates.evicted,
            "mqtt_sessions": mqtt.sessionsEvicted, "mqtt_retained_topics": mqtt.retainedTopicsEvicted,
            "mqtt_client_ids": mqtt.clientIDsEvicted, "mqtt_topic_aliases": mqtt.topicAliasesDropped,
            "mqtt_pending_subscribes": mqtt.pendingSubscribesEvicted, "mqtt_filters": mqtt.filtersDropped,
            "websocket_connections": webSocket.counters.connectionsEvicted,
            "websocket_waiting": webSocket.counters.waitingEvicted,
            "websocket_inflaters": webSocket.counters.inflatersEvicted,
            "coap_exchanges": coap.evictedExchanges, "coap_message_ids": coap.evictedMessageIDs,
            "coap_connections": coap.evictedConnections, "coap_partial_ivs": coap.evictedPartialIVs,
            "coap_observations": coap.evictedObservations, "coap_pairs": coap.evictedPairs,
            "coap_bodies": coap.evictedBodies, "coap_blocks_not_held": coap.blocksNotHeld,
        ]
    }

    private func nonZero(_ counts: [UInt64], _ name: (UInt8) -> String) -> [String: UInt64] {
        var result: [String: UInt64] = [:]
        for (index, count) in counts.enumerated() where count > 0 {
            result[name(UInt8(truncatingIfNeeded: index)), default: 0] += count
        }
        return result
    }
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
        notCoAP += other.notCoAP
        captureMicroseconds &+= other.captureMicroseconds
        violations.merge(other.violations, uniquingKeysWith: +)
        alerts.merge(other.alerts, uniquingKeysWith: +)
        suppressed.merge(other.suppressed, uniquingKeysWith: +)
        evicted.merge(other.evicted, uniquingKeysWith: +)
        undecoded.merge(other.undecoded, uniquingKeysWith: +)
        dropped.merge(other.dropped, uniquingKeysWith: +)
        tcp.merge(other.tcp, uniquingKeysWith: +)
        fragments.merge(other.fragments, uniquingKeysWith: +)
        wrongChecksums += other.wrongChecksums
        missingChecksums += other.missingChecksums
        confirmedFlows.merge(other.confirmedFlows, uniquingKeysWith: +)
        encryptedFlows += other.encryptedFlows
        expired += other.expired
        if let others = other.webSocket { webSocket = (webSocket ?? [:]).merging(others, uniquingKeysWith: +) }
        reloads += other.reloads
        reloadsFailed += other.reloadsFailed
        rulesDigests += other.rulesDigests
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
