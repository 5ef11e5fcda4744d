import Bytes
import Events

/// PUBLISH (MQTT 3.1.1 and 5.0, 3.3).
public struct MQTTPublish: Hashable, Sendable {
    /// Whether DUP is set: it may have been sent before.
    public let isDuplicate: Bool
    /// 0 to 3; 3 is forbidden.
    public let qos: UInt8
    /// Whether RETAIN is set.
    public let isRetained: Bool
    /// The topic name as sent, which is empty where a topic alias stands for it.
    public private(set) var topic: ByteRange?
    /// The packet identifier; `nil` with QoS 0, and where it was cut off.
    public private(set) var packetID: UInt16?
    /// The properties; none before 5.0.
    public private(set) var properties = MQTTProperties()
    /// The application message, as far as it is held.
    public private(set) var payload: ByteRange?
    /// The length of the whole application message in bytes.
    public private(set) var payloadLength: Int?

    init(flags: UInt8) {
        isDuplicate = flags & 8 != 0
        qos = flags >> 1 & 3
        isRetained = flags & 1 != 0
    }

    /// Whether no PUBLISH may have such flags: QoS 3, or DUP with QoS 0 (3.3.1.1, 3.3.1.2).
    var areFlagsWrong: Bool { qos == 3 || isDuplicate && qos == 0 }

    /// Notes flags that no PUBLISH may have.
    func checkFlags(_ notes: inout MQTTNotes) {
        notes.note(.publishQoSThree, if: qos == 3)
        if isDuplicate && qos == 0 {
            notes.note(.duplicateOfQoSZero)
            notes.note(.duplicateInDeliveryZero)
        }
    }

    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        checkFlags(&notes)
        notes.note(.topicNameMissing, if: cursor.isAtEnd)
        let topic = try cursor.string(bytes)
        self.topic = topic
        checkTopic(topic, bytes, &notes)
        if qos > 0 {
            let packetID = try cursor.uint16(bytes)
            self.packetID = packetID
            let isClient = notes.direction == .toServer
            notes.note(isClient ? .packetIDZeroFromClient : .packetIDZeroFromServer, if: packetID == 0)
        }
        if notes.version == .v5 {
            try properties.read(bytes, &cursor, &notes)
            let isIdentified = properties.contains(.subscriptionIdentifier)
            notes.note(.subscriptionIdentifierFromClient, if: isIdentified && notes.direction == .toServer)
        }
        notes.note(.emptyTopic, if: topic.isEmpty && isNamedByTopic(notes.version))
        let rest = cursor.rest()
        payload = rest.held
        payloadLength = rest.count
    }

    /// Whether there is nothing but the topic to name it.
    ///
    /// Where the version is not known there may be an alias.
    private func isNamedByTopic(_ version: MQTTVersion) -> Bool {
        version == .v5 ? properties.topicAlias == nil : version != .unknown
    }

    private func checkTopic(_ topic: ByteRange, _ bytes: RawSpan, _ notes: inout MQTTNotes) {
        let findings = notes.check(topic, bytes, .topic, .illFormedTopicName)
        notes.note(.nullInTopic, if: findings.contains(.null))
        guard bytes.slice(topic).holdsWildcard else { return }
        notes.note(.wildcardInTopicName)
        notes.note(.wildcardInPublish)
    }
}
