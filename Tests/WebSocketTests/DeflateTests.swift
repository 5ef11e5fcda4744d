import Bytes
import Events
import TestSupport
import Testing
import WebSocket

/// permessage-deflate: RFC 7692, 7.

private let deflate = "permessage-deflate"

/// The examples of 7.2.3: frames of a server, and the messages in them.
private let examples: [(String, [UInt8], [String])] = [
    ("one frame", [0xC1, 7, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 7, 0], ["Hello"]),
    ("two frames", [0x41, 3, 0xF2, 0x48, 0xCD, 0x80, 4, 0xC9, 0xC9, 7, 0], ["Hello"]),
    (
        "a shared window", [0xC1, 7, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0xC1, 5, 0xF2, 0, 0x11, 0, 0],
        ["Hello", "Hello"]
    ),
    ("no compression", [0xC1, 11, 0, 5, 0, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0], ["Hello"]),
    ("a block that says it is the last", [0xC1, 8, 0xF3, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0], ["Hello"]),
    (
        "the last block, and one that shares its window",
        [0xC1, 8, 0xF3, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0, 0xC1, 5, 0xF2, 0, 0x11, 0, 0], ["Hello", "Hello"]
    ),
    ("two blocks", [0xC1, 13, 0xF2, 0x48, 5, 0, 0, 0, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 7, 0], ["Hello"]),
    ("an empty message", [0xC1, 1, 0], [""]),
    ("one that is not compressed", [0x81, 5, 0x48, 0x65, 0x6C, 0x6C, 0x6F], ["Hello"]),
    ("a ping in between", [0x41, 3, 0xF2, 0x48, 0xCD, 0x89, 0, 0x80, 4, 0xC9, 0xC9, 7, 0], ["Hello"]),
]

@Test("Examples of the specification", arguments: examples) func examplesOfTheSpecification(
    _ name: String, _ bytes: [UInt8], _ messages: [String]
) {
    for isSlow in [false, true] {
        var listener = Listener("mqtt", extensions: deflate)
        for part in isSlow ? bytes.map({ [$0] }) : [bytes] { listener.feed(.toClient, part) }
        #expect(listener.messages[.toClient]?.map { text($0.bytes) } == messages, "\(name)")
        #expect(listener.violations[.toClient] == [])
        #expect(listener.holes == 0)
    }
}

private let parameters: [(String, [String])] = [
    ("permessage-deflate", []),
    ("permessage-deflate; server_no_context_takeover; client_no_context_takeover", []),
    ("permessage-deflate;server_max_window_bits=9;client_max_window_bits=\"10\"", []),
    ("Permessage-Deflate ; Server_Max_Window_Bits = 15", []),
    ("permessage-deflate; server_max_window_bits", ["RFC7692-7"]),
    ("permessage-deflate; server_max_window_bits=7", ["RFC7692-7"]),
    ("permessage-deflate; server_max_window_bits=16", ["RFC7692-7"]),
    ("permessage-deflate; client_max_window_bits=08", ["RFC7692-7"]),
    ("permessage-deflate; client_max_window_bits=1x", ["RFC7692-7"]),
    ("permessage-deflate; client_max_window_bits=999999999999999999999", ["RFC7692-7"]),
    ("permessage-deflate; server_no_context_takeover=1", ["RFC7692-7"]),
    ("permessage-deflate; server_no_context_takeover; server_no_context_takeover", ["RFC7692-7"]),
    ("permessage-deflate; something_else", ["RFC7692-7"]),
]

@Test("Deflate parameters", arguments: parameters) func deflateParameters(_ field: String, _ expected: [String]) {
    var listener = Listener("mqtt", extensions: field, offers: deflate)
    let seen1 = listener.notes(.toClient)
    #expect(seen1 == expected)
    listener.feed(.toClient, examples[0].1)
    #expect(listener.messages[.toClient]?.map { text($0.bytes) } == ["Hello"], "it is in use all the same")
}

@Test("Bits of compression") func bitsOfCompression() {
    var listener = Listener("mqtt", extensions: deflate)
    listener.feed(.toClient, [0x42, 1, 0x00, 0xC0, 0, 0xC9, 0])
    #expect(listener.violations[.toClient] == ["RFC7692-6.1", "RFC7692-6.1"])
}

/// A compressed message without a byte: some senders leave out the one that it should have.
@Test("Empty without an byte") func emptyWithoutAnByte() {
    var listener = Listener("mqtt", extensions: deflate)
    let deflater = Deflater(windowBits: 15, hasContext: true)
    let key: [UInt8] = [1, 2, 3, 4]
    for message in [Array("one".utf8), [], Array("two".utf8)] as [[UInt8]] {
        let payload = message.isEmpty ? [] : deflater.message(message)
        listener.feed(.toServer, WebSocketFrames.frame(2, fin: true, reserved: 4, key: key, payload))
    }
    #expect(listener.messages[.toServer]?.map { text($0.bytes) } == ["one", "", "two"])
    #expect(listener.violations[.toServer] == [])
}

