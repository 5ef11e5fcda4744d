import Bytes
import Network
import Proxies

/// What a hand-shake that two ends said comes to.
struct Outcome: Equatable {
    /// The last step.
    var end: ProxyStep
    /// What is left of both ends.
    var client: [UInt8]
    var server: [UInt8]
    var source: Endpoint?
}

/// Says a hand-shake turn by turn, each turn in pieces of `size` bytes; a turn whose end was not asked yet waits.
func run(_ layer: ProxyLayer, _ turns: [(ProxyEnd, [UInt8])], size: Int) -> Outcome {
    var handshake = ProxyHandshake(layer)
    var outcome = Outcome(end: .needMore, client: [], server: [], source: nil)
    for (end, bytes) in turns {
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = bytes[start..<min(start + size, bytes.count)]
            if end == .client { outcome.client += piece } else { outcome.server += piece }
            if case .used = outcome.end { outcome.end = .needMore }
            guard outcome.end == .needMore else { continue }
            repeat {
                let isClient = handshake.turn == .client
                outcome.end = handshake.take((isClient ? outcome.client : outcome.server).span.bytes)
                switch outcome.end {
                case .used(let count), .open(let count):
                    if isClient { outcome.client.removeFirst(count) } else { outcome.server.removeFirst(count) }
                case .needMore, .refused, .left, .other: break
                }
            } while outcome.end.isUsed
        }
    }
    outcome.source = handshake.source
    return outcome
}

extension ProxyStep {
    var isUsed: Bool { if case .used = self { true } else { false } }
    var isOpen: Bool { if case .open = self { true } else { false } }
}

func text(_ string: String) -> [UInt8] { Array(string.utf8) }
