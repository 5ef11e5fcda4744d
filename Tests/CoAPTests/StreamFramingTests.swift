import Bytes
import CoAP
import Events
import Tables
import TestSupport
import Testing

private func frame(_ bytes: [UInt8]) -> FrameVerdict { CoAPFraming.frame(bytes.span.bytes) }

/// Figures of RFC 8323, 3.2 (figure 6: a 2.03 with token 7f) and 5.7 (figures 13 and 14: Ping and Pong with token 42).
@Test("Figures of the specification") func figuresOfTheSpecification() throws {
    #expect(frame(hex("01 43 7f")) == .message(3))
    let valid = try #require(streamed(hex("01 43 7f")))
    #expect(valid.code == .valid && valid.token.count == 1 && valid.options.isEmpty && !valid.violations.isFatal)
    for (text, code) in [("01 e2 42", CoAPCode.ping), ("01 e3 42", .pong)] {
        #expect(frame(hex(text)) == .message(3))
        let message = try #require(streamed(hex(text)))
        #expect(message.code == code && message.token.count == 1)
        #expect(message.violations.isEmpty && message.extensions.isEmpty)
    }
}

/// Both sides of each border of the length: RFC 8323, 3.2.
@Test(
    "Lengths",
    arguments: [
        (0, 2), (1, 2), (12, 2), (13, 3), (14, 3), (268, 3), (269, 4), (270, 4), (65_804, 4), (65_805, 6), (65_806, 6),
    ])
func lengths(body: Int, header: Int) throws {
    let payload = [UInt8](repeating: 0x61, count: max(0, body - 1))
    let bytes = CoAPStream(0x45, payload: payload).bytes
    // A payload of n bytes makes n + 1 bytes of body; one byte of body is an option without a value.
    let message = body == 1 ? CoAPStream(0x45, options: [(4, [])]).bytes : bytes
    #expect(message.count == header + body)
    #expect(frame(message) == .message(header + body))
    #expect(frame(message + [0, 0]) == .message(header + body))
    if body != 1 { #expect(try #require(streamed(message)).payloadLength == payload.count) }
}

/// RFC 8974, 2.1: lengths of tokens and where they stand, over UDP and over TCP.
@Test("Token lengths", arguments: [0, 1, 8, 13, 14, 20, 268, 269, 270, 1000, 65_804])
func tokenLengths(count: Int) throws {
    let token = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let bytes = CoAPStream(0x01, token: token, path: "a").bytes
    #expect(frame(bytes) == .message(bytes.count))
    let message = try #require(streamed(bytes))
    #expect(message.token.count == count && message.violations.isEmpty)
    #expect(Array(bytes[message.token.offset..<message.token.end]) == token)
    let extra = count < 13 ? 0 : count < 269 ? 1 : 2
    // The same token in a datagram stands four bytes behind its beginning.
    let datagram = [0x40 | bytes[0] & 15, 0x01, 0x12, 0x34] + bytes[2...]
    let read = CoAPMessage(datagram.span.bytes)
    let udp = try #require(read)
    #expect(udp.token.offset == 4 + extra && udp.token.count == count && udp.violations.isEmpty)
    let event = try #require(Listener().hear(datagram))
    #expect(event["coap.uri_path"] == "/a" && event["violation.id"] == nil)
}

@Test("Reserved token lengths", arguments: [9, 10, 11, 12, 15]) func reservedTokenLengths(nibble: Int) throws {
    let bytes = hex("00 01") + [UInt8](repeating: 0, count: 20)
    #expect(frame([UInt8(nibble)] + bytes.dropFirst()) == .lost(told: min(bytes.count, 8)))
    let listener = Listener()
    let event = try #require(listener.hear(listener.connect(isFromStart: false), [UInt8(nibble), 1, 0, 0, 0, 0, 0, 0]))
    #expect(event["violation.id"] == "RFC7252-3" && event["violation.fatal"] == "true")
}

/// Whatever the first byte, a message is as long as its header says, and each truncation is incomplete.
@Test("Every nibble of a stream") func everyNibbleOfAStream() {
    for first in UInt8.min...UInt8.max {
        let bytes = [first] + [UInt8](repeating: 0x01, count: 700)
        let nibble = Int(first >> 4)
        let tokenNibble = Int(first & 15)
        guard tokenNibble <= 8 || tokenNibble == 13 || tokenNibble == 14 else {
            #expect(frame(bytes) == .lost(told: min(bytes.count, 8)))
            continue
        }
        let extended = [13: 1, 14: 2, 15: 4][nibble] ?? 0
        let body = [13: 1 + 13, 14: 0x0101 + 269, 15: 0x0101_0101 + 65_805][nibble] ?? nibble
        let token = [13: 1 + 13 + 1, 14: 0x0101 + 269 + 2][tokenNibble] ?? tokenNibble
        let total = 2 + extended + token + body
        for count in 0...bytes.count {
            let known = count >= 2 + extended + (tokenNibble == 13 ? 1 : tokenNibble == 14 ? 2 : 0)
            let expected: FrameVerdict =
                count >= total ? .message(total) : .incomplete(total: known ? total : nil)
            if frame(Array(bytes.prefix(count))) != expected {
                Issue.record("first byte \(first), \(count) bytes: \(frame(Array(bytes.prefix(count))))")
            }
        }
    }
}

/// Every truncation of a message: as a head it is read as far as it goes and breaks nothing.
@Test("Every truncation of a streamed message") func everyTruncationOfAStreamedMessage() throws {
    let message = CoAPStream(
        0x02, token: [1, 2, 3, 4], path: "fw/image", options: [(12, [42]), (27, [0x16]), (60, [0x10, 0])],
        payload: [UInt8](repeating: 0xC3, count: 400)
    ).bytes
    for count in 0...message.count {
        let head = Array(message.prefix(count))
        guard let read = streamed(head, wholeLength: message.count) else {
            #expect(count < 4, "\(count)")
            continue
        }
        #expect(read.violations.isEmpty && read.extensions.isEmpty, "\(count)")
        #expect(read.length == message.count)
        #expect(read.payload.end <= count)
    }
    let whole = try #require(streamed(message))
    #expect(whole.payloadLength == 400 && whole.payload.count == 400)
    let cut = try #require(streamed(Array(message.prefix(100)), wholeLength: message.count))
    #expect(cut.payloadLength == 400 && cut.payload.count < 100)
}
