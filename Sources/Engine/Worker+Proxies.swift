import Bytes
import Events
import Flows
import Network
import Packets
import Proxies
import Tables
import WebSocket

/// Streams that begin with the hand-shake of a proxy: it is passed over, and what the proxy passes on goes the way of any
/// stream, as if it began there.
///
/// While a hand-shake goes on, the flow is one of which nothing is known, and the bytes of both ends are held: what an end
/// sends ahead of the answer waits for it.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Whether a stream of a flow may begin with the hand-shake of a proxy, or of another one.
    func mayBeginProxy(_ slot: Int) -> Bool {
        switch core.streams.table[slot].proxy {
        case -1: core.streams.table[slot].carrier < 0
        case 0...: core.proxied(slot)?.isSettled == false && core.streams.table[slot].carrier < 0
        default: false
        }
    }

    /// Begins to follow the hand-shake that `side` began; `false` where the flow had enough of them.
    mutating func beginProxy(_ slot: Int, _ side: Side, _ layer: ProxyLayer) -> Bool {
        guard mayBeginProxy(slot) else { return false }
        if var flow = core.proxied(slot) {
            flow.begin(layer, isClientFirst: side == .first)
            core.keepProxied(flow, slot)
        } else {
            let id = core.proxies.open(ProxiedFlow(layer, isClientFirst: side == .first))
            core.streams.table[slot].proxy = id.rawValue
        }
        return true
    }

    /// Takes the next bytes of a stream whose flow is in the middle of a hand-shake; `false` where it is not.
    mutating func takeHandshake(_ slot: Int, _ side: Side, _ data: RawSpan, _ frame: FrameRef) -> Bool {
        guard core.streams.table[slot].kind == .unknown else { return false }
        guard let flow = core.proxied(slot) else {
            // It made room for another: its hand-shake is not known any more.
            giveUpHandshake(slot)
            return false
        }
        guard flow.handshake != nil else { return false }
        if isHandshakeLost(slot) {
            giveUpHandshake(slot)
            return false
        }
        var partial = core.streams.takeHeld(slot, side)
        partial.bytes.append(copying: data)
        partial.frames.keep(frame, upTo: partial.bytes.count)
        let count = partial.bytes.count
        core.streams.putHeld(partial, slot, side)
        advanceHandshake(slot)
        if count > max(core.heldLimit, Self.longestPart) { bound(slot, side) }
        return true
    }

    /// Bytes of an end that may be held in any case: the head of a request or an answer.
    private static var longestPart: Int { 20_480 }

    /// Gives up a hand-shake for which too much waits of a stream.
    private mutating func bound(_ slot: Int, _ side: Side) {
        guard core.proxied(slot)?.handshake != nil else { return }
        let partial = core.streams.takeHeld(slot, side)
        let isTooLong = partial.bytes.count > max(core.heldLimit, Self.longestPart)
        core.streams.putHeld(partial, slot, side)
        if isTooLong { giveUpHandshake(slot) }
    }

    private func isHandshakeLost(_ slot: Int) -> Bool {
        core.streams.table[slot][.first].framing.isLost || core.streams.table[slot][.second].framing.isLost
    }

    /// Goes as far as it can with what is held of both streams.
    mutating func advanceHandshake(_ slot: Int) {
        while core.streams.table[slot].kind == .unknown, let flow = core.proxied(slot), var handshake = flow.handshake,
            !isHandshakeLost(slot)
        {
            let side = flow.side(of: handshake.turn)
            var partial = core.streams.takeHeld(slot, side)
            var used = 0
            let step = take(partial.bytes.span.bytes, from: &used, &handshake)
            // What was used is taken away at once: an end may send thousands of parts together.
            if used > 0 { partial.settle(used: used, FrameRef(), from: partial.bytes.count) }
            let rest = step == .left ? RestOfRefusal(partial.bytes.span.bytes) : .other
            core.streams.putHeld(partial, slot, side)
            var changed = flow
            changed.handshake = handshake
            core.keepProxied(changed, slot)
            switch step {
            case .used: continue
            case .needMore: return
            case .open:
                changed.finish(sender: core.address(slot, side), proxies: core.trustedProxies)
                core.keepProxied(changed, slot)
                if beginInner(slot) { continue }
                return passOn(slot, client: flow.side(of: .client))
            case .other:
                if handshake.turn == .server { loseBeginnings(slot) }
                return withdraw(slot)
            case .left where rest == .http: return withdraw(slot)
            case .left where rest == .open: return
            case .refused, .left:
                releaseProxy(of: slot)
                return ignore(slot)
            }
        }
    }

    /// Takes parts of the hand-shake for as long as it is the turn of the same end; moves `offset` behind them.
    private func take(_ bytes: RawSpan, from offset: inout Int, _ handshake: inout ProxyHandshake) -> ProxyStep {
        let turn = handshake.turn
        while true {
            let step = handshake.take(bytes.extracting(offset..<bytes.byteCount))
            switch step {
            case .used(let count):
                offset += count
                if handshake.turn != turn { return step }
            case .open(let count):
                offset += count
                return step
            case .needMore, .refused, .left, .other: return step
            }
        }
    }

    /// What follows a refusal on the same connection and is not another try.
    private enum RestOfRefusal {
        case http, open, other

        init(_ bytes: RawSpan) {
            switch WebSocketProbe(bytes) {
            case .request: self = .http
            case .needMore: self = .open
            case .answer, .no: self = .other
            }
        }
    }

    /// Looks whether what is held begins another hand-shake, within the stream that the last one gave.
    private mutating func beginInner(_ slot: Int) -> Bool {
        for side in [Side.first, .second] where core.streams.table[slot][side].hasSYN {
            let partial = core.streams.takeHeld(slot, side)
            let probe = ProxyProbe(partial.bytes.span.bytes)
            core.streams.putHeld(partial, slot, side)
            if case .found(let layer) = probe { return beginProxy(slot, side, layer) }
        }
        return false
    }

    /// Notes that the first bytes of the client are gone, which were taken for those of a hand-shake: what is left of
    /// both streams is searched.
    private mutating func loseBeginnings(_ slot: Int) {
        for side in [Side.first, .second] {
            core.streams.table[slot][side].framing = .lost(startsSegment: true, searched: 0)
        }
    }

    /// Takes what looked like a hand-shake for something else.
    private mutating func withdraw(_ slot: Int) {
        guard var flow = core.proxied(slot) else { return }
        if !flow.path.isEmpty {
            flow.handshake = nil
            flow.isSettled = true
            core.keepProxied(flow, slot)
        } else {
            releaseProxy(of: slot)
            core.streams.table[slot].proxy = -2
        }
        passOn(slot, client: flow.side(of: .client))
    }

    /// Gives what is held of both streams the way of bytes that come next, those of the client first.
    private mutating func passOn(_ slot: Int, client: Side) {
        // Both are taken before any goes on: what is held from then on is part of a message.
        let said = core.streams.takeHeld(slot, client)
        core.streams.putHeld(PartialMessage(), slot, client)
        let answered = core.streams.takeHeld(slot, client.other)
        core.streams.putHeld(PartialMessage(), slot, client.other)
        receive(slot, client, said)
        receive(slot, client.other, answered)
    }

    private mutating func receive(_ slot: Int, _ side: Side, _ held: borrowing PartialMessage) {
        var start = 0
        while core.streams.table[slot].kind != .ignored, let piece = held.frames.piece(from: start) {
            receive(slot, side, held.bytes.span.bytes.extracting(piece.bytes), held.frames.frame(piece.frames))
            start = piece.bytes.upperBound
        }
    }

    /// Gives up a hand-shake of which a part is lost: what follows is searched as in any stream with lost bytes.
    private mutating func giveUpHandshake(_ slot: Int) {
        releaseProxy(of: slot)
        core.streams.table[slot].proxy = -2
        for side in [Side.first, .second] where !core.streams.table[slot][side].framing.isLost {
            core.streams.loseBoundary(slot, side)
        }
    }

    /// Forgets what proxies put in front of a flow's streams.
    mutating func releaseProxy(of flow: inout Flow) {
        if flow.proxy >= 0 { core.proxies.close(ProxyID(rawValue: flow.proxy)) }
        flow.proxy = -1
    }

    /// The same for a flow in the table.
    mutating func releaseProxy(of slot: Int) {
        let proxy = core.streams.table[slot].proxy
        if proxy >= 0 { core.proxies.close(ProxyID(rawValue: proxy)) }
        if proxy != -1 { core.streams.table[slot].proxy = -1 }
    }
}

