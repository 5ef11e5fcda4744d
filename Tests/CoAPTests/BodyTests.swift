import Bytes
import CoAP
import Network
import TestSupport
import Testing

/// A client and a server that send a body in blocks.
private struct Transfer {
    var listener: Listener
    var bytes: [UInt8]
    var size: Int
    var option = 27
    var extra: [(Int, [UInt8])] = []
    var nextID: UInt16 = 1

    var count: Int { max(1, (bytes.count + size - 1) / size) }

    init(
        _ bytes: [UInt8], _ size: Int, option: Int = 27, listener: Listener = Listener(), extra: [(Int, [UInt8])] = []
    ) {
        (self.bytes, self.size, self.option, self.listener, self.extra) = (bytes, size, option, listener, extra)
    }

    /// Sends a block: of a PUT for the options of requests, else asks for it and answers.
    mutating func send(_ number: Int, changed: Bool = false, at time: Double = 0) -> HeardEvent? {
        var part = Array(bytes.dropFirst(number * size).prefix(size))
        if changed, !part.isEmpty { part[0] ^= 0xFF }
        let more = (number + 1) * size < bytes.count
        let options = [(option, Build.coapBlock(number, more: more, size))] + extra
        nextID += 1
        if option == 27 || option == 19 {
            let tag = option == 19 ? [(60, Build.coapUnsigned(UInt32(bytes.count))), (292, [1])] : []
            return listener.hear(
                Build.coap(
                    code: 3, id: nextID, token: [UInt8(nextID & 0xFF)], options: [(11, [0x66])] + options + tag,
                    payload: part), at: time)
        }
        let token = [UInt8(nextID & 0xFF), 7]
        let asked = number == 0 ? [] : [(option, Build.coapBlock(number, more: false, size))]
        listener.hear(Build.coap(code: 1, id: nextID, token: token, options: [(11, [0x66])] + asked), at: time)
        return listener.hear(
            Build.coap(type: 2, code: 0x45, id: nextID, token: token, options: options, payload: part),
            from: Listener.server, to: Listener.client, at: time)
    }

    var digest: String {
        var hash = SHA256()
        hash.update(bytes.span.bytes)
        var text: [UInt8] = []
        hash.finish().writeHex(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) } }

/// Block1, Q-Block1, Block2, Q-Block2 in order: the last block makes the body whole. Sizes at and around the borders.
@Test("Bodies in order", arguments: [27, 19, 23, 31], [1, 15, 16, 17, 31, 32, 33, 1000])
func bodiesInOrder(option: Int, count: Int) throws {
    var transfer = Transfer(bytes(count), 16, option: option)
    for number in 0..<transfer.count {
        let heard = transfer.send(number)
        let event = try #require(heard)
        let isLast = number == transfer.count - 1
        #expect(event["coap.block.sequence"] == (number == 0 ? "first" : "next"))
        #expect(event["coap.body.state"] == (isLast ? "complete" : nil))
        #expect(event["coap.body.sha256"] == (isLast ? transfer.digest : nil))
        #expect(event["coap.body.length"] == (isLast ? "\(count)" : nil))
        #expect(event["coap.body.blocks"] == (isLast ? "\(transfer.count)" : nil))
        #expect(event["coap.body.holes"] == nil && event["coap.body.conflict"] == nil)
        #expect(event.list("violation.id") == [])
    }
}

/// Blocks that come too early wait; the one that fills the last hole makes the body whole.
@Test("Bodies out of order", arguments: [27, 19, 23, 31]) func bodiesOutOfOrder(option: Int) {
    var transfer = Transfer(bytes(70), 16, option: option)
    let events = [0, 2, 4, 3, 1].map { transfer.send($0) }
    #expect(events.map { $0?["coap.block.sequence"] } == ["first", "gap", "gap", "gap", "next"])
    #expect(events[2]?["coap.body.state"] == "incomplete" && events[2]?["coap.body.holes"] == "2")
    #expect(events[2]?["coap.body.length"] == "70" && events[2]?["coap.body.sha256"] == nil)
    #expect(events[4]?["coap.body.state"] == "complete" && events[4]?["coap.body.sha256"] == transfer.digest)
}

/// RFC 9177: the first block may be late.
@Test("First block is late") func firstBlockIsLate() {
    var transfer = Transfer(bytes(40), 16, option: 19)
    let events = [1, 0, 2].map { transfer.send($0) }
    #expect(events.map { $0?["coap.block.sequence"] } == ["gap", "next", "next"])
    #expect(events[2]?["coap.body.sha256"] == transfer.digest)
}

