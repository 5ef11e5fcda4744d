/// What a capture is made of.
enum Mix: String, CaseIterable {
    /// 4,000 devices at four brokers: short reports, some subscribers, a few updates.
    case mqttMixed = "mqtt-mixed"
    /// Messages of 64 to 256 KiB.
    case mqttBulk = "mqtt-bulk"
    /// 3,000 devices at eight servers.
    case coapMixed = "coap-mixed"
    /// A network in which nine of ten frames are not ours.
    case noise
    /// Flows that are over at once: knocks at ports, visits.
    case flows
    /// MQTT and some CoAP that was bent on its way.
    case adverse

    /// Frames of the full size; of `flows`, sessions.
    var fullCount: Int { [.mqttBulk, .flows, .adverse].contains(self) ? 1_000_000 : 2_000_000 }

    /// How many sessions go on at the same time.
    var sessionsAtOnce: Int {
        switch self {
        case .mqttMixed, .adverse: 4000
        case .mqttBulk: 64
        case .coapMixed, .noise: 3000
        case .flows: 5000
        }
    }
}

/// Begins the sessions of a mix.
struct SessionMaker {
    let mix: Mix
    /// How all flows are bent; `nil` for the shares of the mix.
    let bends: Bends?
    private(set) var begun = 0

    private static let devices = 4000

    init(mix: Mix, bends: Bends?) {
        self.mix = mix
        self.bends = bends
    }

    mutating func begin(_ traffic: inout Traffic) -> any Session {
        defer { begun += 1 }
        let session: any Session
        switch mix {
        case .mqttMixed: session = mqtt(turns: 10...120, &traffic)
        case .mqttBulk: session = mqtt(role: .bulk, turns: 5...40, &traffic)
        case .coapMixed: session = coap(&traffic)
        case .noise: session = anything(&traffic)
        case .flows: session = visit(&traffic)
        case .adverse: session = bent(&traffic)
        }
        traffic.truth.sessionsByKind[session.kind.name, default: 0] += 1
        return session
    }

    /// The ends of the next session.
    ///
    /// A device uses the same port again after a few thousand sessions.
    private func ends(
        server: Int, port: Int, isIPv6: Bool? = nil, vlans: [Int] = [], hasExtension: Bool = false,
        _ traffic: inout Traffic
    ) -> Ends {
        let device = mix == .flows ? begun : begun % Self.devices
        let clientPort = 32_768 + (begun / Self.devices * 211 + device * 37) % 28_000
        let version = traffic.chance.happens(100)
        return Ends(
            device: device, server: server, ports: [clientPort, port], isIPv6: isIPv6 ?? version, vlans: vlans,
            hasExtension: hasExtension, identification: [traffic.chance.below(1 << 16), traffic.chance.below(1 << 16)])
    }

    private func mqtt(
        role: MQTTSession.Role? = nil, port: Int = 1883, turns: ClosedRange<Int>, _ traffic: inout Traffic
    ) -> any Session {
        let connection = Connection(ends(server: 10 + begun % 4, port: port, &traffic), &traffic)
        return MQTTSession(connection, number: begun, role: role, turns: turns, &traffic)
    }

    private func coap(isVisitor: Bool = false, _ traffic: inout Traffic) -> any Session {
        let datagrams = Datagrams(ends(server: 20 + begun % 8, port: 5683, &traffic), &traffic)
        return CoAPSession(datagrams, isVisitor: isVisitor, turns: 20...300, &traffic)
    }

    private func visit(_ traffic: inout Traffic) -> any Session {
        switch traffic.chance.below(100) {
        case ..<60:
            let port =
                traffic.chance.happens(300)
                ? 1883 : traffic.chance.happens(300) ? 8883 : traffic.chance.among(1...65_535)
            return BriefSession(.scan, ends(server: traffic.chance.below(1 << 16), port: port, &traffic))
        case ..<75: return mqtt(role: .visitor, turns: 0...0, &traffic)
        default: return coap(isVisitor: true, &traffic)
        }
    }

    /// Steers so that a tenth of the frames is ours, and three tenths of that CoAP.
    private func anything(_ traffic: inout Traffic) -> any Session {
        let (mqttFrames, coapFrames) = (traffic.frames(of: .mqtt), traffic.frames(of: .coap))
        if (mqttFrames + coapFrames) * 10 < traffic.allFrames {
            if coapFrames * 10 < (mqttFrames + coapFrames) * 3 { return coap(&traffic) }
            return mqtt(port: traffic.chance.happens(150) ? 11_883 : 1883, turns: 10...120, &traffic)
        }
        let kinds: [SessionKind] = [.http, .tls, .database, .dns, .ntp, .quic, .icmp, .arp]
        let kind = kinds[traffic.chance.pick([120, 210, 20, 450, 60, 80, 30, 30]) ?? 0]
        func stream(_ server: Int, _ port: Int, _ turns: ClosedRange<Int>) -> any Session {
            StreamSession(
                kind, Connection(ends(server: server, port: port, &traffic), &traffic), turns: turns, &traffic)
        }
        func datagrams(_ server: Int, _ port: Int, _ turns: ClosedRange<Int>) -> any Session {
            DatagramSession(
                kind, Datagrams(ends(server: server, port: port, &traffic), &traffic), turns: turns, &traffic)
        }
        switch kind {
        case .http: return stream(100 + traffic.chance.below(200), 80, 1...10)
        case .tls: return stream(300 + traffic.chance.below(400), 443, 1...20)
        case .database: return stream(50, 5432, 20...200)
        case .dns: return datagrams(53, 53, 1...1)
        case .ntp: return datagrams(123, 123, 1...1)
        case .quic: return datagrams(700 + traffic.chance.below(200), 443, 3...40)
        default: return BriefSession(kind, ends(server: 1, port: 0, isIPv6: false, &traffic))
        }
    }

    private func bent(_ traffic: inout Traffic) -> any Session {
        let isOurs = !traffic.chance.happens(100)
        let isCoAP = !isOurs && (bends.map { $0.contains(.fragment) } ?? true)
        let share = traffic.chance.pick(Bends.shares.map(\.permille)) ?? 0
        let bend = bends?.intersection(.ofStreams) ?? Bends.shares[share].bend
        var vlans: [Int] = []
        let (isTagged, isDouble) = (traffic.chance.happens(300), traffic.chance.happens(150))
        if bends.map({ !$0.isDisjoint(with: [.vlan, .doubleTag]) }) ?? isTagged {
            if bends.map({ $0.contains(.doubleTag) }) ?? isDouble { vlans.append(traffic.chance.among(1000...1010)) }
            vlans.append(traffic.chance.among(10...400))
        }
        let hasExtension = bends.map { $0.contains(.extensionHeader) } ?? traffic.chance.happens(300)
        let ends = ends(
            server: isCoAP ? 20 + begun % 8 : 10 + begun % 4, port: isCoAP ? 5683 : 1883, vlans: vlans,
            hasExtension: hasExtension, &traffic)
        if isCoAP {
            let isFragmented = bends != nil || traffic.chance.happens(500)
            if isFragmented { traffic.truth.adverse.bentFlows += 1 }
            return CoAPSession(Datagrams(ends, isFragmented: isFragmented, &traffic), turns: 20...200, &traffic)
        }
        if !bend.isEmpty { traffic.truth.adverse.bentFlows += 1 }
        return MQTTSession(Connection(ends, bends: bend, &traffic), number: begun, turns: 10...60, &traffic)
    }
}
