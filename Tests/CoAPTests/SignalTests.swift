import Bytes
import CoAP
import Events
import Tables
import TestSupport
import Testing

private func code(_ class: UInt8, _ detail: UInt8) -> UInt8 { `class` << 5 | detail }
private let csm = code(7, 1)

/// Names, numbers and formats of RFC 8323, 5.3 to 5.6 and 11.2, and of RFC 8974, 2.2.1; OSCORE under every code by
/// RFC 8613, 13.3.
@Test(
    "Signal options",
    arguments: [
        (1, 2, "Max-Message-Size", 0...4), (1, 4, "Block-Wise-Transfer", 0...0), (1, 6, "Extended-Token-Length", 0...3),
        (2, 2, "Custody", 0...0), (3, 2, "Custody", 0...0), (4, 2, "Alternative-Address", 1...255),
        (4, 4, "Hold-Off", 0...3), (5, 2, "Bad-CSM-Option", 0...2), (3, 9, "OSCORE", 0...255),
    ])
func signalOptions(detail: UInt8, number: UInt16, name: String, lengths: ClosedRange<Int>) throws {
    let option = CoAPSignalOption(CoAPCode(7, detail), number)
    #expect(option.name?.description == name)
    let definition = try #require(option.definition)
    #expect(definition.allows(length: lengths.lowerBound) && definition.allows(length: lengths.upperBound))
    #expect(!definition.allows(length: lengths.upperBound + 1))
    #expect(definition.isRepeatable == (name == "Alternative-Address"))
    // A number means nothing under another code.
    if number != 9 { #expect(CoAPSignalOption(CoAPCode(7, 7), number).definition == nil) }
}

@Test("Signal fields") func signalFields() throws {
    let listener = Listener()
    let connection = listener.connect()
    let first = try #require(
        listener.hear(connection, CoAPStream(csm, options: [(2, [0x10, 0]), (4, []), (6, [0x20])]).bytes))
    #expect(first["coap.signal"] == "CSM" && first["coap.code"] == "7.01" && first["coap.class"] == "signal")
    #expect(first["coap.opt.max_message_size"] == "4096" && first["coap.opt.block_wise_transfer"] == "true")
    #expect(first["coap.opt.extended_token_length"] == "32")
    for absent in ["coap.version", "coap.type", "coap.mid", "coap.retransmitted", "coap.opt.etag", "violation.id"] {
        #expect(first[absent] == nil, "\(absent)")
    }
    #expect(first["coap.session.midstream"] == "false" && first.direction == .toServer)
    listener.hear(connection, CoAPStream.csm(), isBack: true)
    let ping = try #require(listener.hear(connection, CoAPStream(code(7, 2), token: [7], options: [(2, [])]).bytes))
    #expect(ping["coap.signal"] == "Ping" && ping["coap.opt.custody"] == "true")
    let pong = try #require(
        listener.hear(connection, CoAPStream(code(7, 3), token: [7]).bytes, isBack: true, at: 0.25))
    #expect(pong["coap.signal"] == "Pong" && pong["coap.matched"] == "true" && pong["coap.response_time"] == "250000")
    #expect(pong["coap.opt.custody"] == nil && pong.direction == .toClient)
    let stray = try #require(listener.hear(connection, CoAPStream(code(7, 3), token: [8]).bytes, isBack: true))
    #expect(stray["coap.matched"] == "false")
    let release = try #require(
        listener.hear(
            connection,
            CoAPStream(
                code(7, 4), options: [(2, Array("[2001:db8::1]:5683".utf8)), (2, Array("b".utf8)), (4, [60])],
                payload: Array("maintenance".utf8)
            ).bytes, isBack: true))
    #expect(release.list("coap.opt.alternative_address") == ["[2001:db8::1]:5683", "b"])
    #expect(release["coap.opt.hold_off"] == "60" && release["coap.payload"] == "maintenance")
    let abort = try #require(listener.hear(connection, CoAPStream(code(7, 5), options: [(2, [3])]).bytes))
    #expect(abort["coap.opt.bad_csm_option"] == "3" && abort["violation.id"] == nil)
}

/// A message behind a CSM from each side, and what it breaks; made by hand from the text of the section.
private let broken: [([UInt8], String)] = [
    (CoAPStream(code(7, 6)).bytes, "RFC8323-5.1"),
    (CoAPStream(code(7, 0)).bytes, "RFC8323-5.1"),
    (CoAPStream(code(7, 5), payload: [0xC3, 0x28]).bytes, "RFC8323-5.1"),
    (CoAPStream(csm, options: [(3, [1])]).bytes, "RFC8323-5.2"),
    (CoAPStream(code(7, 2), options: [(1, [])]).bytes, "RFC8323-5.2"),
    (CoAPStream(csm, options: [(2, [1, 2, 3, 4, 5])]).bytes, "RFC8323-5.2"),
    (CoAPStream(csm, options: [(4, [1])]).bytes, "RFC8323-5.2"),
    (CoAPStream(csm, options: [(2, [5]), (2, [6])]).bytes, "RFC8323-5.2"),
    (CoAPStream(0x02, path: "a", payload: [UInt8](repeating: 0, count: 1149)).bytes, "RFC8323-5.3.1"),
    (CoAPStream(0x01, token: [UInt8](repeating: 7, count: 13)).bytes, "RFC8974-2.2.1"),
    (CoAPStream(0x03, options: [(27, [0x0F])], payload: [UInt8](repeating: 0, count: 1000)).bytes, "RFC8323-6"),
    (CoAPStream(0x00, token: [1]).bytes, "RFC7252-4.1"),
    (CoAPStream(0x21).bytes, "RFC7252-3"),
    (CoAPStream(0x1F).bytes, "RFC7252-12.1.1"),
]

