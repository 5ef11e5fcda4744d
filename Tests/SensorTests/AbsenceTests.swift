import Alerts
import Bytes
import Engine
import Network
import Packets
import Sensor
import Synchronization
import TestSupport
import Testing

/// Alerts about what stays away, from frames of Ethernet on.

private let rule = """
    title: Silent Topic
    id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b0a
    logsource: {product: earshot, category: mqtt}
    detection: {selection: {mqtt.type: PUBLISH}, condition: selection}
    level: high
    earshot:
        absence: {by: [mqtt.topic], timespan: 30s, after: 3}

    """

/// What alerts were raised; shared with the sink.
private final class Raised: Sendable {
    let alerts = Mutex<[Alert]>([])
}

/// A client's connection that the sensor hears, with times in milliseconds.
private struct Wire: ~Copyable {
    var worker: SensorWorker<DetectionSink>
    let raised = Raised()
    private(set) var number: UInt64 = 0
    private(set) var sequence: UInt32 = 1000

    init() throws {
        let folder = try Folder()
        let rules = try RuleSet.load([try folder.write("a.yml", rule)])
        let raised = raised
        let sink = DetectionSink(
            rules: rules.compiled, limits: SensorLimits().detection, hash: SeededHash(seed: 1)
        ) { change in
            if case .insert(let alert) = change { raised.alerts.withLock { $0.append(alert) } }
        }
        worker = SensorWorker(limits: SensorLimits(), hash: SeededHash(seed: 1), sink: sink)
        segment(0, MQTT.connect("a"))
    }

    /// Sends a segment; one that is lost only moves the sequence number on.
    mutating func segment(_ time: Int64, _ payload: [UInt8], isLost: Bool = false, from port: Int = 40_000) {
        if !isLost {
            number += 1
            let packet = Build.ipv4(
                from: [10, 0, 0, 1], to: [10, 0, 0, 2], proto: 6,
                Build.tcp(from: port, to: 1883, seq: sequence, flags: 0x18, payload))
            let frame = Build.ethernet(0x0800, packet)
            worker.process(
                FrameHeader(
                    timestamp: Timestamp(nanoseconds: 1_000_000_000_000 + time * 1_000_000), number: number,
                    originalLength: frame.count, linkType: .ethernet), frame.span.bytes)
        }
        sequence += UInt32(payload.count)
    }

    /// What was raised of a topic.
    func alerts(_ topic: String) -> [Alert] {
        raised.alerts.withLock { $0.filter { $0.groupKey == "mqtt.topic=\(topic)" } }
    }
}

@Suite struct AbsenceTests {
    /// Bytes of the connection were lost: the next one may have come in them; then it is missed as ever.
    @Test("What may have come in lost bytes is not missed") func lostBytesMayHoldIt() throws {
        for isLost in [true, false] {
            var wire = try Wire()
            for time in [1000, 2000, 3000] as [Int64] { wire.segment(time, MQTT.publish("heart/beat", [7])) }
            wire.segment(20_000, MQTT.publish(isLost ? "heart/beat" : "x", [7]), isLost: isLost)
            for time in stride(from: 20_100, to: 50_000, by: 1000) as StrideTo<Int64> {
                wire.segment(time, MQTT.publish("other", [1]))
            }
            #expect(wire.alerts("heart/beat").count == (isLost ? 0 : 1))
            for time in stride(from: 50_000, to: 80_000, by: 1000) as StrideTo<Int64> {
                wire.segment(time, MQTT.publish("other", [1]))
            }
            #expect(wire.alerts("heart/beat").count == 1)
        }
    }

    /// 30 s of others that speak, a hole of ten minutes, and what came regularly comes again; then it stays away.
    @Test("What a hole in the capture hides is not missed") func aHoleHidesIt() throws {
        var wire = try Wire()
        for time in [1000, 2000, 3000] as [Int64] { wire.segment(time, MQTT.publish("heart/beat", [7])) }
        for step in 0..<1500 as Range<Int64> { wire.segment(3000 + step * 10, MQTT.publish("other\(step)", [1])) }
        for step in 0..<1000 as Range<Int64> { wire.segment(620_000 + step * 10, MQTT.publish("more\(step)", [1])) }
        #expect(wire.alerts("heart/beat").isEmpty)
        for step in 0..<2000 as Range<Int64> { wire.segment(630_000 + step * 10, MQTT.publish("last\(step)", [1])) }
        #expect(wire.alerts("heart/beat").count == 1)
    }

    /// The ring of evidence holds some thousand messages; between the last heartbeat and its alert there are more.
    @Test("An alert about an absence has a frame, however much came since") func anAbsenceHasAFrame() throws {
        var wire = try Wire()
        for time in [1000, 2000, 3000] as [Int64] { wire.segment(time, MQTT.publish("heart/beat", [7])) }
        let last = wire.number
        let noise = (0..<60).flatMap { _ in MQTT.publish("noise", Array(repeating: 1, count: 8)) }
        for step in 0..<1200 { wire.segment(4000 + Int64(step) * 40, noise) }
        let alerts = wire.alerts("heart/beat")
        #expect(alerts.count == 1)
        #expect(alerts.first?.evidence.map(\.frameNumber) == [last])
        #expect(alerts.first?.evidence.first?.bytes.isEmpty == false)
        #expect(alerts.first?.evidenceLeftOut == nil)
    }

    /// A heartbeat waits behind a lost segment while its time runs out: it is there, and nothing is missing.
    @Test("A heartbeat behind a hole is not missed") func aHeartbeatBehindAHoleIsNotMissed() throws {
        var wire = try Wire()
        for time in [0, 10_000, 20_000] as [Int64] { wire.segment(time, MQTT.publish("heart/beat", [7])) }
        wire.segment(49_000, MQTT.publish("lost", [1]), isLost: true)
        wire.segment(49_500, MQTT.publish("heart/beat", [7]))
        // Another connection goes on; the hole is given up at 51.5 s.
        let before = wire.sequence
        for time in stride(from: Int64(50_200), to: 60_000, by: 300) {
            wire.segment(time, MQTT.connect("b"), from: 50_000)
        }
        #expect(wire.sequence > before)
        #expect(wire.alerts("heart/beat").isEmpty)
        wire.segment(92_000, MQTT.publish("other", [1]), from: 50_000)
        #expect(wire.alerts("heart/beat").count == 1, "from then on it is missed")
    }
}
