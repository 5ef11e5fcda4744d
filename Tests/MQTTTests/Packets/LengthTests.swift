import Bytes
import Events
import TestSupport
import Testing

@testable import MQTT

/// Lengths in packets: those of the whole at every boundary, those of strings off by one, from either side.
@Suite struct LengthTests {
    /// Table 2.4 of MQTT 3.1.1 (2.2.3).
    private static let boundaries = [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455]

    /// The head of a PUBLISH that claims so much; nothing is held of its payload.
    @Test("Remaining lengths", arguments: boundaries, [3, 4, 5] as [UInt8]) func remainingLengths(
        _ remaining: Int, _ version: UInt8
    ) {
        for direction in [Direction.toServer, .toClient] {
            let header = [0x30] + Bytes.variable(remaining)
            #expect(header.count == 1 + (remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4))
            guard remaining > 0 else {
                #expect(PacketReading(header, version, direction).cases == [.fieldMissing, .topicNameMissing])
                continue
            }
            let head = header + Bytes.text("t") + (version == 5 ? [0] : [])
            let reading = PacketReading(head, version, direction, whole: header.count + remaining)
            #expect(reading.cases == [])
            #expect(reading.message.remainingLength == remaining)
            guard case .publish(let publish) = reading.message.body else {
                Issue.record("no PUBLISH")
                continue
            }
            #expect(publish.payloadLength == remaining - (head.count - header.count))
            #expect(publish.payload?.count == 0)
            #expect(MQTTFraming.frame(head.span.bytes) == .incomplete(total: header.count + remaining))
        }
    }

    /// More bytes than a length needs: forbidden in 5.0 (1.5.5-1), of which 3.1 and 3.1.1 say nothing.
    @Test(
        "Padded lengths", arguments: [(0, 2), (0, 3), (0, 4), (1, 2), (127, 4), (128, 3), (16_383, 3), (2_097_151, 4)])
    func paddedLengths(_ remaining: Int, _ count: Int) {
        let header = Bytes.padded(remaining, bytes: count)
        guard
            case .value(let value, let length, let isMinimal) = VariableByteInteger(
                header.span.bytes, at: 0, end: header.count)
        else {
            Issue.record("no value")
            return
        }
        #expect(value == remaining)
        #expect(length == count)
        #expect(!isMinimal)
        for (version, expected) in [(3, []), (4, []), (5, [.integerNotMinimal])] as [(UInt8, Set<MQTTViolation>)] {
            let ping = PacketReading([0xC0] + Bytes.padded(0, bytes: count), version, .toServer)
            #expect(ping.cases == expected)
            #expect(!ping.message.isFatal)
        }
    }

    /// A fifth byte is never read, whatever the packet and the side.
    @Test("Fifth byte", arguments: [3, 4, 5] as [UInt8]) func fifthByte(_ version: UInt8) {
        for type in 1..<16 as Range<UInt8> {
            for end in [[0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x80, 0x80, 0x80, 0x80, 0x00]] as [[UInt8]] {
                for direction in [Direction.toServer, .toClient] {
                    let bytes = [type << 4] + end
                    let reading = PacketReading(bytes, version, direction)
                    #expect(reading.cases.contains(.remainingLengthTooLong))
                    #expect(reading.message.isFatal)
                    #expect(!reading.message.hasRemainingLength)
                    #expect(MQTTFraming.frame(bytes.span.bytes) == .lost)
                }
            }
        }
    }

    /// A packet that ends in a string whose length is one more than what is left. From a server this is what overran the
    /// buffers of clients (CVE-2018-17614, CVE-2018-19417, CVE-2018-5879).
    @Test("strings that run past the end of the packet", arguments: [3, 4, 5] as [UInt8])
    func stringsThatRunBehindThePacket(_ version: UInt8) {
        let none: [UInt8] = version == 5 ? [0] : []
        let name = Bytes.text(version == 3 ? "MQIsdp" : "MQTT")
        func connect(_ flags: UInt8, _ fields: [[UInt8]]) -> [UInt8] {
            name + [version, flags] + Bytes.uint16(60) + none + Bytes.text("c") + fields.flatMap { $0 }
        }
        let packets: [(UInt8, UInt8, [UInt8])] = [
            (1, 0, name + [version, 2] + Bytes.uint16(60) + none + Bytes.text("client")),
            (1, 0, connect(0x06, [none, Bytes.text("w"), Bytes.binary([1, 2])])),
            (1, 0, connect(0x82, [Bytes.text("user")])),
            (1, 0, connect(0xC2, [Bytes.text("user"), Bytes.binary([1, 2, 3])])),
            (3, 0, Bytes.text("a/b")), (3, 2, Bytes.text("a/b")), (10, 2, Bytes.uint16(1) + none + Bytes.text("f")),
        ]
        for (type, flags, body) in packets {
            let position = lastPrefix(body)
            for by in [1, 2, 255] as [Int] {
                var bent = body
                let length = Int(bent[position]) << 8 + Int(bent[position + 1]) + by
                bent[position] = UInt8(length >> 8)
                bent[position + 1] = UInt8(length & 0xFF)
                for direction in [Direction.toServer, .toClient] {
                    let reading = PacketReading(Bytes.packet(type, flags: flags, bent), version, direction)
                    #expect(reading.cases.contains(.stringTooLong), "type \(type), \(by) more")
                    #expect(reading.message.isFatal)
                }
            }
        }
    }

    /// Where the last string of a body has its length: the string reaches exactly to the end.
    private func lastPrefix(_ body: [UInt8]) -> Int {
        (0..<body.count - 1).last { body.count - $0 - 2 == Int(body[$0]) << 8 + Int(body[$0 + 1]) } ?? 0
    }

    /// A filter whose length is one more takes the options for its own; one less leaves a byte that is no option.
    @Test("Filters off by one", arguments: [4, 5] as [UInt8]) func filtersOffByOne(_ version: UInt8) {
        let none: [UInt8] = version == 5 ? [0] : []
        func read(_ length: UInt8) -> PacketReading {
            let body = [0, 1] + none + [0, length] + Array("abc".utf8) + [0]
            return PacketReading(Bytes.packet(8, flags: 2, body), version, .toServer)
        }
        #expect(read(3).cases == [])
        #expect(read(4).cases.contains(.fieldMissing))
        #expect(read(5).cases.contains(.stringTooLong))
        #expect(!read(2).cases.isEmpty)
        #expect(!read(0).cases.isEmpty)
    }

    /// Each packet a byte shorter by its own account, at each place: it is read within its bounds, and where its form is
    /// fixed the loss is noticed.
    @Test("packets whose own length is too short for their fields", arguments: vectors) func shorterByTheirOwnAccount(
        _ vector: Vector
    ) {
        let header = vector.bytes[1] & 0x80 == 0 ? 2 : 3
        let body = Array(vector.bytes[header...])
        for count in 0..<body.count {
            let bytes = [vector.bytes[0]] + Bytes.variable(count) + body.prefix(count)
            let reading = PacketReading(bytes, vector.version, vector.direction)
            // 3.1 lets a user name and password be left out; before the level is read nothing is known of a CONNECT.
            let isRigid = vector.bytes[0] >> 4 == 1 && vector.version != 3
            #expect(!isRigid || reading.message.isFatal, "\(count) of \(body.count)")
            #expect(!reading.message.isCutShort)
            #expect(reading.message.isFatal == false || !reading.cases.isEmpty)
        }
    }
}
