import Engine
import Sensor
import TestSupport
import Testing

private func request(_ bytes: [UInt8], port: Int = 7777, from: Int = 40000) -> [UInt8] {
    Build.udpFrame(from: from, to: port, bytes)
}

private func response(_ bytes: [UInt8], port: Int = 7777, to: Int = 40000) -> [UInt8] {
    Build.udpFrame(from: port, to: to, source: [10, 0, 0, 2], destination: [10, 0, 0, 1], bytes)
}

@Test("Strange port waits for an answer") func strangePortWaitsForAnAnswer() {
    var bench = Bench(["coap.code", "frame.number"])
    bench.feed(request(CoAP.get(1, token: 9, "temp")))
    bench.feed(request(CoAP.get(1, token: 9, "temp")))
    #expect(bench.events.isEmpty)
    bench.feed(response(CoAP.content(1, token: 8, "no")))
    #expect(bench.events.isEmpty, "another token")
    bench.feed(response(CoAP.content(1, token: 9, "21")))
    #expect(bench.events.count == 4)
    #expect(bench.events.first?.contains(#""frame.number":1"#) == true, "what waited keeps its frame")
    #expect(bench.events.last?.contains(#""frame.number":4"#) == true)
    bench.feed(request(CoAP.get(2, token: 1, "x")))
    #expect(bench.events.count == 5)
    #expect(bench.worker.statistics.messages == ["coap": ["0.01": 3, "2.05": 2]])
}

@Test("An answer from the same end proves nothing") func anAnswerFromTheSameEndProvesNothing() {
    var bench = Bench()
    bench.feed(request(CoAP.get(1, token: 9, "temp")))
    bench.feed(request(CoAP.content(1, token: 9, "21")))
    #expect(bench.events.isEmpty)
}

@Test("Flows that are not CoAP are left alone") func flowsThatAreNotCoAPAreLeftAlone() {
    var bench = Bench()
    for _ in 0..<8 { bench.feed(request([0x80, 0, 1, 2, 3, 4])) }
    bench.feed(request(CoAP.get(1, token: 9, "temp")))
    bench.feed(response(CoAP.content(1, token: 9, "21")))
    #expect(bench.events.isEmpty)
}

/// Anybody can send a datagram in another's name.
@Test("A forged datagram hides no flow") func aForgedDatagramHidesNoFlow() {
    var bench = Bench()
    for _ in 0..<7 { bench.feed(request([0x80, 0, 1, 2, 3, 4])) }
    bench.feed(request(CoAP.get(1, token: 9, "temp")))
    bench.feed(response(CoAP.content(1, token: 9, "21")))
    #expect(bench.events.count == 2)
}

@Test("Own port needs no proof") func ownPortNeedsNoProof() {
    var bench = Bench(["coap.code", "violation.id"])
    bench.feed(request(CoAP.get(1, token: 9, "temp"), port: 5683))
    #expect(bench.events.count == 1)
    // Version 2; a token of 9 bytes; less than a header: none of it may harm.
    for bytes: [UInt8] in [[0x81, 1, 0, 1], [0x49, 1, 0, 1, 2], [0x40], [0x40, 1, 0, 1, 0xFF], [0x41, 1, 0, 1]] {
        bench.feed(request(bytes, port: 5683))
    }
    let statistics = bench.worker.statistics
    #expect(statistics.messageCount + statistics.foreignDatagrams["coap", default: 0] == 6)
    #expect(statistics.foreignDatagrams["coap", default: 0] >= 1)
    #expect(!statistics.violations.isEmpty)
}

/// A flood of flows that wait pushes out the oldest; a flow that was pushed out may wait again.
@Test("Waiting flows are bounded") func waitingFlowsAreBounded() {
    var bench = Bench()
    bench.feed(request(CoAP.get(1, token: 9, "a"), from: 10_000))
    for port in 10_001..<16_000 { bench.feed(request(CoAP.get(1, token: 9, "a"), from: port), advance: 1000) }
    #expect(bench.worker.statistics.evicted["candidates"] == 6000 - 4096)
    bench.feed(response(CoAP.content(1, token: 9, "b"), to: 15_999))
    #expect(bench.events.count == 2, "the newest still waits")
    bench.feed(request(CoAP.get(2, token: 3, "a"), from: 10_000))
    bench.feed(response(CoAP.content(2, token: 3, "b"), to: 10_000))
    #expect(bench.events.count == 4, "the oldest waits again")
}

