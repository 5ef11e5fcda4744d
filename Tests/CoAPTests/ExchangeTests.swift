import CoAP
import Events
import Network
import Testing

private func request(_ id: UInt16, _ token: [UInt8] = [], _ type: CoAPType = .confirmable) -> CoAPBuilder {
    CoAPBuilder(type, .get, id, token: token, path: "temperature")
}

private func response(_ id: UInt16, _ token: [UInt8] = [], _ type: CoAPType = .acknowledgement) -> CoAPBuilder {
    CoAPBuilder(type, .content, id, token: token, payload: "22.3 C")
}

/// RFC 7252, appendix A, figure 16: 16 bytes there, 11 back.
@Test("Piggybacked response") func piggybackedResponse() throws {
    let listener = Listener()
    let asked = try #require(listener.hear(request(0x7d34), at: 10))
    #expect(asked.direction == .toServer && !asked.confirmsFlow)
    #expect(asked["coap.matched"] == nil && asked["coap.retransmitted"] == "false")
    let answer = try #require(listener.hearBack(response(0x7d34), at: 10.25))
    #expect(answer.direction == .toClient && answer.confirmsFlow)
    #expect(answer["coap.matched"] == "true")
    #expect(answer["coap.request.uri_path"] == "/temperature")
    #expect(answer["coap.request.method"] == "GET")
    #expect(answer["coap.response_time"] == "250000")
    #expect(answer["coap.amplification"] == (11.0 / 16.0).description)
    #expect(answer["coap.uri_path"] == nil && answer["coap.method"] == nil)
}

/// Figure 18: the request is sent again; the answer's time counts from the first copy, the bytes of both copies count.
@Test("Retransmitted request") func retransmittedRequest() throws {
    let listener = Listener()
    listener.hear(request(0x7d36, [0x31]), at: 0)
    let copy = try #require(listener.hear(request(0x7d36, [0x31]), at: 2.5))
    #expect(copy["coap.retransmitted"] == "true")
    let answer = try #require(listener.hearBack(response(0x7d36, [0x31]), at: 2.6))
    #expect(answer["coap.response_time"] == "2600000")
    #expect(answer["coap.amplification"] == (12.0 / 34.0).description)
}

/// Figure 19: so is the response.
@Test("Retransmitted response") func retransmittedResponse() throws {
    let listener = Listener()
    listener.hear(request(0x7d37, [0x42]))
    #expect(listener.hearBack(response(0x7d37, [0x42]))?["coap.retransmitted"] == "false")
    listener.hear(request(0x7d37, [0x42]), at: 2)
    let copy = try #require(listener.hearBack(response(0x7d37, [0x42]), at: 2))
    #expect(copy["coap.retransmitted"] == "true" && copy["coap.matched"] == "true")
    #expect(copy["coap.amplification"] == (24.0 / 34.0).description)
}

/// Figure 20: Empty ACK, then a response of its own, which the client acknowledges. The ACK's four bytes came back,
/// too.
@Test("Separate response") func separateResponse() throws {
    let listener = Listener()
    listener.hear(request(0x7d38, [0x53]))
    let promise = try #require(listener.hearBack(CoAPBuilder(.acknowledgement, .empty, 0x7d38), at: 1))
    #expect(promise.direction == .toClient && promise.confirmsFlow)
    #expect(promise["coap.matched"] == nil && promise["coap.amplification"] == nil)
    let answer = try #require(listener.hearBack(response(0xad7b, [0x53], .confirmable), at: 5))
    #expect(answer["coap.matched"] == "true" && answer["coap.response_time"] == "5000000")
    #expect(answer["coap.amplification"] == (16.0 / 17.0).description)
    let done = try #require(listener.hear(CoAPBuilder(.acknowledgement, .empty, 0xad7b), at: 5))
    #expect(done.direction == .toServer && done.confirmsFlow)
}

/// Figure 21: a response that the client does not expect any more is reset.
@Test("Reset response") func resetResponse() throws {
    let listener = Listener()
    listener.hear(request(0x7d39, [0x64]))
    listener.hearBack(CoAPBuilder(.acknowledgement, .empty, 0x7d39))
    listener.hearBack(response(0xad7c, [0x64], .confirmable))
    let reset = try #require(listener.hear(CoAPBuilder(.reset, .empty, 0xad7c)))
    #expect(reset.direction == .toServer && reset["coap.type"] == "RST" && reset.confirmsFlow)
}

