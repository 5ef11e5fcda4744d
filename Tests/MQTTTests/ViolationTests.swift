import Events
import MQTT
import Tables
import Testing

/// A message in hexadecimal and the names of the statements that it breaks, by the appendices B of the specifications.
struct Breach: CustomTestStringConvertible {
    let name: String
    let version: UInt8
    let direction: Direction
    let bytes: String
    let expected: [String]

    init(_ name: String, _ version: UInt8, _ bytes: String, _ expected: [String], _ direction: Direction = .toServer) {
        self.name = name
        self.version = version
        self.direction = direction
        self.bytes = bytes
        self.expected = expected
    }

    var testDescription: String { "\(name) in version \(version)" }
}

let headerBreaches = [
    Breach("reserved type", 4, "0000", ["MQTT-2.2.1"]),
    Breach("reserved type", 5, "0000", ["MQTT-2.1.2"]),
    Breach("type 15", 4, "f000", ["MQTT-2.2.1"]),
    Breach("flags of PINGREQ", 4, "c100", ["MQTT-2.2.2-1"]),
    Breach("flags of PINGREQ", 5, "c800", ["MQTT-2.1.3-1"]),
    Breach("flags of PUBREL", 4, "6002 0001", ["MQTT-2.2.2-1", "MQTT-3.6.1-1"]),
    Breach("flags of PUBREL", 5, "6f02 0001", ["MQTT-2.1.3-1", "MQTT-3.6.1-1"]),
    Breach("flags of SUBSCRIBE", 4, "8006 0001 0001 61 00", ["MQTT-2.2.2-1", "MQTT-3.8.1-1"]),
    Breach("flags of UNSUBSCRIBE", 4, "a005 0001 0001 61", ["MQTT-2.2.2-1", "MQTT-3.10.1-1"]),
    Breach("flags of DISCONNECT", 4, "e100", ["MQTT-2.2.2-1", "MQTT-3.14.1-1"]),
    Breach("flags of AUTH", 5, "f100", ["MQTT-2.1.3-1", "MQTT-3.15.1-1"], .toClient),
    Breach("DUP of SUBSCRIBE, which 3.1 allows", 3, "8a06 0001 0001 61 00", []),
    Breach("length that is not minimal", 5, "c08000", ["MQTT-1.5.5-1"]),
    Breach("length that is not minimal", 4, "c08000", []),
    Breach("length of five bytes", 4, "30ffffffff7f", ["MQTT-2.2.3"]),
    Breach("length of five bytes", 5, "30ffffffff7f", ["MQTT-1.5.5"]),
    Breach("bytes in PINGREQ", 4, "c00100", ["MQTT-3.12.1"]),
    Breach("CONNACK of a client", 4, "20020000", ["MQTT-2.2.1"]),
    Breach("PINGRESP of a client", 5, "d000", ["MQTT-2.1.2"]),
    Breach("SUBSCRIBE of a server", 4, "8206 0001 0001 61 00", ["MQTT-2.2.1"], .toClient),
    Breach("DISCONNECT of a server", 4, "e000", ["MQTT-2.2.1"], .toClient),
    Breach("DISCONNECT of a server", 5, "e000", [], .toClient),
]

