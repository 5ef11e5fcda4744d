import Foundation

/// A log daemon, by RFC 5424 over UDP (RFC 5426), TCP with octet counting (RFC 6587, 3.4.1), TLS (RFC 5425), or the socket of
/// this machine.
///
/// None of these confirms anything. Over TCP and TLS a record counts as confirmed when the system of the far end has
/// acknowledged its bytes; what was sent in the last seconds before a connection broke is sent once more on the next.
final class SyslogTarget: ForwardTarget {
    /// How long what was sent is kept for a connection that breaks.
    private static let recall = Duration.seconds(10)
    private static let recallLimit = 5000

    private let settings: TargetSettings
    private let message: SyslogMessage
    private let host: String
    private let port: UInt16
    private var connection: CurlSession?
    private var socket: DatagramSocket?
    private var recent: [(frame: [UInt8], at: ContinuousClock.Instant)] = []

    init(_ settings: TargetSettings) throws(ForwardError) {
        self.settings = settings
        message = SyslogMessage(settings)
        (host, port) = settings.address.flatMap { hostAndPort($0) } ?? ("localhost", 514)
        // What is wrong with certificates is told before anything is sent.
        if settings.transport == .tls { _ = try CurlSession(settings) }
    }

    func deliver(_ records: [ForwardRecord], _ summary: RecordSummary?) throws(DeliveryFailure) -> [DeadLetter] {
        switch settings.transport {
        case .udp, .local: try deliverDatagrams(records)
        case .tcp, .tls: try deliverStream(records)
        }
        return []
    }

    func test(_ record: ForwardRecord) throws(DeliveryFailure) -> String {
        try _ = deliver([record], nil)
        let shown = String(decoding: message.bytes(record), as: UTF8.self)
        return
            "sent to \(settings.address ?? settings.path ?? "/dev/log") over \(settings.transport.rawValue):\n\(shown)"
    }

    // MARK: Datagrams

    private func deliverDatagrams(_ records: [ForwardRecord]) throws(DeliveryFailure) {
        for (index, record) in records.enumerated() {
            do throws(CurlSession.Failure) {
                let socket: DatagramSocket
                if let known = self.socket { socket = known } else { socket = try opened() }
                self.socket = socket
                try socket.send(message.bytes(record) + (socket.isStream ? [0] : []))
            } catch {
                socket = nil
                // That nobody listens is told of the message before.
                throw DeliveryFailure(error.reason, remaining: Array(records[max(0, index - 1)...]))
            }
        }
    }

    private func opened() throws(CurlSession.Failure) -> DatagramSocket {
        settings.transport == .local
            ? try DatagramSocket(path: settings.path ?? "/dev/log") : try DatagramSocket(host: host, port: port)
    }

    // MARK: Streams

    private func deliverStream(_ records: [ForwardRecord]) throws(DeliveryFailure) {
        var count = 0
        do throws(CurlSession.Failure) {
            let connection = try connected()
            var piece: [UInt8] = []
            let now = ContinuousClock.now
            for record in records {
                let frame = framed(message.bytes(record))
                remember(frame, now)
                count += 1
                piece += frame
                guard piece.count >= 256 << 10 else { continue }
                try connection.send(piece, within: settings.timeout)
                piece = []
            }
            try connection.send(piece, within: settings.timeout)
            try waitForAcknowledgement(connection)
        } catch {
            connection = nil
            // They come again by themselves.
            recent.removeLast(min(recent.count, count))
            throw DeliveryFailure(error.reason, remaining: records)
        }
    }

    /// RFC 6587, 3.4.1: the length in octets, a blank, the message.
    private func framed(_ bytes: [UInt8]) -> [UInt8] { Array("\(bytes.count) ".utf8) + bytes }

    private func remember(_ frame: [UInt8], _ now: ContinuousClock.Instant) {
        recent.append((frame, now))
        // Pruned now and then: to take the first one out moves all others.
        guard recent.count > Self.recallLimit * 2 else { return }
        let kept = recent.suffix(Self.recallLimit).drop { now - $0.at > Self.recall }
        recent = Array(kept)
    }

    private func connected() throws(CurlSession.Failure) -> CurlSession {
        if let connection {
            if !connection.isClosed { return connection }
            self.connection = nil
        }
        let fresh: CurlSession
        do throws(ForwardError) { fresh = try CurlSession(settings) } catch {
            throw CurlSession.Failure(reason: error.message)
        }
        let name = host.contains(":") ? "[\(host)]" : host
        try fresh.connect("\(settings.transport == .tls ? "https" : "http")://\(name):\(port)")
        connection = fresh
        // What the far end may have taken from us without reading it: the last that was sent, whenever that was.
        let newest = recent.last?.at ?? ContinuousClock.now
        let again = recent.suffix(Self.recallLimit).filter { newest - $0.at <= Self.recall }
        recent = again
        for start in stride(from: 0, to: again.count, by: 500) {
            try fresh.send(again[start..<min(again.count, start + 500)].flatMap(\.frame), within: settings.timeout)
        }
        return fresh
    }

    /// Waits until the system of the far end has everything, as far as that can be known.
    private func waitForAcknowledgement(_ connection: CurlSession) throws(CurlSession.Failure) {
        let end = ContinuousClock.now + .seconds(settings.timeout)
        while connection.unacknowledged > 0 {
            guard !connection.isClosed else {
                throw CurlSession.Failure(reason: "the far end has closed the connection")
            }
            guard ContinuousClock.now < end else {
                throw CurlSession.Failure(reason: "the far end acknowledges nothing")
            }
            usleep(500)
        }
        guard !connection.isClosed else { throw CurlSession.Failure(reason: "the far end has closed the connection") }
    }
}
