import Bytes

/// SUBACK or UNSUBACK (MQTT 3.1.1 and 5.0, 3.9 and 3.11).
public struct MQTTSubscribeAnswer: Hashable, Sendable {
    /// The packet identifier; `nil` where it was cut off.
    public private(set) var packetID: UInt16?
    /// The properties; none before 5.0.
    public private(set) var properties = MQTTProperties()
    /// One byte for each filter, as far as they are held; none in an UNSUBACK of 3.x.
    public private(set) var codes: ByteRange?
    /// How many codes the message has.
    public private(set) var codeCount: Int?

    init() {}

    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        let packetID = try cursor.uint16(bytes)
        self.packetID = packetID
        notes.note(.subscribeAnswerIDZero, if: packetID == 0)
        if notes.version == .v5 { try properties.read(bytes, &cursor, &notes) }
        if notes.version != .v5 && notes.type == .unsuback || notes.version == .unknown { return }
        let rest = cursor.rest()
        codes = rest.held
        codeCount = rest.count
        notes.note(.answerEmpty, if: rest.count == 0)
        for offset in rest.held.offset..<rest.held.end {
            let code = bytes.byte(at: offset)
            guard !isKnown(code, notes.version, notes.type) else { continue }
            notes.note(.reasonCode)
            notes.note(.grantUnclear, if: notes.version == .v5 && notes.type == .suback && code < 0x80)
        }
    }

    private func isKnown(_ code: UInt8, _ version: MQTTVersion, _ type: MQTTPacketType) -> Bool {
        version == .v5 ? MQTTReasonCode(rawValue: code).isAllowed(in: type) : code <= 2 || code == 0x80
    }
}