/// A block once more, the same and changed; a body begun again before and after its end.
@Test("blocks that repeat, contradict or restart a body") func repeatsConflictsRestarts() {
    var transfer = Transfer(bytes(64), 16)
    _ = transfer.send(0)
    _ = transfer.send(1)
    #expect(transfer.send(1)?["coap.block.sequence"] == "repeat")
    #expect(transfer.send(1, changed: true)?["coap.block.sequence"] == "conflict")
    _ = transfer.send(2)
    let end = transfer.send(3)
    #expect(end?["coap.body.conflict"] == "true" && end?["coap.body.sha256"] == transfer.digest)
    #expect(transfer.send(3)?["coap.block.sequence"] == "repeat")
    #expect(transfer.send(0)?["coap.block.sequence"] == "first")
    #expect(transfer.send(0)?["coap.block.sequence"] == "restart")
    for number in 1...2 { _ = transfer.send(number) }
    let again = transfer.send(3)
    #expect(again?["coap.body.state"] == "complete" && again?["coap.body.conflict"] == nil)
}

/// RFC 7959, 2.4: blocks with another ETag are of another version and do not join.
@Test("Another version") func anotherVersion() {
    var transfer = Transfer(bytes(48), 16, option: 23, extra: [(4, [1])])
    _ = transfer.send(0)
    transfer.extra = [(4, [2])]
    #expect(transfer.send(1)?["coap.block.sequence"] == "conflict")
    transfer.extra = [(4, [1])]
    _ = transfer.send(1)
    let end = transfer.send(2)
    #expect(end?["coap.body.sha256"] == transfer.digest && end?["coap.body.conflict"] == "true")
}

/// RFC 9175, 3.3: two bodies at once for one resource, told apart by Request-Tag; without it they mix.
@Test("bodies with different Request-Tags are put together apart (RFC 9175)") func requestTagsTellBodiesApart() {
    let listener = Listener()
    var one = Transfer(bytes(32), 16, listener: listener, extra: [(292, [1])])
    var other = Transfer(bytes(40).reversed(), 16, listener: listener, extra: [(292, [2])])
    other.nextID = 1000
    _ = one.send(0)
    _ = other.send(0)
    _ = other.send(1)
    #expect(one.send(1)?["coap.body.sha256"] == one.digest)
    #expect(other.send(2)?["coap.body.sha256"] == other.digest)
}

/// RFC 7959, 3.2, figure 9: the server wants smaller blocks; 4/1/32 follows 0/1/128.
@Test("Smaller blocks") func smallerBlocks() {
    let listener = Listener()
    let body = bytes(167)
    var hash = SHA256()
    hash.update(body.span.bytes)
    var last: HeardEvent?
    for (index, (number, size)) in [(0, 128), (4, 32), (5, 32)].enumerated() {
        let part = Array(body.dropFirst(number * size).prefix(size))
        last = listener.hear(
            Build.coap(
                code: 3, id: UInt16(1234 + index),
                options: [
                    (11, Array("options".utf8)),
                    (27, Build.coapBlock(number, more: number * size + part.count < body.count, size)),
                ], payload: part))
        #expect(last?["coap.block.sequence"] == (index == 0 ? "first" : "next"))
    }
    var text: [UInt8] = []
    hash.finish().writeHex(to: &text)
    #expect(last?["coap.body.sha256"] == String(decoding: text, as: UTF8.self))
    #expect(last?["coap.body.length"] == "167")
}

/// No more is held than there is room for; what was not held is counted, and is a hole.
@Test("Bodies are bounded") func bodiesAreBounded() {
    var limits = CoAPLimits()
    limits.heldBytesPerBody = 48
    var transfer = Transfer(bytes(160), 16, listener: Listener(limits))
    _ = transfer.send(0)
    for number in 2..<9 { _ = transfer.send(number) }
    #expect(transfer.listener.counters.blocksNotHeld == 4)
    #expect(transfer.send(9)?["coap.body.holes"] == "6")
    limits = CoAPLimits()
    limits.bodies = 2
    let listener = Listener(limits)
    for tag in 0..<5 as Range<UInt8> {
        var transfer = Transfer(bytes(32), 16, listener: listener, extra: [(292, [tag])])
        transfer.nextID = UInt16(tag) * 10
        _ = transfer.send(0)
    }
    #expect(listener.counters.evictedBodies == 3)
}

/// A body of which no block came for EXCHANGE_LIFETIME is forgotten.
@Test("Bodies are forgotten") func bodiesAreForgotten() {
    var transfer = Transfer(bytes(48), 16)
    _ = transfer.send(0, at: 0)
    #expect(transfer.send(1, at: 246)?["coap.block.sequence"] == "next")
    #expect(transfer.send(2, at: 500)?["coap.block.sequence"] == "gap")
}

