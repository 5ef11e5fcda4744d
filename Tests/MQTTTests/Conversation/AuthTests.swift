import Events
import MQTT
import Testing

private let method = Property(21, "", .text("SCRAM"))
private let other = Property(21, "", .text("PLAIN"))

@Suite struct AuthTests {
    /// CONNECT, AUTH both ways, CONNACK as in MQTT 5.0, 4.12.
    private func begun() -> Listener {
        let listener = Listener()
        listener.send(Connect(version: 5, properties: [method]).bytes)
        return listener
    }

    @Test("An exchange and another") func anExchangeAndAnother() {
        let listener = begun()
        let first = listener.send(auth(code: 0x18, [method]), .toClient)
        #expect(first["mqtt.auth.state"] == ["continue"])
        #expect(first["mqtt.auth.count"] == ["1"])
        #expect(first["mqtt.session.authmethod"] == ["SCRAM"])
        let second = listener.send(auth(code: 0x18, [method]))
        #expect(second["mqtt.auth.count"] == ["2"])
        let end = listener.send(connack(5, [method]), .toClient)
        #expect(end["mqtt.auth.state"] == ["success"])
        #expect(end["mqtt.auth.count"] == ["2"])
        let again = listener.send(auth(code: 0x19, [method]))
        #expect(again["mqtt.auth.state"] == ["reauthenticate"])
        #expect(again["mqtt.auth.count"] == ["1"])
        #expect(listener.send(auth(code: 0x18, [method]), .toClient)["mqtt.auth.state"] == ["continue"])
        #expect(listener.send(auth(code: 0x18, [method])).violations == [])
        let done = listener.send(auth(code: 0, [method]), .toClient)
        #expect(done["mqtt.auth.state"] == ["success"])
        #expect(done["mqtt.auth.count"] == ["4"])
        for shown in [first, second, end, again, done] { #expect(shown.violations == []) }
        #expect(listener.send(pingreq)["mqtt.auth.state"] == nil)
    }

    @Test("A refusal is a failure") func aRefusalIsAFailure() {
        let shown = begun().send(connack(5, code: 0x87), .toClient)
        #expect(shown["mqtt.auth.state"] == ["failure"])
        #expect(shown.violations == [])
        #expect(conversation(5).send(pingreq)["mqtt.auth.state"] == nil)
    }

    @Test("The method must stay") func theMethodMustStay() {
        #expect(begun().send(auth(code: 0x18, [other]), .toClient).violations == ["MQTT-4.12.0-5"])
        #expect(begun().send(auth(code: 0x18, [other])).violations == ["MQTT-4.12.0-5"])
        #expect(begun().send(connack(5, [other]), .toClient).violations == ["MQTT-4.12.0-5"])
        #expect(begun().send(connack(5), .toClient).violations == ["MQTT-4.12.0-5"])
        let listener = begun()
        listener.send(connack(5, [method]), .toClient)
        #expect(listener.send(auth(code: 0x19, [other])).violations == ["MQTT-4.12.1-1"])
        #expect(listener.send(auth(code: 0, [method]), .toClient).violations == [])
    }

    @Test("Only continue comes before the connack") func onlyContinueComesBeforeTheConnack() {
        #expect(begun().send(auth(code: 0, [method]), .toClient).violations == ["MQTT-4.12.0-2"])
        #expect(begun().send(auth(code: 0x19, [method])).violations == ["MQTT-4.12.0-3"])
    }

    @Test("Nothing else comes before the connack") func nothingElseComesBeforeTheConnack() {
        #expect(begun().send(publish("t", version: 5)).violations == ["MQTT-3.1.2-30"])
        #expect(begun().send(pingreq).violations == ["MQTT-3.1.2-30"])
        #expect(begun().send(disconnect()).violations == [])
        let gap = begun()
        gap.gap()
        #expect(gap.send(pingreq).violations == [])
    }

    @Test("an authentication method that the CONNECT did not name is a violation") func aMethodThatNobodyAskedFor() {
        let listener = Listener()
        listener.send(Connect(version: 5).bytes)
        #expect(listener.send(connack(5, [method]), .toClient).violations == ["MQTT-4.12.0-6"])
        #expect(listener.send(auth(code: 0x18, [method]), .toClient).violations == ["MQTT-4.12.0-6"])
        #expect(listener.send(auth(code: 0x18, [method])).violations == ["MQTT-4.12.0-7"])
    }

    @Test("nothing is held against a session whose start was not seen") func nothingIsFalseMidstream() {
        let listener = Listener(isFromStart: false)
        listener.send(connack(5), .toClient)
        for direction in [Direction.toServer, .toClient] {
            // Only a server says Success, only a client asks to begin anew (5.0, 4.12): that is false by itself.
            for code: UInt8 in direction == .toServer ? [0x18, 0x19] : [0, 0x18] {
                #expect(listener.send(auth(code: code, [other]), direction).violations == [])
            }
        }
    }
}
