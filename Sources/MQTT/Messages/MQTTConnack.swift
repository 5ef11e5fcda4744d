import Bytes

/// CONNACK (MQTT 3.1.1 and 5.0, 3.2).
public struct MQTTConnack: Hashable, Sendable {
    /// The first byte: bit 0 is *session present*.
    public private(set) var flags: UInt8?
    /// The return code of 3.x, the reason code of 5.0.
    public private(set) var code: UInt8?
    /// The properties; none before 5.0.
    public private(set) var properties = MQTTProperties()

    init() {}

    /// Whether the server has a session of this client.
    public var isSessionPresent: Bool? { flags.map { $0 & 1 == 1 } }

    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        let flags = try cursor.byte(bytes)
        self.flags = flags
        let code = try cursor.byte(bytes)
        self.code = code
        // A server that does not know 5.0 refuses in the form of 3.1.1, and a 5.0 server may do so as well (3.1.2.2).
        let isShortRefusal = cursor.isAtEnd && code != 0
        if notes.version == .v5 {
            let isKnown = MQTTReasonCode(rawValue: code).isAllowed(in: .connack)
            notes.note(.connackCode, if: !isKnown && !(isShortRefusal && code == 1))
        } else if notes.version != .unknown {
            let isKnown = MQTTReturnCode(rawValue: code).isKnown
            notes.note(.connackCode, if: !isKnown && !(isShortRefusal && code == 0x84))
        }
        if notes.version == .v311 || notes.version == .v5 {
            notes.note(.connackFlags, if: flags > 1)
            notes.note(.sessionPresentWhenRefused, if: flags & 1 == 1 && code != 0)
        }
        if notes.version == .v5, !isShortRefusal { try properties.read(bytes, &cursor, &notes) }
    }
}
