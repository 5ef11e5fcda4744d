import CoAP
import Network
import TestSupport
import Testing

private func isPlausible(_ bytes: [UInt8]) -> Bool { CoAPProbe.verdict(bytes.span.bytes) == .plausible }

@Test("Whole messages are plausible") func wholeMessagesArePlausible() {
    #expect(isPlausible(hex("40 01 7d34 bb 74656d7065726174757265")))
    #expect(isPlausible(hex("61 45 7d35 20 ff 32322e332043")))
    #expect(isPlausible(hex("40 00 1234")) && isPlausible(hex("60 00 1234")) && isPlausible(hex("70 00 1234")))
    #expect(isPlausible(hex("400101ce bb2e77656c6c2d6b6e6f776e04636f7265")))
}

/// Things that a receiver may forgive, but that are not believed on a strange port.
@Test(
    "Not believed",
    arguments: [
        "400112", "80011234", "49011234 000102030405060708", "40011234 ff", "40011234 f1", "40011234 b561",
        "40211234", "40081234", "600112340000", "50001234", "40001234 00",
        "40011234 d000",  // option 13
        "40011234 00",  // option 0
        "40011234 6105",  // Observe of 5 in a request
        "40011234 b107",  // Uri-Path of a control character
        "60451234 b161",  // Uri-Path in a response
        "40011234 b1ff",  // Uri-Path that is not UTF-8
    ])
func notBelieved(text: String) {
    #expect(!isPlausible(hex(text)))
}