let publishBreaches = [
    Breach("QoS 3", 4, "3606 0001 61 0001 78", ["MQTT-3.3.1-4"]),
    Breach("DUP of QoS 0", 5, "3804 0001 61 00", ["MQTT-3.3.1-2", "MQTT-4.3.1-1"]),
    Breach("topic runs over", 4, "3005 ffff 616263", ["MQTT-1.5.3"]),
    Breach("topic runs over", 5, "3005 ffff 616263", ["MQTT-1.5.4"]),
    Breach("no packet identifier", 4, "3204 0001 61 00", ["MQTT-2.2.3"]),
    Breach("no packet identifier", 5, "3204 0001 61 00", ["MQTT-2.1.4"]),
    Breach("packet identifier 0", 4, "3205 0001 61 0000", ["MQTT-2.3.1-1"]),
    Breach("packet identifier 0", 5, "3206 0001 61 0000 00", ["MQTT-2.2.1-3"]),
    Breach("packet identifier 0 of a server", 5, "3206 0001 61 0000 00", ["MQTT-2.2.1-4"], .toClient),
    Breach("overlong UTF-8", 4, "3307 0002 c328 0001 78", ["MQTT-1.5.3-1", "MQTT-3.3.2-1"]),
    Breach("surrogate", 5, "3006 0003 eda080 00", ["MQTT-1.5.4-1", "MQTT-3.3.2-1"]),
    Breach("U+0000", 4, "3006 0003 610062 78", ["MQTT-1.5.3-2", "MQTT-4.7.3-2"]),
    Breach("wildcard", 4, "3006 0003 612f23 78", ["MQTT-4.7.1-1", "MQTT-3.3.2-2"]),
    Breach("wildcard", 5, "3007 0003 612f2b 00 78", ["MQTT-4.7.0-1", "MQTT-3.3.2-2"]),
    Breach("empty topic", 4, "3003 0000 78", ["MQTT-4.7.3-1"]),
    Breach("empty topic", 5, "3003 0000 00", ["MQTT-4.7.3-1"]),
    Breach("topic alias 0", 5, "3007 0001 61 03 230000", ["MQTT-3.3.2-8"]),
    Breach("unknown topic alias", 5, "3006 0000 03 230005", ["MQTT-3.3.2.3.4"]),
    Breach("topic alias above the maximum", 5, "3007 0001 61 03 2300ff", ["MQTT-3.3.2-9", "MQTT-3.2.2-17"]),
    Breach(
        "topic alias above the client's", 5, "3007 0001 61 03 2300ff", ["MQTT-3.3.2-11", "MQTT-3.1.2-26"], .toClient),
    Breach("subscription identifier of a client", 5, "3006 0001 61 02 0b01", ["MQTT-3.3.4-6"]),
    Breach("wildcard in response topic", 5, "3008 0001 61 04 08000123", ["MQTT-3.3.2-14", "MQTT-4.7.0-1"]),
    Breach("ill-formed content type", 5, "3008 0001 61 04 030001ff", ["MQTT-1.5.4-1", "MQTT-3.3.2-19"]),
    Breach("ill-formed user property", 5, "300a 0001 61 06 260001ff0000", ["MQTT-1.5.4-1", "MQTT-1.5.7-1"]),
    Breach("unknown property", 5, "3006 0001 61 02 7f00", ["MQTT-2.2.2.2"]),
    Breach("property of CONNECT", 5, "3009 0001 61 05 1100000001", ["MQTT-2.2.2.2"]),
    Breach("property twice", 5, "3008 0001 61 04 01000100", ["MQTT-3.3.2.3"]),
    Breach("payload format 2", 5, "3006 0001 61 02 0102", ["MQTT-3.3.2.3"]),
    Breach("property length runs over", 5, "3005 0001 61 05 01", ["MQTT-2.2.2.1"]),
    Breach("property value runs over", 5, "3006 0001 61 02 0200", ["MQTT-2.1.4"]),
    Breach("property string runs over", 5, "3008 0001 61 04 03000561", ["MQTT-1.5.4"]),
    Breach("no property length", 5, "3003 0001 61", ["MQTT-2.2.2-1"]),
    Breach("property length that is not minimal", 5, "3005 0001 61 8000", ["MQTT-1.5.5-1"]),
]

