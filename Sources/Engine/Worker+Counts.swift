import Events
import Flows
import Network
import Packets
import Proxies
import WebSocket

/// What the engine counted, by the names that `earshot stats` shows.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Flows that were tracked.
    public var flowsSeen: UInt64 { core.streams.table.total }
    /// Flows that were forgotten after silence.
    public var flowsExpired: UInt64 { core.streams.table.expired }
    /// Flows that are open now, at most so many, each as a number that is the same in every process.
    public func flowsOpen(_ most: Int) -> [UInt64] { core.streams.table.open(most) }
    /// Flows first seen since `start` that may have begun before, in the same way.
    public func flowsBegunBefore(_ start: Timestamp, _ most: Int) -> [UInt64] {
        core.streams.table.begunBefore(start, most)
    }
    /// Holes in TCP streams that were never filled.
    public var streamGaps: UInt64 { core.streams.counters.gaps }
    /// Bytes of followed streams that were not understood.
    public var unparsedBytes: UInt64 { core.streams.counters.unparsedBytes }
    /// Fragments by what became of them.
    public var fragmentCounts: [String: UInt64] { fragments.counters.named }

    /// Segments by what was odd about them.
    public var segmentCounts: [String: UInt64] {
        let tcp = core.streams.counters
        return [
            "retransmitted": tcp.retransmitted, "overlapping": tcp.overlapping, "conflicts": tcp.conflicts,
            "out_of_order": tcp.outOfOrder, "out_of_window": tcp.outOfWindow,
            "acknowledged_ahead": tcp.acknowledgedAhead, "doubted": tcp.doubted, "refused": tcp.refused,
            "refused_datagrams": tcp.refusedDatagrams, "forged_resets": tcp.forgedResets, "lost_bytes": tcp.lostBytes,
            "unfinished_messages": tcp.unfinishedMessages, "resynchronised": core.counters.resynchronised,
        ]
    }

    /// Tricks with packets that were told, by the name of the anomaly.
    public var trickCounts: [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for (type, count) in core.counters.tricks.enumerated() where count > 0 {
            counts[NetworkEvent.typeName(UInt8(truncatingIfNeeded: type))] = count
        }
        return counts
    }

    /// Connections to servers of a protocol: begun, ended, of how many only one direction was seen, and of how many each
    /// state was told, by its name; those that are 0 are left out.
    public var connectionCounts: [String: UInt64] {
        let counters = core.counters
        var counts = [
            "begun": counters.connectionsBegun, "ended": counters.connectionsEnded,
            "one_sided": counters.connectionsOneSided,
        ]
        for state in ConnectionState.allCases {
            counts["\(state.name)"] = counters.connectionStates[Int(state.rawValue)]
        }
        return counts.filter { $0.value > 0 }
    }

    /// What was seen of WebSocket, and how many messages of each protocol it carried one each.
    public var webSocketCounts: [String: UInt64] {
        var counts = core.webSocket.counters.named
        for (index, entry) in core.entries.enumerated() where entry.descriptor.webSocket?.isMessageEach == true {
            counts["\(entry.descriptor.category.name)_messages"] = core.counters.carriedMessages[index]
        }
        return counts
    }

    /// What was pushed out of tables, by table.
    public var evictions: [String: UInt64] {
        let webSocket = core.webSocket.counters
        let own = [
            "flows": core.streams.table.evicted, "held_messages": core.streams.counters.heldEvicted,
            "candidates": candidates.evicted, "websocket_connections": webSocket.connectionsEvicted,
            "proxied_flows": core.proxies.evictions, "watched_connections": core.connections.evicted,
            "websocket_waiting": webSocket.waitingEvicted, "websocket_inflaters": webSocket.inflatersEvicted,
        ]
        return own.merging(dissectors.evictions) { $1 }
    }
}

extension EngineCounters {
    /// Frames that gave no segment and no datagram, by the name of the reason.
    public var undecodedByName: [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for (index, count) in undecoded.enumerated() {
            guard let reason = Undecoded(rawValue: UInt8(truncatingIfNeeded: index)) else { continue }
            counts[reason.name, default: 0] += count
        }
        return counts
    }
}
