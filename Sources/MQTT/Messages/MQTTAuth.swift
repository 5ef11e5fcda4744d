import Bytes

/// AUTH (MQTT 5.0, 3.15).
public struct MQTTAuth: Hashable, Sendable {
    /// `nil` where it is left out, which means success.
    public private(set) var reasonCode: UInt8?
    public private(set) var properties = MQTTProperties()

    init() {}

    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        // A remaining length of 0 leaves out both (3.15.2.1).
        guard !cursor.isAtEnd else { return }
        let code = try cursor.byte(bytes)
        reasonCode = code
        notes.note(.reasonCode, if: !MQTTReasonCode(rawValue: code).isAllowed(in: .auth))
        try properties.read(bytes, &cursor, &notes)
    }
}
