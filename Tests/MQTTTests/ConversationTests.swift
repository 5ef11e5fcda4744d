import Events
import MQTT
import Network
import Testing

@Suite struct ConversationTests {
    @Test("Identity is carried through the session") func identityIsCarriedThroughTheSession() {
        let listener = Listener()
        listener.send(Connect(clientID: "dev", userName: "u").bytes)
        listener.send(connack(), .toClient)
        for (bytes, direction) in [(publish("a"), Direction.toServer), (publish("b"), .toClient), (pingreq, .toServer)]
        {
            let shown = listener.send(bytes, direction)
            #expect(shown["mqtt.clientid"] == ["dev"])
            #expect(shown["mqtt.username"] == ["u"])
            #expect(shown["mqtt.ver"] == ["4"])
            #expect(shown["mqtt.session.midstream"] == ["false"])
        }
    }

    @Test("Assigned client identifier") func assignedClientIdentifier() {
        let listener = Listener()
        listener.send(Connect(version: 5, clientID: "").bytes)
        let id = Property(18, "assigned_client_identifier", .text("auto-7"))
        #expect(listener.send(connack(5, [id]), .toClient)["mqtt.clientid"] == ["auto-7"])
        #expect(listener.send(pingreq)["mqtt.clientid"] == ["auto-7"])
    }

    @Test("Accepted is what the server said") func acceptedIsWhatTheServerSaid() {
        let listener = Listener()
        #expect(listener.send(Connect().bytes)["mqtt.session.accepted"] == nil)
        #expect(listener.send(pingreq)["mqtt.session.accepted"] == nil)
        #expect(listener.send(connack(), .toClient)["mqtt.session.accepted"] == ["true"])
        #expect(listener.send(pingreq)["mqtt.session.accepted"] == ["true"])
        let joined = Listener(isFromStart: false)
        #expect(joined.send(connack(), .toClient)["mqtt.session.accepted"] == ["true"])
        let refused = Listener()
        refused.send(Connect().bytes)
        #expect(refused.send(connack(code: 5), .toClient)["mqtt.session.accepted"] == ["false"])
    }

    @Test("Anonymous means no credentials at all") func anonymousMeansNoCredentialsAtAll() {
        func anonymous(_ connect: Connect) -> [String]? { Listener().send(connect.bytes)["mqtt.session.anonymous"] }
        #expect(anonymous(Connect()) == ["true"])
        #expect(anonymous(Connect(userName: "u")) == ["false"])
        #expect(anonymous(Connect(version: 5, password: [1])) == ["false"])
        #expect(anonymous(Connect(version: 5, properties: [auth])) == ["false"])
        #expect(anonymous(Connect(version: 5)) == ["true"])
        #expect(Listener(isFromStart: false).send(pingreq)["mqtt.session.anonymous"] == nil)
    }

    @Test("Midstream until a CONNECT") func midstreamUntilAConnect() {
        let listener = Listener(isFromStart: false)
        let shown = listener.send(publish("a", "x"))
        #expect(shown["mqtt.session.midstream"] == ["true"])
        #expect(shown["mqtt.ver"] == nil)
        #expect(shown["mqtt.topic"] == ["a"])
        #expect(shown["mqtt.session.age"] == nil)
        #expect(listener.send(Connect(version: 5).bytes)["mqtt.session.midstream"] == ["false"])
        #expect(listener.send(pingreq)["mqtt.ver"] == ["5"])
    }

    /// What is lawful in one version is no violation while the version is not known.
    @Test(
        "what is lawful in one version is no violation while the version is unknown",
        arguments: vectors.filter { $0.bytes[0] >> 4 > 2 }) func midstreamInventsNothing(_ vector: Vector)
    {
        #expect(Listener(isFromStart: false).send(vector.bytes, vector.direction).violations == [])
    }

    @Test("midstream, the form of a packet gives the version") func shapeGivesTheVersionAway() {
        let five = Listener(isFromStart: false)
        #expect(five.send(subscribe([("a/b", 0)], version: 5))["mqtt.ver"] == ["5"])
        #expect(five.send(publish("t", "x", version: 5))["mqtt.msg"] == ["x"])
        let three = Listener(isFromStart: false)
        let shown = three.send(subscribe([("a/b", 0)]))
        #expect(shown["mqtt.ver"] == nil)
        #expect(shown["mqtt.topic"] == ["a/b"])
        #expect(Listener(isFromStart: false).send(connack(5), .toClient)["mqtt.ver"] == ["5"])
        #expect(Listener(isFromStart: false).send(answer(4, code: 0, []), .toClient)["mqtt.ver"] == ["5"])
    }

