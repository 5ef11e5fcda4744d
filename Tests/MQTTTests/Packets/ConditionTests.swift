import Events
import TestSupport
import Testing

@testable import MQTT

/// What attackers send to brokers and to clients, in the fewest bytes, from either side where either side may send it.
struct Condition: CustomTestStringConvertible {
    let name: String
    let version: UInt8
    let bytes: String
    /// One of these at least must be told.
    let expected: Set<MQTTViolation>
    /// `nil` for both.
    var only: Direction?

    init(
        _ name: String, _ version: UInt8, _ bytes: String, _ expected: Set<MQTTViolation>, only: Direction? = nil
    ) {
        self.name = name
        self.version = version
        self.bytes = bytes
        self.expected = expected
        self.only = only
    }

    var testDescription: String { "\(name) in version \(version)" }
}

private let conditions = [
    // The fixed header.
    Condition("type 0", 4, "0000", [.reservedType]),
    Condition("type 15 before 5.0", 3, "f000", [.reservedType]),
    Condition("type 15 before 5.0", 4, "f000", [.reservedType]),
    Condition("SUBSCRIBE with flags 0", 4, "8006000100016100", [.subscribeFlags], only: .toServer),
    Condition("PUBREL with flags 0", 5, "60020001", [.pubrelFlags]),
    Condition("PUBLISH of QoS 3", 4, "3606000161000178", [.publishQoSThree]),
    Condition("DUP of QoS 0", 4, "38040001 61 78", [.duplicateOfQoSZero]),
    Condition("fifth byte of length", 4, "30ffffffff7f", [.remainingLengthTooLong]),
    Condition("length in more bytes than needed", 5, "c08000", [.integerNotMinimal], only: .toServer),
    Condition("length in more bytes than needed", 5, "d08000", [.integerNotMinimal], only: .toClient),
    // Lengths within.
    Condition("topic behind the packet", 4, "3005ffff616263", [.stringTooLong]),
    Condition("topic one behind the packet", 4, "3003000261", [.stringTooLong]),
    Condition("no room for the identifier", 4, "3204 0001 61 00", [.fieldMissing]),
    Condition("reason string behind its properties", 5, "4007000100031f0005", [.stringTooLong]),
    // Text.
    Condition("overlong topic, kept", 4, "33070002c328000178", [.illFormedTopicName]),
    Condition("lone continuation", 5, "3004 0001 80 00", [.illFormedTopicName]),
    Condition("surrogate", 4, "3006 0003 eda080 78", [.illFormedTopicName]),
    Condition("U+0000 in a topic", 4, "3006000361006278", [.nullInTopic]),
    // Topic names and filters.
    Condition("wildcard in a topic", 4, "30060003612f2378", [.wildcardInPublish]),
    Condition("empty topic", 4, "3003000078", [.emptyTopic]),
    Condition("empty topic without an alias", 5, "3003000000", [.emptyTopic]),
    Condition("`#` that is not alone", 4, "820700010002612300", [.multiLevelWildcard], only: .toServer),
    Condition("SUBSCRIBE without filters", 4, "82020001", [.subscribeWithoutFilter], only: .toServer),
    Condition("packet identifier 0", 4, "8206000000016100", [.packetIDZeroFromClient], only: .toServer),
    Condition("options of QoS 3", 5, "8207000100 0001 61 03", [.subscribeQoSThree], only: .toServer),
    // CONNECT.
    Condition("reserved flag", 4, "100e00044d5154540403003c00027431", [.connectReservedFlag], only: .toServer),
    Condition("empty identifier, kept session", 4, "100c00044d5154540400003c0000", [.clientIDEmpty], only: .toServer),
    // Packets of the other side.
    Condition("CONNACK of a client", 5, "2003000000", [.wrongDirection], only: .toServer),
    Condition("SUBACK of a client", 4, "9003000100", [.wrongDirection], only: .toServer),
    Condition("PINGREQ of a server", 4, "c000", [.wrongDirection], only: .toClient),
    Condition("CONNECT of a server", 4, "100c00044d5154540402003c0000", [.wrongDirection], only: .toClient),
    // Answers.
    Condition("SUBACK without a code, to a client", 4, "90020001", [.answerEmpty], only: .toClient),
    Condition("SUBACK with a reserved code", 4, "9003000103", [.reasonCode], only: .toClient),
    // Properties.
    Condition(
        "receive maximum twice", 5, "101900044d5154540502003c0a1100000001110000000100027431", [.propertyRepeated],
        only: .toServer),
    Condition(
        "receive maximum in a will", 5, "1019 0004 4d515454 05 06 003c 00 0002 7431 03 210014 0001 61 0001 78",
        [.propertyNotAllowed], only: .toServer),
    Condition("unknown property", 5, "3006 0001 61 02 7e00", [.propertyUnknown]),
    Condition("topic alias 0", 5, "3007 0001 61 03 230000", [.topicAliasZero]),
    Condition("AUTH without a method", 5, "f0021800", [.authMethodMissing]),
    Condition(
        "subscription identifier of a client", 5, "3006 0001 61 02 0b01", [.subscriptionIdentifierFromClient],
        only: .toServer),
]

@Suite struct ConditionTests {
    @Test("Is told", arguments: conditions) func isTold(_ condition: Condition) {
        for direction in condition.only.map({ [$0] }) ?? [.toServer, .toClient] {
            let reading = PacketReading(hex(condition.bytes), condition.version, direction)
            #expect(reading.cases.isSuperset(of: condition.expected), "\(reading.cases)")
        }
    }

    /// The way a broker of MQTT 5.0 was brought down: an AUTH-less CONNACK from a client behind its CONNECT.
    @Test("A client that answers itself") func aClientThatAnswersItself() {
        let listener = Listener()
        listener.send(hex("101000044d5154540502003c032100140000"))
        let shown = listener.send(hex("29020001"))
        #expect(shown["mqtt.type"] == ["CONNACK"])
        #expect(shown.violations.contains("MQTT-2.1.2"))
        #expect(shown.violations.contains("MQTT-2.1.3-1"))
    }
}
