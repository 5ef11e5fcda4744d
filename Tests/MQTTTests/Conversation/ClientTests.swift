import Events
import MQTT
import Testing

private let hour = Property(17, "", .uint32(3600))

@Suite struct ClientTests {
    /// Ends the session as told; gives what the next CONNECT of the same client shows.
    private func next(_ listener: Listener, from address: UInt32 = 0x0A00_0002, _ end: (Listener) -> Void) -> Shown {
        listener.begin(5, connect: [hour])
        listener.wait(milliseconds: 2000)
        end(listener)
        listener.wait(milliseconds: 500)
        listener.open(address)
        return listener.begin(5, isClean: false, connect: [hour]).connect
    }

    @Test("How the last connection ended") func howTheLastConnectionEnded() {
        let normal = next(Listener()) {
            $0.send(disconnect())
            $0.close()
        }
        #expect(normal["mqtt.previous.end"] == ["disconnect"])
        #expect(normal["mqtt.previous.duration"] == ["2000"])
        #expect(normal["mqtt.previous.since"] == ["500"])
        #expect(normal["mqtt.previous.ip"] == ["10.0.0.1"])
        #expect(normal["mqtt.previous.unfinished"] == ["0"])
        let will = next(Listener()) { $0.send(disconnect(code: 4)) }
        #expect(will["mqtt.previous.end"] == ["disconnect_with_will"])
        #expect(next(Listener()) { $0.send(disconnect(code: 0x8B), .toClient) }["mqtt.previous.end"] == ["server"])
        let closed = next(Listener()) {
            $0.send(publish("t", qos: 2, version: 5))
            $0.close()
        }
        #expect(closed["mqtt.previous.end"] == ["closed"])
        #expect(closed["mqtt.previous.unfinished"] == ["1"])
        #expect(Listener().begin().connect["mqtt.previous.end"] == nil)
    }

    @Test("A takeover is an end") func aTakeoverIsAnEnd() {
        let listener = Listener()
        let first = listener.session
        listener.begin()
        let second = listener.open(2)
        listener.begin()
        listener.use(first)
        listener.close()
        listener.use(second)
        listener.close()
        listener.open(3)
        // That of the second: the first was no longer the client's.
        #expect(listener.begin().connect["mqtt.previous.end"] == ["closed"])
        #expect(listener.analyzer.sessionCount == 1)
    }

    @Test("What changed") func whatChanged() {
        func changes(_ old: Connect, _ new: Connect, from address: UInt32 = 0x0A00_0001) -> [String]? {
            let listener = Listener()
            listener.send(old.bytes)
            listener.send(connack(old.version), .toClient)
            listener.close()
            listener.open(address)
            let shown = listener.send(new.bytes)
            let answer = listener.send(connack(new.version), .toClient)
            #expect(shown["mqtt.session.changed"] == answer["mqtt.session.changed"])
            #expect(listener.send(pingreq)["mqtt.session.changed"] == nil)
            return shown["mqtt.session.changed"]
        }
        let will = (topic: "w", message: [UInt8](), qos: UInt8(0), retain: false, properties: [Property]())
        let moved = (topic: "v", message: [UInt8](), qos: UInt8(0), retain: false, properties: [Property]())
        #expect(changes(Connect(), Connect()) == nil)
        #expect(changes(Connect(), Connect(isClean: false)) == nil)
        #expect(changes(Connect(), Connect(), from: 9) == ["address"])
        #expect(changes(Connect(), Connect(version: 5)) == ["version"])
        #expect(changes(Connect(), Connect(keepAlive: 9)) == ["keepalive"])
        #expect(changes(Connect(userName: "u"), Connect(userName: "v")) == ["username"])
        #expect(changes(Connect(), Connect(userName: "v")) == ["flags", "username"])
        #expect(changes(Connect(will: will), Connect(will: moved)) == ["willtopic"])
        #expect(changes(Connect(will: will), Connect()) == ["flags", "willtopic"])
    }

    /// What a client that was refused says of itself changes nothing.
    @Test("a refused client leaves no state") func refusedClientsLeaveNoTrace() {
        let listener = Listener()
        listener.begin()
        listener.close()
        listener.open(2)
        listener.send(Connect(clientID: "dev", keepAlive: 9).bytes)
        listener.send(connack(code: 5), .toClient)
        listener.close()
        listener.open(0x0A00_0001)
        let shown = listener.begin().connect
        #expect(shown["mqtt.session.changed"] == nil)
        #expect(shown["mqtt.previous.ip"] == ["10.0.0.1"])
    }

