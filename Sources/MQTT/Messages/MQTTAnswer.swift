import Bytes

/// PUBACK, PUBREC, PUBREL or PUBCOMP (MQTT 3.1.1 and 5.0, 3.4 to 3.7).
public struct MQTTAnswer: Hashable, Sendable {
    /// The packet identifier; `nil` where it was cut off.
    public private(set) var packetID: UInt16?
    /// The reason code of 5.0; `nil` where it is left out, which means success.
    public private(set) var reasonCode: UInt8?
    /// Whether the packet ends behind what is held of it, before the reason code: nobody knows what that says.
    private(set) var isReasonUnknown = false
    /// The properties; none before 5.0.
    public private(set) var properties = MQTTProperties()

    init() {}

    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        let packetID = try cursor.uint16(bytes)
        self.packetID = packetID
        notes.note(.publishAnswerIDZero, if: packetID == 0)
        // A remaining length of 2 leaves out the reason code, one below 4 the property length (5.0, 3.4.2).
        guard notes.version == .v5, !cursor.isAtEnd else { return }
        isReasonUnknown = true
        let code = try cursor.byte(bytes)
        isReasonUnknown = false
        reasonCode = code
        notes.note(.reasonCode, if: !MQTTReasonCode(rawValue: code).isAllowed(in: notes.type))
        if !cursor.isAtEnd { try properties.read(bytes, &cursor, &notes) }
    }
}
