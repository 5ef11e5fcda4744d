import Bytes
import Network
import Proxies
import TestSupport
import Testing

/// Hand-shakes of proxies written by hand after their specifications, cut anywhere.

private struct Dialogue: Sendable {
    var name: String
    var layer: ProxyLayer
    var turns: [(ProxyEnd, [UInt8])]
}

private let connect = text("CONNECT broker:1883 HTTP/1.1\r\nHost: broker:1883\r\n\r\n")
private let granted = text("HTTP/1.1 200 Connection established\r\nVia: x\r\nContent-Length: 9\r\n\r\n")
private let login = text("CONNECT broker:1883 HTTP/1.1\r\nProxy-Authorization: Basic eDp5\r\n\r\n")
private let name = [UInt8(6)] + text("broker")

private let opened: [Dialogue] = [
    Dialogue(name: "CONNECT", layer: .httpConnect, turns: [(.client, connect), (.server, granted)]),
    Dialogue(
        name: "CONNECT in bare lines", layer: .httpConnect,
        turns: [(.client, text("CONNECT [::1]:1 HTTP/1.0\n\n")), (.server, text("HTTP/1.0 200\n\n"))]),
    Dialogue(
        name: "an interim answer", layer: .httpConnect,
        turns: [(.client, connect), (.server, text("HTTP/1.1 100 Continue\r\n\r\n") + granted)]),
    Dialogue(
        name: "a second try", layer: .httpConnect,
        turns: [
            (.client, connect),
            (.server, text("HTTP/1.1 407 No\r\ncontent-length: 5\r\n\r\nsorry")), (.client, login), (.server, granted),
        ]),
    Dialogue(
        name: "a second try behind chunks", layer: .httpConnect,
        turns: [
            (.client, connect),
            (
                .server,
                text("HTTP/1.1 407 No\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=b\r\nsor\r\n\r\nA\r\n0123456789\r\n")
            ),
            (.server, text("0\r\nX: y\r\n\r\n")), (.client, text("\r\n") + login), (.server, granted),
        ]),
    Dialogue(
        name: "SOCKS 4", layer: .socks,
        turns: [(.client, [4, 1, 7, 91, 10, 0, 0, 2] + text("me") + [0]), (.server, [0, 0x5A, 7, 91, 10, 0, 0, 2])]),
    Dialogue(
        name: "SOCKS 4a", layer: .socks,
        turns: [
            (.client, [4, 1, 7, 91, 0, 0, 0, 9, 0] + text("broker") + [0]), (.server, [0, 0x5A, 0, 0, 0, 0, 0, 0]),
        ]),
    Dialogue(
        name: "SOCKS 5, IPv4", layer: .socks,
        turns: [
            (.client, [5, 1, 0]), (.server, [5, 0]), (.client, [5, 1, 0, 1, 10, 0, 0, 2, 7, 91]),
            (.server, [5, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
        ]),
    Dialogue(
        name: "SOCKS 5, a password and a name", layer: .socks,
        turns: [
            (.client, [5, 3, 0, 1, 2]), (.server, [5, 2]), (.client, [1, 2] + text("me") + [3] + text("abc")),
            (.server, [1, 0]), (.client, [5, 1, 0, 3] + name + [7, 91]), (.server, [5, 0, 0, 3] + name + [0, 0]),
        ]),
    Dialogue(
        name: "SOCKS 5, IPv6", layer: .socks,
        turns: [
            (.client, [5, 1, 0]), (.server, [5, 0]),
            (.client, [5, 1, 0, 4] + Array(repeating: 1, count: 16) + [7, 91]),
            (.server, [5, 0, 0, 4] + Array(repeating: 0, count: 18)),
        ]),
]

@Suite struct HandshakeTests {
    /// Whatever the pieces, the hand-shake ends where it ends, and what stands behind it in both streams is left.
    @Test("Hand-shakes cut into pieces of any size", arguments: 1...70) func cutAnywhere(_ size: Int) {
        for dialogue in opened {
            let turns = dialogue.turns + [(.client, [0x10, 1]), (.server, [0x20, 2])]
            let outcome = run(dialogue.layer, turns, size: size)
            #expect(outcome.end.isOpen, "\(dialogue.name)")
            #expect(outcome.client == [0x10, 1] && outcome.server == [0x20, 2], "\(dialogue.name)")
        }
    }

    /// Nobody has to wait for an answer before he goes on.
    @Test("All bytes of the client first") func pipelined() {
        for dialogue in opened {
            let client = dialogue.turns.filter { $0.0 == .client }.flatMap(\.1) + [0x10]
            let server = dialogue.turns.filter { $0.0 == .server }.flatMap(\.1) + [0x20]
            for turns in [[(ProxyEnd.client, client), (.server, server)], [(.server, server), (.client, client)]] {
                let outcome = run(dialogue.layer, turns, size: 1000)
                #expect(outcome.end.isOpen, "\(dialogue.name)")
                #expect(outcome.client == [0x10] && outcome.server == [0x20], "\(dialogue.name)")
            }
        }
    }

    @Test("No beginning of a hand-shake opens the tunnel") func noPrefixOpens() {
        for dialogue in opened {
            let total = dialogue.turns.reduce(0) { $0 + $1.1.count }
            for count in 0..<total {
                var rest = count
                var turns: [(ProxyEnd, [UInt8])] = []
                for (end, bytes) in dialogue.turns {
                    turns.append((end, Array(bytes.prefix(rest))))
                    rest -= min(rest, bytes.count)
                }
                #expect(!run(dialogue.layer, turns, size: 3).end.isOpen, "\(dialogue.name), \(count) bytes")
            }
        }
    }

    @Test("Refusals")
    func refusals() {
        let body = "HTTP/1.1 403 No\r\n"
        let again = (ProxyEnd.client, text("GET / HTTP/1.1\r\n"))
        let said: [(ProxyLayer, [(ProxyEnd, [UInt8])], ProxyStep)] = [
            (.httpConnect, [(.client, connect), (.server, text(body + "\r\n"))], .refused),
            (.httpConnect, [(.client, connect), (.server, text(body + "Content-Length: x\r\n\r\n"))], .refused),
            (.httpConnect, [(.client, connect), (.server, text(body + "Content-Length: 0\r\n\r\n")), again], .left),
            (.httpConnect, [(.client, connect), (.server, text("HTTP/1.1 101 Up\r\n\r\n"))], .refused),
            (.httpConnect, [(.client, connect), (.server, [0x20, 2, 0, 0])], .other),
            (.httpConnect, [(.client, text("CONNECT me to you\r\n\r\n"))], .other),
            (.socks, [(.client, [4, 1, 7, 91, 10, 0, 0, 2, 0]), (.server, [0, 0x5B, 0, 0, 0, 0, 0, 0])], .refused),
            (.socks, [(.client, [5, 1, 0]), (.server, [5, 0xFF])], .refused),
            (.socks, [(.client, [5, 1, 1]), (.server, [5, 1])], .refused),
            (.socks, [(.client, [5, 1, 0]), (.server, [0x20])], .other),
            (.socks, [(.client, [5, 1, 2]), (.server, [5, 2]), (.client, [1, 0, 0]), (.server, [1, 1])], .refused),
            (
                .socks, [(.client, [5, 1, 0]), (.server, [5, 0]), (.client, [5, 2, 0, 1, 0, 0, 0, 0, 0, 0])], .refused
            ),
            (
                .socks,
                [
                    (.client, [5, 1, 0]), (.server, [5, 0]), (.client, [5, 1, 0, 1, 1, 1, 1, 1, 0, 1]),
                    (.server, [5, 5, 0, 1, 0, 0, 0, 0, 0, 0]),
                ], .refused
            ),
        ]
        for (index, (layer, turns, expected)) in said.enumerated() {
            for size in [1, 1000] { #expect(run(layer, turns, size: size).end == expected, "\(index)") }
        }
    }

    /// Bytes changed, left out and said twice: nothing traps, and it does not matter how they are cut.
    @Test("Broken hand-shakes", arguments: 0..<200) func broken(_ run: Int) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        for dialogue in opened {
            var turns = dialogue.turns
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let turn = Int.random(in: turns.indices, using: &random)
                guard let place = turns[turn].1.indices.randomElement(using: &random) else { continue }
                switch Int.random(in: 0..<4, using: &random) {
                case 0: turns[turn].1[place] = UInt8.random(in: 0...255, using: &random)
                case 1: turns[turn].1[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: turns[turn].1.remove(at: place)
                default: turns[turn].1.insert(contentsOf: turns[turn].1[place...].prefix(9), at: place)
                }
            }
            let whole = ProxiesTests.run(dialogue.layer, turns, size: 1000)
            for size in [1, 2, 5] {
                let cut = ProxiesTests.run(dialogue.layer, turns, size: size)
                #expect(cut.end.isOpen == whole.end.isOpen, "seed \(seed), \(dialogue.name): \(turns)")
                if !cut.end.isOpen { #expect(cut.end == whole.end, "seed \(seed), \(dialogue.name): \(turns)") }
                #expect(cut.client == whole.client && cut.server == whole.server, "seed \(seed), \(dialogue.name)")
            }
        }
    }

    @Test("A connection has a bound of tries") func boundOfTries() {
        let refusal = text("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
        var turns: [(ProxyEnd, [UInt8])] = []
        for _ in 0..<7 { turns += [(.client, connect), (.server, refusal)] }
        #expect(run(.httpConnect, turns + [(.client, connect), (.server, granted)], size: 99).end.isOpen)
        turns += [(.client, connect), (.server, refusal)]
        #expect(run(.httpConnect, turns, size: 99).end == .refused)
    }

    @Test("First bytes") func firstBytes() {
        let known: [([UInt8], ProxyProbe)] = [
            (text("CONNECT "), .found(.httpConnect)), (text("PROXY "), .found(.proxyProtocol)),
            ([0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A], .found(.proxyProtocol)),
            ([4, 1], .found(.socks)), ([5, 1], .found(.socks)), (text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), .http2),
        ]
        for (bytes, expected) in known {
            #expect(probe(bytes) == expected)
            #expect(probe(bytes + [1]) == expected)
            for count in 1..<bytes.count {
                #expect(probe(Array(bytes[..<count])) == .needMore)
                #expect(probe(bytes[..<count] + [0xEE]) == .no)
            }
        }
        #expect(probe([]) == .no)
        #expect(probe([0x10, 12]) == .no)
        #expect(probe([5, 0xE1]) == .no, "a CSM of CoAP with a token of five bytes")
    }

    private func probe(_ bytes: [UInt8]) -> ProxyProbe { ProxyProbe(bytes.span.bytes) }
}
