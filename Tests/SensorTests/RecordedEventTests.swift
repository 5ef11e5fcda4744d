import Bytes
import Detection
import Events
import Foundation
import Network
import Sensor
import TestSupport
import Testing

/// An event that was printed and read again is printed the same.
@Test("Through JSON and back") func throughJSONAndBack() throws {
    var bench = Bench(Set(Protocols.registry.entries.map(\.info.name)))
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("größe \u{1}\\\"")))
    bench.feed(connection.server(MQTT.connack))
    bench.feed(connection.client(MQTT.subscribe(1, "a/#") + MQTT.publish("a/b", [0x31, 0x32])))
    bench.feed(Build.udpFrame(CoAP.get(7, token: 9, "time")))
    bench.feed(Build.udpFrame([0x41, 0x01, 0, 8, 9, 0xD0]))
    #expect(bench.events.count == 6)
    var json = EventJSON(registry: Protocols.registry)
    let none: [UInt8] = []
    for line in bench.events {
        let event = try RecordedEvent(json: line)
        var text: [UInt8] = []
        json.write(event, event.context, message: none.span.bytes, to: &text)
        #expect(String(decoding: text, as: UTF8.self) == line)
    }
}

@Test(
    "Lines that are no events",
    arguments: [
        ("[]", "not an object"), ("{", "not an object"), ("{}", "'event.category' must be there"),
        (#"{"event.category":"mqtt"}"#, "'mqtt.type' must be there"),
        (#"{"event.category":"mqtt","mqtt.type":"CONNEC"}"#, "'mqtt.type' must be there"),
        (#"{"event.category":"mqtt","mqtt.type":"CONNECT","mqtt.clientidd":"a"}"#, "did you mean 'mqtt.clientid'?"),
        (#"{"event.category":"mqtt","mqtt.type":"CONNECT","coap.mid":1}"#, "no field 'coap.mid' of mqtt"),
        (#"{"event.category":"mqtt","mqtt.type":"CONNECT","mqtt.len":"a"}"#, "'mqtt.len' wants values of type int"),
        (#"{"event.category":"mqtt","mqtt.type":"CONNECT","@timestamp":"today"}"#, "is not a time"),
        (#"{"event.category":"mqtt","mqtt.type":"CONNECT","source.ip":"300.1.1.1"}"#, "is not an address"),
        (#"{"event.category":"coap","coap.code":"0.01","coap.token":"abc"}"#, "pairs of hexadecimal digits"),
    ])
func linesThatAreNoEvents(line: String, problem: String) {
    do throws(RecordedEvent.BadEvent) {
        _ = try RecordedEvent(json: line)
        Issue.record("\(line) was read")
    } catch { #expect(error.message.contains(problem), "\(error.message)") }
}
