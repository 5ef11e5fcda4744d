import TestSupport

/// Datagrams, and messages of CoAP (RFC 7252) that receivers refuse or read in their own way.

private func get(
    _ path: String, id: UInt16 = 1, token: [UInt8] = [7], options: [(Int, [UInt8])] = [], code: UInt8 = 1,
    type: UInt8 = 0
) -> [UInt8] {
    Build.coap(type: type, code: code, id: id, token: token, options: options + [(11, Array(path.utf8))])
}

private let end = get("end", id: 999, token: [9])

/// An ordinary request; what the row is about; another one.
private func row(
    _ name: String, receiver: [String] = [], told: [String] = [], _ payloads: [UInt8]...,
    change: @escaping @Sendable (inout Datagram) -> Void = { _ in }
) -> Row {
    Row("CoAP: \(name)", receiver: ["CoAP /begin"] + receiver + ["CoAP /end"], told: told) { scene in
        scene.coap(get("begin", id: 998, token: [8]))
        for payload in payloads { scene.coap(payload, change) }
        scene.coap(end)
    }
}

let datagramTricks: [Row] = [
    row("wrong checksum", get("fake")) { $0.hasWrongChecksum = true },
    row("no checksum", receiver: ["CoAP /real"], get("real")) { $0.hasChecksum = false },
    row("wrong header checksum", get("fake")) { $0.hasWrongHeaderChecksum = true },
    row("bytes behind the datagram in its packet", receiver: ["CoAP /real"], get("real")) {
        $0.tail = [0xFF, 1, 2, 3]
    },
    row("a length longer than the packet", get("fake")) { $0.length = 500 },
    row("a length shorter than its own header", get("fake")) { $0.length = 5 },
    row("options in the IP header", receiver: ["CoAP /real"], get("real")) { $0.ipOptions = [148, 4, 0, 0] },
    row("VLAN 0", receiver: ["CoAP /real"], get("real")) { $0.vlans = [0] },
    row(
        "two requests in one datagram are one", receiver: ["CoAP /real"], told: ["RFC7252-5.5"],
        get("real") + [0xFF] + get("fake", id: 2)),
]

let coapTricks: [Row] = [
    row("version 0", told: ["RFC7252-3"], [0x01] + get("fake")[1...]),
    row("version 2", told: ["RFC7252-3"], [0x81] + get("fake")[1...]),
    row("token length 9", told: ["RFC7252-3"], [0x49] + get("fake")[1...]),
    row("token length 15", told: ["RFC7252-3"], [0x4F] + get("fake")[1...]),
    row("a token longer than the message", told: ["RFC7252-3"], [0x48, 1, 0, 1, 5]),
    row("empty with a token", told: ["RFC7252-4.1"], Build.coap(code: 0, id: 5, token: [1])),
    row("empty with options", told: ["RFC7252-4.1"], get("fake", token: [], code: 0)),
    row("payload marker with nothing behind", told: ["RFC7252-3"], get("fake") + [0xFF]),
    row("option delta 15", told: ["RFC7252-3.1"], get("fake") + [0xF1, 1]),
    row("option length 15", told: ["RFC7252-3.1"], get("fake") + [0x1F, 1]),
    row("option longer than the message", told: ["RFC7252-3.1"], get("fake") + [0x0C, 1]),
    row("code of class 1", told: ["RFC7252-3"], get("fake", code: 0x21)),
    row("code of class 6", told: ["RFC7252-3"], get("fake", code: 0xC1)),
    row("code of class 7 over UDP", told: ["RFC7252-3"], get("fake", code: 0xE1)),
    row("unknown method", told: ["RFC7252-12.1.1"], get("fake", code: 0x1E)),
    row("request in an acknowledgement", told: ["RFC7252-4.2"], get("fake", type: 2)),
    row(
        "the same identifier, another path", receiver: ["CoAP /real", "CoAP /also"], told: ["RFC7252-4.4"],
        get("real"), get("also", token: [6])),
    row("the same message twice", receiver: ["CoAP /real", "CoAP /real"], get("real"), get("real")),
    row(
        "unknown critical option", receiver: ["CoAP /fake"], told: ["RFC7252-5.4.1"],
        get("fake", options: [(9001, [1])])),
    row("unknown elective option", receiver: ["CoAP /real"], get("real", options: [(9000, [1])])),
    row(
        "Uri-Host twice", receiver: ["CoAP /real"], told: ["RFC7252-5.4.5"],
        get("real", options: [(3, [0x61]), (3, [0x62])])),
    row("numbers with leading zeros", receiver: ["CoAP /real"], get("real", options: [(17, [0, 50])])),
    row("a slash inside a segment", receiver: ["CoAP /a%2Fb"], get("a/b")),
    row(
        "an empty segment", receiver: ["CoAP /real//x"],
        get("real", options: []) + [0x00] + Build.coapOption(delta: 0, [0x78])),
    row("two dots", receiver: ["CoAP /.."], told: ["RFC7252-5.10.1"], get("..")),
    row(
        "a path of bad UTF-8", told: ["RFC7252-3.2"],
        Build.coap(code: 1, id: 3, token: [3], options: [(11, [0xC0, 0xAF])])),
    row(
        "the token of an open exchange", receiver: ["CoAP /real", "CoAP /also"], told: [], get("real"),
        get("also", id: 2)),
    row(
        "Block1 that begins in the middle", receiver: ["CoAP /real"], told: [],
        Build.coap(
            code: 3, id: 4, token: [4], options: [(11, Array("real".utf8)), (27, Build.coapBlock(3, more: true, 16))],
            payload: Array(repeating: 1, count: 16))),
    row(
        "M bit in the Block2 of a request", receiver: ["CoAP /real"], told: ["RFC7959-2.2"],
        get("real", options: [(23, Build.coapBlock(0, more: true, 64))])),
    row("No-Response", receiver: ["CoAP /real"], told: [], get("real", options: [(258, [26])], code: 3)),
    row(
        "OSCORE without its flag byte", receiver: ["CoAP /real"], told: ["RFC8613-2", "RFC8613-5"],
        get("real", options: [(9, [])], code: 2)),
    row(
        "Proxy-Uri", receiver: ["CoAP /real"], told: ["RFC7252-5.10.2"],
        get("real", options: [(35, Array("coap://h/x".utf8))])),
]