@Test("Broken stream messages", arguments: broken) func brokenStreamMessages(bytes: [UInt8], id: String) throws {
    let listener = Listener()
    let connection = listener.connect()
    #expect(listener.hear(connection, CoAPStream.csm())?["violation.id"] == nil)
    #expect(listener.hear(connection, CoAPStream.csm(), isBack: true)?["violation.id"] == nil)
    let event = try #require(listener.hear(connection, bytes))
    #expect(event["violation.id"] == id)
    #expect(event["violation.fatal"] == "false")
}

/// Messages near the broken ones that keep the rules.
@Test(
    "valid messages of a stream show no violation",
    arguments: [
        CoAPStream(code(7, 1), options: [(8, [1, 2, 3])]), CoAPStream(code(7, 2), options: [(4, [1])]),
        CoAPStream(0x02, path: "a", payload: [UInt8](repeating: 0, count: 1145)),
        CoAPStream(0x01, token: [UInt8](repeating: 7, count: 8)),
        CoAPStream(0x45, token: [UInt8](repeating: 7, count: 13)), CoAPStream(0x00),
        CoAPStream(0x03, options: [(27, [0x0F])], payload: [UInt8](repeating: 0, count: 1024)),
        CoAPStream(0x03, options: [(27, [0x07])], payload: [UInt8](repeating: 0, count: 700)),
        CoAPStream(0x01, path: "status", options: [(23, [0x37])]),
    ])
func unbrokenStreamMessages(message: CoAPStream) throws {
    let listener = Listener()
    let connection = listener.connect()
    listener.hear(connection, CoAPStream.csm())
    listener.hear(connection, CoAPStream.csm(), isBack: true)
    #expect(try #require(listener.hear(connection, message.bytes)).list("violation.id") == [])
}

/// RFC 8323, 5.3: one CSM by each end, first.
@Test("a connection begins with a CSM (RFC 8323, 5.3)") func aConnectionBeginsWithACSM() throws {
    let request = CoAPStream(0x01, token: [1], path: "a").bytes
    let listener = Listener()
    let connection = listener.connect()
    #expect(listener.hear(connection, request)?["violation.id"] == "RFC8323-5.3")
    #expect(listener.hear(connection, request)?["violation.id"] == nil, "it is told once")
    #expect(
        listener.hear(connection, CoAPStream(0x45, token: [1]).bytes, isBack: true)?["violation.id"] == "RFC8323-5.3")
    // What was not seen is held against nobody.
    #expect(listener.hear(listener.connect(isFromStart: false), request)?["violation.id"] == nil)
    let gapped = listener.connect()
    listener.noteGap(gapped)
    #expect(listener.hear(gapped, request)?["violation.id"] == nil)
    listener.closeConnection(connection)
    let stray = try #require(listener.hear(connection, request))
    #expect(stray["coap.session.midstream"] == "true" && stray["violation.id"] == nil)
}

/// RFC 8323, 5.3.1: the value of the receiver counts, the last one that it sent; what a CSM leaves out stays.
@Test("the limit on message size is that of the receiver") func theReceiversLimitCounts() throws {
    let listener = Listener()
    let connection = listener.connect()
    let long = CoAPStream(0x02, token: [1], payload: [UInt8](repeating: 0, count: 2000)).bytes
    listener.hear(connection, CoAPStream.csm(100_000))
    listener.hear(connection, CoAPStream.csm(4096), isBack: true)
    #expect(listener.hear(connection, long)?["violation.id"] == nil)
    listener.hear(connection, CoAPStream(csm).bytes, isBack: true)
    #expect(listener.hear(connection, long)?["violation.id"] == nil)
    listener.hear(connection, CoAPStream.csm(1500), isBack: true)
    #expect(listener.hear(connection, long)?["violation.id"] == "RFC8323-5.3.1")
    let back = CoAPStream(0x44, token: [1], payload: [UInt8](repeating: 0, count: 2000)).bytes
    #expect(listener.hear(connection, back, isBack: true)?["violation.id"] == nil, "the other end takes more")
    listener.hear(connection, CoAPStream(code(7, 5)).bytes)
    #expect(listener.hear(connection, CoAPStream(0x00).bytes)?["violation.id"] == "RFC8323-5.6")
    #expect(listener.hear(connection, CoAPStream(0x00).bytes, isBack: true)?["violation.id"] == nil)
}