let connectBreaches = [
    Breach("reserved flag", 4, "100d 0004 4d515454 04 03 003c 0001 61", ["MQTT-3.1.2-3"]),
    Breach("will QoS without a will", 4, "100d 0004 4d515454 04 0a 003c 0001 61", ["MQTT-3.1.2-11", "MQTT-3.1.2-13"]),
    Breach("will QoS without a will", 5, "100e 0004 4d515454 05 0a 003c 00 0001 61", ["MQTT-3.1.2-11"]),
    Breach(
        "will retain without a will", 4, "100d 0004 4d515454 04 22 003c 0001 61", ["MQTT-3.1.2-11", "MQTT-3.1.2-15"]),
    Breach("will retain without a will", 5, "100e 0004 4d515454 05 22 003c 00 0001 61", ["MQTT-3.1.2-13"]),
    Breach("will QoS 3", 4, "1013 0004 4d515454 04 1e 003c 0001 61 0001 62 0001 63", ["MQTT-3.1.2-14"]),
    Breach("will QoS 3", 5, "1015 0004 4d515454 05 1e 003c 00 0001 61 00 0001 62 0001 63", ["MQTT-3.1.2-12"]),
    Breach("no will", 4, "100d 0004 4d515454 04 06 003c 0001 61", ["MQTT-2.2.3", "MQTT-3.1.2-9"]),
    Breach("wildcard in the will topic", 4, "1013 0004 4d515454 04 06 003c 0001 61 0001 23 0001 63", ["MQTT-4.7.1-1"]),
    Breach("empty will topic", 5, "1014 0004 4d515454 05 06 003c 00 0001 61 00 0000 0001 63", ["MQTT-4.7.3-1"]),
    Breach(
        "ill-formed will topic", 4, "1013 0004 4d515454 04 06 003c 0001 61 0001 ff 0001 63",
        ["MQTT-1.5.3-1", "MQTT-3.1.3-10"]),
    Breach(
        "ill-formed will topic", 5, "1015 0004 4d515454 05 06 003c 00 0001 61 00 0001 ff 0001 63",
        ["MQTT-1.5.4-1", "MQTT-3.1.3-11"]),
    Breach("lone password", 4, "1010 0004 4d515454 04 42 003c 0001 61 0001 70", ["MQTT-3.1.2-22"]),
    Breach("lone password", 5, "1011 0004 4d515454 05 42 003c 00 0001 61 0001 70", []),
    Breach("no user name", 4, "100d 0004 4d515454 04 82 003c 0001 61", ["MQTT-2.2.3", "MQTT-3.1.2-19"]),
    Breach("no password", 5, "1011 0004 4d515454 05 c2 003c 00 0001 61 0001 75", ["MQTT-2.1.4", "MQTT-3.1.2-19"]),
    Breach("no user name, which 3.1 allows", 3, "100f 0006 4d5149736470 03 82 003c 0001 61", []),
    Breach(
        "ill-formed user name", 4, "1010 0004 4d515454 04 82 003c 0001 61 0001 ff", ["MQTT-1.5.3-1", "MQTT-3.1.3-11"]),
    Breach(
        "ill-formed user name", 5, "1011 0004 4d515454 05 82 003c 00 0001 61 0001 ff",
        ["MQTT-1.5.4-1", "MQTT-3.1.3-12"]),
    Breach(
        "ill-formed client identifier", 4, "100d 0004 4d515454 04 02 003c 0001 ff", ["MQTT-1.5.3-1", "MQTT-3.1.3-4"]),
    Breach("no client identifier", 4, "100a 0004 4d515454 04 02 003c", ["MQTT-2.2.3", "MQTT-3.1.3-3"]),
    Breach("empty client identifier", 4, "100c 0004 4d515454 04 00 003c 0000", ["MQTT-3.1.3-7"]),
    Breach("empty client identifier, clean", 4, "100c 0004 4d515454 04 02 003c 0000", []),
    Breach("empty client identifier", 5, "100d 0004 4d515454 05 00 003c 00 0000", []),
    Breach("empty client identifier", 3, "100e 0006 4d5149736470 03 02 003c 0000", ["MQTT31-3.1"]),
    Breach("unknown name", 4, "100d 0004 4d515458 04 02 003c 0001 61", ["MQTT-3.1.2-1"]),
    Breach("name of 3.1", 4, "100f 0006 4d5149736470 04 02 003c 0001 61", ["MQTT-3.1.2-1"]),
    Breach("unknown level", 4, "100d 0004 4d515454 07 02 003c 0001 61", ["MQTT-3.1.2-2"]),
    Breach("bridge", 4, "100d 0004 4d515454 84 02 003c 0001 61", []),
    Breach("bytes left over", 4, "100e 0004 4d515454 04 02 003c 0001 61 00", ["MQTT-3.1.4-1"]),
    Breach("receive maximum 0", 5, "1011 0004 4d515454 05 02 003c 03 210000 0001 61", ["MQTT-3.1.2.11"]),
    Breach("property twice", 5, "1018 0004 4d515454 05 02 003c 0a 1100000001 1100000002 0001 61", ["MQTT-3.1.2.11"]),
    Breach(
        "topic alias in a will", 5, "1018 0004 4d515454 05 06 003c 00 0001 61 03 230001 0001 62 0001 63",
        ["MQTT-2.2.2.2"]),
    Breach(
        "will property twice", 5, "1019 0004 4d515454 05 06 003c 00 0001 61 04 01000100 0001 62 0001 63",
        ["MQTT-3.1.3.2"]),
]