    @Test("Bridge bit is masked") func bridgeBitIsMasked() {
        let shown = Listener().send(Connect(version: 4, level: 0x84).bytes)
        #expect(shown["mqtt.ver"] == ["4"])
        #expect(shown["mqtt.protolevel"] == ["132"])
        #expect(shown.violations == [])
        let unknown = Listener().send(Connect(version: 4, level: 9, clientID: "x").bytes)
        #expect(unknown["mqtt.ver"] == nil)
        #expect(unknown["mqtt.protolevel"] == ["9"])
        #expect(unknown["mqtt.clientid"] == ["x"])
    }

    @Test("A bridge announces itself by its level, its will or its state") func bridgeAnnouncesItself() {
        for level: UInt8 in [0x83, 0x84] {
            let listener = Listener()
            #expect(listener.send(Connect(version: 4, level: level).bytes)["mqtt.session.bridge"] == ["true"])
            #expect(listener.send(subscribe([("#", 0)]))["mqtt.session.bridge"] == ["true"])
        }
        #expect(Listener().send(Connect(version: 4).bytes)["mqtt.session.bridge"] == nil)
        #expect(Listener().send(Connect(version: 4, level: 0x89).bytes)["mqtt.session.bridge"] == nil)
        let will = Listener()
        let topic = "$SYS/broker/connection/a.b/state"
        let told = will.send(Connect(version: 4, will: (topic, [0x30], 0, true, [])).bytes)
        #expect(told["mqtt.session.bridge"] == ["true"])
        for (topic, expected) in [
            (topic, true), ("$SYS/broker/connection/state", false), ("$SYS/broker/connection//state", false),
            ("$SYS/broker/uptime", false), ("a/state", false),
        ] {
            let listener = Listener()
            listener.send(Connect(version: 4).bytes)
            let shown = listener.send(publish(topic, retain: true))
            #expect(shown["mqtt.session.bridge"] == (expected ? ["true"] : nil), "\(topic)")
        }
        let delivered = Listener()
        delivered.send(Connect(version: 4).bytes)
        #expect(delivered.send(publish(topic, retain: true), .toClient)["mqtt.session.bridge"] == nil)
    }

    @Test("Age and idle") func ageAndIdle() {
        let listener = Listener()
        let connect = listener.send(Connect().bytes)
        #expect(connect["mqtt.session.age"] == ["0"])
        #expect(connect["mqtt.session.idle"] == nil)
        listener.wait(milliseconds: 1500)
        let first = listener.send(connack(), .toClient)
        #expect(first["mqtt.session.age"] == ["1500"])
        #expect(first["mqtt.session.idle"] == nil)
        listener.wait(milliseconds: 500)
        #expect(listener.send(pingreq)["mqtt.session.idle"] == ["2000"])
        #expect(listener.send(pingresp, .toClient)["mqtt.session.idle"] == ["500"])
        listener.wait(milliseconds: -5000)
        #expect(listener.send(pingreq)["mqtt.session.idle"] == ["0"])
    }

    @Test("Connects are counted") func connectsAreCounted() {
        let listener = Listener()
        let first = listener.send(Connect(clientID: "one").bytes)
        #expect(first["mqtt.connect.count"] == ["1"])
        let second = listener.send(Connect(clientID: "two").bytes)
        #expect(second["mqtt.connect.count"] == ["2"])
        #expect(second["mqtt.clientid"] == ["two"])
        #expect(second.violations == ["MQTT-3.1.0-2"])
        #expect(listener.send(pingreq)["mqtt.clientid"] == ["one"])
        #expect(listener.send(pingreq)["mqtt.connect.count"] == nil)
    }
}

@Suite struct TakeoverTests {
    private func join(_ listener: Listener, _ id: String, accepted: Bool = true) -> [String]? {
        let shown = listener.send(Connect(clientID: id).bytes)
        let answer = listener.send(connack(code: accepted ? 0 : 5), .toClient)
        // The answer says it too: only who is let in takes anything over.
        #expect(answer["mqtt.session.takeover"] == shown["mqtt.session.takeover"])
        return shown["mqtt.session.takeover"]
    }

    /// A broker that has closed its end (RFC 9293, 3.6) holds the connection no longer; a client may be gone and never answer.
    @Test("Once the broker has closed its end there is nothing to take over") func afterTheBrokersEnd() {
        let listener = Listener()
        #expect(join(listener, "dev") == ["false"])
        listener.end(.toServer)
        listener.open(0x0A00_0002)
        #expect(join(listener, "dev") == ["true"])
        listener.end(.toClient)
        listener.open(0x0A00_0003)
        let shown = listener.send(Connect(clientID: "dev").bytes)
        #expect(shown["mqtt.session.takeover"] == ["false"])
        #expect(shown["mqtt.previous.end"] == ["closed"])
        #expect(shown["mqtt.client.sessions"] == nil)
    }

