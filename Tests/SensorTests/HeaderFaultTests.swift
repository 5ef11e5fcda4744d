import Engine
import Sensor
import TestSupport
import Testing

private let brief: Set<String> = ["mqtt.type", "mqtt.topic", "violation.id", "frame.number"]

/// A fixed header that is a fault for itself, in a session of a version; what is told of it, once.
private struct HeaderFault: CustomTestStringConvertible {
    var testDescription: String
    var version: UInt8
    var bytes: [UInt8]
    var event: String

    init(_ name: String, _ version: UInt8, _ bytes: [UInt8], _ event: String) {
        testDescription = "\(name), level \(version)"
        (self.version, self.bytes, self.event) = (version, bytes, event)
    }
}

private let faults = [
    // A length that goes on after four bytes: MQTT 3.1.1, 2.2.3; MQTT 5.0, 1.5.5.
    HeaderFault(
        "fifth byte of length", 4, [0x30, 0xFF, 0xFF, 0xFF, 0xFF], #""PUBLISH","violation.id":["MQTT-2.2.3"]"#),
    HeaderFault(
        "fifth byte of length", 5, [0x30, 0xFF, 0xFF, 0xFF, 0xFF], #""PUBLISH","violation.id":["MQTT-1.5.5"]"#),
    HeaderFault(
        "fifth byte of length", 5, [0xC0, 0x80, 0x80, 0x80, 0x80], #""PINGREQ","violation.id":["MQTT-1.5.5"]"#),
    // Types that there are not: MQTT 3.1.1, 2.2.1; MQTT 5.0, 2.1.2.
    HeaderFault("reserved type", 4, [0x0A, 0xC0], #""RESERVED","violation.id":["MQTT-2.2.1"]"#),
    HeaderFault("reserved type", 5, [0x00], #""RESERVED","violation.id":["MQTT-2.1.2"]"#),
    HeaderFault("reserved type", 4, [0xF0, 0x03, 0x01], #""AUTH","violation.id":["MQTT-2.2.1"]"#),
    // Flags that have other values than they must: MQTT 3.1.1, 2.2.2-1 and 2.2.2-2; MQTT 5.0, 2.1.3-1.
    HeaderFault("flags of PINGREQ", 4, [0xC1, 0x80], #""PINGREQ","violation.id":["MQTT-2.2.2-1"]"#),
    HeaderFault("flags of PINGREQ", 5, [0xC8], #""PINGREQ","violation.id":["MQTT-2.1.3-1"]"#),
    HeaderFault("flags of DISCONNECT", 4, [0xE2], #""DISCONNECT","violation.id":["MQTT-2.2.2-1","MQTT-3.14.1-1"]"#),
    HeaderFault("flags of DISCONNECT", 5, [0xE2], #""DISCONNECT","violation.id":["MQTT-2.1.3-1","MQTT-3.14.1-1"]"#),
    HeaderFault(
        "flags of SUBSCRIBE", 4, [0x80, 0x06, 0x00], #""SUBSCRIBE","violation.id":["MQTT-2.2.2-1","MQTT-3.8.1-1"]"#),
    HeaderFault("QoS 3", 4, [0x36], #""PUBLISH","violation.id":["MQTT-3.3.1-4"]"#),
    HeaderFault("DUP of QoS 0", 5, [0x38, 0x90], #""PUBLISH","violation.id":["MQTT-3.3.1-2","MQTT-4.3.1-1"]"#),
]

/// How a stream may go on behind a header that is a fault.
private enum Sequel: CaseIterable {
    case captureEnds, connectionEnds, moreFollows, lossFollows, silence
}

/// CONNECT of a level: 4 or 5.
private func connect(_ version: UInt8) -> [UInt8] {
    Bytes.packet(1, Bytes.text("MQTT") + [version, 2, 0, 60] + (version == 5 ? [0] : []) + Bytes.text("pump"))
}

private func tell(_ fault: HeaderFault, _ sequel: Sequel, pieces: Int) -> [String] {
    var bench = Bench(brief)
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(connect(fault.version)))
    bench.feed(connection.server(fault.version == 5 ? [0x20, 0x03, 0, 0, 0] : MQTT.connack))
    var rest = fault.bytes[...]
    while !rest.isEmpty {
        bench.feed(connection.client(Array(rest.prefix(pieces))))
        rest = rest.dropFirst(pieces)
    }
    switch sequel {
    case .captureEnds: break
    case .connectionEnds:
        bench.feed(connection.fromClient(connection.clientNext, flags: 0x11))
        bench.feed(connection.fromServer(connection.serverNext, ack: connection.clientNext &+ 1, flags: 0x11))
    case .moreFollows: bench.feed(connection.client(MQTT.pingreq))
    case .lossFollows:
        connection.clientNext &+= 100
        bench.feed(connection.client(MQTT.pingreq), advance: 60_000_000_000)
        bench.feed(connection.client(MQTT.pingreq), advance: 60_000_000_000)
    case .silence:
        // The keep-alive is 60 s: the flow is forgotten after that, half as long again, and some grace.
        var other = Connection()
        other.clientPort &+= 1
        for frame in other.handshake() { bench.feed(frame, advance: 3_600_000_000_000) }
        return bench.events.filter { $0.contains("violation.id") }
    }
    bench.worker.finish()
    // What follows a DISCONNECT, however wrong that is, is another matter.
    return bench.events.filter { $0.contains("violation.id") && !$0.contains("MQTT-3.14.4") }
}

/// Once, by the frame that brought it, whatever comes behind it and however it is cut.
@Test("A header that is a fault for itself is told once", arguments: faults)
private func faultyHeader(_ fault: HeaderFault) {
    for sequel in Sequel.allCases {
        let events = tell(fault, sequel, pieces: .max)
        #expect(events == [#"{"frame.number":6,"mqtt.type":"# + fault.event + "}"], "\(sequel)")
        let cut = tell(fault, sequel, pieces: 1)
        #expect(cut.count == 1 && cut.allSatisfy { $0.contains(fault.event) }, "\(sequel), byte by byte: \(cut)")
    }
}

/// Nothing waits for the rest of a message that nobody may send: a client may keep the connection open without a word.
@Test("A type that there is not is told at once") func reservedTypeAtOnce() {
    var bench = Bench(brief)
    var connection = Connection()
    for frame in connection.handshake() { bench.feed(frame) }
    bench.feed(connection.client(MQTT.connect("pump")))
    bench.feed(connection.client([0x0A, 0xC0]))
    #expect(bench.events.last == #"{"frame.number":5,"mqtt.type":"RESERVED","violation.id":["MQTT-2.2.1"]}"#)
}

/// What follows it in the stream is read, wherever it is cut.
@Test("A message behind one of a reserved type is read") func messageBehindReservedType() {
    let stream = [0x00, 0x03, 1, 2, 3] + MQTT.publish("t", [1])
    var outcomes: Set<[String]> = []
    for cut in 1..<stream.count {
        var bench = Bench(["mqtt.type", "mqtt.topic", "violation.id"])
        var connection = Connection()
        for frame in connection.handshake() { bench.feed(frame) }
        bench.feed(connection.client(MQTT.connect("pump")))
        bench.feed(connection.client(Array(stream[..<cut])))
        bench.feed(connection.client(Array(stream[cut...])))
        outcomes.insert(bench.events)
    }
    #expect(
        outcomes == [
            [
                #"{"mqtt.type":"CONNECT"}"#, #"{"mqtt.type":"RESERVED","violation.id":["MQTT-2.2.1"]}"#,
                #"{"mqtt.type":"PUBLISH","mqtt.topic":["t"]}"#,
            ]
        ])
}

/// A wrong flag does not hide what a lenient broker reads.
@Test("A whole message with wrong flags is read like any other") func wholeMessageWithWrongFlags() {
    var subscribe = MQTT.subscribe(1, "#")
    subscribe[0] = 0x80
    for cut in 1..<subscribe.count {
        var bench = Bench(["mqtt.type", "mqtt.topic", "violation.id"])
        var connection = Connection()
        for frame in connection.handshake() { bench.feed(frame) }
        bench.feed(connection.client(MQTT.connect("pump")))
        bench.feed(connection.client(Array(subscribe[..<cut])))
        bench.feed(connection.client(Array(subscribe[cut...])))
        bench.worker.finish()
        #expect(
            bench.events.dropFirst() == [
                ##"{"mqtt.type":"SUBSCRIBE","mqtt.topic":["#"],"violation.id":["MQTT-2.2.2-1","MQTT-3.8.1-1"]}"##
            ])
    }
}