let subscribeBreaches = [
    Breach("packet identifier 0", 4, "8206 0000 0001 61 00", ["MQTT-2.3.1-1"]),
    Breach("packet identifier 0", 5, "8207 0000 00 0001 61 00", ["MQTT-2.2.1-3"]),
    Breach("no filter", 4, "8202 0001", ["MQTT-3.8.3-3"]),
    Breach("no filter", 5, "8203 0001 00", ["MQTT-3.8.3-2"]),
    Breach("empty filter", 4, "8205 0001 0000 00", ["MQTT-4.7.3-1"]),
    Breach("multi-level wildcard", 4, "8207 0001 0002 6123 00", ["MQTT-4.7.1-2"]),
    Breach("multi-level wildcard inside", 5, "8209 0001 00 0003 232f61 00", ["MQTT-4.7.1-1"]),
    Breach("single-level wildcard", 4, "8207 0001 0002 612b 00", ["MQTT-4.7.1-3"]),
    Breach("single-level wildcard", 5, "8208 0001 00 0002 2b61 00", ["MQTT-4.7.1-2"]),
    Breach("reserved bits", 4, "8206 0001 0001 61 04", ["MQTT-3.8.3-4"]),
    Breach("reserved bits", 5, "8207 0001 00 0001 61 40", ["MQTT-3.8.3-5"]),
    Breach("reserved bits, of which 3.1 says nothing", 3, "8206 0001 0001 61 f0", []),
    Breach("QoS 3", 4, "8206 0001 0001 61 03", ["MQTT-3.8.3-4"]),
    Breach("QoS 3", 5, "8207 0001 00 0001 61 03", ["MQTT-3.8.3.1"]),
    Breach("retain handling 3", 5, "8207 0001 00 0001 61 30", ["MQTT-3.8.3.1"]),
    Breach("no local, shared", 5, "8210 0001 00 000a 2473686172652f672f61 04", ["MQTT-3.8.3-4"]),
    Breach("empty share name", 5, "820f 0001 00 0009 2473686172652f2f61 00", ["MQTT-4.8.2-1"]),
    Breach("wildcard in share name", 5, "8210 0001 00 000a 2473686172652f2b2f61 00", ["MQTT-4.8.2-2"]),
    Breach("nothing behind the share name", 5, "820e 0001 00 0008 2473686172652f67 00", ["MQTT-4.8.2-2"]),
    Breach("no options", 4, "8205 0001 0001 61", ["MQTT-2.2.3"]),
    Breach("ill-formed filter", 4, "8206 0001 0001 80 00", ["MQTT-1.5.3-1", "MQTT-3.8.3-1"]),
    Breach("subscription identifier 0", 5, "8209 0001 02 0b00 0001 61 00", ["MQTT-3.8.2.1"]),
    Breach("UNSUBSCRIBE without filter", 4, "a202 0001", ["MQTT-3.10.3-2"]),
    Breach("UNSUBSCRIBE, ill-formed filter", 5, "a206 0001 00 0001 80", ["MQTT-1.5.4-1", "MQTT-3.10.3-1"]),
]

