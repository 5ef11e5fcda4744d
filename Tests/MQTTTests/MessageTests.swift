import Events
import MQTT
import Testing

@Suite struct MessageTests {
    @Test("Well formed messages break nothing", arguments: vectors) func wellFormedMessagesBreakNothing(
        _ vector: Vector
    ) {
        let shown = vector.listener().send(vector.bytes, vector.direction)
        #expect(shown.violations == [])
        #expect(shown["violation.fatal"] == nil)
        #expect(shown["mqtt.ver"] == ["\(vector.version)"])
        #expect(shown["mqtt.utf8.illformed"] == nil)
    }

    /// The head of a message that was too long to hold is no fault, wherever it is cut.
    @Test("Heads break nothing", arguments: vectors) func headsBreakNothing(_ vector: Vector) {
        for count in 0..<vector.bytes.count {
            let shown = vector.listener().send(
                Array(vector.bytes[..<count]), vector.direction, whole: vector.bytes.count)
            // With less than the fixed header nothing is known of the packet, not even its type.
            let allowed = count < 1 ? Set(shown.violations) : []
            #expect(Set(shown.violations).subtracting(allowed) == [], "cut at \(count)")
        }
    }

    /// A message that ends before its lengths say so is read as far as it goes, and what is read is right.
    @Test("Truncated messages are read as far as they go", arguments: vectors)
    func truncatedMessagesAreReadAsFarAsTheyGo(_ vector: Vector) {
        let whole = vector.listener().send(vector.bytes, vector.direction).wireOnly
        // Optional parts may be left out of other packets, and a user name and password in 3.1.
        let isRigid = vector.bytes[0] >> 4 <= 2 && vector.version != 3
        for count in 0..<vector.bytes.count {
            let shown = vector.listener().send(Array(vector.bytes[..<count]), vector.direction)
            #expect(shown["violation.fatal"] == ["true"] || !isRigid && count >= 2, "cut at \(count)")
            for (name, values) in shown.wireOnly where count > 0 && name != "mqtt.clientid" {
                if name.hasPrefix("violation.") || name.hasPrefix("mqtt.granted") || name == "mqtt.topic.sys" {
                    continue
                }
                if name == "mqtt.msg" || name == "mqtt.msg.bytes" { continue }
                #expect(whole[name]?.starts(with: values) == true, "\(name) cut at \(count)")
            }
        }
    }

    /// Every byte replaced by values that matter in lengths, identifiers and flags. Nothing may trap.
    @Test("Mutated bytes never trap", arguments: vectors) func mutatedBytesNeverTrap(_ vector: Vector) {
        let listener = vector.listener()
        for offset in vector.bytes.indices {
            let byte = vector.bytes[offset]
            for value in [0, 1, 0x7F, 0x80, 0xFF, byte &+ 1, byte &- 1] as [UInt8] {
                var bytes = vector.bytes
                bytes[offset] = value
                listener.send(bytes, vector.direction)
                #expect(listener.analyzer.messageType == bytes[0] >> 4)
            }
        }
    }

    @Test("Trailing bytes are noticed", arguments: vectors) func trailingBytesAreNoticed(_ vector: Vector) {
        // What a PUBLISH, SUBSCRIBE, UNSUBSCRIBE or an answer to them holds runs to the end of the packet.
        let type = vector.bytes[0] >> 4
        let isAck = (4...7).contains(type)
        guard ![3, 8, 9, 10].contains(type), type != 11 || vector.version != 5 else { return }
        guard vector.version != 5 || !(isAck || type >= 14) || vector.name.hasSuffix("full") else { return }
        guard case .message = MQTTFraming.frame(vector.bytes.span.bytes) else { return }
        let header = vector.bytes[1] & 0x80 == 0 ? 2 : 3
        let bytes = Wire.packet(vector.bytes[0], Array(vector.bytes[header...]) + [0])
        let shown = vector.listener().send(bytes, vector.direction)
        let name =
            vector.version == 3 ? "MQTT31-3.\(type)" : type == 1 ? "MQTT-3.1.4-1" : "MQTT-3.\(type).1"
        #expect(shown.violations == [name])
        #expect(shown["violation.fatal"] == ["false"])
    }

