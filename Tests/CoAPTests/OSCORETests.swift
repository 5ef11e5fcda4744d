import Bytes
import CoAP
import Network
import Tables
import TestSupport
import Testing

/// Protected messages of RFC 8613, appendix C: C.4 to C.8.
@Test(
    "Vectors of the specification",
    arguments: [
        ("44025d1f00003974396c6f63616c686f7374620914ff612f1092f1776f1c1668b3825e", "14", "", nil),
        ("440271c30000b932396c6f63616c686f737463091400ff4ed339a5a379b0b8bc731fffb0", "14", "00", nil),
        (
            "44022f8eef9bbf7a396c6f63616c686f73746b19140837cbf3210017a2d3ff72cd7273fd331ac45cffbe55c3", "14", "",
            "37cbf3210017a2d3"
        ),
        ("64445d1f0000397490ffdbaad1e9a7e7b2a813d3c31524378303cdafae119106", nil, nil, nil),
        ("64445d1f00003974920100ff4d4c13669384b67354b2b6175ff4b8658c666a6cf88e", "00", nil, nil),
    ] as [(String, String?, String?, String?)])
func vectorsOfTheSpecification(text: String, partialIV: String?, kid: String?, context: String?) throws {
    let event = try #require(Listener().hear(hex(text)))
    #expect(event["coap.opt.object_security_piv"] == partialIV)
    #expect(event["coap.opt.object_security_kid"] == kid)
    #expect(event["coap.opt.object_security_kid_context"] == context)
    #expect(event["violation.id"] == nil)
    #expect(event["coap.oscore.piv_repeated"] == (partialIV == nil ? nil : "false"))
}

/// Compressed objects of RFC 8613, 6.3: flags and what follows.
@Test(
    "Compressed objects",
    arguments: [
        ("09 05 25", "05", "25", nil), ("0900 00", "00", "00", nil), ("09 00", "00", "", nil),
        ("19 05 08 44616c656b5f3031 25", "05", "25", "44616c656b5f3031"), ("", nil, nil, nil),
        ("01 07", "07", nil, nil),
    ] as [(String, String?, String?, String?)])
func compressedObjects(value: String, partialIV: String?, kid: String?, context: String?) {
    let bytes = hex(value)
    let option = OSCOREOption(.init(offset: 0, count: bytes.count), bytes.span.bytes)
    func text(_ range: Range<Int>?) -> String? {
        range.map { $0.map { String(bytes[$0] >> 4, radix: 16) + String(bytes[$0] & 15, radix: 16) }.joined() }
    }
    #expect(text(option.partialIV.map { $0.offset..<$0.end }) == partialIV)
    #expect(text(option.kid.map { $0.offset..<$0.end }) == kid)
    #expect(text(option.kidContext.map { $0.offset..<$0.end }) == context)
    #expect(option.violations.isEmpty)
}

private func message(
    _ code: CoAPCode, _ value: String, payload: String = "sealed", id: UInt16 = 1, token: [UInt8] = [1],
    more: [(Int, [UInt8])] = []
) -> CoAPBuilder {
    CoAPBuilder(.confirmable, code, id, token: token, options: [(9, hex(value))] + more, payload: payload)
}

@Test(
    "Broken OSCORE",
    arguments: [
        (message(.post, "09 14", payload: ""), ["RFC8613-2"]), (message(.changed, "00"), ["RFC8613-2"]),
        (message(.get, "09 14", payload: ""), ["RFC8613-2", "RFC8613-4.2"]),
        (message(.put, "09 14"), ["RFC8613-4.2"]), (message(CoAPCode(4, 4), "01 14"), ["RFC8613-4.2"]),
        (message(.post, "0a 00 14"), ["RFC8613-5"]), (message(.post, ""), ["RFC8613-5"]),
        (message(.post, "01 14"), ["RFC8613-5"]), (message(.post, "08 14"), ["RFC8613-5"]),
        (message(.post, "29 14"), ["RFC8613-6.1"]), (message(.post, "49 14"), ["RFC8613-6.1"]),
        (message(.post, "89 14"), ["RFC8613-6.1"]), (message(.post, "0e 010203040506"), ["RFC8613-6.1"]),
        (message(.post, "0f 01020304050607"), ["RFC8613-6.1"]), (message(.post, "0d 01020304"), ["RFC8613-6.1"]),
        (message(.post, "19 14"), ["RFC8613-6.1"]), (message(.post, "19 14 05 01020304"), ["RFC8613-6.1"]),
        (message(.changed, "01 14 15"), ["RFC8613-6.1"]),
    ])
func brokenOSCORE(message: CoAPBuilder, ids: [String]) throws {
    let event = try #require(Listener().hear(message))
    #expect(event.list("violation.id") == ids)
    #expect(event["violation.fatal"] == "false")
}

