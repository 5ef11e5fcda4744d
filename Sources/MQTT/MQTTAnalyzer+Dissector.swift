import Bytes
import Events
import Network
import Payload
import Tables

extension MQTTAnalyzer: StreamDissector {
    /// Names, ports and fields of MQTT.
    public static let descriptor = ProtocolDescriptor(
        category: .mqtt, displayName: "MQTT", ports: [MQTTPort.mqtt],
        serverPorts: [MQTTPort.mqtt, MQTTPort.secureMQTT], watchedPorts: MQTTPort.sought,
        fields: [MQTTField.block, PayloadField.willBlock],
        typeField: MQTTField.type.id,
        typeName: { MQTTPacketType(rawValue: $0).name.description },
        rareFields: RareField.violations(of: .mqtt) + MQTTField.rareFields + PayloadField.rareFields(of: .mqtt)
            + PayloadField.rareFields(of: .mqtt, ofWill: true),
        settledFields: MQTTField.settledFields, subjectFields: [MQTTField.topic.id, MQTTField.clientID.id],
        clientIDField: MQTTField.clientID.id,
        keyedFields: ["mqtt.passwd.digest", "payload.secret.digest", "mqtt.will.payload.secret.digest"],
        testTransport: .tcp(port: MQTTPort.mqtt),
        webSocket: ProtocolDescriptor.WebSocketUse(
            subprotocols: ["mqtt", "mqttv3.1"], isMessageEach: false, textMessage: .mqttText,
            notOffered: .mqttNotOffered, notChosen: .mqttNotChosen),
        needsConfirmation: true, inventory: inventoryRoles, statements: { MQTTStatement.explained })

    /// What was pushed out of its tables, by table.
    public var evictions: [String: UInt64] {
        let counters = counters
        return [
            "mqtt_sessions": counters.sessionsEvicted, "mqtt_retained_topics": counters.retainedTopicsEvicted,
            "mqtt_client_ids": counters.clientIDsEvicted, "mqtt_saved_sessions": counters.savedSessionsEvicted,
            "mqtt_client_addresses": counters.clientAddressesEvicted, "mqtt_will_topics": counters.willTopicsEvicted,
            "mqtt_passwords": counters.passwordsEvicted,
            "mqtt_handshakes": counters.handshakesEvicted, "mqtt_topic_aliases": counters.topicAliasesEvicted,
            "mqtt_subscriptions": counters.subscriptionsEvicted,
            "mqtt_pending_subscribes": counters.pendingSubscribesEvicted,
            // What was not kept of one session alone.
            "mqtt_handshakes_not_held": counters.handshakesDropped,
            "mqtt_topic_aliases_not_held": counters.topicAliasesDropped,
            "mqtt_subscriptions_not_held": counters.subscriptionsDropped, "mqtt_filters": counters.filtersDropped,
        ]
    }

    /// Looks at the first bytes of one end: a CONNECT or a CONNACK (MQTT 5.0, 3.1 and 3.2).
    public static func probe(_ bytes: RawSpan, _ hints: FlowHints) -> ProbeVerdict {
        switch MQTTProbe.verdict(bytes) {
        case .client: .client
        case .server: .server
        case .needMore: .needMore
        case .no: .no
        }
    }

    /// Looks at the fixed header of a packet (MQTT 5.0, 2.1).
    public static func frame(_ bytes: RawSpan) -> FrameVerdict {
        switch MQTTFraming.frame(bytes) {
        case .message(let length): .message(length)
        case .incomplete(let total): .incomplete(total: total)
        // The fixed header as far as it can be: a type and four bytes of length that announce a fifth.
        case .lost: .lost(told: MQTTFraming.longestHeader)
        }
    }

