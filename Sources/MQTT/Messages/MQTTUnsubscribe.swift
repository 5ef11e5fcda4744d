import Bytes

/// UNSUBSCRIBE (MQTT 3.1.1 and 5.0, 3.10).
public struct MQTTUnsubscribe: Hashable, Sendable {
    public private(set) var packetID: UInt16?
    public private(set) var properties = MQTTProperties()
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
