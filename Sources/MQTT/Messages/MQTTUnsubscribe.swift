import Bytes

/// UNSUBSCRIBE (MQTT 3.1.1 and 5.0, 3.10).
public struct MQTTUnsubscribe: Hashable, Sendable {
    /// The packet identifier; `nil` where it was cut off.
    public private(set) var packetID: UInt16?
    /// The properties; none before 5.0.
    public private(set) var properties = MQTTProperties()
    /// The topic filters.
    public private(set) var filters = MQTTFilterList(hasOptions: false)

    init() {}

    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        let packetID = try cursor.uint16(bytes)
        self.packetID = packetID
        notes.note(.packetIDZeroFromClient, if: packetID == 0)
        if notes.version == .unknown { return }
        if notes.version == .v5 { try properties.read(bytes, &cursor, &notes) }
        notes.note(.unsubscribeWithoutFilter, if: cursor.isAtEnd)
        filters.range.offset = cursor.position
        while !cursor.isAtEnd {
            let filter = try cursor.string(bytes)
            filters.add(upTo: cursor)
            notes.checkTopic(filter, bytes, .topic, .illFormedUnsubscribeFilter)
            notes.check(MQTTTopicFilter(bytes.slice(filter)))
        }
    }
}
