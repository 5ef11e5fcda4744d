import Events
import Payload

extension MQTTAnalyzer {
    /// What the current PUBLISH states of its application message; `nil` for other packets.
    public var recordHead: RecordHead? {
        guard case .publish(let publish) = event.message.body else { return nil }
        var head = RecordHead()
        if case .message = event.topic { head.name = publish.topic }
        head.bytes = publish.payloadLength
        head.qos = publish.qos
        head.isRetained = publish.isRetained
        head.isRepeated = publish.isDuplicate
        head.finding = inspector.plainFinding
        return head
    }

    /// What packets say to an inventory.
    static var inventoryRoles: InventoryRoles {
        var roles = InventoryRoles { type in
            switch MQTTPacketType(rawValue: type) {
            case .connect: .open
            case .connack: .opened
            case .publish: .publication
            case .subscribe: .subscription
            case .suback: .subscribed
            default: nil
            }
        }
        roles.clientID = MQTTField.clientID.id
        roles.userName = MQTTField.userName.id
        roles.version = MQTTField.version.id
        roles.isAnonymous = MQTTField.anonymous.id
        roles.isAccepted = MQTTField.accepted.id
        roles.keepAlive = MQTTField.sessionKeepAlive.id
        roles.isBridge = MQTTField.sessionBridge.id
        roles.passwordDigest = MQTTField.passwordDigest.id
        roles.name = MQTTField.topic.id
        roles.isRetained = MQTTField.retain.id
        roles.qos = MQTTField.qos.id
        roles.isRepeated = MQTTField.duplicate.id
        roles.granted = MQTTField.grantedTopic.id
        roles.refused = MQTTField.refusedTopic.id
        roles.assignedID = MQTTField.propAssignedClientIdentifier.id
        roles.record = MQTTField.payload.id
        roles.abilities = [
            ("maximum QoS", MQTTField.propMaximumQoS.id), ("retain available", MQTTField.propRetainAvailable.id),
            ("wildcard subscriptions", MQTTField.propWildcardSubscriptionAvailable.id),
            ("shared subscriptions", MQTTField.propSharedSubscriptionAvailable.id),
            ("subscription identifiers", MQTTField.propSubscriptionIdentifierAvailable.id),
            ("receive maximum", MQTTField.propReceiveMaximum.id),
            ("topic alias maximum", MQTTField.propTopicAliasMaximum.id),
            ("maximum packet size", MQTTField.propMaximumPacketSize.id),
        ]
        // MQTT 3.1.1, 4.7.2; MQTT 5.0, 4.8.2.
        roles.selfPrefix = "$SYS/"
        roles.everything = ["#", "+/#"]
        roles.sharePrefix = "$share/"
        return roles
    }
}
