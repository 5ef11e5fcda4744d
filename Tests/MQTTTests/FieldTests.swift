import Events
import MQTT
import Testing

@Suite struct FieldTests {
    @Test("Names and numbers are unique") func namesAndNumbersAreUnique() {
        let names = MQTTField.block.fields.map(\.name)
        #expect(Set(names).count == names.count)
        for field in MQTTField.allCases {
            #expect(MQTTField(field.id) == field)
            #expect(Listener.registry.field(field.id)?.info.name == names[Int(field.rawValue)])
        }
        #expect(MQTTField.block.base == 100)
        #expect(MQTTField(FieldID(rawValue: 99)) == nil)
        #expect(MQTTField(FieldID(rawValue: 60_000)) == nil)
    }

    /// The names and types that rules are written with.
    @Test(
        "Registered",
        arguments: [
            ("mqtt.type", FieldType.keyword, false), ("mqtt.ver", .int, false), ("mqtt.len", .int, false),
            ("mqtt.dupflag", .bool, false), ("mqtt.retain", .bool, false), ("mqtt.qos", .int, false),
            ("mqtt.msgid", .int, false), ("mqtt.protoname", .text, false), ("mqtt.protolevel", .int, false),
            ("mqtt.clientid", .text, false), ("mqtt.username", .text, false), ("mqtt.passwd", .text, false),
            ("mqtt.conflag.uname", .bool, false), ("mqtt.conflag.passwd", .bool, false),
            ("mqtt.conflag.retain", .bool, false), ("mqtt.conflag.willflag", .bool, false),
            ("mqtt.conflag.cleansess", .bool, false), ("mqtt.conflag.reserved", .bool, false),
            ("mqtt.conflag.qos", .int, false), ("mqtt.kalive", .int, false), ("mqtt.willtopic", .text, false),
            ("mqtt.willmsg", .text, false), ("mqtt.conack.flags.sp", .bool, false), ("mqtt.conack.val", .int, false),
            ("mqtt.topic", .text, true), ("mqtt.sub.qos", .int, true), ("mqtt.sub.nl", .bool, true),
            ("mqtt.sub.rap", .bool, true), ("mqtt.sub.retain", .int, true), ("mqtt.reason_code", .int, true),
            ("mqtt.msg", .text, false), ("mqtt.msg.bytes", .int, false),
            ("mqtt.prop.session_expiry_interval", .int, false), ("mqtt.prop.response_topic", .text, false),
            ("mqtt.prop.correlation_data", .bytes, false), ("mqtt.prop.user_property", .text, true),
            ("mqtt.prop.subscription_identifier", .int, true), ("mqtt.prop.authentication_method", .text, false),
            ("mqtt.will.prop.will_delay_interval", .int, false), ("mqtt.will.prop.user_property", .text, true),
            ("mqtt.session.midstream", .bool, false), ("mqtt.session.accepted", .bool, false),
            ("mqtt.session.anonymous", .bool, false), ("mqtt.session.takeover", .bool, false),
            ("mqtt.session.age", .int, false), ("mqtt.session.idle", .int, false), ("mqtt.connect.count", .int, false),
            ("mqtt.session.wildcard", .keyword, false), ("mqtt.topic.levels", .int, true),
            ("mqtt.topic.sys", .bool, false), ("mqtt.filter.wildcard", .keyword, true),
            ("mqtt.filter.share", .text, true), ("mqtt.granted.topic", .text, true),
            ("mqtt.granted.wildcard", .keyword, true), ("mqtt.retained", .keyword, false),
            ("mqtt.utf8.illformed", .keyword, true), ("mqtt.utf8.fault", .keyword, true),
            ("mqtt.utf8.null", .keyword, true), ("mqtt.utf8.control", .keyword, true),
            ("mqtt.utf8.nonchar", .keyword, true), ("mqtt.filter.regex", .bool, false),
        ])
    func registered(_ name: String, _ type: FieldType, _ isList: Bool) {
        let info = Listener.registry.field(named: name)?.info
        #expect(info?.type == type)
        #expect(info?.isList == isList)
        #expect(info?.isSecret == (name == "mqtt.passwd"))
        #expect(info?.summary.isEmpty == false)
    }

    /// Every property of table 2-4 of MQTT 5.0 is a field, with the number of values that it may have.
    @Test("Every property is a field") func everyPropertyIsAField() {
        let known = (0..<128 as Range<UInt8>).map { MQTTProperty(rawValue: $0) }.filter { $0.kind != nil }
        #expect(known.count == 27)
        for property in known {
            let place = property == .willDelayInterval ? "mqtt.will.prop" : "mqtt.prop"
            #expect(Listener.registry.field(named: "\(place).\(property.name)") != nil)
        }
        #expect(MQTTField.block.fields.count { $0.name.hasPrefix("mqtt.will.prop.") } == 7)
    }

    @Test("Events are written as JSON") func eventsAreWrittenAsJSON() {
        let listener = Listener()
        let bytes = Connect(clientID: "c", userName: "u", password: Array("geheim".utf8)).bytes
        listener.dissect(bytes)
        var json = EventJSON(registry: Listener.registry, only: ["mqtt.type", "mqtt.clientid", "mqtt.passwd"])
        var text: [UInt8] = []
        json.write(listener.analyzer, listener.context, message: bytes.span.bytes, to: &text)
        let expected = #"{"mqtt.type":"CONNECT","mqtt.clientid":"c","mqtt.passwd":"<6 bytes>"}"#
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }
}

@Test("How many filters and properties") func howManyFiltersAndProperties() {
    let pairs = (0..<3).map { Property(38, "", .pair("k\($0)", "v")) }
    let listener = conversation(5)
    let shown = listener.send(publish("t", "x", version: 5, pairs + [Property(2, "", .uint32(5))]))
    #expect(shown["mqtt.property.count"] == ["4"])
    #expect(shown["mqtt.user_property.count"] == ["3"])
    #expect(shown["mqtt.filter.count"] == nil)
    let will = ("w", [UInt8](), UInt8(0), false, pairs)
    let connect = Listener().send(Connect(version: 5, properties: Array(pairs.prefix(1)), will: will).bytes)
    #expect(connect["mqtt.property.count"] == ["4"])
    #expect(connect["mqtt.user_property.count"] == ["4"])
    let plain = conversation()
    let subscribed = plain.send(hex("820e0001000161000001620000016300"))
    #expect(subscribed["mqtt.filter.count"] == ["3"])
    #expect(subscribed["mqtt.property.count"] == nil)
    #expect(plain.send(unsubscribe(["a", "b"], id: 2))["mqtt.filter.count"] == ["2"])
    #expect(plain.send(publish("t", "x"))["mqtt.filter.count"] == nil)
}
