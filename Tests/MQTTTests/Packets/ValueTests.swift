import Events
import TestSupport
import Testing

@testable import MQTT

/// All 256 values of bytes that mean something, against the tables of the specifications.
@Suite struct ValueTests {
    private static let levels: [UInt8] = [3, 4, 5]
    private static let sides: [Direction] = [.toServer, .toClient]

    /// Tables 2.1 and 2.2 of MQTT 3.1.1, 2-1 and 2-2 of MQTT 5.0; section 2.1 of MQTT V3.1.
    @Test("First bytes", arguments: levels, sides) func firstBytes(_ version: UInt8, _ direction: Direction) {
        let looked: Set<MQTTViolation> = [
            .reservedType, .wrongDirection, .headerFlags, .pubrelFlags, .subscribeFlags, .unsubscribeFlags,
            .disconnectFlags, .authFlags, .publishQoSThree, .duplicateOfQoSZero,
        ]
        for first in 0...255 as ClosedRange<UInt8> {
            let body: [UInt8]
            switch first >> 4 {
            case 1:
                let name = Bytes.text(version == 3 ? "MQIsdp" : "MQTT")
                body = name + [version, 2, 0, 60] + (version == 5 ? [0] : []) + Bytes.text("c")
            default: body = []
            }
            let bytes = [first] + Bytes.variable(body.count) + body
            let found = PacketReading(bytes, version, direction).cases.intersection(looked)
            #expect(found == expected(first >> 4, first & 15, version, direction), "\(first)")
        }
    }

    private func expected(_ type: UInt8, _ flags: UInt8, _ version: UInt8, _ direction: Direction) -> Set<MQTTViolation>
    {
        if type == 0 || type == 15 && version != 5 { return [.reservedType] }
        var all: Set<MQTTViolation> = []
        let ofClient: Set<UInt8> = version == 5 ? [1, 8, 10, 12] : [1, 8, 10, 12, 14]
        if ofClient.contains(type), direction == .toClient { all.insert(.wrongDirection) }
        if [2, 9, 11, 13].contains(type), direction == .toServer { all.insert(.wrongDirection) }
        if type == 3 {
            if flags & 6 == 6 { all.insert(.publishQoSThree) }
            if flags & 8 == 8, flags & 6 == 0 { all.insert(.duplicateOfQoSZero) }
            return all
        }
        let isTwo = [6, 8, 10].contains(type)
        // MQTT V3.1 gives a meaning to DUP and QoS of these three, and asks nobody to look at unused flags.
        let isWrong = version == 3 ? isTwo && flags >> 1 & 3 != 1 : flags != (isTwo ? 2 : 0)
        guard isWrong else { return all }
        all.insert(.headerFlags)
        let own: [UInt8: MQTTViolation] = [
            6: .pubrelFlags, 8: .subscribeFlags, 10: .unsubscribeFlags, 14: .disconnectFlags, 15: .authFlags,
        ]
        if let statement = own[type] { all.insert(statement) }
        return all
    }

    /// Section 3.1.2.3 and the ones after it, of MQTT 3.1.1 and 5.0.
    @Test("CONNECT flags", arguments: levels) func connectFlags(_ version: UInt8) {
        let looked: Set<MQTTViolation> = [
            .connectReservedFlag, .willQoSThree, .willQoSWithoutWill, .willRetainWithoutWill, .willFlagsWithoutWill,
            .passwordWithoutUserName,
        ]
        for flags in 0...255 as ClosedRange<UInt8> {
            var body = Bytes.text(version == 3 ? "MQIsdp" : "MQTT") + [version, flags, 0, 60]
            body += (version == 5 ? [0] : []) + Bytes.text("c")
            if flags & 4 != 0 { body += (version == 5 ? [0] : []) + Bytes.text("w") + Bytes.binary([1]) }
            if flags & 0x80 != 0 { body += Bytes.text("u") }
            if flags & 0x40 != 0 { body += Bytes.text("p") }
            let reading = PacketReading(Bytes.packet(1, body), version, .toServer)
            #expect(!reading.message.isFatal)
            var expected: Set<MQTTViolation> = []
            if flags & 1 != 0, version != 3 { expected.insert(.connectReservedFlag) }
            let (qos, isRetained) = (flags >> 3 & 3, flags & 0x20 != 0)
            if flags & 4 != 0 {
                if qos == 3 { expected.insert(.willQoSThree) }
            } else if version != 3 {
                if qos != 0 { expected.insert(.willQoSWithoutWill) }
                if isRetained { expected.insert(.willRetainWithoutWill) }
                if version == 4, qos != 0 || isRetained { expected.insert(.willFlagsWithoutWill) }
            }
            if version != 5, flags & 0xC0 == 0x40 { expected.insert(.passwordWithoutUserName) }
            #expect(reading.cases.intersection(looked) == expected, "flags \(flags)")
        }
    }

