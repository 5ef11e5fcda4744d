import Engine
import Sensor
import TestSupport
import Testing

/// MQTT over WebSocket where the upgrade is not the first thing on its connection.

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

private let beginnings: [(String, String, String)] = [
    ("a page", get, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ("a proxy", "CONNECT b:80 HTTP/1.1\r\nHost: b:80\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"),
    ("an empty line", "\r\n" + get, "HTTP/1.1 204 x\r\n\r\n"),
    ("a form", "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 204 x\r\n\r\n"),
]

@Test("Upgrades behind other requests", arguments: beginnings) func upgradesBehindOtherRequests(
    _ name: String, _ client: String, _ server: String
) {
    for cut in [1, 1000] {
        var bench = Bench(["mqtt.type"])
        var connection = Connection(serverPort: 9001)
        for frame in connection.handshake() { bench.feed(frame) }
        let first = Array(client.utf8)
        for start in stride(from: 0, to: first.count, by: cut) {
            bench.feed(connection.client(Array(first[start..<min(start + cut, first.count)])))
        }
        bench.feed(connection.server(Array(server.utf8)))
        bench.feed(connection.client(WebSocketFrames.request()))
        bench.feed(connection.server(WebSocketFrames.answer()))
        bench.feed(connection.client(WebSocketFrames.client(MQTT.connect("a"))))
        bench.feed(connection.server(WebSocketFrames.server(MQTT.connack)))
        #expect(bench.events == [#"{"mqtt.type":"CONNECT"}"#, #"{"mqtt.type":"CONNACK"}"#], "\(name), cut at \(cut)")
    }
}

@Test("Plain HTTP is given up") func plainHTTPIsGivenUp() {
    var bench = Bench()
    var connection = Connection(serverPort: 80)
    for frame in connection.handshake() { bench.feed(frame) }
    for _ in 0..<40 {
        bench.feed(connection.client(Array(get.utf8)))
        bench.feed(connection.server(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)))
    }
    #expect(bench.worker.statistics.webSocket == ["http_requests": 17, "http_given_up": 1, "refused": 1])
    #expect(bench.events.isEmpty)
}
