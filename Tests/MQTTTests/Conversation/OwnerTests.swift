import Bytes
import Events
import MQTT
import Network
import Testing

@Suite struct OwnerTests {
    @Test("Who set a retained message") func whoSetARetainedMessage() {
        let listener = Listener()
        let first = listener.session
        listener.begin(clientID: "one")
        #expect(listener.send(publish("t", "x", retain: true))["mqtt.retained.clientid"] == nil)
        let own = listener.send(publish("t", "y", retain: true))
        #expect(own["mqtt.retained.clientid"] == ["one"])
        #expect(own["mqtt.retained.foreign"] == ["false"])
        listener.open(2)
        listener.begin(clientID: "two")
        let delivery = listener.send(publish("t", "y", retain: true), .toClient)
        #expect(delivery["mqtt.retained"] == ["delivery"])
        #expect(delivery["mqtt.retained.clientid"] == ["one"])
        #expect(delivery["mqtt.retained.ip"] == ["10.0.0.1"])
        #expect(delivery["mqtt.retained.foreign"] == nil)
        #expect(delivery["mqtt.session.retained"] == ["1"])
        let foreign = listener.send(publish("t", "z", retain: true))
        #expect(foreign["mqtt.retained"] == ["replace"])
        #expect(foreign["mqtt.retained.foreign"] == ["true"])
        listener.use(first)
        let clear = listener.send(publish("t", "", retain: true))
        #expect(clear["mqtt.retained"] == ["clear"])
        #expect(clear["mqtt.retained.clientid"] == ["two"])
        #expect(listener.send(publish("t", "x", retain: true))["mqtt.retained"] == ["set"])
        #expect(listener.send(publish("t", "x"))["mqtt.retained.clientid"] == nil)
    }

    @Test("Whether the owner of a topic is connected") func whetherTheOwnerIsConnected() {
        let listener = Listener()
        let will = ("w", [UInt8(1)], UInt8(0), false, [Property]())
        func owner() {
            listener.open(0x0A00_0001)
            listener.send(Connect(clientID: "one", will: will).bytes)
            listener.send(connack(), .toClient)
            listener.send(publish("t", "x", retain: true))
        }
        func replace() -> [[String]?] {
            let shown = listener.send(publish("t", "y", retain: true))
            let state = listener.send(publish("w", "y"))
            return ["mqtt.retained.connected", "mqtt.retained.idle"].map { shown[$0] } + [
                state["mqtt.willowner.connected"]
            ]
        }
        owner()
        let first = listener.session
        #expect(replace() == [["true"], ["0"], ["true"]])
        let second = listener.open(2)
        listener.begin(clientID: "two")
        listener.wait(milliseconds: 700)
        #expect(replace() == [["true"], ["700"], ["true"]])
        // Now it is the topic of the second.
        #expect(replace() == [["true"], ["0"], ["true"]])
        listener.use(first)
        listener.send(publish("t", "x", retain: true))
        let delivery = listener.send(publish("t", "x", retain: true), .toClient)
        #expect(delivery["mqtt.retained.connected"] == nil && delivery["mqtt.retained.clientid"] == ["one"])
        listener.send(disconnect())
        listener.use(second)
        #expect(replace() == [["false"], nil, ["false"]])
        owner()
        listener.close()
        listener.use(second)
        #expect(replace() == [["false"], nil, ["false"]])
        // One that was heard without a CONNECT may be anybody.
        listener.open(3, isFromStart: false)
        listener.send(publish("t", "z", retain: true))
        listener.use(second)
        #expect(replace() == [nil, nil, ["false"]])
    }

    /// A delivery tells that there is a message, not who set it.
    @Test("Deliveries name nobody") func deliveriesNameNobody() {
        let listener = conversation()
        listener.send(publish("t", "x", retain: true), .toClient)
        let shown = listener.send(publish("t", "y", retain: true))
        #expect(shown["mqtt.retained"] == ["replace"])
        #expect(shown["mqtt.retained.clientid"] == nil)
    }

