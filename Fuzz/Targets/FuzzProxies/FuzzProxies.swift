import Bytes
import FuzzSupport
import Network
import Proxies

/// Hand-shakes with proxies, one in another, played from a script: in turns whose bytes come, how many, and the bytes.
///
/// The laws: however the bytes are cut, a hand-shake ends at the same place and names the same client; and it never uses bytes
/// that are not there.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    let choice = script.byte()
    let turns = turns(&script)
    probe(turns.first?.bytes ?? [])
    var whole = Player(choice)
    var pieces = Player(choice)
    let size = Int(choice >> 4) + 1
    for turn in turns {
        whole.feed(turn.end, turn.bytes)
        for start in stride(from: 0, to: turn.bytes.count, by: size) {
            pieces.feed(turn.end, Array(turn.bytes[start..<min(start + size, turn.bytes.count)]))
        }
    }
    require(whole.state == pieces.state, "\(whole.state), in pieces \(pieces.state)")
    require(whole.flow.client == pieces.flow.client, "another client in pieces")
    require(whole.flow.claimed == pieces.flow.claimed, "somebody else is claimed in pieces")
    require(whole.flow.path == pieces.flow.path, "another path in pieces")
    // What is left of a hand-shake that broke says nothing.
    guard whole.state == .open || whole.state == .waiting else { return 0 }
    require(whole.client == pieces.client && whole.server == pieces.server, "other bytes are left in pieces")
    return 0
}

private struct Turn {
    var end: ProxyEnd
    var bytes: [UInt8]
}

/// Three quarters of all turns are the client's and the server's one after the other, as it is in honest hand-shakes.
private func turns(_ script: inout Script) -> [Turn] {
    var turns: [Turn] = []
    var isClient = true
    while !script.isOver, turns.count < 64 {
        let control = script.byte()
        if control & 0xC0 == 0xC0 { isClient.toggle() }
        turns.append(Turn(end: isClient ? .client : .server, bytes: script.take(Int(control & 0x3F) * 4 + 1)))
        isClient.toggle()
    }
    return turns
}

/// More bytes make a verdict out of an open question, and change none.
private func probe(_ bytes: [UInt8]) {
    var last = ProxyProbe.needMore
    for count in 1..<min(bytes.count, 32) + 1 {
        let head = Array(bytes[..<count])
        let next = ProxyProbe(head.span.bytes)
        require(last == .needMore || next == last, "\(last) became \(next) at \(count)")
        last = next
    }
}

/// A flow that begins with the hand-shake of a proxy.
private struct Player {
    enum State: Equatable {
        case waiting, open, refused, left, other
    }

    private(set) var flow: ProxiedFlow
    private(set) var state = State.waiting
    private(set) var client: [UInt8] = []
    private(set) var server: [UInt8] = []
    private let sender = IPAddress(v4: 0x0A00_0001)
    /// Headers of the sender alone are believed, or of everybody.
    private let proxies: [CIDRBlock]

    init(_ choice: UInt8) {
        let layer: ProxyLayer =
            switch choice & 3 {
            case 0: .httpConnect
            case 1: .socks
            default: .proxyProtocol
            }
        flow = ProxiedFlow(layer, isClientFirst: true)
        proxies = choice & 8 == 0 ? [] : [CIDRBlock("0.0.0.0/0"), CIDRBlock("::/0")].compactMap(\.self)
    }

    mutating func feed(_ end: ProxyEnd, _ bytes: [UInt8]) {
        if end == .client { client += bytes } else { server += bytes }
        while state == .waiting, advance() {}
        if state == .open, !flow.isSettled, !client.isEmpty { beginNext() }
    }

    /// Takes a step; whether there may be another one.
    private mutating func advance() -> Bool {
        guard var handshake = flow.handshake else { return false }
        let turn = handshake.turn
        let held = turn == .client ? client : server
        let step = handshake.take(held.span.bytes)
        flow.handshake = handshake
        switch step {
        case .needMore: return false
        case .used(let count):
            use(count, of: held, turn)
            return true
        case .open(let count):
            use(count, of: held, turn)
            flow.finish(sender: sender, proxies: proxies)
            state = .open
        case .refused: state = .refused
        case .left: state = .left
        case .other: state = .other
        }
        return false
    }

    private mutating func use(_ count: Int, of held: [UInt8], _ end: ProxyEnd) {
        require(count >= 0 && count <= held.count, "\(count) bytes used of \(held.count)")
        if end == .client { client.removeFirst(count) } else { server.removeFirst(count) }
    }

    /// Goes on with a hand-shake within the stream that the last one gave.
    private mutating func beginNext() {
        guard case .found(let layer) = ProxyProbe(client.span.bytes) else { return }
        flow.begin(layer, isClientFirst: true)
        state = .waiting
        while state == .waiting, advance() {}
        if state == .open, !flow.isSettled, !client.isEmpty { beginNext() }
    }
}
