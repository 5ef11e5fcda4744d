import Bytes
import Events
import TestSupport
import Testing
import WebSocket

/// Upgrades that are not the first bytes of their connection: RFC 9112, 2.2, 6.3 and 9.3; RFC 9110, 9.3.6.

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
private let ask = text(WebSocketFrames.request())
private let accept = text(WebSocketFrames.answer())

/// What the client and the server say in turn before the upgrade is asked for.
private let turns: [(String, [(String, String)])] = [
    ("nothing", []),
    ("a page", [(get, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]),
    ("an empty page", [(get, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]),
    (
        "chunks",
        [
            (
                get,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0\r\n\r\nGET \r\n\r\n0\r\n\r\n"
            )
        ]
    ),
    ("a trailer", [(get, "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\nA: b\r\n\r\n")]),
    ("no content", [(get, "HTTP/1.1 204 No Content\r\n\r\n")]),
    ("not modified", [(get, "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n")]),
    ("a head", [("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")]),
    (
        "a form",
        [
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\na=bc",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            )
        ]
    ),
    (
        "chunks of a client",
        [
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
                "HTTP/1.1 204 x\r\n\r\n"
            )
        ]
    ),
    ("interim", [(get, "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")]),
    ("unauthorised", [(ask, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nauth")]),
    ("a proxy", [("CONNECT b:80 HTTP/1.1\r\nHost: b:80\r\n\r\n", "HTTP/1.1 200 Connection established\r\n\r\n")]),
    ("empty lines", [("\r\n\r\n" + get, "HTTP/1.1 204 x\r\n\r\n"), ("\r\n", "")]),
    ("several", [(get + get, "HTTP/1.1 204 x\r\n\r\n"), (get, "HTTP/1.1 204 x\r\n\r\nHTTP/1.1 204 x\r\n\r\n")]),
]

@Test("Upgrades are found behind", arguments: turns) func upgradesAreFoundBehind(
    _ name: String, _ turns: [(String, String)]
) {
    for cut in [1, 7, 100_000] {
        var listener = Listener()
        let all = turns + [(ask, accept)]
        for (client, server) in all {
            for (direction, message) in [(Direction.toServer, client), (.toClient, server)] {
                let bytes = Array(message.utf8)
                for start in stride(from: 0, to: bytes.count, by: cut) {
                    listener.feed(direction, Array(bytes[start..<min(start + cut, bytes.count)]))
                }
            }
        }
        listener.feed(.toServer, WebSocketFrames.client([0xC0, 0]))
        listener.feed(.toClient, WebSocketFrames.server([0xD0, 0]))
        #expect(listener.bytes == [.toServer: [0xC0, 0], .toClient: [0xD0, 0]], "\(name), cut at \(cut)")
        #expect(listener.table.counters.opened == 1, "\(name)")
        let notes = [listener.notes(.toServer), listener.notes(.toClient)]
        #expect(notes == [[], []], "\(name)")
    }
}

@Test("The search ends") func theSearchEnds() {
    var listener = Listener()
    var count = 0
    while !listener.refused, count < 100 {
        listener.feed(.toServer, Array(get.utf8))
        if !listener.refused { listener.feed(.toClient, Array("HTTP/1.1 204 x\r\n\r\n".utf8)) }
        count += 1
    }
    #expect(count == WebSocketLimits().httpMessages + 1)
    #expect(listener.table.counters.searchesGivenUp == 1)
    // However long a body is, not all of it is passed over.
    var long = Listener()
    long.feed(.toServer, Array(get.utf8))
    long.feed(.toClient, Array("HTTP/1.1 200 x\r\nContent-Length: 999999999\r\n\r\n".utf8))
    let part = [UInt8](repeating: 0x41, count: 100_000)
    for _ in 0..<100 where !long.refused { long.feed(.toClient, part) }
    #expect(long.refused == true)
    #expect(long.table.counters.searchesGivenUp == 1)
}

/// Fields that nobody needs, more of them than are held.
@Test("Long heads", arguments: [1, 100, 1460, 50_000, 200_000]) func longHeads(cut: Int) {
    let line = "X-Padding: " + String(repeating: "x", count: 1000) + "\r\n"
    let long = "Cookie: " + String(repeating: "c", count: 70_000) + "\r\n folded\r\n"
    let fields = String(repeating: line, count: 70) + long + "\thost: no\r\n"
    for more in [fields, fields + "A: b\r\n"] {
        let request =
            Array(
                "GET /\(String(repeating: "p", count: 40_000)) HTTP/1.1\r\n".utf8)
            + WebSocketFrames.request(more: more).drop { $0 != 0x0A }.dropFirst()
        var listener = Listener()
        for start in stride(from: 0, to: request.count, by: cut) {
            listener.feed(.toServer, Array(request[start..<min(start + cut, request.count)]))
        }
        listener.feed(.toClient, WebSocketFrames.answer())
        listener.feed(.toServer, WebSocketFrames.client([0xC0, 0]))
        #expect(listener.bytes[.toServer] == [0xC0, 0], "cut at \(cut)")
        let notes = listener.notes(.toServer)
        #expect(notes == [])
    }
}

/// Bytes of a body that were not captured.
@Test("Gaps in bodies") func gapsInBodies() {
    var listener = Listener()
    listener.feed(.toServer, Array(get.utf8))
    listener.feed(.toClient, Array("HTTP/1.1 200 x\r\nContent-Length: 1000\r\n\r\n".utf8))
    let missing = listener.table.noteMissing(listener.id, .toClient, 999)
    #expect(missing == 0)
    listener.feed(.toClient, [0x41])
    listener.feed(.toServer, WebSocketFrames.request())
    listener.feed(.toClient, WebSocketFrames.answer() + WebSocketFrames.server([0xD0, 0]))
    #expect(listener.bytes[.toClient] == [0xD0, 0])
}