    @Test("Whose will it is") func whoseWillItIs() {
        let listener = Listener()
        listener.send(Connect(clientID: "plug", will: ("tele/plug/LWT", [1], 0, true, [])).bytes)
        listener.send(connack(), .toClient)
        let own = listener.send(publish("tele/plug/LWT", "Online", retain: true))
        #expect(own["mqtt.willowner.clientid"] == ["plug"])
        #expect(own["mqtt.willowner.foreign"] == ["false"])
        listener.open(2)
        listener.begin(clientID: "two")
        let foreign = listener.send(publish("tele/plug/LWT", "Offline"))
        #expect(foreign["mqtt.willowner.foreign"] == ["true"])
        #expect(listener.send(publish("tele/plug", "x"))["mqtt.willowner.clientid"] == nil)
        let delivery = listener.send(publish("tele/plug/LWT", "Offline"), .toClient)
        #expect(delivery["mqtt.willowner.clientid"] == ["plug"])
        #expect(delivery["mqtt.willowner.foreign"] == nil)
        // Who was refused owns nothing.
        listener.open(3)
        listener.send(Connect(clientID: "three", will: ("tele/plug/LWT", [1], 0, true, [])).bytes)
        listener.send(connack(code: 5), .toClient)
        listener.open(4)
        listener.begin(clientID: "four")
        #expect(listener.send(publish("tele/plug/LWT"))["mqtt.willowner.clientid"] == ["plug"])
    }

    /// A program that draws a new identifier each time it starts, as Zigbee2MQTT may: the same address and the same user.
    @Test("A new client id of the same host and account") func aNewClientIDOfTheSameOwner() {
        func enter(_ listener: Listener, _ id: String, _ user: String?, will: Bool = false) {
            let topic = ("z/state", [UInt8(1)], UInt8(0), true, [Property]())
            listener.send(Connect(clientID: id, will: will ? topic : nil, userName: user).bytes)
            listener.send(connack(), .toClient)
        }
        let listener = Listener()
        enter(listener, "mqttjs_1", "z2m", will: true)
        listener.send(publish("z/lamp", "x", retain: true))
        // While the old one is connected, it is another.
        listener.open(0x0A00_0001)
        enter(listener, "mqttjs_2", "z2m")
        #expect(listener.send(publish("z/lamp", "y", retain: true))["mqtt.retained.foreign"] == ["true"])
        #expect(listener.send(publish("z/state", "y"))["mqtt.willowner.foreign"] == ["true"])
        listener.close()
        listener.open(0x0A00_0001)
        enter(listener, "mqttjs_3", "z2m")
        #expect(listener.send(publish("z/lamp", "z", retain: true))["mqtt.retained.foreign"] == ["false"])
        // Another user of that address, and that user at another address.
        listener.close()
        listener.open(0x0A00_0001)
        enter(listener, "mqttjs_4", "other")
        #expect(listener.send(publish("z/lamp", "z", retain: true))["mqtt.retained.foreign"] == ["true"])
        listener.close()
        listener.open(0x0A00_0009)
        enter(listener, "mqttjs_5", "other")
        #expect(listener.send(publish("z/lamp", "z", retain: true))["mqtt.retained.foreign"] == ["true"])
    }

    /// Sparkplug 3.0, 4.1: a node owns what is published under its name.
    @Test("Whose node of Sparkplug it is") func whoseNodeItIs() {
        let listener = Listener()
        listener.send(Connect(clientID: "n", will: ("spBv1.0/g/NDEATH/node", [1], 0, false, [])).bytes)
        listener.send(connack(), .toClient)
        #expect(listener.send(publish("spBv1.0/g/NBIRTH/node"))["mqtt.willowner.foreign"] == ["false"])
        listener.open(2)
        listener.begin(clientID: "two")
        for type in ["NDEATH", "NBIRTH", "NDATA", "DBIRTH/d", "DDEATH/d", "DDATA/d"] {
            let parts = type.split(separator: "/").map(String.init)
            let topic = "spBv1.0/g/\(parts[0])/node" + (parts.count > 1 ? "/d" : "")
            #expect(listener.send(publish(topic))["mqtt.willowner.foreign"] == ["true"], "\(topic)")
        }
        for topic in ["spBv1.0/g/NCMD/node", "spBv1.0/g/NBIRTHX/node", "spBv1.0/h/NDATA/node", "spBv1.0/g/NDATA/other"]
        {
            #expect(listener.send(publish(topic))["mqtt.willowner.clientid"] == nil, "\(topic)")
        }
        // A birth alone makes an owner, where no will was seen.
        listener.send(publish("spBv1.0/g/NBIRTH/late"))
        listener.open(3)
        listener.begin(clientID: "three")
        let foreign = listener.send(publish("spBv1.0/g/NDEATH/late"))
        #expect(foreign["mqtt.willowner.clientid"] == ["two"])
        #expect(foreign["mqtt.willowner.foreign"] == ["true"])
    }

