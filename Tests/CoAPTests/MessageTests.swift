import Bytes
import CoAP
import TestSupport
import Testing

/// RFC 7252, appendix A, figures 16 and 17: the bytes as drawn there.
@Test("Figure16") func figure16() throws {
    let request = try #require(Listener().hear(hex("40 01 7d34 bb 74656d7065726174757265")))
    #expect(request["coap.length"] == "16")
    #expect(request["coap.version"] == "1")
    #expect(request["coap.type"] == "CON")
    #expect(request["coap.code"] == "0.01")
    #expect(request["coap.method"] == "GET")
    #expect(request["coap.class"] == "request")
    #expect(request["coap.mid"] == String(0x7d34))
    #expect(request["coap.token"] == nil)
    #expect(request["coap.uri_path"] == "/temperature")
    #expect(request["coap.payload"] == nil && request["coap.payload_length"] == nil)
    #expect(request["violation.id"] == nil && request["violation.fatal"] == nil)
    let response = try #require(Listener().hear(hex("60 45 7d34 ff 32322e332043")))
    #expect(response["coap.length"] == "11")
    #expect(response["coap.type"] == "ACK")
    #expect(response["coap.code"] == "2.05")
    #expect(response["coap.class"] == "success")
    #expect(response["coap.method"] == nil && response["coap.uri_path"] == nil)
    #expect(response["coap.payload"] == "22.3 C")
    #expect(response["coap.payload_length"] == "6" && response["payload.bytes"] == "6")
    #expect(response["violation.id"] == nil)
}

@Test("Figure17") func figure17() throws {
    let request = try #require(Listener().hear(hex("41 01 7d35 20 bb 74656d7065726174757265")))
    #expect(request["coap.length"] == "17")
    #expect(request["coap.token"] == "20")
    #expect(request["coap.uri_path"] == "/temperature")
    let response = try #require(Listener().hear(hex("61 45 7d35 20 ff 32322e332043")))
    #expect(response["coap.length"] == "12")
    #expect(response["coap.token"] == "20")
    #expect(response["coap.payload"] == "22.3 C")
}

/// RFC 7252, 3: shorter than a header, or of another version and not without fault otherwise, is no message; a record of DTLS
/// and a message of STUN are none.
@Test(
    "Refused",
    arguments: [
        "", "40", "4001", "400112", "c0011234bb74", "00001234", "00ff1234", "09011234",
        "16fefd0000000000000000002001000014", "000100002112a442aabbccddeeff001122334455",
    ])
func refused(text: String) {
    #expect(Listener().hear(hex(text)) == nil)
}

/// RFC 7252, 3: its receiver ignores it, so that it is told and counts for nothing.
@Test("Another version", arguments: [("00011234b174", "0"), ("81011234c1b174", "2"), ("c0451234", "3")])
func anotherVersion(text: String, version: String) throws {
    let listener = Listener()
    let event = try #require(listener.hear(hex(text)))
    #expect(event["coap.version"] == version)
    #expect(event["violation.id"]?.contains("RFC7252-3") == true, "\(event)")
    // The message that it would be is no copy of it.
    let same = try #require(listener.hear(hex("4" + text.dropFirst())))
    #expect(same["coap.version"] == "1" && same["coap.copies"] == nil, "\(same)")
}

/// A message of every kind of part.
private let full = CoAPBuilder(
    .nonConfirmable, .post, 0xBEEF, token: [1, 2, 3, 4, 5, 6, 7, 8], path: "sensors/temp",
    options: [
        (3, Array("example.net".utf8)), (12, [50]), (15, Array(repeating: 0x61, count: 20)), (17, []), (27, [0x0E]),
        (60, [0x04, 0x00]), (292, [9]), (2048, Array(repeating: 0, count: 300)),
    ], payload: String(repeating: "x", count: 1024))