@Test("Cut datagrams are not judged") func cutDatagramsAreNotJudged() {
    var bench = Bench()
    let frame = request(CoAP.get(1, token: 9, "temp"), port: 5683)
    bench.feed(Array(frame.dropLast(3)), original: frame.count)
    #expect(bench.events.isEmpty)
    #expect(bench.worker.statistics.cutShort == 1)
    #expect(bench.worker.statistics.foreignDatagrams["coap", default: 0] == 0)
}

/// A client that gets no answer sends its request again after two seconds or more (RFC 7252, 4.2): that is proof as well.
@Test("A request that comes again later") func aRequestThatComesAgainLater() {
    var bench = Bench(["coap.code", "frame.number", "coap.retransmitted"])
    let bytes = request(Build.coap(code: 1, id: 1, token: [9], options: [(11, [0x74])]))
    bench.feed(bytes)
    bench.feed(bytes, advance: 500_000_000)
    #expect(bench.events.isEmpty, "too soon")
    bench.feed(bytes, advance: 2_000_000_000)
    #expect(bench.events.count == 3)
    #expect(bench.events.last?.contains(#""coap.retransmitted":true"#) == true)
}

/// A request to all CoAP nodes (RFC 7252, 12.8) needs no other proof, nor does what answers it from a member's address.
@Test("Groups on a strange port") func groupsOnAStrangePort() {
    var bench = Bench(["coap.code", "coap.matched"])
    let question = Build.coap(type: 1, code: 1, id: 1, token: [9, 9], options: [(11, [0x74])])
    bench.feed(Build.udpFrame(from: 40000, to: 7777, destination: [224, 0, 1, 187], question))
    #expect(bench.events.count == 1)
    let answer = Build.coap(type: 1, code: 0x45, id: 5, token: [9, 9], payload: [0x31])
    bench.feed(response(answer))
    #expect(bench.events.last?.contains(#""coap.matched":true"#) == true)
    bench.feed(response(Build.coap(type: 1, code: 0x45, id: 5, token: [8, 9], payload: [0x31]), to: 40001))
    #expect(bench.events.count == 2, "another token to another port")
    // Another group proves nothing.
    bench.feed(Build.udpFrame(from: 40002, to: 7777, destination: [224, 0, 0, 251], question))
    #expect(bench.events.count == 2)
}

/// What scanners ask on any port: `GET /.well-known/core`, perfect to the byte (RFC 6690, 4).
@Test("The question for all resources needs no answer") func discoveryNeedsNoAnswer() {
    let path: [UInt8] = [0xBB] + Array(".well-known".utf8) + [0x04] + Array("core".utf8)
    let told: [[UInt8]] = [
        [0x40, 0x01, 0x01, 0xCE] + path,
        [0x52, 0x01, 0x01, 0xCE, 7, 8] + path + [0x46] + Array("rt=oic".utf8),
        // The host in front of it.
        [0x40, 0x01, 0, 1, 0x31, 0x61, 0x8B] + path.dropFirst(),
    ]
    for bytes in told {
        for port in [7, 1883, 61_616] {
            var bench = Bench(["coap.code", "coap.opt.uri_path_recon"])
            bench.feed(request(bytes, port: port))
            #expect(bench.events.count == 1, "\(bytes)")
        }
    }
    let others: [[UInt8]] = [
        [0x40, 0x02, 0x01, 0xCE] + path, [0x40, 0x01, 0x01, 0xCE] + path.dropLast() + [0x66],
        [0x40, 0x01, 0x01, 0xCE] + path.dropLast(), [0x40, 0x01, 0x01, 0xCE] + path + [0x01, 0x61],
        [0x40, 0x01, 0x01, 0xCE] + path + [0xFF, 1], [0x80, 0x01, 0x01, 0xCE] + path,
        [0x40, 0x01, 0x01, 0xCE] + path + [0xFF], [0x60, 0x01, 0x01, 0xCE] + path,
    ]
    for bytes in others {
        var bench = Bench()
        bench.feed(request(bytes))
        #expect(bench.events.isEmpty, "\(bytes)")
    }
}
