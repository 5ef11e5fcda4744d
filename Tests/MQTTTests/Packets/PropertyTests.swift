import Bytes
import Events
import TestSupport
import Testing

@testable import MQTT

/// A property alone in a packet.
struct PropertyCase: CustomTestStringConvertible {
    let row: PropertyRow
    let place: PropertyPlace

    var testDescription: String { "\(row.name) in \(place)" }

    static let all = PropertyPlace.allCases.flatMap { place in
        PropertyRow.all.map { PropertyCase(row: $0, place: place) }
    }

    /// Who sends it, where the side counts: subscription identifiers come from servers.
    var direction: Direction {
        switch place {
        case .connack, .suback, .unsuback: .toClient
        case .publish: row.id == 0x0B ? .toClient : .toServer
        default: .toServer
        }
    }

    /// The property with a value that ends in a byte that no identifier has.
    var property: PacketProperty {
        switch row.form {
        case .byte: PacketProperty(row, .number(1))
        case .uint16, .uint32, .variable: PacketProperty(row, .number(0x7F))
        case .text, .binary: PacketProperty(row, .bytes([0x61, 0x7A]))
        case .pair: PacketProperty(row, .pair("k", "vz"))
        }
    }

    /// The packet with these bytes as its properties.
    func packet(_ bytes: [UInt8]) -> [UInt8] {
        let list = Bytes.variable(bytes.count) + bytes
        switch place {
        case .will:
            let head = Bytes.text("MQTT") + [5, 0b110] + Bytes.uint16(60) + [0] + Bytes.text("c")
            return Bytes.packet(1, head + list + Bytes.text("w") + Bytes.binary([1]))
        case .connect:
            return Bytes.packet(1, Bytes.text("MQTT") + [5, 2] + Bytes.uint16(60) + list + Bytes.text("c"))
        case .connack: return Bytes.packet(2, [0, 0] + list)
        case .publish: return Bytes.packet(3, Bytes.text("t") + list)
        case .puback, .pubrec, .pubcomp: return Bytes.packet(place.rawValue, Bytes.uint16(1) + [0] + list)
        case .pubrel: return Bytes.packet(6, flags: 2, Bytes.uint16(1) + [0] + list)
        case .subscribe: return Bytes.packet(8, flags: 2, Bytes.uint16(1) + list + Bytes.text("f") + [0])
        case .unsubscribe: return Bytes.packet(10, flags: 2, Bytes.uint16(1) + list + Bytes.text("f"))
        case .suback, .unsuback: return Bytes.packet(place.rawValue, Bytes.uint16(1) + list + [0])
        case .disconnect: return Bytes.packet(14, [0] + list)
        case .auth: return Bytes.packet(15, [0x18] + list)
        }
    }

    var isAllowed: Bool { row.places.contains(place) }

    /// Faults that a property has here for want of another.
    var accepted: Set<MQTTViolation> {
        if place == .auth, row.id != 0x15 { return [.authMethodMissing] }
        return place == .connect && row.id == 0x16 ? [.authDataWithoutMethod] : []
    }

    func reading(_ bytes: [UInt8]) -> PacketReading { PacketReading(packet(bytes), 5, direction) }
}

/// Each of the 27 properties in each of the 14 places where properties may stand (table 2-4 of MQTT 5.0).
@Suite struct PropertyTests {
    @Test("The table is whole") func theTableIsWhole() {
        #expect(PropertyRow.all.count == 27)
        for row in PropertyRow.all {
            let property = MQTTProperty(rawValue: row.id)
            #expect(property.name.description == row.name)
            for place in PropertyPlace.allCases {
                #expect(property.isAllowed(in: place.rawValue) == row.places.contains(place), "\(row.name) in \(place)")
            }
        }
    }

    /// It is shown by its name wherever it stands, also where it may not.
    @Test("Is shown by its name", arguments: PropertyCase.all) func isShownByItsName(_ test: PropertyCase) {
        let bytes = test.packet(test.property.bytes)
        let listener = test.place.rawValue <= 2 ? Listener() : Listener(version: 5)
        if test.place == .connack { listener.send(Connect(version: 5).bytes) }
        let shown = listener.send(bytes, test.direction)
        let prefix = test.place == .will ? "mqtt.will.prop" : "mqtt.prop"
        // The will has fields for those that it may have.
        if test.isAllowed || test.place != .will {
            // The will delay is a property of wills only, and so is its field.
            guard test.row.id != 0x18 || test.place == .will else { return }
            #expect(shown["\(prefix).\(test.row.name)"] == [test.property.shown])
        }
    }

    @Test("May stand where the table says", arguments: PropertyCase.all) func mayStandWhereTheTableSays(
        _ test: PropertyCase
    ) {
        let reading = test.reading(test.property.bytes)
        #expect(!reading.message.isFatal)
        let found = reading.cases.subtracting(test.accepted).subtracting([
            .sessionExpiryFromServer, .subscriptionIdentifierFromClient,
        ])
        #expect(found == (test.isAllowed ? [] : [.propertyNotAllowed]))
    }

