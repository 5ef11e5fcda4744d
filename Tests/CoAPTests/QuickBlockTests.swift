import Bytes
import CoAP
import Network
import TestSupport
import Testing

/// A message of an exchange as in RFC 9177, 10: bytes of the payload are those that the block stands for.
private struct Step {
    var isRequest: Bool
    var code: UInt8
    var token: UInt8
    /// Q-Block1 and Q-Block2: number, M, size.
    var qBlock1: (Int, Bool)?
    var qBlock2: [(Int, Bool)] = []
    var carriesPayload = false
}

private let size = 1024

/// What stands in a body of `blocks` blocks, the last of which is half full.
private func body(_ blocks: Int) -> [UInt8] {
    (0..<(blocks * size - size / 2)).map { UInt8(truncatingIfNeeded: $0 >> 3) }
}

private func play(_ steps: [Step], _ bytes: [UInt8]) throws -> [HeardEvent] {
    let listener = Listener()
    return try steps.enumerated().map { index, step in
        var options: [(Int, [UInt8])] = step.isRequest ? [(11, Array("path".utf8))] : []
        for block in step.qBlock2 { options.append((31, Build.coapBlock(block.0, more: block.1, size))) }
        if let block = step.qBlock1 {
            options.append((19, Build.coapBlock(block.0, more: block.1, size)))
            if step.isRequest { options += [(60, Build.coapUnsigned(UInt32(bytes.count))), (292, [0x02])] }
        }
        if !step.isRequest, step.carriesPayload { options.append((4, [0x31])) }
        let number = step.qBlock1?.0 ?? step.qBlock2.first?.0 ?? 0
        let payload = step.carriesPayload ? Array(bytes.dropFirst(number * size).prefix(size)) : []
        let message = Build.coap(
            type: 1, code: step.code, id: UInt16(100 + index), token: [step.token], options: options, payload: payload)
        return try #require(
            step.isRequest
                ? listener.hear(message) : listener.hear(message, from: Listener.server, to: Listener.client))
    }
}

private func digest(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes.span.bytes)
    var text: [UInt8] = []
    hash.finish().writeHex(to: &text)
    return String(decoding: text, as: UTF8.self)
}

/// As in RFC 9177, 10.1: blocks 1 and 2 of a PUT by NON are lost, the server names what is missing (4.08), they come again.
@Test("Lost blocks of a request") func lostBlocksOfARequest() throws {
    func put(_ number: Int, _ more: Bool, _ token: UInt8) -> Step {
        Step(isRequest: true, code: 3, token: token, qBlock1: (number, more), carriesPayload: true)
    }
    let bytes = body(4)
    let events = try play(
        [
            put(0, true, 0xD0), put(3, false, 0xD3), Step(isRequest: false, code: 0x88, token: 0xD3),
            put(1, true, 0xD4), put(2, true, 0xD5), Step(isRequest: false, code: 0x44, token: 0xD5),
        ], bytes)
    #expect(events.map { $0["coap.block.sequence"] } == ["first", "gap", nil, "next", "next", nil])
    #expect(events[1]["coap.body.state"] == "incomplete" && events[1]["coap.body.holes"] == "2")
    #expect(events[4]["coap.body.state"] == "complete" && events[4]["coap.body.sha256"] == digest(bytes))
    #expect(events[5]["coap.matched"] == "true")
    #expect(events.allSatisfy { $0.list("violation.id").isEmpty })
}

/// As in RFC 9177, 10.2: one GET is answered by four blocks, of which one is lost and asked for again with its number.
@Test("Lost block of a response") func lostBlockOfAResponse() throws {
    func part(_ number: Int, _ more: Bool, _ token: UInt8) -> Step {
        Step(isRequest: false, code: 0x45, token: token, qBlock2: [(number, more)], carriesPayload: true)
    }
    let bytes = body(4)
    let events = try play(
        [
            Step(isRequest: true, code: 1, token: 0xF0, qBlock2: [(0, false)]), part(0, true, 0xF0),
            part(1, true, 0xF0), part(3, false, 0xF0),
            Step(isRequest: true, code: 1, token: 0xF1, qBlock2: [(2, false)]),
            part(2, true, 0xF1),
        ], bytes)
    #expect(events.map { $0["coap.block.sequence"] } == [nil, "first", "next", "gap", nil, "next"])
    #expect(events[5]["coap.body.state"] == "complete" && events[5]["coap.body.sha256"] == digest(bytes))
    #expect(events[3]["coap.response_count"] == "3" && events[3]["coap.body.holes"] == "1")
    #expect(events.allSatisfy { $0.list("violation.id").isEmpty })
}

/// RFC 9177, 4.1: several Q-Block2 in a request name the missing blocks; it is no fault.
@Test("Several missing blocks") func severalMissingBlocks() throws {
    let events = try play([Step(isRequest: true, code: 1, token: 1, qBlock2: [(1, false), (3, false)])], body(4))
    #expect(events[0].list("violation.id").isEmpty)
}

/// RFC 8132, 2 and 3: FETCH, PATCH and iPATCH have payloads; FETCH is observed as GET is.
@Test("Methods of RFC 8132") func methodsOfRFC8132() throws {
    for (code, name) in [(5, "FETCH"), (6, "PATCH"), (7, "iPATCH")] as [(UInt8, String)] {
        let listener = Listener()
        let options = [(11, Array("object".utf8)), (12, [51])] + (code == 5 ? [(6, [])] : [])
        let request = try #require(
            listener.hear(Build.coap(code: code, id: 1, token: [1], options: options, payload: Array("[]".utf8))))
        #expect(request["coap.method"] == name && request.list("violation.id").isEmpty)
        #expect(request["coap.opt.ctype_name"] == "application/json-patch+json")
        #expect(request["coap.observe.state"] == (code == 5 ? "register" : nil))
        let answer = try #require(listener.hearBack(CoAPBuilder(.acknowledgement, .unprocessableEntity, 1, token: [1])))
        #expect(answer["coap.request.method"] == name)
    }
}

/// Random notifications: against the rule of RFC 7641, 3.4, written down once more.
@Test("the order of random notifications agrees with a model of RFC 7641, 3.4") func notificationsAgainstModel() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    let listener = Listener(seed: seed)
    listener.hear(Build.coap(code: 1, id: 1, token: [7], options: [(6, [])]))
    var newest: (number: Int, time: Double)?
    var time = 0.0
    for round in 0..<2000 {
        time += Double.random(in: 0...80, using: &random)
        let near = (newest?.number ?? 0) + Int.random(in: -3...3, using: &random)
        let number = (Bool.random(using: &random) ? near : Int.random(in: 0..<1 << 24, using: &random)) & 0xFF_FFFF
        let id = UInt16(truncatingIfNeeded: round &+ 10)
        let event = listener.hear(
            Build.coap(type: 1, code: 0x45, id: id, token: [7], options: [(6, Build.coapUnsigned(UInt32(number)))]),
            from: Listener.server, to: Listener.client, at: time)
        var expected = "new"
        if let newest {
            let (v1, v2) = (newest.number, number)
            let isNewer =
                (v1 < v2 && v2 - v1 < 1 << 23) || (v1 > v2 && v1 - v2 > 1 << 23) || time > newest.time + 128
            expected = isNewer ? "new" : v1 == v2 ? "duplicate" : "old"
        }
        if expected == "new" { newest = (number, time) }
        #expect(event?["coap.observe.freshness"] == expected, "seed \(seed), round \(round)")
    }
}
