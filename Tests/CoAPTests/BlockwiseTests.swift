import CoAP
import Testing

/// A message of an exchange of RFC 7959, 3: code, Block1 or Block2 value, bytes of payload.
private struct Step {
    var isRequest: Bool
    var id: UInt16
    var code: CoAPCode
    var block1: (UInt32, Bool, Int)?
    var block2: (UInt32, Bool, Int)?
    var payload = 0
}

private func blockValue(_ block: (UInt32, Bool, Int)) -> [UInt8] {
    let exponent = UInt32(block.2.trailingZeroBitCount - 4)
    let value = block.0 << 4 | (block.1 ? 8 : 0) | exponent
    return [UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)].drop { $0 == 0 }.map { $0 }
}

private func text(_ block: (UInt32, Bool, Int)?) -> String? { block.map { "\($0.0)/\($0.1 ? 1 : 0)/\($0.2)" } }

private func play(_ steps: [Step], path: String) throws {
    let listener = Listener()
    for step in steps {
        var message = CoAPBuilder(
            step.isRequest ? .confirmable : .acknowledgement, step.code, step.id, path: step.isRequest ? path : nil,
            payload: String(repeating: "b", count: step.payload))
        if let block = step.block2 { message.options.append((23, blockValue(block))) }
        if let block = step.block1 { message.options.append((27, blockValue(block))) }
        let event = try #require(step.isRequest ? listener.hear(message) : listener.hearBack(message))
        #expect(event.list("violation.id") == [])
        #expect(event["coap.opt.block1"] == text(step.block1))
        #expect(event["coap.opt.block2"] == text(step.block2))
        if !step.isRequest { #expect(event["coap.request.uri_path"] == "/" + path) }
    }
}

/// Figure 2: a GET in three blocks; figure 4: late negotiation.
@Test("Blockwise get") func blockwiseGet() throws {
    try play(
        [
            Step(isRequest: true, id: 1234, code: .get),
            Step(isRequest: false, id: 1234, code: .content, block2: (0, true, 128), payload: 128),
            Step(isRequest: true, id: 1235, code: .get, block2: (1, false, 128)),
            Step(isRequest: false, id: 1235, code: .content, block2: (1, true, 128), payload: 128),
            Step(isRequest: true, id: 1236, code: .get, block2: (2, false, 128)),
            Step(isRequest: false, id: 1236, code: .content, block2: (2, false, 128), payload: 100),
            Step(isRequest: true, id: 1237, code: .get, block2: (2, false, 64)),
            Step(isRequest: false, id: 1237, code: .content, block2: (2, true, 64), payload: 64),
        ], path: "status")
}

/// Figures 7 and 9: a PUT in blocks, and with a smaller size asked for by the server.
@Test("Blockwise put") func blockwisePut() throws {
    try play(
        [
            Step(isRequest: true, id: 1234, code: .put, block1: (0, true, 128), payload: 128),
            Step(isRequest: false, id: 1234, code: .continue, block1: (0, true, 128)),
            Step(isRequest: true, id: 1235, code: .put, block1: (4, true, 32), payload: 32),
            Step(isRequest: false, id: 1235, code: .continue, block1: (4, true, 32)),
            Step(isRequest: true, id: 1236, code: .put, block1: (5, false, 32), payload: 7),
            Step(isRequest: false, id: 1236, code: .changed, block1: (5, false, 32)),
        ], path: "options")
}

/// Figure 10: a POST in blocks whose response comes in blocks.
@Test("Blockwise both ways") func blockwiseBothWays() throws {
    try play(
        [
            Step(isRequest: true, id: 1234, code: .post, block1: (0, true, 128), payload: 128),
            Step(isRequest: false, id: 1234, code: .continue, block1: (0, true, 128)),
            Step(isRequest: true, id: 1236, code: .post, block1: (2, false, 128), payload: 3),
            Step(
                isRequest: false, id: 1236, code: .changed, block1: (2, false, 128), block2: (0, true, 128),
                payload: 128),
            Step(isRequest: true, id: 1237, code: .post, block2: (1, false, 128)),
            Step(isRequest: false, id: 1237, code: .changed, block2: (1, false, 128), payload: 9),
        ], path: "soap")
}

/// RFC 7959, 3, by value: 33 is 2/0/32 and 59 is 3/1/128; 2.2: sizes from 16 to 1024, of which 7 is none.
@Test("Block values") func blockValues() {
    #expect(CoAPBlock(33) == CoAPBlock(2 << 4 | 1))
    #expect(CoAPBlock(33).number == 2 && !CoAPBlock(33).hasMore && CoAPBlock(33).size == 32)
    #expect(CoAPBlock(59).number == 3 && CoAPBlock(59).hasMore && CoAPBlock(59).size == 128)
    #expect((0..<7).map { CoAPBlock($0).size } == [16, 32, 64, 128, 256, 512, 1024])
    #expect((0..<8).map { CoAPBlock($0).isReservedSize } == Array(repeating: false, count: 7) + [true])
    #expect(CoAPBlock(0xFF_FFFF).number == 0xF_FFFF)
}