    @Test("Connections of an address") func connectionsOfAnAddress() {
        let listener = Listener()
        #expect(listener.begin(clientID: "a").connack["mqtt.client.sessions"] == ["1"])
        let first = listener.session
        listener.open(0x0A00_0001)
        let second = listener.begin(clientID: "b")
        #expect(second.connect["mqtt.client.sessions"] == ["1"])
        #expect(second.connack["mqtt.client.sessions"] == ["2"])
        #expect(second.connack["mqtt.client.silent"] == ["2"])
        // Pings are silence; a subscription, a message either way is not.
        listener.send(pingreq)
        listener.send(publish("t"), .toClient)
        listener.use(first)
        listener.send(subscribe([("a", 0)]))
        listener.open(0x0A00_0001)
        let third = listener.begin(clientID: "c").connack
        #expect(third["mqtt.client.sessions"] == ["3"])
        #expect(third["mqtt.client.silent"] == ["1"])
        listener.close()
        listener.use(first)
        listener.close()
        listener.open(0x0A00_0001)
        let last = listener.begin(clientID: "d").connack
        #expect(last["mqtt.client.sessions"] == ["2"])
        #expect(last["mqtt.client.silent"] == ["1"])
        listener.open(7)
        #expect(listener.begin(clientID: "e").connack["mqtt.client.sessions"] == ["1"])
    }
}

@Suite struct SavedSessionTests {
    /// A session with a subscription and hand-shakes of both sides that are not over.
    private func unfinished(_ listener: Listener, _ version: UInt8 = 5) {
        listener.begin(version, isClean: false, connect: version == 5 ? [hour] : [])
        listener.send(subscribe([("a/#", 2)], version: version))
        listener.send(subscribeAnswer(9, [2], version: version), .toClient)
        listener.send(publish("t", qos: 1, id: 10, version: version))
        listener.send(publish("t", qos: 2, id: 11, version: version))
        listener.send(answer(5, id: 11), .toClient)
        listener.send(publish("a/b", qos: 1, id: 20, version: version), .toClient)
        listener.close()
        listener.open(0x0A00_0001)
    }

    @Test("What was left is taken up", arguments: [4, 5] as [UInt8]) func whatWasLeftIsTakenUp(_ version: UInt8) {
        let listener = Listener()
        unfinished(listener, version)
        let shown = listener.begin(version, isClean: false, isPresent: true, connect: version == 5 ? [hour] : [])
            .connack
        #expect(shown["mqtt.session.past"] == ["known"])
        #expect(shown["mqtt.session.subscriptions"] == ["1"])
        let again = listener.send(publish("t", qos: 1, dup: true, id: 10, version: version))
        #expect(again["mqtt.handshake"] == ["resumed"])
        #expect(again["mqtt.inflight"] == ["1"])
        #expect(again.violations == [])
        let release = listener.send(answer(6, id: 11))
        #expect(release["mqtt.handshake"] == ["resumed"])
        #expect(release.violations == [])
        #expect(listener.send(answer(7, id: 11), .toClient)["mqtt.ack.matched"] == ["true"])
        let delivery = listener.send(publish("a/b", qos: 1, dup: true, id: 20, version: version), .toClient)
        #expect(delivery["mqtt.handshake"] == ["resumed"])
        #expect(delivery["mqtt.delivery.filter"] == ["a/#"])
        #expect(delivery.violations == [])
        #expect(listener.send(answer(4, id: 20)).violations == [])
        #expect(listener.send(answer(4, id: 10), .toClient).violations == [])
        // All is known: an answer to nothing is one.
        #expect(listener.send(answer(4, id: 99), .toClient)["mqtt.ack.matched"] == ["false"])
    }

    /// A client that lost its state begins anew with identifiers that the server still knows.
    @Test("a client that lost its session is not blamed") func aClientThatForgotIsNotToBlame() {
        let listener = Listener()
        unfinished(listener)
        listener.begin(5, isClean: false, isPresent: true, connect: [hour])
        let shown = listener.send(publish("t", qos: 1, id: 10, version: 5))
        #expect(shown["mqtt.handshake"] == ["reused"])
        #expect(shown.violations == [])
        #expect(listener.send(answer(4, id: 10), .toClient).violations == [])
    }