/// Datagrams of other protocols, made by hand from their specifications.
private let others: [(String, [UInt8])] = [
    ("DNS query", hex("1a2b 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001")),
    ("DNS response", hex("1a2b 8180 0001 0001 0000 0000 03 777777 00 0001 0001 c00c 0001 0001 0000003c 0004 c0000201")),
    ("mDNS query", hex("0000 0000 0001 0000 0000 0000 05 5f636f6170 04 5f756470 05 6c6f63616c 00 000c 0001")),
    ("NTP v4 client", hex("23 00 06 20") + [UInt8](repeating: 0, count: 36) + hex("d5f1e2c3b4a59687")),
    ("NTP v4 server", hex("24 02 06 e8 00000a1b 00000c2d c0000201") + [UInt8](repeating: 0x5A, count: 32)),
    ("NTP v4, leap second ahead", hex("64 02 06 e8 00000a1b 00000c2d c0000201") + [UInt8](repeating: 0x5A, count: 32)),
    ("QUIC v1 Initial", hex("c3 00000001 08 8394c8f03e515708 00 00 449e") + [UInt8](repeating: 0xA7, count: 1180)),
    ("RTP, dynamic type", hex("80 60 1c2d 00012345 deadbeef") + [UInt8](repeating: 0xD5, count: 160)),
    ("RTCP sender report", hex("80 c8 0006 deadbeef e1f2a3b4c5d6e7f8 00012345 000000ff 0000a000")),
    ("BitTorrent DHT ping", Array("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe".utf8)),
    ("BitTorrent DHT response", Array("d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re".utf8)),
    ("uTP SYN", hex("4100 1234 00112233 00000000 00100000 0001 0000")),
    (
        "DTLS 1.2 ClientHello",
        hex("16 fefd 0000 000000000000 0036 01 00002a 0000 000000 00002a fefd") + [UInt8](repeating: 7, count: 40)
    ),
    ("DTLS 1.2 record", hex("17 fefd 0001 000000000001 0010") + [UInt8](repeating: 0x99, count: 16)),
    ("SSDP search", Array("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n\r\n".utf8)),
    ("SSDP notify", Array("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\n\r\n".utf8)),
    ("SSDP response", Array("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nST: upnp:rootdevice\r\n\r\n".utf8)),
    ("SIP register", Array("REGISTER sip:example.net SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n\r\n".utf8)),
    ("SIP invite", Array("INVITE sip:a@example.net SIP/2.0\r\n\r\n".utf8)),
    ("SIP options", Array("OPTIONS sip:a@example.net SIP/2.0\r\n\r\n".utf8)),
    ("SIP bye", Array("BYE sip:a@example.net SIP/2.0\r\n\r\n".utf8)),
    ("STUN binding", hex("0001 0008 2112a442 000102030405060708090a0b 0006 0004 61626364")),
    ("SNMP get", hex("302602010104067075626c6963a019020101020100020100300e300c06082b060102010101000500")),
    ("syslog", Array("<34>Oct 11 22:14:15 host su: failed".utf8)),
    ("TFTP read", hex("0001") + Array("file.bin\0octet\0".utf8)),
    ("DHCP discover", hex("01010600 3903f326") + [UInt8](repeating: 0, count: 228) + hex("63825363 350101 ff")),
    ("WireGuard handshake", hex("01000000") + [UInt8](repeating: 0xC3, count: 144)),
    ("MQTT-SN CONNECT", hex("0a 04 04 01 003c 64657631")),
    (
        "NetBIOS name query",
        hex("8123 0110 0001 0000 0000 0000 20") + Array("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".utf8) + hex("00 0021 0001")
    ),
    ("NetBIOS datagram", hex("1102 4a2b c0000201 008a 00bb 0000 20") + Array("EBEBEBEBEBEBEBEBEBEBEBEBEBEBEBEB".utf8)),
    ("Dropbox LAN", Array(#"{"host_int": 123456789, "version": [2, 0], "displayname": "", "port": 17500}"#.utf8)),
    ("QUIC short header", hex("4a 8394c8f03e515708 01") + [UInt8](repeating: 0xE3, count: 60)),
    ("uTP data", hex("0102 4e21 8a3b5c1d 000003e8 00100000 0007 0003") + [UInt8](repeating: 0x13, count: 400)),
    ("uTP fin", hex("1102 4e21 8a3b5c1d 000003e8 00100000 0007 0003")),
    ("uTP reset", hex("3102 4e21 8a3b5c1d 000003e8 00100000 0007 0003")),
    ("RTP, comfort noise", hex("800d 1c2d 00012345 deadbeef 40")),
    ("STUN response", hex("0101 000c 2112a442 000102030405060708090a0b 0020 0008 0001 a147 e112a643")),
    ("TURN channel", hex("4000 0004 61626364")),
    ("TURN channel, long", hex("4001 0010") + [UInt8](repeating: 0x5C, count: 16)),
    ("SNMP v3 get", hex("303e020103301102040a1b2c3d020300ffe30401040201030410300e0400020100020100040004000400")),
    ("SIP ok", Array("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n\r\n".utf8)),
    ("plain words", Array("carbon copy of a message\n".utf8)), ("capital words", Array("ABCDEFGHIJKLMNOP".utf8)),
    ("JSON", Array("{\"temperature\":21.5}".utf8)), ("base64", Array("QUJDREVGR0hJSktMTU5PUA==".utf8)),
]

@Test("Other protocols", arguments: others)
func otherProtocols(name: String, bytes: [UInt8]) {
    #expect(!isPlausible(bytes), "\(name)")
}

/// A DNS query under each identifier: some begin as CoAP does.
@Test("Every DNS identifier") func everyDNSIdentifier() {
    var bytes = hex("0000 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001")
    for id in UInt16.min...UInt16.max {
        bytes[0] = UInt8(id >> 8)
        bytes[1] = UInt8(id & 0xFF)
        if isPlausible(bytes) { Issue.record("identifier \(id)") }
    }
}

/// A uTP connection request under each connection id: it begins as a CON with a token of one byte does.
@Test("Every UTP identifier") func everyUTPIdentifier() {
    var bytes = hex("4100 0000 00112233 00000000 00100000 0001 0000")
    for id in UInt16.min...UInt16.max {
        bytes[2] = UInt8(id >> 8)
        bytes[3] = UInt8(id & 0xFF)
        if isPlausible(bytes) { Issue.record("identifier \(id)") }
    }
}

/// RFC 7252, 12.8: what goes to all CoAP nodes, and what does not.
@Test(
    "Requests to all nodes",
    arguments: [
        (IPAddress(v4: 0xE000_01BB), true), (IPAddress(v4: 0xE000_00FB), false), (IPAddress(v4: 0xC000_0201), false),
        (IPAddress(high: 0xFF02_0000_0000_0000, low: 0xFD), true),
        (IPAddress(high: 0xFF05_0000_0000_0000, low: 0xFD), true),
        (IPAddress(high: 0xFF02_0000_0000_0000, low: 0xFB), false),
        (IPAddress(high: 0xFE80_0000_0000_0000, low: 0xFD), false),
    ])
func requestsToAllNodes(address: IPAddress, isGroup: Bool) {
    func isGroupRequest(_ bytes: [UInt8]) -> Bool { CoAPProbe.isGroupRequest(bytes.span.bytes, to: address) }
    #expect(isGroupRequest(CoAPBuilder(.nonConfirmable, .get, 1, path: "x").bytes) == isGroup)
    #expect(!isGroupRequest(CoAPBuilder(.confirmable, .get, 1).bytes))
    #expect(!isGroupRequest(CoAPBuilder(.nonConfirmable, .content, 1).bytes))
}

/// A copy proves something where it is a request for a resource that can be told from others.
@Test("Copies that prove") func copiesThatProve() {
    func isRetransmission(_ bytes: [UInt8], _ request: [UInt8]) -> Bool {
        CoAPProbe.isRetransmission(bytes.span.bytes, of: request.span.bytes)
    }
    let good = CoAPBuilder(.confirmable, .get, 1, token: [1], path: "x").bytes
    #expect(isRetransmission(good, good))
    for other in [
        CoAPBuilder(.nonConfirmable, .get, 1, token: [1], path: "x"), CoAPBuilder(.confirmable, .get, 1, path: "x"),
        CoAPBuilder(.confirmable, .get, 1, token: [1]), CoAPBuilder(.confirmable, .content, 1, token: [1]),
    ] {
        #expect(!isRetransmission(other.bytes, other.bytes))
        #expect(!isRetransmission(other.bytes, good))
    }
}

/// How many of random datagrams pass, by length and by whether they are made to begin with version 1, as the short
/// header of QUIC does. A short one passes as a response without options; such a one is believed only as an answer.
///
/// A million in all; few pass, and of those that do none is believed without its answer.
@Test(
    "random datagrams hardly ever pass the probe",
    arguments: [(5...12, false, 500), (5...12, true, 2000), (13...64, false, 20), (13...64, true, 80)])
func randomDatagrams(lengths: ClosedRange<Int>, isVersion1: Bool, perHundredThousand: Int) {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    var bytes = [UInt8](repeating: 0, count: 64)
    var passed = 0
    for _ in 0..<250_000 {
        let count = lengths.lowerBound + Int(random.next() % UInt64(lengths.count))
        var word: UInt64 = 0
        for offset in 0..<count {
            if offset & 7 == 0 { word = random.next() }
            bytes[offset] = UInt8(truncatingIfNeeded: word)
            word >>= 8
        }
        if isVersion1 { bytes[0] = bytes[0] & 0x3F | 0x40 }
        if CoAPProbe.verdict(bytes.span.bytes.extracting(0..<count)) == .plausible { passed += 1 }
    }
    print("probe: \(passed) of 250000 random datagrams of \(lengths) bytes pass, version 1: \(isVersion1)")
    #expect(passed * 2 < perHundredThousand * 5, "seed \(seed)")
}
