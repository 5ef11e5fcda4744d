import Events

extension MQTTField {
    /// The row of a field of the conversation.
    var stateInfo: FieldInfo {
        switch self {
        case .sessionExpiry:
            FieldInfo(
                "mqtt.session.expiry", .int,
                "seconds that the session outlives its connection, as last agreed upon; 4294967295 for ever")
        case .sessionKeepAlive:
            FieldInfo(
                "mqtt.session.keepalive", .int, "keep alive in seconds that holds: the server's, else the client's")
        case .sessionOverdue:
            FieldInfo(
                "mqtt.session.overdue", .bool,
                "to the broker: came after more than one and a half times the keep alive; absent where there is none")
        case .sessionWill:
            FieldInfo("mqtt.session.will", .bool, "a will is to be published when the connection ends now")
        case .sessionAuthMethod:
            FieldInfo("mqtt.session.authmethod", .text, "authentication method of the session's CONNECT")
        case .sessionPast:
            FieldInfo(
                "mqtt.session.past", .keyword,
                "CONNACK: an earlier session of the client: none, known, unseen, expired, or lost by the broker")
        case .sessionChanged:
            FieldInfo(
                "mqtt.session.changed", .keyword, list: true,
                "CONNECT, CONNACK: what differs from the client's last session: address, version, flags, keepalive, "
                    + "username, willtopic")
        case .sessionPublished:
            FieldInfo("mqtt.session.published", .int, "PUBLISH packets of the client so far")
        case .sessionDelivered:
            FieldInfo("mqtt.session.delivered", .int, "PUBLISH packets of the broker so far")
        case .sessionRetained:
            FieldInfo("mqtt.session.retained", .int, "retained messages delivered so far")
        case .sessionFilters:
            FieldInfo("mqtt.session.filters", .int, "filters that the client asked for so far")
        case .sessionSubscriptions:
            FieldInfo("mqtt.session.subscriptions", .int, "subscriptions that the session is known to have")
        case .previousEnd:
            FieldInfo(
                "mqtt.previous.end", .keyword,
                "CONNECT: how the client's last connection ended: disconnect, disconnect_with_will, server, takeover, "
                    + "closed")
        case .previousDuration:
            FieldInfo("mqtt.previous.duration", .int, "CONNECT: milliseconds that the client's last connection lasted")
        case .previousSince:
            FieldInfo("mqtt.previous.since", .int, "CONNECT: milliseconds since the client's last connection ended")
        case .previousAddress:
            FieldInfo("mqtt.previous.ip", .ip, "CONNECT: the address of the client's last connection")
        case .previousUnfinished:
            FieldInfo(
                "mqtt.previous.unfinished", .int, "CONNECT: hand-shakes that the client's last connection left open")
        case .clientSessions:
            FieldInfo(
                "mqtt.client.sessions", .int, "CONNECT, CONNACK: open connections of this address to this broker")
        case .clientSilent:
            FieldInfo(
                "mqtt.client.silent", .int,
                "CONNECT, CONNACK: those of them on which nobody subscribed or published yet")
        case .clientRate:
            FieldInfo(
                "mqtt.client.rate", .int,
                "to the broker: PUBLISH, SUBSCRIBE and UNSUBSCRIBE packets of this address within the last four seconds; "
                    + "said at every 32nd, where there are 256 or more")
        default: exchangeInfo
        }
    }

    private var exchangeInfo: FieldInfo {
        switch self {
        case .ackMatched:
            FieldInfo(
                "mqtt.ack.matched", .bool,
                "acknowledgements: answers a packet that was seen; absent where that cannot be told")
        case .handshake:
            FieldInfo(
                "mqtt.handshake", .keyword,
                "PUBLISH of QoS 1 and 2: new, repeated, resumed, reused, unseen; acknowledgements: matched, refused, "
                    + "repeated, resumed, early, mismatched, unknown")
        case .inflight:
            FieldInfo(
                "mqtt.inflight", .int,
                "PUBLISH of QoS 1 and 2 and their acknowledgements: unanswered PUBLISH packets of that sender")
        case .inflightUnreleased:
            FieldInfo(
                "mqtt.inflight.unreleased", .int, "the same: those of QoS 2 that no PUBREL has followed")
        case .inflightStalled:
            FieldInfo(
                "mqtt.inflight.stalled", .int,
                "the same: milliseconds since the last answer, or since the first of them was sent, without those in which nothing was captured"
            )
        case .grantedQoS:
            FieldInfo("mqtt.granted.qos", .int, list: true, "SUBACK: the QoS of each filter that the broker granted")
        case .refusedTopic:
            FieldInfo("mqtt.refused.topic", .text, list: true, "SUBACK: the filters that the broker refused")
        case .deliveryFilter:
            FieldInfo(
                "mqtt.delivery.filter", .text, list: true,
                "PUBLISH to a client: the filters of its subscriptions that take in the topic")
        case .deliveryMatched:
            FieldInfo(
                "mqtt.delivery.matched", .bool,
                "PUBLISH to a client: a subscription takes in the topic; absent where not all are known")
        case .deliveryUncovered:
            FieldInfo(
                "mqtt.delivery.uncovered", .int,
                "PUBLISH to a client that no filter takes in which it was seen to ask for: different topics of such so far; absent where not every SUBSCRIBE can have been seen"
            )
        case .retainedClientID:
            FieldInfo(
                "mqtt.retained.clientid", .text, "PUBLISH with RETAIN: who set the message that was retained before")
        case .retainedAddress:
            FieldInfo("mqtt.retained.ip", .ip, "the same: from which address")
        case .retainedForeign:
            FieldInfo(
                "mqtt.retained.foreign", .bool,
                "PUBLISH with RETAIN to the broker: somebody else had set it; a new client id of the same address and "
                    + "user is the same one, once the old one is gone")
        case .retainedConnected:
            FieldInfo(
                "mqtt.retained.connected", .bool,
                "PUBLISH with RETAIN to the broker: whoever set it is connected; absent where that is not known")
        case .retainedIdle:
            FieldInfo(
                "mqtt.retained.idle", .int,
                "the same: milliseconds since that client was heard; absent where it is not connected")
        case .willOwnerClientID:
            FieldInfo(
                "mqtt.willowner.clientid", .text,
                "PUBLISH: the client whose will has this topic; of Sparkplug, the one whose node it is")
        case .willOwnerForeign:
            FieldInfo("mqtt.willowner.foreign", .bool, "PUBLISH to the broker: that is somebody else, as above")
        case .willOwnerConnected:
            FieldInfo("mqtt.willowner.connected", .bool, "the same: that client is connected; absent where not known")
        case .willOutlives:
            FieldInfo(
                "mqtt.will.outlives", .bool, "CONNECT of 5.0 with a will: its delay is longer than the session expiry")
        case .authState:
            FieldInfo(
                "mqtt.auth.state", .keyword,
                "AUTH, CONNACK: enhanced authentication: continue, reauthenticate, success, failure")
        case .authCount:
            FieldInfo("mqtt.auth.count", .int, "AUTH, CONNACK: AUTH packets of the exchange so far")
        case .incomplete:
            FieldInfo(
                "mqtt.incomplete", .bool, "true where the message was too long to be read as far as its last field")
        case .passwordPast:
            FieldInfo(
                "mqtt.passwd.past", .keyword,
                "CONNECT, CONNACK: how the password fared before, for its user name at this broker: none (not seen), accepted (ever), refused"
            )
        default:
            FieldInfo(
                "mqtt.passwd.digest", .keyword,
                "keyed digest of the session's password: tells passwords apart without giving them away")
        }
    }
}