    /// Figure 3.22 of MQTT 3.1.1, 3.8.3.1 of MQTT 5.0. MQTT V3.1 says of the other bits that they are not used.
    @Test("Subscription options", arguments: levels) func subscriptionOptions(_ version: UInt8) {
        for options in 0...255 as ClosedRange<UInt8> {
            let body = [0, 1] + (version == 5 ? [0] : []) + Bytes.text("f") + [options]
            let reading = PacketReading(Bytes.packet(8, flags: 2, body), version, .toServer)
            var expected: Set<MQTTViolation> = []
            if options & 3 == 3 { expected.insert(.subscribeQoSThree) }
            if version == 4, options > 3 { expected.insert(.subscribeReservedBits) }
            if version == 5, options & 0xC0 != 0 { expected.insert(.subscribeReservedBits) }
            if version == 5, options & 0x30 == 0x30 { expected.insert(.retainHandlingThree) }
            #expect(reading.cases == expected, "options \(options)")
        }
    }

    /// Tables 3-1 to 3-9 of MQTT 5.0, and those of 3.14.2.1 and 3.15.2.1 with who may send a code.
    @Test("Reason codes") func reasonCodes() {
        let publish: Set<UInt8> = [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]
        let known: [UInt8: Set<UInt8>] = [
            2: [
                0, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A,
                0x9B, 0x9C, 0x9D, 0x9F,
            ],
            4: publish, 5: publish, 6: [0, 0x92], 7: [0, 0x92],
            9: [0, 1, 2, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2],
            11: [0, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91],
            // 0x8C stands for DISCONNECT in table 2-6 only; what one of the two tables allows is let pass.
            14: [
                0, 4, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96,
                0x97,
                0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2,
            ],
            15: [0, 0x18, 0x19],
        ]
        let ofServer: Set<UInt8> = [
            0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2,
        ]
        for (type, codes) in known {
            for code in 0...255 as ClosedRange<UInt8> {
                let body: [UInt8]
                switch type {
                case 2: body = [0, code, 0]
                case 4...7: body = [0, 1, code]
                case 9, 11: body = [0, 1, 0, code]
                case 14: body = [code]
                default: body = [code] + Bytes.variable(4) + [0x15] + Bytes.text("m")
                }
                let bytes = Bytes.packet(type, flags: type == 6 ? 2 : 0, body)
                for direction in [2, 9, 11].contains(type) ? [Direction.toClient] : Self.sides {
                    let found = PacketReading(bytes, 5, direction).cases
                    let isUnknown = found.contains(type == 2 ? .connackCode : .reasonCode)
                    #expect(isUnknown == !codes.contains(code), "type \(type) code \(code)")
                    var isOther = false
                    if type == 14 { isOther = direction == .toServer ? ofServer.contains(code) : code == 4 }
                    if type == 15 { isOther = code == (direction == .toServer ? 0 : 0x19) }
                    #expect(found.contains(.reasonCodeOfOtherSide) == isOther, "type \(type) code \(code)")
                    if type == 9 { #expect(found.contains(.grantUnclear) == (code > 2 && code < 0x80)) }
                }
            }
        }
    }

    /// Table 3.1 of MQTT 3.1.1 and its figure 3.26.
    @Test("Return codes", arguments: [3, 4] as [UInt8]) func returnCodes(_ version: UInt8) {
        for code in 0...255 as ClosedRange<UInt8> {
            let connack = PacketReading([0x20, 2, 0, code], version, .toClient)
            // 0x84 is how a server of 5.0 alone refuses an older client.
            #expect(connack.cases == (code <= 5 || code == 0x84 ? [] : [.connackCode]), "code \(code)")
            let suback = PacketReading([0x90, 3, 0, 1, code], version, .toClient)
            #expect(suback.cases == (code <= 2 || code == 0x80 ? [] : [.reasonCode]), "code \(code)")
        }
    }
}