    @Test("An end that somebody else said is none") func anEndThatIsNone() {
        let listener = Listener()
        #expect(join(listener, "dev") == ["false"])
        listener.end(.toClient)
        #expect(listener.send(pingresp, .toClient)["mqtt.client.sessions"] == nil)
        listener.open(0x0A00_0002)
        #expect(join(listener, "dev") == ["true"])
        #expect(join(Listener(), "dev") == ["false"])
    }

    @Test("Connections that the broker has closed are not counted") func connectionsOfAnAddress() {
        let listener = Listener()
        let first = listener.session
        #expect(listener.begin(clientID: "a").connack["mqtt.client.sessions"] == ["1"])
        listener.open(0x0A00_0001)
        #expect(listener.begin(clientID: "b").connack["mqtt.client.sessions"] == ["2"])
        listener.end(.toClient)
        listener.open(0x0A00_0001)
        #expect(listener.begin(clientID: "c").connack["mqtt.client.sessions"] == ["2"])
        listener.use(first)
        listener.end(.toClient)
        listener.send(pingresp, .toClient)
        listener.open(0x0A00_0001)
        #expect(listener.begin(clientID: "d").connack["mqtt.client.sessions"] == ["3"])
    }

    @Test("From another address") func fromAnotherAddress() {
        let listener = Listener()
        #expect(join(listener, "dev") == ["false"])
        listener.open(0x0A00_0002)
        #expect(join(listener, "dev") == ["true"])
        #expect(listener.send(pingreq)["mqtt.session.takeover"] == nil)
        // Now the second has it; the first comes back.
        listener.open(0x0A00_0001)
        #expect(join(listener, "dev") == ["true"])
        listener.open(0x0A00_0001)
        #expect(join(listener, "dev") == ["false"])
        #expect(join(Listener(), "other") == ["false"])
    }

    @Test("Not after the first has gone") func notAfterTheFirstHasGone() {
        let closed = Listener()
        _ = join(closed, "dev")
        closed.close()
        closed.open(0x0A00_0002)
        #expect(join(closed, "dev") == ["false"])
        let disconnected = Listener()
        _ = join(disconnected, "dev")
        disconnected.send(disconnect())
        disconnected.open(0x0A00_0002)
        #expect(join(disconnected, "dev") == ["false"])
    }

    @Test("A refused client takes nothing") func aRefusedClientTakesNothing() {
        let listener = Listener()
        _ = join(listener, "dev")
        listener.open(0x0A00_0002)
        #expect(join(listener, "dev", accepted: false) == ["true"])
        // The first is still there, so the third attempt, from its address, is none.
        listener.open(0x0A00_0001)
        #expect(join(listener, "dev") == ["false"])
    }

    @Test("Empty identifiers are nobodys") func emptyIdentifiersAreNobodys() {
        let listener = Listener()
        #expect(join(listener, "") == ["false"])
        listener.open(0x0A00_0002)
        #expect(join(listener, "") == ["false"])
    }
}

@Suite struct GrantTests {
    @Test("Only what the server granted") func onlyWhatTheServerGranted() {
        let listener = Listener(version: 4)
        let asked = listener.send(subscribe([("a", 0), ("#", 1), ("b/+", 2)], id: 5))
        #expect(asked["mqtt.session.wildcard"] == nil)
        let shown = listener.send(subscribeAnswer(9, [0, 0x80, 2], id: 5), .toClient)
        #expect(shown["mqtt.granted.topic"] == ["a", "b/+"])
        #expect(shown["mqtt.granted.wildcard"] == ["none", "single"])
        #expect(shown["mqtt.session.wildcard"] == ["single"])
        #expect(shown["mqtt.reason_code"] == ["0", "128", "2"])
        #expect(listener.send(pingreq)["mqtt.session.wildcard"] == ["single"])
        #expect(listener.send(pingreq)["mqtt.granted.topic"] == nil)
    }

    @Test("The widest class stays") func theWidestClassStays() {
        let listener = Listener(version: 5)
        for (index, step) in [("a", "none"), ("#", "all"), ("a/#", "all")].enumerated() {
            listener.send(subscribe([(step.0, 0)], id: UInt16(index + 1), version: 5))
            let answer = subscribeAnswer(9, [0], id: UInt16(index + 1), version: 5)
            #expect(listener.send(answer, .toClient)["mqtt.session.wildcard"] == [step.1])
        }
    }