/// Every truncation of every short value, and every flag byte: nothing traps, ranges lie within.
@Test("Every option value") func everyOptionValue() {
    for flags in UInt8.min...UInt8.max {
        let full = [flags] + hex("0102030405 03 aabbcc 0102")
        for count in 0...full.count {
            let bytes = Array(full.prefix(count))
            let option = OSCOREOption(.init(offset: 0, count: count), bytes.span.bytes)
            for range in [option.partialIV, option.kidContext, option.kid] {
                if let range { #expect(range.end <= count) }
            }
            if flags & 0xE0 != 0, count > 0 { #expect(!option.violations.isEmpty) }
        }
    }
}

@Test("Repeated partial i vs") func repeatedPartialIVs() throws {
    let listener = Listener()
    func repeated(_ builder: CoAPBuilder, at seconds: Double = 0) -> String? {
        listener.hear(builder, at: seconds)?["coap.oscore.piv_repeated"]
    }
    #expect(repeated(message(.post, "09 14 25")) == "false")
    // A copy by the message layer is the same message.
    #expect(repeated(message(.post, "09 14 25")) == nil)
    #expect(repeated(message(.post, "09 15 25", id: 2)) == "false")
    #expect(repeated(message(.post, "09 14 26", id: 3)) == "false", "another key")
    #expect(repeated(message(.post, "19 14 01 aa 25", id: 4)) == "false", "another context")
    #expect(repeated(message(.post, "09 14 25", id: 5)) == "true")
    #expect(repeated(message(.post, "09 14 25", id: 1), at: 300) == "true", "its message id is free again")
    #expect(
        listener.hear(message(.post, "09 14 25", id: 6), to: .init(Listener.server.address, 5684))?[
            "coap.oscore.piv_repeated"] == "false", "another server")
    // Blocks of one OSCORE message, cut by an intermediary.
    #expect(repeated(message(.post, "09 14 25", id: 7, more: [(27, [0x1E])])) == nil)
    // A message that is malformed says nothing.
    #expect(repeated(message(.post, "29 14 25", id: 8)) == nil)
}

/// Notifications have Partial IVs of the server; the response without one uses that of the request (RFC 8613, 5.2).
@Test("Partial i vs of notifications") func partialIVsOfNotifications() throws {
    let listener = Listener()
    listener.hear(message(.fetch, "09 14 25", more: [(6, [])]))
    func notify(_ id: UInt16, _ value: String, token: [UInt8] = [1]) -> String? {
        listener.hearBack(message(.content, value, id: id, token: token, more: [(6, [UInt8(id)])]))?[
            "coap.oscore.piv_repeated"]
    }
    #expect(notify(1, "") == nil)
    #expect(notify(2, "01 00") == "false")
    #expect(notify(2, "01 00") == nil, "a copy")
    #expect(notify(3, "01 01") == "false")
    #expect(notify(4, "01 01") == "true")
    #expect(notify(5, "01 01", token: [2]) == "false", "of another observation, perhaps of another context")
}

@Test("Partial i vs are bounded") func partialIVsAreBounded() {
    var limits = CoAPLimits()
    limits.partialIVs = 4
    let listener = Listener(limits)
    for number in 0..<10 { listener.hear(message(.post, "09 0\(number) 25", id: UInt16(number))) }
    // Two entries for each: the number, and what it protects.
    #expect(listener.counters.evictedPartialIVs == 16)
}

/// OSCORE in a signal and in a stream (RFC 8613, 4.3).
@Test("OSCORE in streams") func oscoreInStreams() throws {
    let listener = Listener()
    let connection = listener.connect(isFromStart: false)
    let post = CoAPStream(0x02, token: [1], options: [(9, hex("09 14 25"))], payload: [1, 2, 3]).bytes
    #expect(listener.hear(connection, post)?["coap.oscore.piv_repeated"] == "false")
    #expect(listener.hear(connection, post)?["coap.oscore.piv_repeated"] == "true", "a stream has no copies")
    let ping = CoAPStream(0xE2, token: [1], options: [(9, hex("09 16 25"))], payload: [0xC3]).bytes
    let event = try #require(listener.hear(connection, ping))
    #expect(event["coap.opt.object_security_piv"] == "16" && event["violation.id"] == nil)
}

/// The same protected request again: from another end, or with another message id. What merely counts alike is none.
@Test("Protected requests played again") func protectedRequestsPlayedAgain() {
    let listener = Listener()
    func replayed(
        _ id: UInt16, payload: String = "sealed", from source: Endpoint = Listener.client, at seconds: Double = 0
    ) -> String? {
        listener.hear(message(.post, "09 14 25", payload: payload, id: id), from: source, at: seconds)?[
            "coap.oscore.replayed"]
    }
    let other = Endpoint(IPAddress(v4: 0xC000_0263), 40_000)
    #expect(replayed(1) == "false")
    #expect(replayed(1) == nil, "a copy by the message layer")
    #expect(replayed(1, from: other) == "true")
    #expect(replayed(2, payload: "another", from: other) == "false", "two clients that count alike")
    #expect(replayed(3) == "true")
    #expect(replayed(1, at: 300) == "true", "after the lifetime of the message id")
    let answer = listener.hearBack(message(.changed, "01 00", id: 9))
    #expect(answer?["coap.oscore.replayed"] == nil)
}

@Test("Answers in clear to protected requests") func answersInClear() {
    let listener = Listener()
    listener.hear(message(.post, "09 14 25", token: [1]))
    listener.hear(CoAPBuilder(.confirmable, .post, 2, token: [2], path: "a"))
    func unprotected(_ builder: CoAPBuilder) -> String? { listener.hearBack(builder)?["coap.oscore.unprotected"] }
    #expect(unprotected(CoAPBuilder(.acknowledgement, .changed, 1, token: [1])) == "true")
    let sealed = CoAPBuilder(.acknowledgement, .changed, 1, token: [1], options: [(9, [])], payload: "x")
    #expect(unprotected(sealed) == "false")
    #expect(unprotected(CoAPBuilder(.acknowledgement, .changed, 2, token: [2])) == nil, "a request in clear")
    #expect(unprotected(CoAPBuilder(.nonConfirmable, .changed, 3, token: [3])) == nil, "a request that was not seen")
}