/// Without a wish for it nothing is hashed.
@Test("Hash only where wanted") func hashOnlyWhereWanted() {
    var limits = CoAPLimits()
    limits.features = .bodies
    var transfer = Transfer(bytes(20), 16, listener: Listener(limits))
    _ = transfer.send(0)
    let end = transfer.send(1)
    #expect(end?["coap.body.state"] == "complete" && end?["coap.body.sha256"] == nil)
    #expect(CoAPFeatures(fields: ["coap.body.sha256", "coap.code"]) == [.bodyHash, .bodies])
    limits.features = []
    transfer = Transfer(bytes(20), 16, listener: Listener(limits))
    _ = transfer.send(0)
    let unfollowed = transfer.send(1)
    #expect(unfollowed?["coap.body.state"] == nil && unfollowed?["coap.block.sequence"] == nil)
    #expect(CoAPFeatures(fields: ["coap.pair.bytes", "coap.link.rt"]) == [.pairs, .links, .bodies])
}

/// Any order, any copies: against a model that keeps the bytes.
@Test("blocks in any order give the body that a plain model has", arguments: [27, 19]) func bodiesAgainstModel(
    option: Int
) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    for round in 0..<60 {
        let listener = Listener(seed: seed)
        let count = Int.random(in: 1...400, using: &random)
        var transfer = Transfer(bytes(count), 16, option: option, listener: listener)
        var order = Array(1..<max(1, transfer.count))
        order += order.filter { _ in Bool.random(using: &random) }
        order.shuffle(using: &random)
        var have: Set<Int> = [0]
        var isWhole = transfer.count == 1
        var event = transfer.send(0)
        #expect(event?["coap.body.state"] == (isWhole ? "complete" : nil), "seed \(seed), round \(round)")
        for number in order {
            let isNew = have.insert(number).inserted
            event = transfer.send(number)
            let becomesWhole = !isWhole && have.count == transfer.count
            isWhole = isWhole || becomesWhole
            let isLast = number == transfer.count - 1
            let expected = becomesWhole ? "complete" : isLast && isNew ? "incomplete" : nil
            #expect(event?["coap.body.state"] == expected, "seed \(seed), round \(round)")
            #expect(
                event?["coap.body.sha256"] == (becomesWhole ? transfer.digest : nil), "seed \(seed), round \(round)")
            if !isNew { #expect(event?["coap.block.sequence"] == "repeat", "seed \(seed), round \(round)") }
            if expected == "incomplete" {
                #expect(event?["coap.body.holes"] == "\(transfer.count - have.count)", "seed \(seed)")
            }
        }
    }
}

/// Parts that are equal do not cancel each other: 16 times `b` is not 16 times `X`.
@Test(
    "A block of equal bytes that comes again with others",
    arguments: [16, 32, 64, 128], [UInt8(0), UInt8(ascii: "b"), 0xFF])
func blocksOfEqualBytes(size: Int, byte: UInt8) {
    let listener = Listener()
    func send(_ byte: UInt8, id: UInt16) -> String? {
        let later = [(11, [UInt8(0x66)]), (27, Build.coapBlock(1, more: true, size))]
        let payload = [UInt8](repeating: byte, count: size)
        return listener.hear(Build.coap(code: 3, id: id, token: [UInt8(id)], options: later, payload: payload))?[
            "coap.block.sequence"]
    }
    listener.hear(
        Build.coap(
            code: 3, id: 1, token: [1], options: [(11, [0x66]), (27, Build.coapBlock(0, more: true, size))],
            payload: [UInt8](repeating: 1, count: size)))
    #expect(send(byte, id: 2) == "next")
    #expect(send(byte, id: 3) == "repeat")
    #expect(send(byte ^ 0x3A, id: 4) == "conflict")
    #expect(send(byte ^ 0x01, id: 5) == "conflict")
}

@Test("Uploads that are begun and not ended") func openUploads() {
    let listener = Listener()
    func send(
        _ path: UInt8, _ number: Int, more: Bool, port: UInt16 = 40_000, to server: Endpoint = Listener.server,
        at seconds: Double = 0
    ) -> String? {
        let id = UInt16(path) << 8 | UInt16(number)
        let bytes = Build.coap(
            code: 3, id: id, token: [path, UInt8(number)],
            options: [(11, [path]), (27, Build.coapBlock(number, more: more, 16))],
            payload: [UInt8](repeating: path, count: 16))
        return listener.hear(bytes, from: Endpoint(Listener.client.address, port), to: server, at: seconds)?[
            "coap.body.open"]
    }
    for path in 1...5 { #expect(send(UInt8(path), 0, more: true) == "\(path)") }
    #expect(send(6, 0, more: true, port: 40_001) == "6", "another port of the same client")
    #expect(send(1, 1, more: true) == "6")
    #expect(send(1, 2, more: false) == "5", "ended")
    #expect(send(7, 0, more: false) == "5", "of one block")
    #expect(send(2, 0, more: true, port: 40_000) == "5", "begun anew")
    #expect(send(1, 0, more: true, to: Endpoint(Listener.server.address, 5690)) == "1", "another server")
    // Given up after EXCHANGE_LIFETIME.
    for step in 0..<12 { _ = send(9, step, more: true, at: 300 + Double(step)) }
    #expect(send(8, 0, more: true, at: 320) == "2")
}
