import CoAP
import TestSupport
import Testing

private func register(_ listener: Listener, at time: Double = 0, id: UInt16 = 1) {
    listener.hear(CoAPBuilder(.confirmable, .get, id, token: [0x4A], path: "temperature", options: [(6, [])]), at: time)
}

private func notification(_ id: UInt16, _ sequence: UInt32) -> CoAPBuilder {
    CoAPBuilder(
        .nonConfirmable, .content, id, token: [0x4A], options: [(6, Build.coapUnsigned(sequence))], payload: "18.5 Cel")
}

/// RFC 7641, 3.4: sequence and time of the newest notification, of the next one, and what that is.
@Test(
    "Freshness",
    arguments: [
        (9, 16, 1.0, "new"), (16, 9, 1.0, "old"), (9, 9, 1.0, "duplicate"),
        // Half of the number space ahead is no longer newer; beyond it the older number is newer.
        (0, 0x7F_FFFF, 1.0, "new"), (0, 0x80_0000, 1.0, "old"), (0xFF_FFFF, 0, 1.0, "new"), (0x80_0001, 0, 1.0, "new"),
        (0x7F_FFFF, 0, 1.0, "old"),
        // More than 128 seconds later all is newer.
        (16, 9, 128.0, "old"), (16, 9, 128.5, "new"), (16, 16, 128.5, "new"),
    ])
func freshness(first: UInt32, second: UInt32, seconds: Double, expected: String) throws {
    let listener = Listener()
    register(listener)
    #expect(listener.hearBack(notification(100, first), at: 1)?["coap.observe.freshness"] == "new")
    let next = try #require(listener.hearBack(notification(101, second), at: 1 + seconds))
    #expect(next["coap.observe.freshness"] == expected)
    #expect(next["coap.observe.count"] == "2")
}

/// An old notification changes nothing: the next is held against the newest.
@Test("Reordering") func reordering() {
    let listener = Listener()
    register(listener)
    let sequences: [UInt32] = [10, 12, 11, 13, 12, 13]
    let found = sequences.enumerated().map { index, number in
        listener.hearBack(notification(UInt16(200 + index), number), at: Double(index + 1))?["coap.observe.freshness"]
    }
    #expect(found == ["new", "new", "old", "new", "old", "duplicate"])
}

/// A registration once more keeps the order; one after the end begins anew.
@Test("Registration once more") func registrationOnceMore() {
    let listener = Listener()
    register(listener)
    listener.hearBack(notification(1, 50), at: 1)
    register(listener, at: 2, id: 2)
    #expect(listener.hearBack(notification(2, 40), at: 3)?["coap.observe.freshness"] == "old")
    listener.hear(CoAPBuilder(.confirmable, .get, 3, token: [0x4A], path: "temperature", options: [(6, [1])]), at: 4)
    register(listener, at: 5, id: 4)
    #expect(listener.hearBack(notification(3, 40), at: 6)?["coap.observe.freshness"] == "new")
}

/// What ends an observation is told on the message that does: RFC 7641, 3.6, 4.1 and 4.2.
@Test("Ends are told") func endsAreTold() throws {
    let listener = Listener()
    register(listener)
    let refused = listener.hearBack(CoAPBuilder(.acknowledgement, .content, 1, token: [0x4A], payload: "1"))
    #expect(refused?["coap.observe.end"] == "response")
    register(listener, id: 2)
    listener.hearBack(notification(300, 1))
    #expect(listener.hear(CoAPBuilder(.reset, .empty, 300))?["coap.observe.end"] == "reset")
    register(listener, id: 3)
    let gone = listener.hearBack(CoAPBuilder(.nonConfirmable, .notFound, 301, token: [0x4A]))
    #expect(gone?["coap.observe.end"] == "error")
    register(listener, id: 4)
    let stop = CoAPBuilder(.confirmable, .get, 5, token: [0x4A], path: "temperature", options: [(6, [1])])
    #expect(listener.hear(stop)?["coap.observe.end"] == "deregister")
    #expect(listener.hearBack(notification(302, 3))?["coap.observe.freshness"] == nil)
}

/// RFC 7959, 3.4: the rest of a notification in blocks is asked for without Observe; the observation goes on.
@Test("Notification in blocks") func notificationInBlocks() throws {
    let listener = Listener()
    register(listener)
    func block(_ type: CoAPType, _ id: UInt16, _ number: Int, more: Bool, observe: [UInt8]?) -> CoAPBuilder {
        CoAPBuilder(
            type, .content, id, token: [0x4A],
            options: (observe.map { [(6, $0)] } ?? []) + [(23, Build.coapBlock(number, more: more, 16))],
            payload: String(repeating: "n", count: more ? 16 : 4))
    }
    listener.hearBack(block(.confirmable, 400, 0, more: true, observe: [9]), at: 10)
    let rest = CoAPBuilder(
        .confirmable, .get, 6, token: [0x4A], path: "temperature", options: [(23, Build.coapBlock(1, more: false, 16))])
    #expect(listener.hear(rest, at: 11)?["coap.observe.end"] == nil)
    let last = try #require(listener.hearBack(block(.acknowledgement, 6, 1, more: false, observe: nil), at: 12))
    #expect(last["coap.observe.end"] == nil && last["coap.body.length"] == "20")
    let next = try #require(listener.hearBack(notification(401, 10), at: 3000))
    #expect(next["coap.observe.freshness"] == "new" && next["coap.matched"] == "true")
}
