import ProgramSupport
import TestSupport

/// Traffic of sessions that last: the same flows and topics from the first round to the last, nothing that a rule finds
/// again and again.
struct LongSessions {
    /// The frames so far.
    private(set) var frames: [[UInt8]] = []
    /// Messages so far, as the sensor names them.
    private(set) var messages: [String: Int] = [:]
    private var fromClient: UInt32 = 1000
    private var fromBroker: UInt32 = 5000

    private static let client: [UInt8] = [10, 1, 0, 5]
    private static let broker: [UInt8] = [10, 1, 0, 1]

    /// Opens the sessions, then makes `rounds` rounds.
    init(rounds: Int) {
        sendToBroker(MQTTBytes.connect(Array("boiler".utf8)), ["CONNECT"])
        sendToClient(MQTTBytes.connack, ["CONNACK"])
        // GET with Observe 0 (RFC 7641, 2) of /temp, token 0x77.
        ask([0x41, 0x01, 0xFF, 0xFE, 0x77, 0x60, 0x54] + Array("temp".utf8), "0.01")
        answer([0x61, 0x45, 0xFF, 0xFE, 0x77, 0x60, 0xFF] + Array("21.0".utf8), "2.05")
        for round in 0..<rounds { add(round) }
    }

    /// PUBLISH of both QoS together in a segment, its PUBACK, a bare acknowledgement, a PUBLISH cut over two segments; GET
    /// with its piggybacked response, and a notification.
    private mutating func add(_ round: Int) {
        let (high, low) = (UInt8(truncatingIfNeeded: round >> 8), UInt8(truncatingIfNeeded: round))
        let plain = MQTTBytes.publish(Array("plant/boiler/temperature".utf8), Array("21.5".utf8))
        let topic = Array("plant/boiler/pressure".utf8)
        let body = [0, UInt8(topic.count)] + topic + [high | 0x80, low] + Array("1013".utf8)
        let acknowledged = [0x32, UInt8(body.count)] + body
        sendToBroker(plain + acknowledged + plain, ["PUBLISH", "PUBLISH", "PUBLISH"])
        sendToClient([0x40, 2, high | 0x80, low], ["PUBACK"])
        sendToBroker([], [])
        let long = MQTTBytes.publish(
            Array("plant/boiler/report".utf8), Array(repeating: UInt8(ascii: "x"), count: 300))
        sendToBroker(Array(long.prefix(100)), [])
        sendToBroker(Array(long.dropFirst(100)), ["PUBLISH"])

        ask([0x41, 0x01, high, low, 0x01, 0xB4] + Array("temp".utf8), "0.01")
        answer([0x61, 0x45, high, low, 0x01, 0xFF] + Array("21.5".utf8), "2.05")
        answer([0x51, 0x45, high | 0x80, low, 0x77, 0x62, high, low, 0xFF] + Array("22.0".utf8), "2.05")
    }

    private mutating func sendToBroker(_ payload: [UInt8], _ names: [String]) {
        frames.append(
            Build.tcpFrame(
                from: 40_001, to: 1883, seq: fromClient, flags: 0x18, source: Self.client, destination: Self.broker,
                payload))
        fromClient &+= UInt32(payload.count)
        note(names)
    }

    private mutating func sendToClient(_ payload: [UInt8], _ names: [String]) {
        frames.append(
            Build.tcpFrame(
                from: 1883, to: 40_001, seq: fromBroker, flags: 0x18, source: Self.broker, destination: Self.client,
                payload))
        fromBroker &+= UInt32(payload.count)
        note(names)
    }

    private mutating func ask(_ datagram: [UInt8], _ name: String) {
        frames.append(
            Build.udpFrame(from: 40_002, to: 5683, source: Self.client, destination: Self.broker, datagram))
        note([name])
    }

    private mutating func answer(_ datagram: [UInt8], _ name: String) {
        frames.append(
            Build.udpFrame(from: 5683, to: 40_002, source: Self.broker, destination: Self.client, datagram))
        note([name])
    }

    private mutating func note(_ names: [String]) {
        for name in names { messages[name, default: 0] += 1 }
    }
}
