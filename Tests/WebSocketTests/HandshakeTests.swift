import Events
import TestSupport
import Testing
import WebSocket

/// Opening handshakes: RFC 6455, 4; the forms of fields by RFC 9110 and RFC 9112.

private func opened(_ request: String, _ answer: String) -> Listener {
    var listener = Listener()
    listener.feed(.toServer, Array(request.utf8))
    if !listener.refused { listener.feed(.toClient, Array(answer.utf8)) }
    return listener
}

private let request =
    "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\n"
    + "Sec-WebSocket-Protocol: chat, mqtt\r\nSec-WebSocket-Version: 13\r\n\r\n"
private let answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"

@Test("The example of the specification") func theExampleOfTheSpecification() {
    var listener = opened(request, answer + "\u{0}")
    #expect(listener.table.counters.opened == 1)
    let seen1 = listener.notes(.toServer)
    #expect(seen1.isEmpty)
    let seen2 = listener.notes(.toClient)
    #expect(seen2.isEmpty)
}

/// Ways to write the same: none of them is held against anybody.
private let forms: [(String, String)] = [
    ("Upgrade: websocket", "UPGRADE:WebSocket"),
    ("Upgrade: websocket", "upgrade \t:\t websocket \t"),
    ("Upgrade: websocket", "Upgrade: h2c, websocket"),
    ("Upgrade: websocket", "Upgrade:\r\n websocket"),
    ("Upgrade: websocket", "Upgrade: h2c,\r\n\twebsocket\r\n "),
    ("Connection: Upgrade", "Connection: keep-alive, Upgrade"),
    ("Connection: Upgrade", "Connection: keep-alive\r\nconnection: upgrade"),
    ("Sec-WebSocket-Protocol: chat, mqtt", "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: mqtt"),
    ("Sec-WebSocket-Protocol: chat, mqtt", "sec-websocket-protocol: ,,mqtt ,"),
    ("\r\n", "\n"),
    ("GET /chat HTTP/1.1", "GET /chat?a=b%20c:d HTTP/1.1\r\nX: \"Upgrade: no\""),
]

@Test("Odd forms", arguments: forms) func oddForms(_ from: String, _ to: String) {
    var parts = request.components(of: from)
    let changed = parts.removeFirst() + parts.map { to + $0 }.joined()
    #expect(changed != request)
    var listener = opened(changed, answer)
    #expect(listener.table.counters.opened == 1)
    let seen3 = listener.notes(.toServer)
    #expect(seen3.isEmpty)
    let seen4 = listener.notes(.toClient)
    #expect(seen4.isEmpty)
}