    @Test("CONNECT shows what it carries") func connectShowsWhatItCarries() {
        let bytes = Connect(
            version: 5, clientID: "id", isClean: false, keepAlive: 10, properties: Sample.connect,
            will: ("w/t", Array("gone".utf8), 1, true, Sample.will), userName: "user", password: Array("pass".utf8)
        ).bytes
        let expected: Shown = [
            "mqtt.type": ["CONNECT"], "mqtt.ver": ["5"], "mqtt.protolevel": ["5"], "mqtt.len": ["\(bytes.count - 2)"],
            "mqtt.protoname": ["MQTT"], "mqtt.clientid": ["id"], "mqtt.username": ["user"], "mqtt.passwd": ["pass"],
            "mqtt.conflag.uname": ["true"], "mqtt.conflag.passwd": ["true"], "mqtt.conflag.retain": ["true"],
            "mqtt.conflag.qos": ["1"], "mqtt.conflag.willflag": ["true"], "mqtt.conflag.cleansess": ["false"],
            "mqtt.conflag.reserved": ["false"], "mqtt.kalive": ["10"], "mqtt.willtopic": ["w/t"],
            "mqtt.willmsg": ["gone"], "mqtt.prop.session_expiry_interval": ["3600"],
            "mqtt.prop.receive_maximum": ["20"], "mqtt.prop.maximum_packet_size": ["65536"],
            "mqtt.prop.topic_alias_maximum": ["10"], "mqtt.prop.request_response_information": ["1"],
            "mqtt.prop.request_problem_information": ["0"], "mqtt.prop.authentication_method": ["SCRAM"],
            "mqtt.prop.authentication_data": ["00ff"], "mqtt.will.prop.will_delay_interval": ["5"],
            "mqtt.will.prop.payload_format_indicator": ["1"], "mqtt.will.prop.message_expiry_interval": ["90"],
            "mqtt.will.prop.content_type": ["text/plain"], "mqtt.will.prop.response_topic": ["re/ply"],
            "mqtt.will.prop.correlation_data": ["010203"],
        ]
        #expect(Listener().send(bytes).wireOnly == expected)
    }

    /// MQTT 5.0, figure 3-6 in words: two filters, QoS 1 and 2; here with all options.
    @Test("SUBSCRIBE shows its options") func subscribeShowsItsOptions() {
        let shown = Listener(version: 5).send(hex("82 11 000a 00 0003 612f62 2d 0003 632f64 12"))
        #expect(shown["mqtt.topic"] == ["a/b", "c/d"])
        #expect(shown["mqtt.sub.qos"] == ["1", "2"])
        #expect(shown["mqtt.sub.nl"] == ["true", "false"])
        #expect(shown["mqtt.sub.rap"] == ["true", "false"])
        #expect(shown["mqtt.sub.retain"] == ["2", "1"])
        #expect(shown["mqtt.msgid"] == ["10"])
        #expect(shown.violations == [])
    }

    @Test("Options beyond QoS belong to five") func optionsBeyondQoSBelongToFive() {
        let shown = Listener(version: 4).send(subscribe([("a", 1)]))
        #expect(shown["mqtt.sub.qos"] == ["1"])
        #expect(shown["mqtt.sub.nl"] == nil)
        #expect(shown["mqtt.sub.retain"] == nil)
    }

    /// Or whoever gives no identifier would escape each rule that counts by client.
    @Test("An identifier of no bytes is a value of the session") func anIdentifierOfNoBytesIsAValueOfTheSession() {
        let listener = Listener()
        #expect(listener.send(Connect(version: 4, clientID: "").bytes)["mqtt.clientid"] == [""])
        #expect(listener.send(publish("t"))["mqtt.clientid"] == [""])
    }

    @Test("Absent fields are absent not empty") func absentFieldsAreAbsentNotEmpty() {
        let message = Listener(version: 4).send(publish("t"))
        #expect(message["mqtt.msg"] == nil)
        #expect(message["mqtt.msg.bytes"] == ["0"])
        #expect(message["payload.bytes"] == ["0"])
    }

    /// The length of the payload is that of the whole message, though only its head is held.
    @Test("Head of a long publish") func headOfALongPublish() {
        let bytes = publish("sensor/1", String(repeating: "x", count: 1000), qos: 1, id: 7)
        let shown = Listener(version: 4).send(Array(bytes[..<50]), whole: bytes.count)
        #expect(shown["mqtt.topic"] == ["sensor/1"])
        #expect(shown["mqtt.msgid"] == ["7"])
        #expect(shown["mqtt.msg.bytes"] == ["1000"])
        #expect(shown["payload.bytes"] == ["1000"])
        #expect(shown["mqtt.msg"] == [String(repeating: "x", count: 35)])
        #expect(shown.violations == [])
    }

    @Test("Reason codes are those on the wire") func reasonCodesAreThoseOnTheWire() {
        #expect(Listener(version: 5).send(answer(4))["mqtt.reason_code"] == nil)
        #expect(Listener(version: 5).send(answer(4, code: 0x87))["mqtt.reason_code"] == ["135"])
        #expect(Listener(version: 5).send(disconnect(code: 4))["mqtt.reason_code"] == ["4"])
        #expect(Listener().send(hex("20 02 00 05"), .toClient)["mqtt.conack.val"] == ["5"])
    }
}
