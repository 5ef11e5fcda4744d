import CoAP
import Network
import TestSupport
import Testing

/// Options that no table has: critical, unsafe and no-cache-key follow from the number (RFC 7252, 5.4.6).
@Test("Unknown options by property") func unknownOptionsByProperty() throws {
    let numbers = [0x800, 0x802, 0x803, 0x807, 0x81C, 0x81D, 0x81E]
    let event = try #require(Listener().hear(Build.coap(code: 0x45, options: numbers.map { ($0, [1]) })))
    func wanted(_ holds: (Int) -> Bool) -> [String] { numbers.filter(holds).map(String.init) }
    #expect(event.list("coap.opt.unknown") == wanted { _ in true })
    #expect(event.list("coap.opt.unknown_critical") == wanted { $0 & 1 == 1 })
    #expect(event.list("coap.opt.unknown_unsafe") == wanted { $0 & 2 == 2 })
    #expect(event.list("coap.opt.unknown_no_cache_key") == wanted { $0 & 0x1E == 0x1C })
}

/// What a path may hide.
@Test(
    "Path tricks",
    arguments: [
        (["a", "b"], [String]()), (["."], ["dot"]), (["a", "..", "b"], ["dot_dot"]), (["a/b"], ["slash"]),
        (["a\\b"], ["backslash"]), (["a\u{0}"], ["nul"]), (["\u{7}"], ["control"]), (["%2e%2E"], ["encoded"]),
        (["%2Fetc"], ["encoded"]), (["100%"], []), (["%zz"], []), (["..", "a/b"], ["dot_dot", "slash"]),
        (Array(repeating: "x", count: 32), []), (Array(repeating: "x", count: 33), ["deep"]),
    ])
func pathTricks(segments: [String], expected: [String]) throws {
    let event = try #require(Listener().hear(Build.coap(code: 1, options: segments.map { (11, Array($0.utf8)) })))
    #expect(event.list("coap.path.tricks") == expected)
}

/// RFC 7252, 5.10.2: the host that a proxy is asked to reach.
@Test(
    "Proxy UR is",
    arguments: [
        ("coap://example.com:5683/a", "coap", "example.com"), ("http://u:p@192.0.2.1/", "http", "192.0.2.1"),
        ("coap://[2001:db8::1]:61616/x", "coap", "2001:db8::1"), ("coaps://h", "coaps", "h"), ("coap:", "coap", nil),
        ("x", nil, nil), ("coap://", "coap", ""), ("http://a@b@c?d", "http", "c"),
    ])
func proxyURIs(uri: String, scheme: String?, host: String?) throws {
    let event = try #require(Listener().hear(Build.coap(code: 1, options: [(35, Array(uri.utf8))])))
    #expect(event["coap.proxy.scheme"] == scheme && event["coap.proxy.host"] == host)
}

@Test("Proxy schemes") func proxySchemes() throws {
    let options = [(3, Array("inner.example".utf8)), (39, Array("http".utf8))]
    let event = try #require(Listener().hear(Build.coap(code: 1, options: options)))
    #expect(event["coap.proxy.scheme"] == "http" && event["coap.proxy.host"] == "inner.example")
    let plain = try #require(Listener().hear(Build.coap(code: 1, options: [options[0]])))
    #expect(plain["coap.proxy.host"] == nil && plain["coap.proxy.scheme"] == nil)
}

/// Bytes between two addresses, whatever the ports, in a window of 30 to 60 seconds.
@Test("Amplification by pair") func amplificationByPair() throws {
    let listener = Listener()
    let question = Build.coap(type: 1, code: 1, id: 1, token: [1])  // 5 bytes
    let answer = Build.coap(type: 1, code: 0x45, id: 2, token: [1], payload: Array(repeating: 1, count: 94))  // 100
    func ask(_ port: UInt16, at time: Double) -> HeardEvent? {
        let client = Endpoint(Listener.client.address, port)
        #expect(listener.hear(question, from: client, to: Listener.server, at: time)?["coap.pair.bytes"] == nil)
        return listener.hear(answer, from: Listener.server, to: client, at: time)
    }
    #expect(ask(1000, at: 0)?["coap.pair.bytes"] == "100")
    let second = ask(1001, at: 1)
    #expect(second?["coap.pair.bytes"] == "200" && second?["coap.pair.amplification"] == "20.0")
    #expect(ask(1002, at: 31)?["coap.pair.bytes"] == "300")
    #expect(ask(1003, at: 61)?["coap.pair.bytes"] == "200")
    #expect(ask(1004, at: 500)?["coap.pair.bytes"] == "100")
    // Answers that nobody asked for: bytes, no ratio.
    let lone = Listener().hear(answer, from: Listener.server, to: Listener.client)
    #expect(lone?["coap.pair.bytes"] == "100" && lone?["coap.pair.amplification"] == nil)
}