extension String {
    fileprivate func components(of separator: String) -> [String] {
        var parts: [[UInt8]] = [[]]
        let (all, wanted) = (Array(utf8), Array(separator.utf8))
        var index = 0
        while index < all.count {
            if all[index...].starts(with: wanted) {
                parts.append([])
                index += wanted.count
            } else {
                parts[parts.count - 1].append(all[index])
                index += 1
            }
        }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    fileprivate func with(_ from: String, _ to: String) -> String { components(of: from).joined(with: to) }
}

extension [String] {
    fileprivate func joined(with separator: String) -> String {
        dropFirst().reduce(first ?? "") { $0 + separator + $1 }
    }
}

private let wrongRequests: [(String, String)] = [
    ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"),
    ("Sec-WebSocket-Version: 13\r\n", ""),
    ("Connection: Upgrade", "Connection: close"),
    ("Host: server.example.com\r\n", ""),
    ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: short"),
    (
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    ),
]

@Test("Wrong request", arguments: wrongRequests) func wrongRequest(_ from: String, _ to: String) {
    var listener = opened(request.with(from, to), answer)
    let seen5 = listener.notes(.toServer)
    #expect(seen5 == ["RFC6455-4.1"])
}

private let wrongAnswers: [(String, String, [String])] = [
    ("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=", ["RFC6455-4.2.2"]),
    ("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "", ["RFC6455-4.2.2"]),
    ("Upgrade: websocket\r\n", "", ["RFC6455-4.2.2"]),
    ("Connection: Upgrade\r\n", "", ["RFC6455-4.2.2"]),
    ("Protocol: mqtt", "Protocol: coap", ["RFC6455-4.2.2", "MQTT-6.0.0-4"]),
    ("Sec-WebSocket-Protocol: mqtt\r\n", "", ["MQTT-6.0.0-4"]),
    ("Protocol: mqtt", "Protocol: chat", ["MQTT-6.0.0-4"]),
    ("Protocol: mqtt", "Protocol: MQTT", ["MQTT-6.0.0-4"]),
    (
        "Protocol: mqtt", "Protocol: mqtt\r\nSec-WebSocket-Extensions: permessage-deflate", ["RFC6455-9"]
    ),
    ("Protocol: mqtt", "Protocol: mqtt\r\nSec-WebSocket-Extensions: x-other", ["RFC6455-9"]),
]

@Test("Wrong answer", arguments: wrongAnswers) func wrongAnswer(_ from: String, _ to: String, _ expected: [String]) {
    var listener = opened(request, answer.with(from, to))
    #expect(listener.table.counters.opened == 1)
    let seen6 = listener.notes(.toClient)
    #expect(seen6 == expected)
    let seen7 = listener.notes(.toClient)
    #expect(seen7.isEmpty, "told once")
}

private let offers: [(String, [String])] = [
    ("Sec-WebSocket-Protocol: mqtt", []), ("Sec-WebSocket-Protocol: mqttv3.1", []),
    ("Sec-WebSocket-Protocol: mqttv3.1, mqtt", []), ("X: y", ["MQTT-6.0.0-3"]),
    ("Sec-WebSocket-Protocol: chat", ["MQTT-6.0.0-3"]), ("Sec-WebSocket-Protocol: Mqtt", ["MQTT-6.0.0-3"]),
    ("Sec-WebSocket-Protocol: mqttt", ["MQTT-6.0.0-3"]),
]

@Test("Offered subprotocols", arguments: offers) func offeredSubprotocols(_ field: String, _ expected: [String]) {
    var listener = opened(request.with("Sec-WebSocket-Protocol: chat, mqtt", field), answer)
    let seen8 = listener.notes(.toServer)
    #expect(seen8 == expected)
}

@Test("Each protocol has its own names") func eachProtocolHasItsOwnNames() {
    var listener = Listener("mqtt")
    let requested = listener.notes(.toServer, of: coap)
    #expect(requested == ["RFC8323-4.1"])
    let chosen = listener.notes(.toClient, of: coap)
    #expect(chosen == ["RFC8323-4.1"])
    var right = Listener("coap")
    let nothing = right.notes(.toServer, of: coap) + right.notes(.toClient, of: coap)
    #expect(nothing.isEmpty)
    // Of a protocol that WebSocket never carries nothing can be asked.
    var strange = Listener("mqtt")
    let unknown = strange.notes(.toServer, of: datagramOnly) + strange.notes(.toClient, of: 200)
    #expect(unknown.isEmpty)
}

/// However much the server sends behind its answer, what the client sent before it goes on at once.
@Test("Frames before the answer, and many behind it") func framesBeforeTheAnswer() {
    var limits = WebSocketLimits()
    limits.outputBytes = 64
    var listener = Listener(limits: limits)
    listener.feed(.toServer, WebSocketFrames.request() + WebSocketFrames.client(Array("early".utf8)))
    let late = [UInt8](repeating: 0x61, count: 300)
    listener.feed(.toClient, WebSocketFrames.answer() + WebSocketFrames.server(late))
    let (toServer, toClient) = (listener.bytes[.toServer], listener.bytes[.toClient])
    #expect(toServer == Array("early".utf8))
    #expect(toClient == late)
}

private let named: [(offered: String?, chosen: String?, protocol: UInt8?, ofMessages: UInt8?)] = [
    ("mqtt", "mqtt", mqtt, nil), ("mqtt, mqttv3.1", "mqttv3.1", mqtt, nil), ("coap", "coap", coap, coap),
    ("mqtt, coap", "coap", coap, coap), ("coap", nil, coap, coap), ("mqtt, coap", nil, nil, nil),
    ("coap, chat", nil, nil, nil), ("coap", "chat", nil, nil), ("mqtt", "coap", coap, coap), (nil, nil, nil, nil),
]

/// RFC 6455, 4.2.2: the server's choice counts; where it makes none, the only one that the client offered is meant.
@Test("The subprotocol names the protocol", arguments: named.indices)
func theSubprotocolNamesTheProtocol(_ index: Int) {
    let (offered, chosen, expected, ofMessages) = named[index]
    var listener = Listener()
    listener.feed(.toServer, WebSocketFrames.request(offered))
    listener.feed(.toClient, WebSocketFrames.answer(chosen))
    let (found, foundOfMessages) = (
        listener.table.namedProtocol(listener.id), listener.table.protocolOfMessages(listener.id)
    )
    #expect(found == expected)
    #expect(foundOfMessages == ofMessages)
}

/// What a message of text breaks is said by the protocol inside, and once.
@Test("Messages of text", arguments: [(mqtt, ["MQTT-6.0.0-1"]), (coap, ["RFC8323-4.2"]), (datagramOnly, [])])
func messagesOfText(_ number: UInt8, _ expected: [String]) {
    var listener = Listener(number == coap ? "coap" : "mqtt")
    listener.table.noteText(listener.id, .toServer)
    let toClient = listener.notes(.toClient, of: number)
    #expect(toClient.isEmpty)
    let toServer = listener.notes(.toServer, of: number)
    #expect(toServer == expected)
    let again = listener.notes(.toServer, of: number)
    #expect(again.isEmpty)
    listener.table.noteText(listener.id, .toClient)
    let left = names(listener.table.close(listener.id, of: number))
    #expect(left == expected)
}

private let others = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\nUpgrade: websocket\r\n\r\n",
    "GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n", "GET /websocket\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-Upgrade: websocket\r\n\r\nUpgrade: websocket\r\n\r\n",
]

@Test("Other requests", arguments: others) func otherRequests(_ request: String) {
    let listener = opened(request, answer)
    #expect(listener.refused == true)
    #expect(listener.table.counters.refused == 1)
}

@Test(
    "Refusals",
    arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1.1 200 OK\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.1 1x1\r\n\r\n",
    ])