/// Figure 22: Non-confirmable both ways.
@Test("Non confirmable exchange") func nonConfirmableExchange() throws {
    let listener = Listener()
    listener.hear(request(0x7d40, [0x75], .nonConfirmable))
    let answer = try #require(listener.hearBack(response(0xad7d, [0x75], .nonConfirmable)))
    #expect(answer["coap.matched"] == "true" && answer.confirmsFlow)
}

/// Figure 23: a multicast request; A and C answer from their own addresses, and both count for the one request.
@Test("Multicast exchange") func multicastExchange() throws {
    let listener = Listener()
    let client = Endpoint(IPAddress(high: 0xFE80_0000_0000_0000, low: 1), 40_000)
    let group = Endpoint(IPAddress(high: 0xFF02_0000_0000_0000, low: 1), 5683)
    let ends = [2, 3].map { Endpoint(IPAddress(high: 0xFE80_0000_0000_0000, low: $0), 5683) }
    listener.hear(request(0x7d41, [0x86], .nonConfirmable), from: client, to: group)
    let first = try #require(listener.hear(response(0x60b1, [0x86], .nonConfirmable), from: ends[0], to: client))
    #expect(first["coap.matched"] == "true" && first["coap.request.uri_path"] == "/temperature")
    #expect(first["coap.amplification"] == (12.0 / 17.0).description)
    let second = try #require(
        listener.hear(CoAPBuilder(.nonConfirmable, .notFound, 0x952a, token: [0x86]), from: ends[1], to: client))
    #expect(second["coap.matched"] == "true")
    #expect(second["coap.amplification"] == (17.0 / 17.0).description)
    // To another client, or with another token, they answer nothing.
    let stranger = Endpoint(client.address, 40_001)
    #expect(
        listener.hear(response(1, [0x86], .nonConfirmable), from: ends[0], to: stranger)?["coap.matched"] == "false")
    #expect(listener.hear(response(2, [0x87], .nonConfirmable), from: ends[0], to: client)?["coap.matched"] == "false")
}

/// 21 bytes that ask for `/.well-known/core`, 1031 that answer: 49.1 times as many.
@Test("Amplification") func amplification() throws {
    let listener = Listener()
    let discovery = CoAPBuilder(.nonConfirmable, .get, 1, path: ".well-known/core")
    #expect(discovery.bytes.count == 21)
    listener.hear(discovery)
    let answer = CoAPBuilder(
        .nonConfirmable, .content, 2, options: [(12, [40])], payload: String(repeating: "x", count: 1024))
    #expect(answer.bytes.count == 1031)
    #expect(listener.hearBack(answer)?["coap.amplification"] == (1031.0 / 21.0).description)
    // Ten more for the same request, as a Q-Block2 burst sends them (RFC 9177).
    for id in UInt16(3)..<13 {
        var next = answer
        next.messageID = id
        let event = try #require(listener.hearBack(next))
        #expect(event["coap.amplification"] == (1031.0 * Double(id - 1) / 21.0).description)
    }
}

/// RFC 7252, 5.3.2: another end, another token, a piggybacked response to another message id: no match.
@Test("Unmatched responses") func unmatchedResponses() throws {
    let listener = Listener()
    listener.hear(request(1, [0xAA]))
    let other = Endpoint(Listener.server.address, 5685)
    let strange = try #require(listener.hear(response(1, [0xAA]), from: other, to: Listener.client))
    #expect(strange["coap.matched"] == "false" && !strange.confirmsFlow && strange.direction == .toClient)
    #expect(strange["coap.request.uri_path"] == nil && strange["coap.response_time"] == nil)
    #expect(strange["coap.amplification"] == nil && strange["coap.request.method"] == nil)
    #expect(listener.hearBack(response(1, [0xAB]))?["coap.matched"] == "false")
    #expect(listener.hearBack(response(1, []))?["coap.matched"] == "false")
    #expect(listener.hearBack(response(1, [0xAA, 0]))?["coap.matched"] == "false")
    #expect(listener.hearBack(response(2, [0xAA]))?["coap.matched"] == "false")
    #expect(listener.hearBack(response(1, [0xAA]))?["coap.matched"] == "true")
}