let answerBreaches = [
    Breach("PUBACK with identifier 0", 4, "4002 0000", ["MQTT-2.3.1-6"], .toClient),
    Breach("PUBACK with identifier 0", 5, "4002 0000", ["MQTT-2.2.1-5"], .toClient),
    Breach("PUBACK too long", 4, "4003 0001 00", ["MQTT-3.4.1"], .toClient),
    Breach("PUBACK, unknown code", 5, "4003 0001 77", ["MQTT-3.4.2-1"], .toClient),
    Breach("PUBREC, code of PUBREL", 5, "5003 0001 92", ["MQTT-3.5.2-1"], .toClient),
    Breach("PUBREL, code of PUBREC", 5, "6203 0001 10", ["MQTT-3.6.2-1"]),
    Breach("PUBCOMP, unknown code", 5, "7003 0001 01", ["MQTT-3.7.2-1"]),
    Breach("PUBACK, property of CONNECT", 5, "4007 0001 00 03 210001", ["MQTT-2.2.2.2"]),
    Breach("PUBACK, property twice", 5, "400a 0001 00 06 1f0000 1f0000", ["MQTT-3.4.2.2"]),
    Breach("UNSUBACK with identifier 0", 4, "b002 0000", ["MQTT-2.3.1-7"], .toClient),
    Breach("SUBACK unasked", 4, "9003 0009 00", ["MQTT-3.8.4-2"], .toClient),
    Breach("SUBACK, reserved code", 4, "9003 0009 03", ["MQTT-3.9.3-2", "MQTT-3.8.4-2"], .toClient),
    Breach(
        "SUBACK, code of PUBACK", 5, "9004 0009 00 10", ["MQTT-3.9.3-2", "MQTT-3.8.4-2", "MQTT-3.8.4-7"], .toClient),
    Breach(
        "UNSUBACK, granted QoS 1", 5, "b004 0009 00 01", ["MQTT-3.11.3-2", "MQTT-2.2.1-6", "MQTT-3.10.4-5"], .toClient),
    Breach("DISCONNECT, unknown code", 5, "e001 01", ["MQTT-3.14.2-1"]),
    Breach("DISCONNECT too long", 4, "e001 00", ["MQTT-3.14.1"]),
    Breach("session expiry from a server", 5, "e007 00 05 1100000001", ["MQTT-3.14.2-2"], .toClient),
    Breach(
        "AUTH, unknown code", 5, "f002 01 00",
        ["MQTT-3.15.2-1", "MQTT-4.12.0-3", "MQTT-4.12.0-5", "MQTT-3.15.2.2.2"]),
    Breach("second CONNACK", 5, "2003 0000 00", ["MQTT-3.2.0-2"], .toClient),
    Breach("second CONNECT", 4, "100d 0004 4d515454 04 02 003c 0001 61", ["MQTT-3.1.0-2"]),
]

let connackBreaches = [
    Breach("reserved bits", 4, "2002 0200", ["MQTT-3.2.2.1"], .toClient),
    Breach("reserved bits", 5, "2003 8000 00", ["MQTT-3.2.2-1"], .toClient),
    Breach("session present in a refusal", 4, "2002 0105", ["MQTT-3.2.2-4"], .toClient),
    Breach("session present in a refusal", 5, "2003 0187 00", ["MQTT-3.2.2-6"], .toClient),
    Breach("session present, clean", 4, "2002 0100", ["MQTT-3.2.2-1"], .toClient),
    Breach("session present, clean", 5, "2003 0100 00", ["MQTT-3.2.2-2"], .toClient),
    Breach("reserved code", 4, "2002 0006", ["MQTT-3.2.2-6"], .toClient),
    Breach("unknown code", 5, "2003 0077 00", ["MQTT-3.2.2-8"], .toClient),
    Breach("maximum QoS 2", 5, "2005 0000 02 2402", ["MQTT-3.2.2.3"], .toClient),
    Breach("no property length", 5, "2002 0000", ["MQTT-2.2.2-1"], .toClient),
    Breach("refusal by a server of 3.1.1", 5, "2002 0001", [], .toClient),
    Breach("PUBLISH before CONNACK", 4, "3003 0001 61", ["MQTT-3.2.0-1"], .toClient),
    Breach("DISCONNECT before CONNACK", 5, "e001 87", ["MQTT-3.2.0-1", "MQTT-3.14.0-1"], .toClient),
    Breach("AUTH unasked", 5, "f002 18 00", ["MQTT-4.12.0-6", "MQTT-3.15.2.2.2"], .toClient),
    Breach("AUTH unasked", 5, "f002 18 00", ["MQTT-4.12.0-7", "MQTT-3.15.2.2.2"]),
]

@Suite struct ViolationTests {
    @Test("In a session", arguments: headerBreaches + publishBreaches + subscribeBreaches + answerBreaches)
    func inASession(_ breach: Breach) {
        let shown = Listener(version: breach.version).send(hex(breach.bytes), breach.direction)
        #expect(Set(shown.violations) == Set(breach.expected))
        #expect(shown.violations.count == Set(shown.violations).count)
    }

