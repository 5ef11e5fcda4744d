import CoAP
import Network
import Testing

private func request(_ number: Int) -> CoAPBuilder {
    CoAPBuilder(
        .confirmable, .get, UInt16(truncatingIfNeeded: number), token: [UInt8(number >> 8), UInt8(number & 0xFF)],
        path: "r/\(number)")
}

private func response(_ number: Int) -> CoAPBuilder {
    var message = request(number)
    message.type = .acknowledgement
    message.code = .content
    message.options = []
    return message
}

/// A full table forgets the request unused for longest, and says so.
@Test("Exchanges are bounded") func exchangesAreBounded() {
    var limits = CoAPLimits()
    limits.exchanges = 10
    limits.messageIDs = 1000
    let listener = Listener(limits)
    for number in 0..<25 { listener.hear(request(number)) }
    #expect(listener.counters.evictedExchanges == 15 && listener.counters.evictedMessageIDs == 0)
    #expect(listener.hearBack(response(14))?["coap.matched"] == "false")
    for number in 15..<25 { #expect(listener.hearBack(response(number))?["coap.request.uri_path"] == "/r/\(number)") }
    // 15 was used before the others, 16 is now the oldest.
    listener.hearBack(response(15))
    listener.hear(request(100))
    #expect(listener.hearBack(response(16))?["coap.matched"] == "false")
    #expect(listener.hearBack(response(15))?["coap.matched"] == "true")
}

@Test("Message i ds are bounded") func messageIDsAreBounded() {
    var limits = CoAPLimits()
    limits.messageIDs = 10
    let listener = Listener(limits)
    for number in 0..<11 { listener.hear(request(number)) }
    #expect(listener.counters.evictedMessageIDs == 1 && listener.counters.evictedExchanges == 0)
    #expect(listener.hear(request(1))?["coap.retransmitted"] == "true")
    #expect(listener.hear(request(0))?["coap.retransmitted"] == "false")
}

/// What has outlived its time makes room and counts as no eviction.
@Test("Old entries make room") func oldEntriesMakeRoom() {
    var limits = CoAPLimits()
    limits.exchanges = 10
    limits.messageIDs = 10
    let listener = Listener(limits)
    for number in 0..<200 { listener.hear(request(number), at: Double(number) * 30) }
    #expect(listener.counters == CoAPCounters())
}

/// RFC 7252, 4.4 and 4.8.2: a message id may be used again after EXCHANGE_LIFETIME, 247 seconds from the first copy.
@Test("Lifetime of message i ds") func lifetimeOfMessageIDs() {
    let listener = Listener()
    listener.hear(request(1), at: 1000)
    #expect(listener.hear(request(1), at: 1200)?["coap.retransmitted"] == "true")
    #expect(listener.hear(request(1), at: 1246.9)?["coap.retransmitted"] == "true")
    #expect(listener.hear(request(1), at: 1247)?["coap.retransmitted"] == "false")
    #expect(listener.hear(request(1), at: 1248)?["coap.retransmitted"] == "true")
}

/// Same message id: another type, another port, another direction is another message.
@Test("What is no copy") func whatIsNoCopy() {
    let listener = Listener()
    listener.hear(request(1))
    var other = request(1)
    other.type = .nonConfirmable
    #expect(listener.hear(other)?["coap.retransmitted"] == "false")
    let port = Endpoint(Listener.client.address, 40_001)
    #expect(listener.hear(request(1), from: port)?["coap.retransmitted"] == "false")
    #expect(listener.hearBack(request(1))?["coap.retransmitted"] == "false")
    #expect(listener.hearBack(response(1))?["coap.retransmitted"] == "false")
}

/// Capture time may step back: nothing traps, no time is negative, and a small step loses nothing.
@Test("Time steps back") func timeStepsBack() {
    let listener = Listener()
    listener.hear(request(1), at: 1000)
    let answer = listener.hearBack(response(1), at: 999)
    #expect(answer?["coap.matched"] == "true" && answer?["coap.response_time"] == "0")
    #expect(listener.hear(request(1), at: 998)?["coap.retransmitted"] == "true")
    #expect(listener.hear(request(1), at: 0)?["coap.retransmitted"] == "false")
    for time in [-9.2e9, 9.2e9, -9.2e9, 0] {
        listener.hear(request(2), at: time)
        #expect(listener.hearBack(response(2), at: -time)?["coap.response_time"] == (time == 0 ? "0" : nil))
    }
}

/// A path longer than its room is cut before a character and ends in an ellipsis, which no path holds.
@Test("Long paths", arguments: [123, 124, 125, 126, 127, 128, 129, 400])
func longPaths(length: Int) throws {
    let listener = Listener()
    let segment = String(repeating: "p", count: min(length - 1, 255))
    var options = [(11, Array(segment.utf8))]
    if length > 256 { options.append((11, Array(repeating: 0x71, count: length - 257))) }
    let full = "/" + segment + (length > 256 ? "/" + String(repeating: "q", count: length - 257) : "")
    listener.hear(CoAPBuilder(.get, options: options))
    let answer = try #require(listener.hearBack(CoAPBuilder(.acknowledgement, .content, 0)))
    let kept = length <= 128 ? full : String(full.prefix(125)) + "…"
    #expect(answer["coap.request.uri_path"] == kept)
    #expect(listener.counters.cutPaths == (length <= 128 ? 0 : 1))
}

@Test("a path over its limit is cut between characters") func longPathsAreCutBetweenCharacters() throws {
    let listener = Listener()
    listener.hear(CoAPBuilder(.get, options: [(11, Array(repeating: 0x20, count: 60))]))
    let answer = try #require(listener.hearBack(CoAPBuilder(.acknowledgement, .content, 0)))
    #expect(answer["coap.request.uri_path"] == "/" + String(repeating: "%20", count: 41) + "…")
}

/// Many ends and tokens at once, each request answered: all match, whatever the seed of the hash.
@Test("Many exchanges", arguments: [0, 1, 2, UInt64.max, 0x5EED])
func manyExchanges(seed: UInt64) {
    let listener = Listener(seed: seed)
    var matched = 0
    for pass in 0..<2 {
        for number in 0..<1500 {
            let client = Endpoint(IPAddress(v4: UInt32(number % 7)), UInt16(10_000 + number % 11))
            let server = Endpoint(IPAddress(high: 1, low: UInt64(number % 5)), UInt16(5683 + number % 3))
            if pass == 0 {
                listener.hear(request(number), from: client, to: server)
            } else {
                let event = listener.hear(response(number), from: server, to: client)
                if event?["coap.request.uri_path"] == "/r/\(number)" { matched += 1 }
            }
        }
    }
    #expect(matched == 1500)
}