    @Test("a will is armed until the client disconnects") func aWillIsArmedUntilTheClientTakesItsLeave() {
        let will = (topic: "w", message: [UInt8](), qos: UInt8(0), retain: false, properties: [Property]())
        let listener = Listener()
        #expect(listener.send(Connect(version: 5, will: will).bytes)["mqtt.session.will"] == ["true"])
        #expect(listener.send(connack(5), .toClient)["mqtt.session.will"] == ["true"])
        #expect(listener.send(disconnect(code: 4))["mqtt.session.will"] == ["true"])
        #expect(listener.send(disconnect(code: 0))["mqtt.session.will"] == ["false"])
        #expect(conversation().send(pingreq)["mqtt.session.will"] == ["false"])
        #expect(Listener(isFromStart: false).send(pingreq)["mqtt.session.will"] == nil)
    }

    /// MQTT 5.0, 3.1.3.2.2, and the bytes of a probe for CVE-2026-85058.
    @Test("A will that outlives its session") func aWillThatOutlivesItsSession() {
        func outlives(_ delay: UInt32, _ expiry: UInt32?) -> [String]? {
            let list = expiry.map { [Property(17, "", .uint32($0))] } ?? []
            let will = ("w", [UInt8](), UInt8(0), false, [Property(24, "", .uint32(delay))])
            return Listener().send(Connect(version: 5, properties: list, will: will).bytes)["mqtt.will.outlives"]
        }
        #expect(outlives(5, 10) == ["false"])
        #expect(outlives(10, 10) == ["false"])
        #expect(outlives(11, 10) == ["true"])
        #expect(outlives(1, nil) == ["true"])
        let probe = hex("102000044d5154540506003c05110000000a0002743105180000ffff000161000178")
        #expect(Listener().send(probe)["mqtt.will.outlives"] == ["true"])
        #expect(conversation().send(pingreq)["mqtt.will.outlives"] == nil)
    }

    @Test("The digest of a password") func theDigestOfAPassword() throws {
        let key = [UInt8](repeating: 7, count: KeyedDigest.keyLength)
        func digest(_ password: [UInt8]?, isKeyed: Bool = true, isKept: Bool = true) -> [String]? {
            let listener = Listener()
            listener.analyzer.passwordKey = isKeyed ? KeyedDigest(key: key.span.bytes) : nil
            listener.analyzer.keepsPasswordDigests = isKept
            let shown = listener.send(Connect(userName: "u", password: password).bytes)["mqtt.passwd.digest"]
            let later = listener.send(connack(code: 5), .toClient)["mqtt.passwd.digest"]
            #expect(later == (isKept ? shown : nil))
            return shown
        }
        #expect(digest(Array("secret".utf8))?.first?.utf8.count == 32)
        #expect(digest(Array("secret".utf8)) == digest(Array("secret".utf8)))
        #expect(digest(Array("secret".utf8)) != digest(Array("Secret".utf8)))
        #expect(digest([]) != nil)
        #expect(digest([1], isKept: false) == digest([1]))
        #expect(digest(nil) == nil)
        #expect(digest(Array("secret".utf8), isKeyed: false) == nil)
    }
}

@Suite struct PasswordPastTests {
    /// One login from a connection of its own; gives what CONNECT and CONNACK show.
    private func login(
        _ listener: Listener, _ password: String?, as user: String = "u", code: UInt8, version: UInt8 = 4
    ) -> [[String]?] {
        listener.open()
        let connect = Connect(version: version, userName: user, password: password.map { Array($0.utf8) })
        let asked = listener.send(connect.bytes)["mqtt.passwd.past"]
        let told = listener.send(connack(version, code: code), .toClient)["mqtt.passwd.past"]
        #expect(listener.send(pingreq)["mqtt.passwd.past"] == nil)
        return [asked, told]
    }

