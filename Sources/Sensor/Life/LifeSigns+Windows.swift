import Capture
import Engine
import Events
import Network

// What a window of traffic says.
extension LifeSigns {
    /// Packets of a kind that a window needs for a verdict on them.
    private static let least: UInt64 = 50

    /// Judges the traffic between two readings; of what there was too little the earlier verdict does not stand.
    mutating func judge(from start: LifeReading, to end: LifeReading) {
        // Windows of connections are longer.
        let lasting = verdicts.filter { $0.key.kind == .moreEncrypted }
        verdicts.removeAll(keepingCapacity: true)
        verdicts.merge(lasting) { $1 }
        let mirror = end.mirror.since(start.mirror)
        let acknowledging = mirror.answered + mirror.unanswered
        judge(.oneDirection, mirror.unanswered, of: acknowledging, limit: 90)
        judge(.tagsOnOneSide, mirror.taggedOnOneSide, of: mirror.answered, limit: 50)
        judge(.wrongChecksums, mirror.wrong, of: mirror.checked, limit: 90)
        judge(.cutShort, grown(start.cutShort, end.cutShort), of: grown(start.packets, end.packets), limit: 1)
        for interface in end.interfaces {
            let before =
                start.interfaces.first { $0.name == interface.name }?.counters ?? CaptureCounters()
            // What the kernel counts as received includes what it then dropped (packet(7), PACKET_STATISTICS).
            judge(
                .drops, interface: interface.name, grown(before.droppedByKernel, interface.counters.droppedByKernel),
                of: grown(before.received, interface.counters.received), limit: 1)
        }
        for (server, verdict) in encryption.take(end.servers, at: end.time) {
            verdicts[Subject(kind: .moreEncrypted, server: server)] = verdict
        }
    }

    private mutating func judge(
        _ kind: SensorSign.Kind, interface: String? = nil, _ count: UInt64, of whole: UInt64, limit percent: Double
    ) {
        guard whole >= Self.least else { return }
        let share = 100 * Double(count) / Double(whole)
        verdicts[Subject(kind: kind, interface: interface)] = Verdict(
            isBad: share > percent, share: (share * 10).rounded() / 10, count: count)
    }
}

/// By how much a counter has grown; one that was set back has not.
private func grown(_ before: UInt64, _ now: UInt64) -> UInt64 { now > before ? now - before : 0 }

extension MirrorCounters {
    /// What came since `earlier`.
    fileprivate func since(_ earlier: MirrorCounters) -> MirrorCounters {
        var result = MirrorCounters()
        result.answered = grown(earlier.answered, answered)
        result.unanswered = grown(earlier.unanswered, unanswered)
        result.taggedOnOneSide = grown(earlier.taggedOnOneSide, taggedOnOneSide)
        result.checked = grown(earlier.checked, checked)
        result.wrong = grown(earlier.wrong, wrong)
        return result
    }
}

/// Which share of each server's connections is encrypted, against what is usual for it.
///
/// Connections are few: they are counted in windows of ten minutes. What is usual follows what comes, a tenth a window, so
/// that a server that moves to encrypted connections is told once and is usual after hours.
struct EncryptionShares: Sendable {
    private static let window: Int64 = 600_000_000_000
    /// Connections that a window needs, and that must have been before.
    private static let least: UInt64 = 5
    /// How many points of a hundred above the usual are told.
    private static let rise = 30.0

    private struct Server {
        var start: ConnectionsByServer.Counts
        var usual: Double?
    }

    private var servers: [IPAddress: Server] = [:]
    private var windowStart: Int64?

    /// Takes the counts so far; gives a verdict on each server of which a window ended that had enough connections.
    mutating func take(
        _ counts: [IPAddress: ConnectionsByServer.Counts], at time: Int64
    ) -> [IPAddress: LifeSigns.Verdict] {
        guard let start = windowStart else {
            windowStart = time
            return [:]
        }
        guard time - start >= Self.window else { return [:] }
        windowStart = time
        var verdicts: [IPAddress: LifeSigns.Verdict] = [:]
        for (address, now) in counts {
            var server = servers[address] ?? Server(start: ConnectionsByServer.Counts(), usual: nil)
            let readable = grown(server.start.readable, now.readable)
            let encrypted = grown(server.start.encrypted, now.encrypted)
            // Until there are enough they are counted with those of the next window.
            guard readable + encrypted >= Self.least else { continue }
            let share = 100 * Double(encrypted) / Double(readable + encrypted)
            if let usual = server.usual {
                verdicts[address] = LifeSigns.Verdict(
                    isBad: share >= usual + Self.rise, share: share.rounded(), count: encrypted)
            }
            server.usual = server.usual.map { $0 + (share - $0) / 10 } ?? share
            server.start = now
            servers[address] = server
        }
        return verdicts
    }
}
