import Bytes
import Events
import TestSupport
import Testing
import WebSocket

/// Bytes that were not captured, and connections that began before.

@Test("a gap inside a payload keeps the frame boundaries") func aGapInsideAPayloadKeepsTheBoundaries() {
    var listener = Listener("mqtt")
    let frame = WebSocketFrames.client((0..<100).map { UInt8($0) })
    listener.feed(.toServer, Array(frame[..<50]))
    let seen1 = listener.table.noteMissing(listener.id, .toServer, 21)
    #expect(seen1 == 21)
    listener.feed(.toServer, Array(frame[71...]) + WebSocketFrames.client([0xC0, 0]))
    #expect(listener.bytes[.toServer] == (0..<44).map { UInt8($0) } + (65..<100).map { UInt8($0) } + [0xC0, 0])
    #expect(listener.violations[.toServer] == [])
}

@Test("A gap up to the end of a payload") func aGapUpToTheEndOfAPayload() {
    var listener = Listener("mqtt")
    let frame = WebSocketFrames.server((0..<100).map { UInt8($0) })
    listener.feed(.toClient, Array(frame[..<52]))
    let seen2 = listener.table.noteMissing(listener.id, .toClient, 50)
    #expect(seen2 == 50)
    listener.feed(.toClient, WebSocketFrames.server([7]))
    #expect(listener.bytes[.toClient] == (0..<50).map { UInt8($0) } + [7])
    #expect(listener.messages[.toClient]?.count == 2)
}

@Test("frames are found again behind a random gap", arguments: [Direction.toServer, .toClient])
func framesAreFoundAgain(_ direction: Direction) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    for _ in 0..<50 {
        var listener = Listener("mqtt")
        var stream: [UInt8] = []
        for index in 0..<200 {
            let key = (0..<4).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let payload = Array("message \(index);".utf8)
            stream +=
                direction == .toServer ? WebSocketFrames.client(payload, key: key) : WebSocketFrames.server(payload)
        }
        let gap = Int.random(in: 1...500, using: &random)
        let start = Int.random(in: 1..<1000, using: &random)
        listener.feed(direction, Array(stream[..<start]))
        _ = listener.table.noteMissing(listener.id, direction, gap)
        listener.feed(direction, Array(stream[(start + gap)...]))
        let seen = text(listener.bytes[direction] ?? [])
        #expect(seen.hasSuffix("message 198;message 199;"), "seed \(seed)")
        #expect(seen.split(separator: ";").count >= 190 - (gap / 15 + 4), "seed \(seed)")
        #expect(listener.violations[direction] == [], "seed \(seed)")
    }
}

@Test("no frame boundary is found in random bytes or text") func noiseIsNotFrames() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var proven = 0
    for _ in 0..<20 {
        let noise = (0..<4000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        var boundary = WebSocketBoundary(direction: .toServer, mayCompress: false)
        if case .proven = boundary.find(noise.span.bytes) { proven += 1 }
    }
    #expect(proven == 0, "seed \(seed)")
    let text = Array(String(repeating: "GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n", count: 100).utf8)
    for direction in [Direction.toServer, .toClient] {
        var boundary = WebSocketBoundary(direction: direction, mayCompress: true)
        if case .proven = boundary.find(text.span.bytes) { Issue.record("text is taken for frames") }
    }
}

/// Bytes that begin no frame are not kept for ever, however they come.
@Test("Searching is bounded") func searchingIsBounded() {
    var limits = WebSocketLimits()
    limits.waitingBytesPerStream = 10_000
    var listener = Listener("mqtt", limits: limits)
    _ = listener.table.noteMissing(listener.id, .toClient, 10)
    // The head of a frame that never ends, over and over.
    for _ in 0..<1000 { listener.feed(.toClient, [0x82, 126, 0xFF, 0xF0] + [UInt8](repeating: 0x33, count: 96)) }
    #expect(listener.dropped > 80_000)
    for index in 0..<400 { listener.feed(.toClient, WebSocketFrames.server(Array("message \(index);".utf8))) }
    #expect(text(listener.bytes[.toClient] ?? []).hasSuffix("message 399;"))
}

@Test("The answer is lost") func theAnswerIsLost() {
    var listener = Listener()
    listener.feed(.toServer, WebSocketFrames.request(extensions: "permessage-deflate"))
    listener.feed(
        .toServer, WebSocketFrames.frame(2, reserved: 4, key: [1, 2, 3, 4], [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 7, 0]))
    _ = listener.table.noteMissing(listener.id, .toClient, 200)
    for _ in 0..<4 { listener.feed(.toClient, WebSocketFrames.server([0xD0, 0])) }
    listener.feed(.toServer, [])
    #expect(text(listener.bytes[.toServer] ?? []) == "Hello", "what was offered is taken for agreed on")
    #expect(listener.bytes[.toClient] == [0xD0, 0, 0xD0, 0, 0xD0, 0, 0xD0, 0])
}

@Test("Tables are bounded") func tablesAreBounded() {
    var limits = WebSocketLimits()
    limits.connections = 3
    limits.waitingBytesTotal = 8192
    var table = WebSocketTable(limits: limits, uses: uses)
    var output = WebSocketOutput()
    let first = table.open(isClientFirst: true)
    let ids = (0..<3).map { _ in table.open(isClientFirst: false) }
    #expect(table.counters.connectionsEvicted == 1)
    #expect(table.count == 3)
    var offset = 0
    let one: [UInt8] = [1]
    let gone = table.feed(first, .toServer, one.span.bytes, from: &offset, into: &output)
    #expect(gone == .gone)
    let isClientFirst = table.isClientFirst(ids[0])
    #expect(!isClientFirst)
    let head = Array(("GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 5000)).utf8)
    for id in ids {
        offset = 0
        let progress = table.feed(id, .toServer, head.span.bytes, from: &offset, into: &output)
        #expect(progress == .done)
    }
    #expect(table.counters.waitingEvicted == 2)
    for id in ids { table.close(id) }
    #expect(table.count == 0)
}