/// RFC 8323, 3.3: both ends ask, under tokens of their own; another connection has others.
@Test("requests over TCP are matched with their responses") func requestsMeetTheirResponses() throws {
    let listener = Listener()
    let (one, two) = (listener.connect(isFromStart: false), listener.connect(isFromStart: false))
    listener.hear(one, CoAPStream(0x01, token: [9], path: "temp").bytes, at: 1)
    let asked = try #require(listener.hear(one, CoAPStream(0x03, token: [9], path: "led").bytes, isBack: true, at: 1))
    #expect(asked.direction == .toServer, "the acceptor may ask as well")
    let other = try #require(listener.hear(two, CoAPStream(0x45, token: [9]).bytes, isBack: true, at: 1))
    #expect(other["coap.matched"] == "false")
    let content = try #require(listener.hear(one, CoAPStream(0x45, token: [9]).bytes, isBack: true, at: 1.5))
    #expect(content["coap.request.uri_path"] == "/temp" && content["coap.request.method"] == "GET")
    #expect(content["coap.response_time"] == "500000" && content.direction == .toClient)
    let changed = try #require(listener.hear(one, CoAPStream(0x44, token: [9]).bytes, at: 2))
    #expect(changed["coap.request.uri_path"] == "/led" && changed.direction == .toClient)
    // Long tokens that differ behind their eighth byte only (RFC 8974).
    let (left, right) = ([UInt8](repeating: 1, count: 20), [UInt8](repeating: 1, count: 19) + [2])
    listener.hear(one, CoAPStream(0x01, token: left, path: "l").bytes)
    listener.hear(one, CoAPStream(0x01, token: right, path: "r").bytes)
    let answer = try #require(listener.hear(one, CoAPStream(0x45, token: left).bytes, isBack: true))
    #expect(answer["coap.request.uri_path"] == "/l")
}

/// RFC 8323, 6.1 and 6.2: blocks of BERT.
@Test("Bert blocks") func bertBlocks() throws {
    let listener = Listener()
    let connection = listener.connect(isFromStart: false)
    let body = [UInt8](repeating: 0x61, count: 3072)
    let event = try #require(
        listener.hear(connection, CoAPStream(0x45, options: [(23, [0x0F])], payload: body).bytes, isBack: true))
    #expect(event["coap.opt.block2"] == "0/1/BERT" && event["violation.id"] == nil)
    #expect(event["coap.payload_length"] == "3072")
    let put = try #require(
        listener.hear(connection, CoAPStream(0x03, path: "options", options: [(27, [0x01, 0x87])]).bytes))
    #expect(put["coap.opt.block1"] == "24/0/BERT")
}

/// RFC 8323, 4.2: over WebSocket the length is 0, and what it is means nothing.
@Test("Web socket messages") func webSocketMessages() throws {
    let listener = Listener()
    let connection = listener.connect()
    let hello = CoAPStream(csm, options: [(2, [8, 0])]).webSocketBytes
    let first = try #require(listener.hear(connection, hello, over: .webSocket))
    #expect(first["coap.opt.max_message_size"] == "2048" && first["violation.id"] == nil)
    let request = try #require(
        listener.hear(
            connection, CoAPStream(0x02, token: [1, 2], path: "a/b", payload: Array("on".utf8)).webSocketBytes,
            over: .webSocket))
    #expect(request["coap.uri_path"] == "/a/b" && request["coap.payload"] == "on" && request["coap.token"] == "0102")
    var wrong = CoAPStream(0x01, path: "x").webSocketBytes
    wrong[0] |= 0xD0
    let event = try #require(listener.hear(connection, wrong, over: .webSocket))
    #expect(event["violation.id"] == "RFC8323-4.2" && event["coap.uri_path"] == "/x")
}

@Test("Connections are bounded") func connectionsAreBounded() {
    var limits = CoAPLimits()
    limits.connections = 4
    let listener = Listener(limits)
    let all = (0..<10).map { _ in listener.connect() }
    #expect(listener.counters.evictedConnections == 6)
    #expect(listener.hear(all[0], CoAPStream.csm())?["coap.session.midstream"] == "true")
    #expect(listener.hear(all[9], CoAPStream.csm())?["coap.session.midstream"] == "false")
}

@Test("Table of extension violations") func tableOfExtensionViolations() {
    #expect(CoAPExtensionViolation.allCases.count <= 32)
    var seen: [CoAPExtensionSection] = []
    for violation in CoAPExtensionViolation.allCases {
        var set = CoAPExtensionViolations()
        set.insert(violation)
        #expect(set.contains(violation) && !set.isEmpty && set.popFirst() == violation && set.isEmpty)
        #expect(violation.summary.utf8CodeUnitCount > 0)
        if seen.last != violation.section {
            #expect(!seen.contains(violation.section))
            seen.append(violation.section)
        }
    }
}