/// A token may be used again: responses belong to the latest request, or to the one whose message id they repeat.
@Test("Reused token") func reusedToken() throws {
    let listener = Listener()
    listener.hear(CoAPBuilder(.confirmable, .get, 1, token: [7], path: "a"), at: 0)
    #expect(listener.hearBack(response(1, [7]), at: 1)?["coap.request.uri_path"] == "/a")
    listener.hear(CoAPBuilder(.confirmable, .put, 2, token: [7], path: "b/c"), at: 10)
    let second = try #require(listener.hearBack(CoAPBuilder(.acknowledgement, .changed, 2, token: [7]), at: 11))
    #expect(second["coap.request.uri_path"] == "/b/c" && second["coap.request.method"] == "PUT")
    #expect(second["coap.response_time"] == "1000000")
    #expect(second["coap.amplification"] == (5.0 / 9.0).description)
}

/// Roles are of an exchange: both ends ask each other from port 5683 to port 5683, as LwM2M does.
@Test("Both ends ask") func bothEndsAsk() throws {
    let listener = Listener()
    let one = Endpoint(IPAddress(v4: 1), 5683)
    let other = Endpoint(IPAddress(v4: 2), 5683)
    listener.hear(CoAPBuilder(.confirmable, .post, 9, token: [1], path: "rd"), from: one, to: other)
    let back = try #require(
        listener.hear(CoAPBuilder(.confirmable, .get, 9, token: [1], path: "3/0"), from: other, to: one))
    #expect(back.direction == .toServer && back["coap.retransmitted"] == "false")
    let created = try #require(
        listener.hear(CoAPBuilder(.acknowledgement, .created, 9, token: [1]), from: other, to: one))
    #expect(created.direction == .toClient && created["coap.request.uri_path"] == "/rd")
    let content = try #require(
        listener.hear(CoAPBuilder(.acknowledgement, .content, 9, token: [1]), from: one, to: other))
    #expect(content.direction == .toClient && content["coap.request.uri_path"] == "/3/0")
}

/// Ports decide where nothing else does; a RST goes against the ping that it answers.
@Test("Direction of empty messages") func directionOfEmptyMessages() throws {
    func direction(_ source: UInt16, _ destination: UInt16) -> Direction? {
        Listener().hear(
            CoAPBuilder(.empty), from: Endpoint(IPAddress(v4: 1), source), to: Endpoint(IPAddress(v4: 2), destination))?
            .direction
    }
    #expect(direction(40_000, 5683) == .toServer && direction(5683, 40_000) == .toClient)
    #expect(direction(1000, 5684) == .toServer && direction(5684, 1000) == .toClient)
    #expect(direction(7000, 6000) == .toServer && direction(6000, 7000) == .toClient)
    #expect(direction(5683, 5683) == .toServer)
    let listener = Listener()
    listener.hear(CoAPBuilder(.confirmable, .empty, 5))
    let reset = try #require(listener.hearBack(CoAPBuilder(.reset, .empty, 5)))
    // A ping is no request: its echo is no proof of CoAP.
    #expect(reset.direction == .toClient && !reset.confirmsFlow)
    // The server on the high port, asked from a low one: the exchange knows better than the ports.
    let low = Endpoint(IPAddress(v4: 1), 1000)
    let high = Endpoint(IPAddress(v4: 2), 50_000)
    listener.hear(request(6, [1]), from: low, to: high)
    #expect(listener.hear(CoAPBuilder(.acknowledgement, .empty, 6), from: high, to: low)?.direction == .toClient)
}

/// Two acknowledgements of one request: a copy says the same, a forged one something else.
@Test("Acknowledgements that differ") func acknowledgementsThatDiffer() {
    let listener = Listener()
    func answer(_ id: UInt16, _ payload: String) -> String? {
        listener.hearBack(CoAPBuilder(.acknowledgement, .content, id, token: [UInt8(id)], payload: payload))?[
            "coap.answer.differs"]
    }
    listener.hear(CoAPBuilder(.confirmable, .get, 1, token: [1], path: "t"))
    #expect(answer(1, "21") == nil)
    #expect(answer(1, "21") == nil, "a copy")
    #expect(answer(1, "99") == "true")
    // A server may answer each copy of a request anew (RFC 7252, 4.5).
    listener.hear(CoAPBuilder(.confirmable, .get, 2, token: [2], path: "t"))
    listener.hear(CoAPBuilder(.confirmable, .get, 2, token: [2], path: "t"))
    #expect(answer(2, "21") == nil)
    #expect(answer(2, "22") == nil)
}
