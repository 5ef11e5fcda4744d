import TestSupport

/// Packets of MQTT (3.1.1 and 5.0) that brokers refuse or read in their own way. Mosquitto closes the connection on most of what
/// is wrong; what comes behind it, nobody takes.

private let real = MQTT.subscribe(1, "real")
private let behind = MQTT.subscribe(2, "behind")

private func row(
    _ name: String, receiver: [String] = [], told: [String] = [], level: UInt8 = 4, _ packets: [UInt8]...
) -> Row {
    Row("MQTT: \(name)", receiver: receiver, told: told) { scene in
        scene.handshake()
        scene.client(connect(level))
        scene.broker(level == 5 ? Bytes.packet(2, [0, 0, 3, 0x22, 0, 10]) : MQTT.connack)
        for packet in packets {
            scene.client(packet)
            scene.broker()
        }
    }
}

private func connect(_ level: UInt8, flags: UInt8 = 2, name: String = "MQTT", client: String = "c") -> [UInt8] {
    Bytes.packet(
        1, MQTT.text(name) + [level, flags, 0, 60] + (level == 5 ? [0] : []) + MQTT.text(client))
}

/// A PUBLISH of 5.0.
private func publish5(_ topic: String, _ properties: [UInt8] = [], length: [UInt8]? = nil) -> [UInt8] {
    Bytes.packet(3, MQTT.text(topic) + (length ?? [UInt8(properties.count)]) + properties + [0x78])
}

private func publish2(_ topic: String, _ id: UInt16) -> [UInt8] {
    Bytes.packet(3, flags: 4, MQTT.text(topic) + Bytes.uint16(id) + [1])
}

private let alias: [UInt8] = [0x23, 0, 1]