    @Test("How a password fared before") func howAPasswordFaredBefore() {
        let listener = Listener()
        #expect(login(listener, "one", code: 5) == [["none"], ["none"]])
        #expect(login(listener, "two", code: 0) == [["none"], ["none"]])
        #expect(login(listener, "one", code: 4) == [["refused"], ["refused"]])
        #expect(login(listener, "two", code: 5) == [["accepted"], ["accepted"]])
        // What was let in once is a good one.
        #expect(login(listener, "two", code: 0) == [["accepted"], ["accepted"]])
        // Another user's password, whatever its letters; letters are not compared without case.
        #expect(login(listener, "two", as: "v", code: 0) == [["none"], ["none"]])
        #expect(login(listener, "Two", code: 0) == [["none"], ["none"]])
        #expect(login(listener, "", code: 0) == [["none"], ["none"]])
        #expect(login(listener, nil, code: 0) == [nil, nil])
    }

    /// MQTT 5.0, 3.2.2.2: bad user name or password, not authorized; other reasons say nothing of the password.
    @Test("Which answers count") func whichAnswersCount() {
        let listener = Listener()
        for (code, past) in [(0x86, "refused"), (0x87, "refused"), (0x88, "none"), (0x97, "none")] {
            _ = login(listener, "p\(code)", code: UInt8(code), version: 5)
            #expect(login(listener, "p\(code)", code: 0, version: 5) == [[past], [past]], "\(code)")
        }
    }

    @Test("What is tried while an answer is awaited counts") func whatIsTriedMeanwhile() {
        let listener = Listener()
        let connect = Connect(userName: "u", password: Array("p".utf8)).bytes
        let first = listener.session
        #expect(listener.send(connect)["mqtt.passwd.past"] == ["none"])
        listener.open()
        #expect(listener.send(connect)["mqtt.passwd.past"] == ["none"])
        listener.send(connack(code: 5), .toClient)
        listener.use(first)
        #expect(listener.send(connack(code: 0), .toClient)["mqtt.passwd.past"] == ["refused"])
    }

    /// A server closes after it has refused (MQTT 3.1.1, 3.2.2.3); where one does not, each answer is to the last question.
    @Test("Several on one connection") func severalOnOneConnection() {
        let listener = Listener()
        for (password, code, past) in [("a", 5, "none"), ("b", 5, "none"), ("a", 0, "refused")]
            as [(String, UInt8, String)]
        {
            let connect = Connect(userName: "u", password: Array(password.utf8)).bytes
            #expect(listener.send(connect)["mqtt.passwd.past"] == [past])
            #expect(listener.send(connack(code: code), .toClient)["mqtt.passwd.past"] == [past])
        }
        let later = Connect(userName: "u", password: [1]).bytes
        #expect(listener.send(later)["mqtt.passwd.past"] == nil)
        #expect(login(listener, "a", code: 0) == [["accepted"], ["accepted"]])
    }

    @Test("A full table forgets the password tried longest ago") func aFullTableForgets() {
        var limits = MQTTLimits()
        limits.passwords = 2
        let listener = Listener(limits)
        for password in ["a", "b", "a", "c"] { _ = login(listener, password, code: 5) }
        #expect(listener.analyzer.counters.passwordsEvicted == 1)
        #expect(login(listener, "a", code: 5) == [["refused"], ["refused"]])
        #expect(login(listener, "b", code: 5) == [["none"], ["none"]])
    }
}

@Suite struct LongMessageTests {
    /// Only the head of a long message is held: what lies behind it is unknown, which is not a fault.
    @Test("Properties longer than the head") func propertiesLongerThanTheHead() {
        let list = (0..<200).map { Property(38, "", .pair("name\($0)", String(repeating: "v", count: 20))) }
        let bytes = publish("t", "payload", qos: 1, id: 9, version: 5, list)
        let listener = conversation(5)
        let shown = listener.send(Array(bytes[..<1000]), whole: bytes.count)
        #expect(shown["mqtt.incomplete"] == ["true"])
        #expect(shown.violations == [])
        #expect(shown["mqtt.topic"] == ["t"])
        #expect(shown["mqtt.msgid"] == ["9"])
        #expect(shown["mqtt.handshake"] == ["new"])
        #expect(shown["mqtt.msg"] == nil)
        #expect(shown["mqtt.msg.bytes"] == nil)
        #expect(listener.send(answer(4, id: 9), .toClient)["mqtt.ack.matched"] == ["true"])
        #expect(listener.send(bytes)["mqtt.incomplete"] == nil)
    }
}