    @Test("At the beginning", arguments: connectBreaches) func atTheBeginning(_ breach: Breach) {
        #expect(Set(Listener().send(hex(breach.bytes)).violations) == Set(breach.expected))
    }

    @Test("After a CONNECT", arguments: connackBreaches) func afterAConnect(_ breach: Breach) {
        let listener = Listener()
        listener.send(Connect(version: breach.version).bytes)
        #expect(Set(listener.send(hex(breach.bytes), breach.direction).violations) == Set(breach.expected))
    }

    @Test("First packet must be CONNECT") func firstPacketMustBeConnect() {
        #expect(Listener().send(publish("a", "x")).violations == ["MQTT-3.1.0-1"])
        #expect(Listener().send(pingresp, .toClient).violations == ["MQTT-3.2.0-1"])
        // Taken up midstream, or with a hole in it, nothing can be said.
        #expect(Listener(isFromStart: false).send(publish("a", "x")).violations == [])
        let listener = Listener()
        listener.gap()
        #expect(listener.send(publish("a", "x")).violations == [])
    }

    @Test("Nothing follows disconnect", arguments: [(4 as UInt8, "MQTT-3.14.4-2"), (5, "MQTT-3.14.4-1")])
    func nothingFollowsDisconnect(_ version: UInt8, _ name: String) {
        let listener = Listener(version: version)
        listener.send(disconnect())
        #expect(listener.send(pingreq).violations == [name])
    }

    @Test("Suback must fit its SUBSCRIBE") func subackMustFitItsSubscribe() {
        let listener = Listener(version: 4)
        listener.send(subscribe([("a", 0), ("b", 0)], id: 3))
        #expect(listener.send(subscribeAnswer(9, [0], id: 3), .toClient).violations == ["MQTT-3.8.4-5"])
        #expect(listener.send(subscribeAnswer(9, [0], id: 3), .toClient).violations == ["MQTT-3.8.4-2"])
        let five = Listener(version: 5)
        five.send(subscribe([("a", 0)], id: 3, version: 5))
        #expect(five.send(subscribeAnswer(9, [], id: 3, version: 5), .toClient).violations == ["MQTT-3.8.4-6"])
        five.send(unsubscribe(["a", "b"], id: 4, version: 5))
        #expect(five.send(subscribeAnswer(11, [0], id: 4, version: 5), .toClient).violations == ["MQTT-3.11.3-1"])
    }

    @Test("a violation is fatal exactly where reading stopped") func fatalMeansThatReadingStopped() {
        #expect(Listener(version: 4).send(hex("3005 ffff 616263"))["violation.fatal"] == ["true"])
        #expect(Listener(version: 4).send(hex("3606 0001 61 0001 78"))["violation.fatal"] == ["false"])
        #expect(Listener(version: 4).send(publish("a"))["violation.fatal"] == nil)
    }

    @Test("Ill formed strings are named") func illFormedStringsAreNamed() {
        let connect = hex("1015 0004 4d515454 04 86 003c 0001 ff 0001 80 0000 0001 c0")
        #expect(Listener().send(connect)["mqtt.utf8.illformed"] == ["clientid", "username", "willtopic"])
        #expect(Listener().send(connect)["mqtt.utf8.fault"] == ["overlong", "toolarge", "continuation"])
        let publish = hex("330a 0001 fe 0001 04 03 0001 ff")
        #expect(Listener(version: 5).send(publish)["mqtt.utf8.illformed"] == ["topic", "property"])
    }

    @Test("Every statement has a name") func everyStatementHasAName() {
        for violation in MQTTViolation.allCases {
            for version in [MQTTVersion.v31, .v311, .v5] {
                for type in 0..<16 as Range<UInt8> {
                    #expect(violation.name(version, MQTTPacketType(rawValue: type)).description.hasPrefix("MQTT"))
                    #expect(violation.name(version, MQTTPacketType(rawValue: type)).description.count > 6)
                }
            }
        }
        var all = MQTTViolations()
        for violation in MQTTViolation.allCases { all.insert(violation) }
        #expect(all.count == MQTTViolation.allCases.count)
        var seen: [MQTTViolation] = []
        all.forEach { seen.append($0) }
        #expect(seen == MQTTViolation.allCases)
    }
}