extension EngineCore where Sink: ~Copyable {
    /// What is known of the proxies of a flow; `nil` where there is none.
    func proxied(_ slot: Int) -> ProxiedFlow? {
        let proxy = streams.table[slot].proxy
        return proxy >= 0 ? proxies[ProxyID(rawValue: proxy)] : nil
    }

    mutating func keepProxied(_ flow: ProxiedFlow, _ slot: Int) {
        proxies.update(ProxyID(rawValue: streams.table[slot].proxy), flow)
    }

    /// The address of an end of a flow.
    func address(_ slot: Int, _ side: Side) -> IPAddress {
        let key = streams.table[slot].key
        return side == .first ? key.first.address : key.second.address
    }

    /// Says of a message what proxies put in front of its stream.
    mutating func noteProxies(_ slot: Int, in carrier: inout Carrier) {
        guard let flow = proxied(slot) else { return }
        proxies.touch(ProxyID(rawValue: streams.table[slot].proxy))
        carrier.proxies = flow.path
        carrier.client = flow.client
        carrier.proxiedIP = flow.claimed?.address
    }
}

extension ProxiedFlow {
    /// The end of the flow that has a part in the hand-shake.
    func side(of end: ProxyEnd) -> Side { (end == .client) == isClientFirst ? .first : .second }
}