    @Test("Answers may come in any order") func answersMayComeInAnyOrder() {
        let listener = Listener(version: 4)
        listener.send(subscribe([("a", 0)], id: 1))
        listener.send(subscribe([("b", 0), ("c", 0)], id: 2))
        #expect(listener.send(subscribeAnswer(9, [0, 1], id: 2), .toClient)["mqtt.granted.topic"] == ["b", "c"])
        #expect(listener.send(subscribeAnswer(9, [0], id: 1), .toClient)["mqtt.granted.topic"] == ["a"])
    }

    @Test("Midstream answers grant nothing that is known") func midstreamAnswersGrantNothingThatIsKnown() {
        let shown = Listener(isFromStart: false).send(subscribeAnswer(9, [0], id: 1), .toClient)
        #expect(shown["mqtt.granted.topic"] == nil)
        #expect(shown.violations == [])
    }
}

@Suite struct TopicAliasTests {
    private func alias(_ number: UInt16) -> [Property] { [Property(35, "topic_alias", .uint16(number))] }

    @Test("Resolves per direction") func resolvesPerDirection() {
        let listener = Listener(version: 5)
        listener.send(publish("up/1", version: 5, alias(1)))
        listener.send(publish("down/1", version: 5, alias(1)), .toClient)
        let up = listener.send(publish("", "x", version: 5, alias(1)))
        #expect(up["mqtt.topic"] == ["up/1"])
        #expect(up["mqtt.topic.levels"] == ["2"])
        #expect(up["mqtt.prop.topic_alias"] == ["1"])
        #expect(up.violations == [])
        #expect(listener.send(publish("", version: 5, alias(1)), .toClient)["mqtt.topic"] == ["down/1"])
        let unknown = listener.send(publish("", version: 5, alias(2)))
        #expect(unknown["mqtt.topic"] == nil)
        #expect(unknown.violations == ["MQTT-3.3.2.3.4"])
    }

    @Test("Can be set anew") func canBeSetAnew() {
        let listener = Listener(version: 5)
        for topic in ["first", "a much longer second topic", "3"] {
            listener.send(publish(topic, version: 5, alias(7)))
            #expect(listener.send(publish("", version: 5, alias(7)))["mqtt.topic"] == [topic])
        }
    }

    @Test("System topics are seen through aliases") func systemTopicsAreSeenThroughAliases() {
        let listener = Listener(version: 5)
        listener.send(publish("$SYS/broker", version: 5, alias(1)), .toClient)
        #expect(listener.send(publish("", version: 5, alias(1)), .toClient)["mqtt.topic.sys"] == ["true"])
    }

    @Test("Ends with the session") func endsWithTheSession() {
        let listener = Listener(version: 5)
        listener.send(publish("old", version: 5, alias(1)))
        listener.close()
        listener.open()
        listener.send(Connect(version: 5).bytes)
        listener.send(connack(5, [aliases]), .toClient)
        let shown = listener.send(publish("", version: 5, alias(1)))
        #expect(shown["mqtt.topic"] == nil)
        #expect(shown.violations == ["MQTT-3.3.2.3.4"])
    }
}

@Suite struct RetainedTests {
    @Test("Set replace clear delivery") func setReplaceClearDelivery() {
        let listener = Listener(version: 4)
        func retained(_ payload: String, _ direction: Direction = .toServer) -> [String]? {
            listener.send(publish("t", payload, retain: true), direction)["mqtt.retained"]
        }
        #expect(retained("1") == ["set"])
        #expect(retained("2") == ["replace"])
        #expect(retained("2", .toClient) == ["delivery"])
        #expect(retained("") == ["clear"])
        #expect(retained("3") == ["set"])
        #expect(listener.send(publish("t", "4"))["mqtt.retained"] == nil)
    }

    @Test("Delivery shows that there is one") func deliveryShowsThatThereIsOne() {
        let listener = Listener(version: 4)
        listener.send(publish("t", "x", retain: true), .toClient)
        #expect(listener.send(publish("t", "y", retain: true))["mqtt.retained"] == ["replace"])
        // It is the broker's, whichever session speaks.
        listener.open()
        #expect(listener.send(publish("t", "z", retain: true))["mqtt.retained"] == ["replace"])
    }

    @Test("Resolves aliases") func resolvesAliases() {
        let listener = Listener(version: 5)
        let alias = [Property(35, "topic_alias", .uint16(1))]
        #expect(listener.send(publish("t", "x", retain: true, version: 5, alias))["mqtt.retained"] == ["set"])
        #expect(listener.send(publish("", "y", retain: true, version: 5, alias))["mqtt.retained"] == ["replace"])
    }

    /// The payload is empty when the message says so, not when only its head is held.
    @Test("Heads are not empty") func headsAreNotEmpty() {
        let bytes = publish("t", "long payload", retain: true)
        #expect(Listener(version: 4).send(Array(bytes[..<5]), whole: bytes.count)["mqtt.retained"] == ["set"])
    }
}