    @Test("Pasts") func pasts() {
        func past(isClean: Bool, isPresent: Bool, after seconds: Int64 = 0, forget: Bool = false) -> [String]? {
            let listener = Listener()
            if !forget { unfinished(listener) }
            listener.wait(milliseconds: seconds * 1000)
            return listener.begin(5, isClean: isClean, isPresent: isPresent, connect: [hour]).connack[
                "mqtt.session.past"]
        }
        #expect(past(isClean: false, isPresent: true) == ["known"])
        #expect(past(isClean: false, isPresent: true, after: 3600) == ["known"])
        #expect(past(isClean: false, isPresent: true, after: 3601) == ["expired"])
        #expect(past(isClean: false, isPresent: false, after: 3601) == ["none"])
        #expect(past(isClean: false, isPresent: false) == ["lost"])
        #expect(past(isClean: true, isPresent: false) == ["none"])
        #expect(past(isClean: false, isPresent: true, forget: true) == ["unseen"])
        #expect(past(isClean: false, isPresent: false, forget: true) == ["none"])
    }

    /// MQTT 5.0, 3.1.4: the connection that was there is closed, its session goes on with the new one.
    @Test("a takeover of a client identifier keeps its session") func aTakeoverTakesTheStateAlong() {
        let listener = Listener()
        let first = listener.session
        listener.begin(5, isClean: false, connect: [hour])
        listener.send(subscribe([("a", 0)], version: 5))
        listener.send(subscribeAnswer(9, [0], version: 5), .toClient)
        let second = listener.open(2)
        let shown = listener.begin(5, isClean: false, isPresent: true, connect: [hour])
        #expect(shown.connect["mqtt.session.takeover"] == ["true"])
        #expect(shown.connack["mqtt.session.past"] == ["known"])
        #expect(listener.send(publish("a", version: 5), .toClient)["mqtt.delivery.matched"] == ["true"])
        // Nothing on the old connection is held against what it no longer has.
        listener.use(first)
        #expect(listener.send(answer(4, id: 3)).violations == [])
        listener.close()
        listener.use(second)
        #expect(listener.send(publish("a", version: 5), .toClient)["mqtt.delivery.matched"] == ["true"])
    }

    @Test("Clean sessions leave nothing") func cleanSessionsLeaveNothing() {
        let listener = Listener()
        listener.begin(4)
        listener.send(publish("t", qos: 1, id: 10))
        listener.close()
        listener.open(0x0A00_0001)
        #expect(listener.begin(4, isClean: false).connack["mqtt.session.past"] == ["none"])
        #expect(listener.send(publish("t", qos: 1, id: 10))["mqtt.handshake"] == ["new"])
    }

    @Test("a full table evicts the session saved longest ago") func theOneSavedLongestAgoMakesRoom() {
        var limits = MQTTLimits()
        limits.savedSessions = 1
        let listener = Listener(limits)
        for name in ["a", "b"] {
            listener.begin(5, clientID: name, connect: [hour])
            listener.close()
            listener.open(0x0A00_0001)
        }
        #expect(listener.analyzer.counters.savedSessionsEvicted == 1)
        let shown = listener.begin(5, clientID: "a", isClean: false, isPresent: true, connect: [hour]).connack
        #expect(shown["mqtt.session.past"] == ["unseen"])
    }

    /// Said at every 32nd packet, over the four seconds before it.
    @Test("How many packets an address sends") func howManyPacketsAnAddressSends() {
        let listener = Listener()
        listener.begin()
        func send(_ count: Int, _ bytes: [UInt8], every milliseconds: Int64 = 1) -> [String] {
            (0..<count).compactMap { _ in
                listener.wait(milliseconds: milliseconds)
                return listener.send(bytes)["mqtt.client.rate"]?.first
            }
        }
        #expect(send(319, publish("t")) == ["256", "288"])
        #expect(send(1, subscribe([("a", 0)])) == ["320"])
        #expect(send(100, pingreq).isEmpty)
        listener.send(publish("t"), .toClient)
        // Another connection of that address counts with it, another address by itself.
        listener.open(0x0A00_0001)
        listener.begin(clientID: "other")
        #expect(send(32, publish("t")) == ["352"])
        listener.open(2)
        listener.begin(clientID: "third")
        #expect(send(100, publish("t")).isEmpty)
        // 50 a second are 200 in the window, whatever came before.
        listener.open(3)
        listener.begin(clientID: "fourth")
        #expect(send(300, publish("t"), every: 20).isEmpty)
    }
}