    @Test("May stand once only", arguments: PropertyCase.all.filter(\.isAllowed)) func mayStandOnceOnly(
        _ test: PropertyCase
    ) {
        let reading = test.reading(test.property.bytes + test.property.bytes)
        let mayRepeat = test.row.id == 0x26 || test.row.id == 0x0B && test.place == .publish
        let repeated: MQTTViolation = test.place == .will ? .willPropertyRepeated : .propertyRepeated
        #expect(reading.cases.subtracting(test.accepted) == (mayRepeat ? [] : [repeated]))
    }

    /// 0 is no receive maximum, no packet size, no alias, no identifier; a switch is 0 or 1.
    @Test("Values have bounds", arguments: PropertyCase.all.filter(\.isAllowed)) func valuesHaveBounds(
        _ test: PropertyCase
    ) {
        let value: MQTTViolation = test.place == .will ? .willPropertyValue : .propertyValue
        var wrong: [(Int, Set<MQTTViolation>)] = []
        switch test.row.id {
        case 0x21, 0x27, 0x0B: wrong = [(0, [value])]
        case 0x23: wrong = [(0, [.topicAliasZero])]
        default: if test.row.form == .byte { wrong = [(2, [value]), (255, [value])] }
        }
        for (number, expected) in wrong {
            let reading = test.reading(PacketProperty(test.row, .number(number)).bytes)
            #expect(reading.cases.subtracting(test.accepted) == expected, "\(number)")
        }
    }

    /// A value that runs behind the properties is a fault, whatever the packet holds behind them (CVE-2021-45934).
    @Test("Lengths off by one", arguments: PropertyCase.all) func lengthsOffByOne(_ test: PropertyCase) {
        let bytes = test.property.bytes
        // The properties end before the value does.
        let cut = test.reading(Array(bytes.dropLast()))
        #expect(cut.message.isFatal)
        #expect(!cut.cases.isDisjoint(with: [.fieldMissing, .stringTooLong]))
        guard let position = lastLength(test.row.form, bytes.count) else { return }
        var longer = bytes
        longer[position] += 1
        let over = test.reading(longer)
        #expect(over.message.isFatal)
        #expect(over.cases.contains(.stringTooLong))
        var shorter = bytes
        shorter[position] -= 1
        #expect(test.reading(shorter).cases.contains(.propertyUnknown))
    }

    /// Where the last length prefix of a property's value has its lower byte.
    private func lastLength(_ form: PropertyRow.Form, _ count: Int) -> Int? {
        switch form {
        case .text, .binary, .pair: count - 3
        case .byte, .uint16, .uint32, .variable: nil
        }
    }

    /// The length before the properties, off by one, and as long as can be.
    @Test("Property lengths", arguments: PropertyPlace.allCases) func propertyLengths(_ place: PropertyPlace) {
        let test = PropertyCase(row: PropertyRow.all.first { $0.id == 0x26 } ?? PropertyRow.all[0], place: place)
        let whole = test.packet([])
        guard
            let position = (2..<whole.count).last(where: { candidate in
                // The one byte that says how long the properties are.
                var bent = whole
                bent[candidate] = 0x7F
                return PacketReading(bent, 5, test.direction).cases.contains(.propertyLengthTooLong)
            })
        else {
            Issue.record("no property length in \(place)")
            return
        }
        for bytes in [[0xFF, 0xFF, 0xFF, 0x7F], [0x80, 0x80, 0x80, 0x01], [0xFF, 0x7F]] as [[UInt8]] {
            let body = Array(whole[2..<position]) + bytes + Array(whole[(position + 1)...])
            let reading = PacketReading([whole[0]] + Bytes.variable(body.count) + body, 5, test.direction)
            #expect(reading.cases.contains(.propertyLengthTooLong))
            #expect(reading.message.isFatal)
        }
        let fifth = Array(whole[2..<position]) + [0xFF, 0xFF, 0xFF, 0xFF, 0x01]
        let reading = PacketReading([whole[0]] + Bytes.variable(fifth.count) + fifth, 5, test.direction)
        #expect(reading.cases.contains(.remainingLengthTooLong))
        let padded = Array(whole[2..<position]) + [0x80, 0x00] + Array(whole[(position + 1)...])
        let long = PacketReading([whole[0]] + Bytes.variable(padded.count) + padded, 5, test.direction)
        #expect(long.cases.contains(.integerNotMinimal))
        #expect(!long.message.isFatal)
    }

    /// What an attacker chooses is a value, never the name of a field.
    @Test("User properties are a list") func userPropertiesAreAList() {
        let pairs = [("mqtt.topic", "x"), ("mqtt.topic", "y"), ("", ""), ("a=b", "=c"), ("ä", "水")]
        let user = PropertyRow.all.first { $0.id == 0x26 }
        let bytes = pairs.flatMap { pair in
            user.map { PacketProperty($0, .pair(pair.0, pair.1)).bytes } ?? []
        }
        let test = PropertyCase(row: PropertyRow.all[0], place: .publish)
        let shown = Listener(version: 5).send(test.packet(bytes))
        #expect(shown["mqtt.prop.user_property"] == ["mqtt.topic=x", "mqtt.topic=y", "=", "a=b==c", "ä=水"])
        #expect(shown["mqtt.topic"] == ["t"])
        #expect(shown.violations == [])
    }
}