    /// Looks for packets of either end.
    ///
    /// On MQTT's own port one that fills a segment is enough.
    public static func join(_ bytes: RawSpan, _ hints: FlowHints, _ query: BoundaryQuery) -> JoinVerdict {
        let isExpected = hints.has(MQTTPort.mqtt)
        var requests = MQTTBoundary(direction: .toServer, isExpected: isExpected)
        var responses = MQTTBoundary(direction: .toClient, isExpected: isExpected)
        let asClient = requests.find(bytes, startsSegment: query.startsSegment, sequel: query.sequel)
        let asServer = responses.find(bytes, startsSegment: query.startsSegment, sequel: query.sequel)
        // A stream that both ends saw begin, and that does not begin with a CONNECT.
        return JoinVerdict(
            asClient: asClient, asServer: asServer,
            isBeginning: hints.hasBeginning && query.startsSegment && asClient == .proven(0))
    }

    /// Begins a session between two ends.
    public mutating func open(
        client: Endpoint, server: Endpoint, at time: Timestamp, isFromStart: Bool
    ) -> Int64 {
        openSession(client: client, server: server, at: time, isFromStart: isFromStart).rawValue
    }

    /// Ends a session.
    public mutating func closeSession(_ handle: Int64, at time: Timestamp) {
        closeSession(MQTTSessionID(rawValue: handle), at: time)
    }

    /// Tells that an end of a session sends no more.
    public mutating func noteEnd(_ handle: Int64, of direction: Direction, at time: Timestamp) {
        noteEnd(MQTTSessionID(rawValue: handle), of: direction, at: time)
    }

    /// Tells that not all that was said in a session is known.
    public mutating func noteGap(_ handle: Int64) { noteGap(MQTTSessionID(rawValue: handle)) }

    /// Looks for the beginning of a packet in a session.
    public func findBoundary(
        _ handle: Int64, _ bytes: RawSpan, _ direction: Direction, _ query: BoundaryQuery
    ) -> BoundaryVerdict {
        var boundary = MQTTBoundary(
            direction: direction, version: version(of: MQTTSessionID(rawValue: handle)), isExpected: true)
        return boundary.find(
            bytes, startsSegment: query.startsSegment, sequel: query.sequel, isFull: query.isFull)
    }

    /// Looks at the type and flags of a packet (MQTT 3.1.1, 2.2.1 and 2.2.2; MQTT 5.0, 2.1.2 and 2.1.3).
    ///
    /// Packets of reserved types, PINGREQ and PINGRESP, and before 5.0 DISCONNECT, have nothing behind the fixed header.
    public func judge(head: UInt8, _ handle: Int64, _ direction: Direction) -> HeadVerdict {
        let type = MQTTPacketType(rawValue: head >> 4)
        let flags = head & 15
        if type == .publish { return MQTTPublish(flags: flags).areFlagsWrong ? .faulty : .lawful }
        if type.requiredFlags == flags, type != .reserved, type != .auth { return .lawful }
        let version = version(of: MQTTSessionID(rawValue: handle))
        if type.isReserved(version) { return .hopeless }
        guard type.forbids(flags: flags, version) else { return .lawful }
        let isEmpty = type == .pingreq || type == .pingresp || type == .disconnect && version.isThree
        return isEmpty ? .hopeless : .faulty
    }

    /// Dissects a packet.
    public mutating func dissect(
        _ handle: Int64, _ message: RawSpan, wholeLength: Int, _ context: inout EventContext
    ) -> Bool {
        dissect(MQTTSessionID(rawValue: handle), message: message, wholeLength: wholeLength, context: context)
        return true
    }

    /// The client's keep-alive, or what the server says instead (MQTT 5.0, 3.2.2.3.14), and half as much again (3.1.2.10).
    public func idleSeconds(_ message: RawSpan, _ scratch: inout FieldValues) -> Int64? {
        guard messageType <= MQTTPacketType.connack.rawValue else { return nil }
        let field = messageType == MQTTPacketType.connect.rawValue ? MQTTField.keepAlive : .propServerKeepAlive
        scratch.removeAll()
        read(field.id, message: message, into: &scratch)
        guard case .int(let seconds)? = scratch.values.first else { return nil }
        return seconds + seconds / 2
    }

    /// Where the payload of a PUBLISH begins.
    public func payloadStart(_ handle: Int64, head: RawSpan, wholeLength: Int) -> Int? {
        payloadStart(MQTTSessionID(rawValue: handle), head: head, wholeLength: wholeLength)
    }
}