@Test("Every truncation") func everyTruncation() throws {
    let bytes = full.bytes
    let boundaries = full.boundaries
    let marker = try #require(boundaries.max())
    for count in 0...bytes.count {
        let event = Listener().hear(Array(bytes.prefix(count)))
        guard count >= 4 else {
            #expect(event == nil)
            continue
        }
        let isWhole = boundaries.contains(count) || count > marker
        #expect((event?["violation.fatal"] == "true") == !isWhole, "cut at \(count)")
        #expect(event?["coap.mid"] == String(0xBEEF))
        if count == marker + 1 { #expect(event?.list("violation.id").contains("RFC7252-3") == true) }
    }
    #expect(Listener().hear(full)?["violation.id"] == nil)
}

/// What was encoded comes back, whatever the numbers and lengths are.
@Test("Round trip") func roundTrip() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    for _ in 0..<3000 {
        let message = randomMessage(&random)
        let bytes = message.bytes
        guard let read = CoAPMessage(bytes.span.bytes) else {
            Issue.record("refused, seed \(seed)")
            continue
        }
        #expect(!read.violations.isFatal, "seed \(seed)")
        #expect(
            read.type == message.type && read.code == message.code && read.messageID == message.messageID,
            "seed \(seed)")
        #expect(Array(bytes[read.token.offset..<read.token.end]) == message.token, "seed \(seed)")
        #expect(Array(bytes[read.payload.offset..<read.payload.end]) == message.payload, "seed \(seed)")
        var walk = CoAPOptionWalk(read.options)
        var found: [(Int, [UInt8])] = []
        while case .option(let instance) = walk.next(bytes.span.bytes) {
            found.append((Int(instance.option.rawValue), Array(bytes[instance.value.offset..<instance.value.end])))
        }
        #expect(found.elementsEqual(message.sortedOptions) { $0.0 == $1.number && $0.1 == $1.value }, "seed \(seed)")
    }
}

private func randomMessage(_ random: inout SeededGenerator) -> CoAPBuilder {
    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) } }
    var message = CoAPBuilder(
        CoAPType(rawValue: UInt8.random(in: 0..<4, using: &random)),
        CoAPCode(rawValue: UInt8.random(in: 0...255, using: &random)), UInt16.random(in: 0...0xFFFF, using: &random))
    message.token = bytes(Int.random(in: 0...8, using: &random))
    message.payload = bytes(Int.random(in: 0...40, using: &random))
    let lengths = [0, 1, 8, 12, 13, 14, 20, 268, 269, 300]
    let numbers = [0, 1, 3, 4, 6, 11, 11, 12, 13, 15, 23, 27, 60, 258, 268, 269, 281, 282, 2049, 65_535]
    for _ in 0..<Int.random(in: 0...6, using: &random) {
        let number = numbers.randomElement(using: &random) ?? 0
        message.options.append((number, bytes(lengths.randomElement(using: &random) ?? 0)))
    }
    return message
}

/// Bytes of any kind are an event or refused, and every field can be read: nothing traps.
@Test("random bytes never trap") func byteSoup() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    let listener = Listener()
    for round in 0..<4000 {
        var bytes = (0..<Int.random(in: 0...48, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        if round % 2 == 0, !bytes.isEmpty { bytes[0] = 0x40 | bytes[0] & 0x37 }
        let swaps = round % 3 == 0
        let event = listener.hear(
            bytes, from: swaps ? Listener.server : Listener.client, to: swaps ? Listener.client : Listener.server,
            at: Double.random(in: -1e6...1e6, using: &random))
        if bytes.count >= 4, bytes[0] >> 6 != 1 {
            // What is without any other fault is told for its version.
            if let event { #expect(event["violation.id"]?.contains("RFC7252-3") == true, "seed \(seed)") }
        } else {
            #expect((event != nil) == (bytes.count >= 4), "seed \(seed)")
        }
    }
}

/// A valid message with a few bytes changed: as above, and the same bytes give the same event.
@Test("Mutated messages") func mutatedMessages() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    let original = Array(full.bytes.prefix(460))
    for _ in 0..<1500 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            bytes[Int.random(in: 1..<120, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        #expect(Listener().hear(bytes)?.fields == Listener(seed: 99).hear(bytes)?.fields, "seed \(seed)")
    }
}