/// Messages of both sides, in one or several frames, for every choice of parameters.
@Test("Random messages", arguments: 0..<8) func randomMessages(_ run: Int) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed, run: run)
    let hasContext = run & 1 == 0
    let bits = run & 2 == 0 ? 15 : Int.random(in: 9...14, using: &random)
    let limits = {
        var limits = WebSocketLimits(); limits.outputBytes = run & 4 == 0 ? 65_536 : 100; return limits
    }()
    let side = hasContext ? "" : "; client_no_context_takeover"
    var listener = Listener(
        "mqtt", extensions: "\(deflate); client_max_window_bits=\(bits)\(side)", offers: deflate, limits: limits)
    let deflater = Deflater(windowBits: bits, hasContext: hasContext)
    var expected: [[UInt8]] = []
    for index in 0..<60 {
        let count = Int.random(in: 0...(index % 10 == 9 ? 60_000 : 300), using: &random)
        let isNoise = Bool.random(using: &random)
        let message = (0..<count).map { isNoise ? UInt8.random(in: .min ... .max, using: &random) : UInt8($0 % 7 + 65) }
        expected.append(message)
        let isPlain = Int.random(in: 0..<4, using: &random) == 0
        var payload = isPlain ? message : deflater.message(message)
        let key = (0..<4).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        var frames: [UInt8] = []
        var isFirst = true
        repeat {
            let count = Int.random(in: 0...payload.count, using: &random)
            let isLast = Bool.random(using: &random) || count == payload.count
            let part = isLast ? payload : Array(payload[..<count])
            payload.removeFirst(part.count)
            frames += WebSocketFrames.frame(
                isFirst ? 2 : 0, fin: isLast, reserved: isFirst && !isPlain ? 4 : 0, key: key, part)
            isFirst = false
            if isLast { break }
        } while true
        var start = 0
        while start < frames.count {
            let end = min(frames.count, start + Int.random(in: 1...2000, using: &random))
            listener.feed(.toServer, Array(frames[start..<end]))
            start = end
        }
    }
    #expect(listener.messages[.toServer]?.map(\.bytes) == expected, "seed \(seed)")
    #expect(listener.violations[.toServer] == [], "seed \(seed)")
    #expect(listener.holes == 0, "seed \(seed)")
}

/// A message that grows to a thousand times its size comes out in parts of bounded size, and those behind it too.
@Test("Bombs", arguments: [false, true]) func bombs(hasContext: Bool) {
    let field = hasContext ? deflate : "\(deflate); server_no_context_takeover"
    var limits = WebSocketLimits()
    limits.inflatedBytesAtOnce = 10_000_000
    var listener = Listener("mqtt", extensions: field, offers: deflate, limits: limits)
    let deflater = Deflater(hasContext: hasContext)
    let bomb = deflater.message([UInt8](repeating: 0, count: 5_000_000))
    #expect(bomb.count < 6000)
    listener.feed(.toClient, WebSocketFrames.frame(2, reserved: 4, bomb))
    #expect((listener.bytes[.toClient] ?? []).count == 5_000_000)
    #expect(listener.longestOutput <= 65_536)
    #expect(listener.holes == 0)
    listener.feed(.toClient, WebSocketFrames.frame(2, reserved: 4, deflater.message(Array("on".utf8))))
    listener.feed(.toClient, WebSocketFrames.frame(2, Array("off".utf8)))
    #expect(text(Array((listener.bytes[.toClient] ?? []).suffix(5))) == "onoff")
    #expect(listener.dropped == 0)
}

@Test("What is not deflate") func whatIsNotDeflate() {
    var listener = Listener("mqtt", extensions: deflate)
    listener.feed(.toClient, WebSocketFrames.frame(2, reserved: 4, [0xFF, 0xFF, 0xFF]))
    #expect(listener.violations[.toClient] == ["RFC7692-7.2.2"])
    #expect(listener.table.counters.notInflated == 1)
    #expect(listener.holes == 1)
    listener.feed(.toClient, WebSocketFrames.frame(2, reserved: 4, [1, 2, 3, 4, 5]))
    #expect(listener.dropped == 8, "what cannot be read is counted")
    // A message cut short: its end belongs to no block.
    var cut = Listener("mqtt", extensions: "\(deflate); server_no_context_takeover", offers: deflate)
    let whole = Deflater().message((0..<200).map { UInt8($0) })
    for end in 1..<whole.count { cut.feed(.toClient, WebSocketFrames.frame(2, reserved: 4, Array(whole[..<end]))) }
    cut.feed(.toClient, examples[0].1)
    #expect(cut.messages[.toClient]?.last.map { text($0.bytes) } == "Hello")
}

/// More directions than inflaters: the one not used for longest gives way, and is then lost.
@Test("Inflaters are bounded") func inflatersAreBounded() {
    var limits = WebSocketLimits()
    limits.inflaters = 2
    var table = WebSocketTable(limits: limits, uses: uses)
    var output = WebSocketOutput()
    var ids: [WebSocketID] = []
    for _ in 0..<4 {
        let id = table.open(isClientFirst: true)
        ids.append(id)
        for (direction, bytes) in [
            (Direction.toServer, WebSocketFrames.request(extensions: deflate)),
            (.toClient, WebSocketFrames.answer(extensions: deflate) + examples[0].1),
        ] {
            var offset = 0
            while table.feed(id, direction, bytes.span.bytes, from: &offset, into: &output) == .more {}
        }
        #expect(text(output.bytes) == "Hello")
    }
    #expect(table.counters.inflatersEvicted == 2)
    let again: [UInt8] = [0xC1, 5, 0xF2, 0, 0x11, 0, 0]
    let seen = ids.map { id in
        var offset = 0
        _ = table.feed(id, .toClient, again.span.bytes, from: &offset, into: &output)
        return text(output.bytes)
    }
    #expect(seen == ["", "", "Hello", "Hello"])
    for id in ids { table.close(id) }
    #expect(table.count == 0)
}
