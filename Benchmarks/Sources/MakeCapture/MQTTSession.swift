/// A client at a broker: it connects, subscribes or publishes for a while, and leaves.
final class MQTTSession: Session {
    /// What the client is there for.
    enum Role {
        case sensor, subscriber, updatedDevice, bulk
        /// It connects and leaves.
        case visitor
    }

    let kind = SessionKind.mqtt
    private(set) var isOver = false
    var connection: Connection
    let version: MQTTVersion
    /// Whether it proves itself in an exchange of its own.
    let isAuthenticated: Bool
    let device: Int
    /// Which session of the capture this is.
    let number: Int
    let telemetryTopic: String
    let alarmTopic: String
    private let role: Role
    private var turnsLeft: Int
    private var state = State.closed
    private var identifier: Int

    private enum State {
        case closed, connected, admitted, busy
    }

    init(_ connection: Connection, number: Int, role: Role? = nil, turns: ClosedRange<Int>, _ traffic: inout Traffic) {
        self.connection = connection
        self.number = number
        device = connection.ends.device
        telemetryTopic = "site/\(device % 40)/line/\(device % 7)/dev/\(hexadecimal(device))/telemetry"
        alarmTopic = "site/\(device % 40)/line/\(device % 7)/dev/\(hexadecimal(device))/alarm"
        version = [MQTTVersion.v31, .v311, .v5][traffic.chance.pick([20, 600, 380]) ?? 1]
        isAuthenticated = traffic.chance.happens(10) && version == .v5
        self.role = role ?? [.sensor, .subscriber, .updatedDevice][traffic.chance.pick([640, 320, 40]) ?? 0]
        turnsLeft = traffic.chance.among(turns)
        identifier = traffic.chance.below(100)
        self.connection.isBulk = self.role == .bulk
    }

    func hurry() { turnsLeft = min(turnsLeft, 2) }

    func nextIdentifier() -> Int {
        // 0 is none (MQTT 5.0, 2.2.1).
        identifier = identifier == 0xFFFF ? 1 : identifier + 1
        return identifier
    }

    func turn(_ traffic: inout Traffic) {
        switch state {
        case .closed:
            connection.handshake(&traffic)
            state = .connected
        case .connected:
            connect(&traffic)
            if isAuthenticated { authenticate(&traffic) }
            let isAdmitted = connack(&traffic)
            if isAdmitted {
                connection.acknowledge(0)
                state = role == .subscriber ? .admitted : .busy
            } else {
                connection.goodbye()
                isOver = true
            }
            connection.flush(&traffic)
            connection.isBeginning = state == .admitted
        case .admitted:
            subscribe(&traffic)
            connection.flush(&traffic)
            connection.isBeginning = false
            state = .busy
        case .busy where turnsLeft > 0:
            turnsLeft -= 1
            work(&traffic)
            connection.flush(&traffic)
        case .busy:
            leave(&traffic)
            connection.flush(&traffic)
            isOver = true
        }
    }

    private func work(_ traffic: inout Traffic) {
        if role == .bulk {
            let size = traffic.chance.among(64 << 10...256 << 10)
            return exchange(
                traffic.chance.below(2), count: 1, qos: traffic.chance.below(2), imageBytes: size, &traffic)
        }
        if role == .updatedDevice, traffic.chance.happens(60) {
            let size = traffic.chance.among(8 << 10...200 << 10)
            return exchange(1, count: 1, qos: traffic.chance.below(2), imageBytes: size, &traffic)
        }
        let isSubscriber = role == .subscriber
        switch traffic.chance.below(1000) {
        case ..<30:
            send(0, .pingreq, [], &traffic)
            send(1, .pingresp, [], &traffic)
            connection.acknowledge(0)
        case ..<34 where isSubscriber: unsubscribe(&traffic)
        case ..<40 where isSubscriber: subscribe(&traffic)
        case let thrown:
            // Bent flows have more to send at once, so that there is something to bend.
            let count =
                connection.bends.isEmpty
                ? (traffic.chance.happens(600) ? 1 : traffic.chance.among(2...8)) : traffic.chance.among(2...12)
            let qos = thrown < 600 ? 0 : thrown < 900 ? 1 : 2
            exchange(role == .sensor ? 0 : 1, count: count, qos: qos, &traffic)
        }
    }

    private func leave(_ traffic: inout Traffic) {
        if traffic.chance.happens(60) {
            connection.plan(0, [.rst, .ack])
            traffic.truth.mqtt.resetByClient += 1
            return
        }
        // A reason and no properties (MQTT 5.0, 3.14.2), or nothing.
        send(0, .disconnect, version == .v5 && traffic.chance.happens(300) ? [0, 0] : [], &traffic)
        connection.goodbye()
    }
}
