import Events
import TestSupport
import Testing
import WebSocket

/// Frames one by one, expectations from RFC 6455.

/// A frame or several, what comes out, and which statements they break.
struct FrameVector: Sendable, CustomTestStringConvertible {
    var name: String
    var direction = Direction.toClient
    var bytes: [UInt8]
    var payload: [UInt8] = []
    var violations: [String] = []

    var testDescription: String { name }
}

private let hello = Array("Hello".utf8)

private let vectors: [FrameVector] = [
    // The examples of RFC 6455, 5.7.
    .init(name: "unmasked text", bytes: [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], payload: hello),
    .init(
        name: "masked text", direction: .toServer,
        bytes: [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58], payload: hello),
    .init(
        name: "fragmented text", bytes: [0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F], payload: hello),
    .init(name: "ping", bytes: [0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]),
    .init(
        name: "masked pong", direction: .toServer,
        bytes: [0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]),
    .init(
        name: "256 bytes", bytes: [0x82, 0x7E, 0x01, 0x00] + [UInt8](repeating: 7, count: 256),
        payload: [UInt8](repeating: 7, count: 256)),
    .init(
        name: "64 KiB", bytes: [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + [UInt8](repeating: 7, count: 65_536),
        payload: [UInt8](repeating: 7, count: 65_536)),
    // Every length form at its ends.
    .init(name: "no bytes", bytes: [0x82, 0]),
    .init(
        name: "125 bytes", bytes: [0x82, 125] + [UInt8](repeating: 7, count: 125),
        payload: [UInt8](repeating: 7, count: 125)),
    .init(
        name: "126 bytes", bytes: [0x82, 126, 0, 126] + [UInt8](repeating: 7, count: 126),
        payload: [UInt8](repeating: 7, count: 126)),
    .init(
        name: "65,535 bytes", bytes: [0x82, 126, 0xFF, 0xFF] + [UInt8](repeating: 7, count: 65_535),
        payload: [UInt8](repeating: 7, count: 65_535)),
    .init(
        name: "125 bytes, two of length", bytes: [0x82, 126, 0, 125] + [UInt8](repeating: 7, count: 125),
        payload: [UInt8](repeating: 7, count: 125), violations: ["RFC6455-5.2"]),
    .init(
        name: "65,535 bytes, eight of length",
        bytes: [0x82, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] + [UInt8](repeating: 7, count: 65_535),
        payload: [UInt8](repeating: 7, count: 65_535), violations: ["RFC6455-5.2"]),
    .init(
        name: "the top bit of a length", bytes: [0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 1, 7],
        violations: ["RFC6455-5.2"]),
    // Masking (5.1).
    .init(
        name: "unmasked client", direction: .toServer, bytes: [0x82, 2, 0xC0, 0], payload: [0xC0, 0],
        violations: ["RFC6455-5.1"]),
    .init(
        name: "masked server", bytes: [0x82, 0x82, 1, 2, 3, 4, 0xD1, 2], payload: [0xD0, 0],
        violations: ["RFC6455-5.1"]),
    .init(
        name: "a mask of zeros", direction: .toServer, bytes: [0x82, 0x82, 0, 0, 0, 0, 0xC0, 0], payload: [0xC0, 0]),
    // Reserved bits and codes (5.2).
    .init(name: "RSV1", bytes: [0xC2, 1, 7], payload: [7], violations: ["RFC6455-5.2"]),
    .init(name: "RSV2", bytes: [0xA2, 1, 7], payload: [7], violations: ["RFC6455-5.2"]),
    .init(name: "RSV3", bytes: [0x92, 1, 7], payload: [7], violations: ["RFC6455-5.2"]),
    .init(name: "opcode 3", bytes: [0x83, 1, 7], violations: ["RFC6455-5.2"]),
    .init(name: "opcode 7", bytes: [0x87, 1, 7], violations: ["RFC6455-5.2"]),
    .init(name: "opcode 11", bytes: [0x8B, 1, 7], violations: ["RFC6455-5.2"]),
    .init(name: "opcode 15", bytes: [0x8F, 1, 7], violations: ["RFC6455-5.2"]),
    // Fragments (5.4).
    .init(
        name: "a ping between fragments", bytes: [0x02, 1, 1, 0x89, 1, 9, 0x00, 1, 2, 0x80, 1, 3],
        payload: [1, 2, 3]),
    .init(
        name: "a fragment of nothing", bytes: [0x80, 1, 7], payload: [7], violations: ["RFC6455-5.4"]),
    .init(
        name: "a message within another", bytes: [0x02, 1, 1, 0x82, 1, 2], payload: [1, 2],
        violations: ["RFC6455-5.4"]),
    .init(name: "empty fragments", bytes: [0x02, 0, 0x00, 0, 0x80, 1, 7], payload: [7]),
    // Control frames (5.5).
    .init(
        name: "a long ping", bytes: [0x89, 126, 0, 126] + [UInt8](repeating: 7, count: 126),
        violations: ["RFC6455-5.5"]),
    .init(name: "half a ping", bytes: [0x09, 1, 7], violations: ["RFC6455-5.5"]),
    .init(name: "close", bytes: [0x88, 2, 0x03, 0xE8]),
    .init(name: "close without a code", bytes: [0x88, 0]),
    .init(name: "close with half a code", bytes: [0x88, 1, 3], violations: ["RFC6455-5.5.1"]),
    .init(name: "close 1005", bytes: [0x88, 2, 0x03, 0xED], violations: ["RFC6455-7.4.1"]),
    .init(name: "close 999", bytes: [0x88, 2, 0x03, 0xE7], violations: ["RFC6455-7.4.2"]),
    .init(name: "close 5000", bytes: [0x88, 2, 0x13, 0x88], violations: ["RFC6455-7.4.2"]),
    .init(name: "masked close 1000", direction: .toServer, bytes: [0x88, 0x82, 9, 9, 9, 9, 0x0A, 0xE1]),
    .init(
        name: "data behind close", bytes: [0x88, 0, 0x82, 1, 7], payload: [7], violations: ["RFC6455-5.5.1"]),
]

@Test("Frames", arguments: vectors) func frames(_ vector: FrameVector) {
    var listener = Listener("mqtt")
    listener.feed(vector.direction, vector.bytes)
    #expect(listener.bytes[vector.direction] == vector.payload)
    #expect(listener.violations[vector.direction] == vector.violations)
    // Byte by byte the same comes out.
    guard vector.bytes.count < 1000 else { return }
    var slow = Listener("mqtt")
    for byte in vector.bytes { slow.feed(vector.direction, [byte]) }
    #expect(slow.bytes[vector.direction] == vector.payload)
    #expect(slow.violations[vector.direction] == vector.violations)
    #expect(slow.holes == listener.holes)
}

@Test("Messages are marked") func messagesAreMarked() {
    var listener = Listener("coap")
    listener.feed(.toClient, [0x81, 1, 0x61, 0x02, 1, 1, 0x80, 1, 2, 0x82, 0, 0x82, 1])
    let seen = listener.messages[.toClient] ?? []
    #expect(seen.map(\.isText) == [true, false, false])
    #expect(seen.map(\.bytes) == [[0x61], [1, 2], []])
}

@Test("Payload is never held") func payloadIsNeverHeld() {
    var listener = Listener("mqtt")
    let count = 100 << 20
    listener.feed(.toClient, [0x82, 127] + Build.u32(0) + Build.u32(UInt32(count)))
    let part = [UInt8](repeating: 7, count: 1 << 16)
    var output = WebSocketOutput()
    var seen = 0
    for _ in 0..<(count / part.count) {
        var offset = 0
        while offset < part.count {
            _ = listener.table.feed(listener.id, .toClient, part.span.bytes, from: &offset, into: &output)
            seen += output.bytes.count
        }
    }
    #expect(seen == count)
    listener.feed(.toClient, [0x82, 1, 9])
    #expect(listener.bytes[.toClient] == [9])
}