func refusals(_ answer: String) {
    let listener = opened(request, answer)
    #expect(listener.refused == true)
}

@Test("1xx answers before the handshake are passed over") func interimAnswersArePassedOver() {
    let listener = opened(request, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer)
    #expect(listener.table.counters.opened == 1)
}

@Test("Heads are bounded") func headsAreBounded() {
    var limits = WebSocketLimits()
    limits.httpBytes = 40_000
    var listener = Listener(limits: limits)
    listener.feed(.toServer, Array("GET / HTTP/1.1\r\n".utf8))
    for _ in 0..<400 where !listener.refused {
        listener.feed(.toServer, Array("X-Padding: \(String(repeating: "x", count: 100))\r\n".utf8))
    }
    #expect(listener.refused == true)
}

@Test("a handshake byte by byte, and pipelined") func byteByByteAndPipelined() {
    let frames = WebSocketFrames.server([0x20, 2, 0, 0]) + WebSocketFrames.server([0xD0, 0])
    var whole = Listener()
    whole.feed(.toServer, Array(request.utf8))
    whole.feed(.toClient, Array(answer.utf8) + frames)
    #expect(whole.bytes[.toClient] == [0x20, 2, 0, 0, 0xD0, 0])
    var slow = Listener()
    for byte in request.utf8 { slow.feed(.toServer, [byte]) }
    for byte in Array(answer.utf8) + frames { slow.feed(.toClient, [byte]) }
    #expect(slow.bytes[.toClient] == whole.bytes[.toClient])
    // A client that does not wait for the answer.
    var eager = Listener()
    eager.feed(.toServer, Array(request.utf8) + WebSocketFrames.client([0xC0, 0]))
    eager.feed(.toServer, WebSocketFrames.client([0xE0, 0]))
    #expect(eager.bytes[.toServer] == [])
    eager.feed(.toClient, Array(answer.utf8))
    #expect(eager.bytes[.toServer] == [0xC0, 0, 0xE0, 0])
}

@Test("An answer without its request") func anAnswerWithoutItsRequest() {
    var listener = Listener()
    listener.feed(.toClient, Array(answer.utf8) + WebSocketFrames.server([0x20, 2, 0, 0]))
    #expect(listener.bytes[.toClient] == [0x20, 2, 0, 0])
    let seen15 = listener.notes(.toClient)
    #expect(seen15.isEmpty)
    for _ in 0..<4 { listener.feed(.toServer, WebSocketFrames.client([0xC0, 0])) }
    #expect(listener.bytes[.toServer] == [0xC0, 0, 0xC0, 0, 0xC0, 0, 0xC0, 0])
}