let mqttFraming: [Row] = [
    row("remaining length in two bytes", receiver: ["SUBSCRIBE real"], [0x82, 0x89, 0] + real[2...]),
    row("remaining length in four bytes", receiver: ["SUBSCRIBE real"], [0x82, 0x89, 0x80, 0x80, 0] + real[2...]),
    row("remaining length in five bytes", told: ["MQTT-2.2.3"], [0x82, 0x89, 0x80, 0x80, 0x80, 0] + real[2...]),
    row(
        "many packets in a segment", receiver: ["SUBSCRIBE real", "PUBLISH b", "SUBSCRIBE behind"],
        real + MQTT.publish("b", [1]) + MQTT.pingreq + behind),
    row(
        "a byte a segment", receiver: ["SUBSCRIBE real"],
        Array(real[0..<1]), Array(real[1..<2]), Array(real[2..<3]), Array(real[3..<7]), Array(real[7...])),
    row("PINGREQ with a body", receiver: ["SUBSCRIBE behind"], told: ["MQTT-3.12.1"], [0xC0, 1, 0], behind),
    row("second CONNECT", told: ["MQTT-3.1.0-2"], connect(4, client: "second"), behind),
    row("QoS 3", told: ["MQTT-3.3.1-4"], Bytes.packet(3, flags: 6, MQTT.text("fake") + [0, 1, 1]), behind),
    row(
        "DUP with QoS 0", receiver: ["PUBLISH real"], told: ["MQTT-3.3.1-2", "MQTT-4.3.1-1"],
        Bytes.packet(3, flags: 8, MQTT.text("real") + [1])),
    row("SUBSCRIBE with flags 0", told: ["MQTT-2.2.2-1", "MQTT-3.8.1-1"], [0x80] + real[1...], behind),
    row("identifier 0 in SUBSCRIBE", told: ["MQTT-2.3.1-1"], MQTT.subscribe(0, "fake"), behind),
    row(
        "identifier 0 in PUBLISH", told: ["MQTT-2.3.1-1"],
        Bytes.packet(3, flags: 2, MQTT.text("fake") + [0, 0, 1]), behind),
    row("SUBSCRIBE without a filter", told: ["MQTT-3.8.3-3"], Bytes.packet(8, flags: 2, [0, 1]), behind),
    row("# in the middle of a filter", told: ["MQTT-4.7.1-2"], MQTT.subscribe(1, "fake#"), behind),
    row("topic with a wildcard", told: ["MQTT-4.7.1-1", "MQTT-3.3.2-2"], MQTT.publish("fake/+", [1]), behind),
    row("topic with U+0000", told: ["MQTT-1.5.3-2", "MQTT-4.7.3-2"], MQTT.publish("fa\u{0}ke", [1]), behind),
    row("topic of bad UTF-8", told: ["MQTT-1.5.3-1", "MQTT-3.3.2-1"], MQTT.publish([0x66, 0xC0, 0xAF], [1]), behind),
    row(
        "topic with a surrogate", told: ["MQTT-1.5.3-1", "MQTT-3.3.2-1"], MQTT.publish([0x66, 0xED, 0xA0, 0x80], [1]),
        behind),
    row("topic with a byte order mark", receiver: [#"PUBLISH \ufeffreal"#], MQTT.publish("\u{FEFF}real", [1])),
    row("empty topic", told: ["MQTT-4.7.3-1"], MQTT.publish("", [1]), behind),
    row("topic longer than the packet", told: ["MQTT-1.5.3"], Bytes.packet(3, [0, 0x40, 0x66]), behind),
    row("double and trailing slashes", receiver: ["PUBLISH /real//x/"], MQTT.publish("/real//x/", [1])),
    row(
        "bytes behind DISCONNECT", receiver: ["SUBSCRIBE real"], told: ["MQTT-3.14.4-2"], real, MQTT.disconnect + behind
    ),
    row("CONNACK from the client", told: ["MQTT-2.2.1"], MQTT.connack, behind),
    row("reserved type 0", told: ["MQTT-2.2.1"], [0, 0], behind),
    row("AUTH before 5.0", told: ["MQTT-2.2.1"], [0xF0, 0], behind),
    row("a filter of the broker's own topics", receiver: ["SUBSCRIBE $SYS/#"], MQTT.subscribe(1, "$SYS/#")),
    row(
        "shared subscription", receiver: ["SUBSCRIBE $share/g/real"], level: 5,
        Bytes.packet(8, flags: 2, [0, 1, 0] + MQTT.text("$share/g/real") + [0])),
    row(
        "PUBLISH longer than a message may be held", receiver: ["PUBLISH real", "SUBSCRIBE behind"],
        Bytes.packet(3, MQTT.text("real") + Array(repeating: 1, count: 5000)), behind),
]

let mqttState: [Row] = [
    row(
        "identifier of QoS 2 again, another topic", receiver: ["PUBLISH fake", "PUBLISH real"],
        told: ["MQTT-2.3.1-2", "MQTT-4.3.3-1"],
        publish2("fake", 7), publish2("real", 7), [0x62, 2, 0, 7]),
    row(
        "PUBREL of nothing", receiver: ["SUBSCRIBE real"], told: ["MQTT-2.3.1-6", "MQTT-4.3.3-1"], [0x62, 2, 0, 7], real
    ),
    row(
        "property length in two bytes", told: ["MQTT-1.5.5-1"], level: 5, publish5("fake", length: [0x80, 0]),
        publish5("b")),
    row("property twice", told: ["MQTT-3.3.2.3"], level: 5, publish5("fake", [1, 0, 1, 0]), publish5("b")),
    row("unknown property", told: ["MQTT-2.2.2.2"], level: 5, publish5("fake", [0x7F, 0]), publish5("b")),
    row("alias", receiver: ["PUBLISH real", "PUBLISH real"], level: 5, publish5("real", alias), publish5("", alias)),
    row(
        "alias set again", receiver: ["PUBLISH one", "PUBLISH two", "PUBLISH two"], level: 5,
        publish5("one", alias), publish5("two", alias), publish5("", alias)),
    row("unknown alias", told: ["MQTT-3.3.2.3.4"], level: 5, publish5("", alias), publish5("b")),
    row("alias 0", told: ["MQTT-3.3.2-8"], level: 5, publish5("fake", [0x23, 0, 0]), publish5("b")),
    row(
        "alias above the maximum", told: ["MQTT-3.3.2-9", "MQTT-3.2.2-17"], level: 5, publish5("fake", [0x23, 1, 0]),
        publish5("b")),
    Row("MQTT: SUBSCRIBE behind CONNECT, before CONNACK", receiver: ["SUBSCRIBE real"]) { scene in
        scene.handshake()
        scene.client(connect(4) + real)
        scene.broker(MQTT.connack + MQTT.suback(1))
    },
    Row("MQTT: the bridge bit", receiver: ["SUBSCRIBE real"]) { scene in
        scene.handshake()
        scene.client(connect(0x84))
        scene.broker(MQTT.connack)
        scene.client(real)
        scene.broker(MQTT.suback(1))
    },
    Row("MQTT: MQIsdp 3", receiver: ["SUBSCRIBE real"]) { scene in
        scene.handshake()
        scene.client(connect(3, name: "MQIsdp"))
        scene.broker(MQTT.connack)
        scene.client(real)
        scene.broker(MQTT.suback(1))
    },
    Row("MQTT: level 6", receiver: [], told: ["MQTT-3.1.2-2"]) { scene in
        scene.handshake()
        scene.client(connect(6))
        scene.broker(Bytes.packet(2, [0, 1]))
        scene.client(behind)
    },
    Row("MQTT: the reserved flag of CONNECT", receiver: [], told: ["MQTT-3.1.2-3"]) { scene in
        scene.handshake()
        scene.client(connect(4, flags: 3))
        scene.client(behind)
    },
    Row("MQTT: silent for days, then a SUBSCRIBE", receiver: ["SUBSCRIBE real"], told: ["MQTT-3.1.2-23"]) { scene in
        scene.connect()
        for _ in 0..<48 { scene.wait(nanoseconds: 3_600_000_000_000) }
        scene.client(real)
        scene.broker(MQTT.suback(1))
    },
]
