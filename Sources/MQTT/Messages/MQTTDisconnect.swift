import Bytes
import Events

/// DISCONNECT (MQTT 3.1.1 and 5.0, 3.14).
///
/// Before 5.0 it has no content.
public struct MQTTDisconnect: Hashable, Sendable {
    /// `nil` where it is left out, which means a normal disconnection.
    public private(set) var reasonCode: UInt8?
    /// The properties; none before 5.0.
    public private(set) var properties = MQTTProperties()

    init() {}

    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        guard notes.version == .v5, !cursor.isAtEnd else { return }
        let code = try cursor.byte(bytes)
        reasonCode = code
        let reason = MQTTReasonCode(rawValue: code)
        notes.note(.reasonCode, if: !reason.isAllowed(in: .disconnect))
        notes.note(.reasonCodeOfOtherSide, if: reason.onlyDirection(in: .disconnect) == notes.direction.reversed)
        // A remaining length below 2 leaves out the property length (3.14.2.2.1).
        guard !cursor.isAtEnd else { return }
        try properties.read(bytes, &cursor, &notes)
        let hasExpiry = properties.contains(.sessionExpiryInterval)
        notes.note(.sessionExpiryFromServer, if: hasExpiry && notes.direction == .toClient)
    }
}
