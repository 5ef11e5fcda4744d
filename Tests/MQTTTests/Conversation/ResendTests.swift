import Events
import Testing

/// The order in which a client sends again what an earlier connection left (MQTT 3.1.1 and 5.0, 4.6).
@Suite struct ResendTests {
    private let keep = Property(17, "", .uint32(600))

    private func message(_ id: UInt16, _ version: UInt8, dup: Bool = false, qos: UInt8 = 1) -> [UInt8] {
        publish("t", "x", qos: qos, dup: dup, id: id, version: version)
    }

    private func begun(_ version: UInt8) -> Listener {
        conversation(version, isClean: false, connect: version == 5 ? [keep] : [])
    }

    private func resume(_ listener: Listener, _ version: UInt8) {
        listener.close()
        listener.open()
        listener.begin(version, isClean: false, isPresent: true, connect: version == 5 ? [keep] : [])
    }

    /// A connection whose CONNECT was lost may have been one of the same client: what it left is not known.
    @Test("Nothing is held against what an unnamed connection left", arguments: [4, 5] as [UInt8])
    func nothingIsHeldAgainstWhatAnUnnamedConnectionLeft(_ version: UInt8) {
        for isUnnamedSeen in [false, true] {
            let listener = begun(version)
            listener.close()
            if isUnnamedSeen {
                listener.open()
                listener.send(message(9, 4, qos: 2))
                listener.close()
            }
            listener.open()
            listener.begin(version, isClean: false, isPresent: true, connect: version == 5 ? [keep] : [])
            #expect(listener.send(answer(6, id: 9)).violations.isEmpty == isUnnamedSeen)
        }
    }

    @Test("unacknowledged messages are to be sent again in their first order", arguments: [4, 5] as [UInt8])
    func theOrderOfTheFirstTime(_ version: UInt8) {
        for (order, expected) in [([7, 3], []), ([3, 7], ["MQTT-4.6.0-1"])] as [([UInt16], [String])] {
            let listener = begun(version)
            #expect(listener.send(message(7, version)).violations == [])
            #expect(listener.send(message(3, version, qos: 2)).violations == [])
            resume(listener, version)
            let first = listener.send(message(order[0], version, dup: true, qos: order[0] == 3 ? 2 : 1))
            #expect(first["mqtt.handshake"] == ["resumed"])
            #expect(first.violations == [])
            let second = listener.send(message(order[1], version, dup: true, qos: order[1] == 3 ? 2 : 1))
            #expect(second.violations == expected)
        }
    }

    /// What was sent again on the second connection keeps its place on the third.
    @Test("Over three connections") func overThreeConnections() {
        for (last, expected) in [([1, 2, 3], []), ([2, 1, 3], ["MQTT-4.6.0-1"])] as [([UInt16], [String])] {
            let listener = begun(4)
            listener.send(message(1, 4))
            listener.send(message(2, 4))
            resume(listener, 4)
            #expect(listener.send(message(1, 4, dup: true)).violations == [])
            #expect(listener.send(message(3, 4)).violations == [])
            resume(listener, 4)
            var broken: [String] = []
            for id in last { broken += listener.send(message(id, 4, dup: true)).violations }
            #expect(broken == expected)
        }
    }

    /// The server's order is another matter, and after a gap or without the past nobody knows.
    @Test("Where it is not known") func whereItIsNotKnown() {
        let server = begun(4)
        server.send(message(7, 4), .toClient)
        server.send(message(3, 4), .toClient)
        resume(server, 4)
        #expect(server.send(message(3, 4, dup: true), .toClient).violations == [])
        #expect(server.send(message(7, 4, dup: true), .toClient).violations == [])
        let gap = begun(4)
        gap.send(message(7, 4))
        gap.send(message(3, 4))
        gap.gap()
        resume(gap, 4)
        #expect(gap.send(message(3, 4, dup: true)).violations == [])
        #expect(gap.send(message(7, 4, dup: true)).violations == [])
    }

    /// Who was cut off may not have heard of the refusal.
    @Test("A refusal that was not heard") func aRefusalThatWasNotHeard() {
        let listener = begun(5)
        listener.send(message(7, 5))
        listener.send(answer(4, id: 7, code: 0x87), .toClient)
        resume(listener, 5)
        #expect(listener.send(message(7, 5, dup: true)).violations == [])
    }
}