/// Of a network what its clients do not pace: a flood is spread over addresses, and one that sends only first blocks is one.
@Test("Amplification by network") func amplificationByNetwork() throws {
    let listener = Listener()
    let block2 = 23
    func exchange(_ address: String, _ number: UInt8, at time: Double) throws -> HeardEvent? {
        let client = Endpoint(try #require(IPAddress(address)), 1000)
        let value: [UInt8] = [number << 4 | 0x0E]
        let question = Build.coap(
            type: 1, code: 1, id: 1, token: [1], options: number == 0 ? [] : [(block2, [number << 4 | 6])])
        let answer = Build.coap(
            type: 1, code: 0x45, id: 2, token: [1], options: [(block2, value)], payload: Array(repeating: 1, count: 92))
        _ = listener.hear(question, from: client, to: Listener.server, at: time)
        return listener.hear(answer, from: Listener.server, to: client, at: time)
    }
    let first = try exchange("192.0.2.7", 0, at: 0)
    let length = try #require(Int(first?["coap.length"] ?? ""))
    #expect(first?["coap.network.bytes"] == "\(length)")
    let other = try exchange("192.0.2.200", 0, at: 1)
    #expect(other?["coap.network.bytes"] == "\(2 * length)" && other?["coap.pair.bytes"] == "\(length)")
    #expect(other?["coap.network.amplification"] == "\(Double(2 * length) / 10)")
    // A later block is asked for by who gets it, and counts for the pair alone.
    let later = try exchange("192.0.2.7", 1, at: 2)
    #expect(later?["coap.network.bytes"] == nil && later?["coap.pair.bytes"] != nil)
    let foreign = try exchange("192.0.3.7", 0, at: 3)
    #expect(foreign?["coap.network.bytes"] == "\(length)")
    // RFC 4291: the network of a host is the first half of its address.
    _ = try exchange("2001:db8:1:2::1", 0, at: 4)
    let sibling = try exchange("2001:db8:1:2:ffff::1", 0, at: 5)
    #expect(sibling?["coap.network.bytes"] == "\(2 * length)")
}

@Test("Pairs are bounded") func pairsAreBounded() {
    var limits = CoAPLimits()
    limits.pairs = 4
    let listener = Listener(limits)
    for address in 0..<9 as Range<UInt32> {
        listener.hear(Build.coap(code: 1), from: Endpoint(IPAddress(v4: address), 1), to: Listener.server)
    }
    // Nine pairs of addresses, and the network that all of them are in.
    #expect(listener.counters.evictedPairs == 10 - 4)
}

/// Copies are counted, and so are responses; those of a group's members all count for the one request.
@Test("retransmissions and responses are counted for each exchange") func countsOfCopiesAndResponses() throws {
    let listener = Listener()
    let question = Build.coap(code: 1, id: 1, token: [1])
    #expect(listener.hear(question)?["coap.copies"] == nil)
    #expect(listener.hear(question)?["coap.copies"] == "1")
    #expect(listener.hear(question)?["coap.copies"] == "2")
    let group = Endpoint(IPAddress(v4: 0xE000_01BB), 5683)
    listener.hear(Build.coap(type: 1, code: 1, id: 2, token: [2]), to: group)
    for member in 1...300 as ClosedRange<UInt32> {
        let answer = try #require(
            listener.hear(
                Build.coap(type: 1, code: 0x45, id: UInt16(member), token: [2]),
                from: Endpoint(IPAddress(v4: member), 5683), to: Listener.client))
        #expect(answer["coap.response_count"] == "\(min(member, 255))" && answer["coap.multicast"] == "true")
    }
}

/// RFC 7252, 4.2 and 4.5: who sends again repeats the message id; a server without a record of them answers anew.
@Test("Copies of answers are known, and are no further answers") func copiesOfAnswers() throws {
    let listener = Listener()
    func answer(_ type: UInt8, id: UInt16, _ payload: String) -> [UInt8] {
        Build.coap(type: type, code: 0x45, id: id, token: [1], payload: Array(payload.utf8))
    }
    func shown(_ bytes: [UInt8]) throws -> [String?] {
        let event = try #require(listener.hear(bytes, from: Listener.server, to: Listener.client))
        return [event["coap.copies"], event["coap.response_count"], event["coap.retransmitted"]]
    }
    let question = Build.coap(code: 1, id: 1, token: [1])
    listener.hear(question)
    #expect(try shown(answer(0, id: 50, "20")) == [nil, "1", "false"])
    // The same message again.
    #expect(try shown(answer(0, id: 50, "20")) == ["1", "1", "true"])
    // Nobody asked again: another message with the same words is another answer.
    #expect(try shown(answer(0, id: 51, "20")) == [nil, "2", "false"])
    listener.hear(question)
    #expect(try shown(answer(0, id: 52, "20")) == ["1", "2", "false"])
    #expect(try shown(answer(0, id: 53, "20")) == ["2", "2", "false"])
    #expect(try shown(answer(0, id: 54, "21")) == [nil, "3", "false"])
    #expect(try shown(answer(1, id: 55, "21")) == ["3", "3", "false"])
}

/// Said at every 32nd request, over the second before it; a body in blocks is no flood of its client.
@Test("How many requests come") func howManyRequestsCome() throws {
    let listener = Listener()
    func rates(_ count: Int, from client: UInt32, ports: UInt16 = 1, block: Bool = false) -> [[String?]] {
        (0..<count).compactMap { index in
            let options: [(Int, [UInt8])] = block ? [(23, Build.coapBlock(index, more: false, 64))] : []
            let request = Build.coap(code: 1, id: UInt16(index), token: [UInt8(index & 255)], options: options)
            let port = 40_000 + UInt16(index) % ports
            let event = listener.hear(request, from: Endpoint(IPAddress(v4: client), port), to: Listener.server)
            let shown = [event?["coap.client.rate"], event?["coap.server.rate"]]
            return shown == [nil, nil] ? nil : shown
        }
    }
    #expect(rates(96, from: 1) == [["64", "64"], ["96", "96"]])
    // Whatever the port; the server is sent those of all.
    #expect(rates(96, from: 2, ports: 7) == [[nil, "128"], ["64", "160"], ["96", "192"]])
    #expect(rates(64, from: 3, block: true) == [[nil, "224"], [nil, "256"]])
}
