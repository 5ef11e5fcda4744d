import Engine
import Sensor
import TestSupport
import Testing

private func datagram(_ bytes: [UInt8], port: Int, from: Int = 40_000) -> [UInt8] {
    Build.udpFrame(from: from, to: port, bytes)
}

/// A DTLS 1.2 record (RFC 6347, 4.1); with a connection id RFC 9146, 4.
private func record(_ type: UInt8, id: [UInt8] = [], _ content: Int) -> [UInt8] {
    [type, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 1] + id + Build.u16(content)
        + (0..<content).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 99) }
}

/// A DTLS 1.3 record with the unified header (RFC 9147, 4).
private func unified(id: [UInt8] = [], isLong: Bool = true, hasLength: Bool = true, _ content: Int) -> [UInt8] {
    [0x2F & (isLong ? 0xFF : 0xF7) & (hasLength ? 0xFF : 0xFB) | (id.isEmpty ? 0 : 0x10)] + id
        + [UInt8](repeating: 7, count: isLong ? 2 : 1) + (hasLength ? Build.u16(content) : [])
        + (0..<content).map { UInt8(truncatingIfNeeded: $0 &* 41) }
}

private let records: [[UInt8]] = [
    record(22, 60), record(23, 16), record(20, 1), record(21, 2), record(24, 20), record(26, 10),
    record(25, id: [1], 40), record(25, id: [1, 2, 3, 4], 40), record(25, id: [UInt8](repeating: 9, count: 20), 33),
    record(22, 30) + record(22, 30), record(25, id: [5, 6], 30) + record(25, id: [5, 6], 20),
]

@Test("Records are left alone", arguments: [5684, 4433]) func recordsAreLeftAlone(port: Int) {
    for (index, bytes) in records.enumerated() {
        var bench = Bench()
        bench.feed(datagram(bytes, port: port))
        bench.feed(datagram(CoAP.get(1, token: 1, "a"), port: port))
        #expect(bench.events.isEmpty)
        #expect(bench.worker.statistics.encryptedFlows == 1, "record \(index)")
        #expect(bench.worker.statistics.foreignDatagrams["coap", default: 0] == 0)
    }
}

@Test(
    "Unified headers are told on their own port",
    arguments: [
        unified(30), unified(isLong: false, 30), unified(hasLength: false, 30), unified(id: [1, 2, 3], 30),
        unified(30) + unified(40),
    ])
func unifiedHeadersAreToldOnTheirOwnPort(bytes: [UInt8]) {
    var bench = Bench()
    bench.feed(datagram(bytes, port: 5684))
    #expect(bench.worker.statistics.encryptedFlows == 1)
    var strange = Bench()
    for _ in 0..<10 { strange.feed(datagram(bytes, port: 4433)) }
    #expect(strange.events.isEmpty && strange.worker.statistics.encryptedFlows == 0)
}

/// What only begins like a record is none.
@Test(
    "Not every datagram is DTLS",
    arguments: [
        Array(record(22, 60).dropLast(1)), Array(record(25, id: [1, 2], 40).dropLast(1)), record(27, 20),
        record(19, 20),
        [22, 3, 3] + [UInt8](repeating: 0, count: 20), unified(10), Array(unified(30).dropLast(1)),
        [0x40] + unified(30).dropFirst(),
    ])
func notEveryDatagramIsDTLS(bytes: [UInt8]) {
    var bench = Bench()
    bench.feed(datagram(bytes, port: 5684))
    #expect(bench.worker.statistics.encryptedFlows == 0)
}

/// DTLS on the port of CoAP in clear is told, and hides no CoAP behind it: anybody can send a record in another's name.
@Test("Records on the port of CoAP") func recordsOnThePortOfCoAP() {
    var bench = Bench()
    for bytes in records { bench.feed(datagram(bytes, port: 5683)) }
    #expect(bench.worker.statistics.encryptedFlows == 1)
    #expect(bench.worker.statistics.foreignDatagrams["coap", default: 0] == 0 && bench.events.isEmpty)
    bench.feed(datagram(CoAP.get(1, token: 1, "a"), port: 5683))
    #expect(bench.events.count == 1)
}
