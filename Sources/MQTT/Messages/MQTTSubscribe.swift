import Bytes
import Events

/// The byte behind each filter of a SUBSCRIBE: the requested QoS, and in 5.0 more (3.8.3.1).
public struct MQTTSubscriptionOptions: RawRepresentable, Hashable, Sendable {
    /// The byte of the wire.
    public let rawValue: UInt8

    /// The options of that byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The highest QoS asked for; 3 is forbidden.
    public var qos: UInt8 { rawValue & 3 }
    /// Whether the client's own messages are not to come back.
    public var isNoLocal: Bool { rawValue & 4 != 0 }
    /// Whether the RETAIN flag is to be kept as it was.
    public var isRetainAsPublished: Bool { rawValue & 8 != 0 }
    /// When retained messages are to be sent; 3 is forbidden.
    public var retainHandling: UInt8 { rawValue >> 4 & 3 }
}

/// SUBSCRIBE (MQTT 3.1.1 and 5.0, 3.8).
public struct MQTTSubscribe: Hashable, Sendable {
    /// The packet identifier; `nil` where it was cut off.
    public private(set) var packetID: UInt16?
    /// The properties; none before 5.0.
    public private(set) var properties = MQTTProperties()
    /// The topic filters with their options.
    public private(set) var filters = MQTTFilterList(hasOptions: true)

    init() {}

    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        let packetID = try cursor.uint16(bytes)
        self.packetID = packetID
        notes.note(.packetIDZeroFromClient, if: packetID == 0)
        // Where the version is not known, nobody can tell a property length from the length of a filter.
        if notes.version == .unknown { return }
        if notes.version == .v5 { try properties.read(bytes, &cursor, &notes) }
        notes.note(.subscribeWithoutFilter, if: cursor.isAtEnd)
        filters.range.offset = cursor.position
        while !cursor.isAtEnd {
            let filter = try cursor.string(bytes)
            let options = MQTTSubscriptionOptions(rawValue: try cursor.byte(bytes))
            filters.add(upTo: cursor)
            notes.checkTopic(filter, bytes, .topic, .illFormedSubscribeFilter)
            check(MQTTTopicFilter(bytes.slice(filter)), options, &notes)
        }
    }

    private func check(_ filter: MQTTTopicFilter, _ options: MQTTSubscriptionOptions, _ notes: inout MQTTNotes) {
        notes.check(filter)
        notes.note(.subscribeQoSThree, if: options.qos == 3)
        switch notes.version {
        case .v311: notes.note(.subscribeReservedBits, if: options.rawValue > 3)
        case .v5:
            notes.note(.subscribeReservedBits, if: options.rawValue & 0xC0 != 0)
            notes.note(.retainHandlingThree, if: options.retainHandling == 3)
            notes.note(.noLocalOnShared, if: options.isNoLocal && filter.isShared)
        case .unknown, .three, .v31: break
        }
    }
}

extension MQTTNotes {
    /// Notes where wildcards and share names of a filter are misplaced (MQTT 3.1.1, 4.7.1; MQTT 5.0, 4.7.1 and 4.8.2).
    mutating func check(_ filter: MQTTTopicFilter) {
        note(.multiLevelWildcard, if: filter.faults.contains(.multiLevel))
        note(.singleLevelWildcard, if: filter.faults.contains(.singleLevel))
        guard version == .v5 else { return }
        note(.shareNameEmpty, if: filter.faults.contains(.shareNameEmpty))
        note(.shareNameSyntax, if: filter.faults.contains(.shareNameSyntax))
    }
}
