import CoAP
import Events
import Testing

private func ask(_ id: UInt16, observe: [UInt8]?) -> CoAPBuilder {
    CoAPBuilder(
        .confirmable, .get, id, token: [0x4a], path: "temperature", options: observe.map { [(6, $0)] } ?? [])
}

private func notify(_ type: CoAPType, _ id: UInt16, _ code: CoAPCode = .content, sequence: UInt8?) -> CoAPBuilder {
    CoAPBuilder(type, code, id, token: [0x4a], options: sequence.map { [(6, [$0])] } ?? [], payload: "18.5 Cel")
}

/// As in RFC 7641, 1.2 and appendix A.1: a registration with token 0x4a, answered by a first notification (Observe 9,
/// "18.5 Cel"), and others with the same token, here over more than a day.
@Test("Registration and notifications") func registrationAndNotifications() throws {
    let listener = Listener()
    let register = try #require(listener.hear(ask(1, observe: []), at: 0))
    #expect(register["coap.observe.state"] == "register" && register["coap.opt.observe"] == "0")
    let first = try #require(listener.hearBack(notify(.acknowledgement, 1, sequence: 9), at: 0.5))
    #expect(first["coap.observe.state"] == "notification" && first["coap.opt.observe"] == "9")
    #expect(first["coap.matched"] == "true")
    let size = Double(notify(.acknowledgement, 1, sequence: 9).bytes.count)
    let asked = Double(ask(1, observe: []).bytes.count)
    for (index, time) in [3600.0, 40_000, 100_000].enumerated() {
        let event = try #require(listener.hearBack(notify(.nonConfirmable, 50 + UInt16(index), sequence: 44), at: time))
        #expect(event["coap.observe.state"] == "notification" && event["coap.matched"] == "true")
        #expect(event["coap.request.uri_path"] == "/temperature")
        #expect(event["coap.response_time"] == String(Int(time * 1e6)))
        #expect(event["coap.amplification"] == (size * Double(index + 2) / asked).description)
    }
}

/// Without an observation the request is forgotten after EXCHANGE_LIFETIME.
@Test("Plain exchange ends earlier") func plainExchangeEndsEarlier() throws {
    let listener = Listener()
    listener.hear(ask(1, observe: nil), at: 0)
    #expect(listener.hearBack(notify(.confirmable, 2, sequence: nil), at: 246)?["coap.matched"] == "true")
    #expect(listener.hearBack(notify(.confirmable, 3, sequence: nil), at: 246 + 246)?["coap.matched"] == "true")
    #expect(listener.hearBack(notify(.confirmable, 4, sequence: nil), at: 3 * 247)?["coap.matched"] == "false")
}

/// What ends an observation: deregistration (RFC 7641, 3.6), a RST to a notification (3.6), an error and a response
/// without Observe (4.2, 4.1). A notification an hour later has no request then.
@Test("End of observation", arguments: ["deregister", "reset", "error", "refusal", "nothing"])
func endOfObservation(cause: String) throws {
    let listener = Listener()
    listener.hear(ask(1, observe: []))
    listener.hearBack(notify(.acknowledgement, 1, sequence: cause == "refusal" ? nil : 1))
    switch cause {
    case "deregister":
        #expect(listener.hear(ask(2, observe: [1]))?["coap.observe.state"] == "deregister")
        #expect(listener.hearBack(notify(.acknowledgement, 2, sequence: nil))?["coap.observe.state"] == nil)
    case "reset":
        listener.hearBack(notify(.nonConfirmable, 70, sequence: 2))
        let reset = try #require(listener.hear(CoAPBuilder(.reset, .empty, 70)))
        #expect(reset.direction == .toServer && reset.confirmsFlow)
    case "error":
        let gone = try #require(listener.hearBack(notify(.nonConfirmable, 71, .notFound, sequence: nil)))
        #expect(gone["coap.observe.state"] == nil && gone["coap.matched"] == "true")
    default: break
    }
    let late = try #require(listener.hearBack(notify(.nonConfirmable, 90, sequence: 3), at: 3600))
    #expect(late["coap.matched"] == (cause == "nothing").description)
    #expect(late["coap.observe.state"] == "notification")
}

/// Observe is a matter of GET and FETCH alone, and of the values 0 and 1.
@Test("What is no registration") func whatIsNoRegistration() {
    let listener = Listener()
    #expect(listener.hear(CoAPBuilder(.put, options: [(6, [])]))?["coap.observe.state"] == nil)
    #expect(listener.hear(CoAPBuilder(.fetch, options: [(6, [])]))?["coap.observe.state"] == "register")
    #expect(listener.hear(CoAPBuilder(.get, options: [(6, [2])]))?["coap.observe.state"] == nil)
    #expect(listener.hear(CoAPBuilder(.get))?["coap.observe.state"] == nil)
}
