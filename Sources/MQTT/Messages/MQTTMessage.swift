import Bytes
import Events

/// A dissected control packet: integers and ranges over the bytes it was read from, nothing else.
public struct MQTTMessage: Sendable {
    /// What follows the fixed header, by type.
    public enum Body: Sendable {
        /// PINGREQ, PINGRESP, and types that no specification has.
        case none
        case connect(MQTTConnect)
        case connack(MQTTConnack)
        case publish(MQTTPublish)
        /// PUBACK, PUBREC, PUBREL and PUBCOMP.
        case answer(MQTTAnswer)
        case subscribe(MQTTSubscribe)
        case unsubscribe(MQTTUnsubscribe)
        /// SUBACK and UNSUBACK.
        case subscribeAnswer(MQTTSubscribeAnswer)
        case disconnect(MQTTDisconnect)
        case auth(MQTTAuth)
    }

    /// The packet type.
    public internal(set) var type = MQTTPacketType.reserved
    /// The lower four bits of the first byte.
    public internal(set) var flags: UInt8 = 0
    /// How many bytes follow the fixed header, as the message says.
    public internal(set) var remainingLength = 0
    /// Whether the remaining length could be read.
    public internal(set) var hasRemainingLength = false
    /// What stands behind the fixed header, by packet type.
    public internal(set) var body = Body.none
    /// Whether reading stopped at a fault: what comes behind it is not in `body`.
    public internal(set) var isFatal = false
    /// Whether bytes that were not held would have been read.
    public internal(set) var isCutShort = false

    init() {}

    /// Reads a message; what could be read stays where reading stops.
    ///
    /// - Parameters:
    ///   - bytes: the message, or its first bytes.
    ///   - wholeLength: its length in bytes; at least that of `bytes`.
    ///   - notes: takes in what the message breaks.
    init(_ bytes: RawSpan, wholeLength: Int, _ notes: inout MQTTNotes) {
        self.init()
        read(bytes, wholeLength: wholeLength, &notes)
    }

    /// The same where the message lies: an empty one is filled.
    mutating func read(_ bytes: RawSpan, wholeLength: Int, _ notes: inout MQTTNotes) {
        do throws(MQTTStop) {
            var cursor = MessageCursor(position: 0, end: max(0, wholeLength), held: bytes.byteCount)
            let first = try cursor.byte(bytes)
            type = MQTTPacketType(rawValue: first >> 4)
            flags = first & 0x0F
            notes.type = type
            let length = try readLength(bytes, &cursor, &notes)
            remainingLength = length.value
            hasRemainingLength = true
            if notes.version == .unknown { notes.version = inferredVersion(bytes, cursor, &notes) }
            checkHeader(&notes)
            notes.note(.integerNotMinimal, if: notes.version == .v5 && !length.isMinimal)
            let end = min(cursor.position + remainingLength, cursor.end)
            var content = MessageCursor(position: cursor.position, end: end, held: bytes.byteCount)
            try readBody(bytes, &content, &notes)
            notes.note(.bytesLeftOver, if: !content.isAtEnd && hasFixedShape(notes.version))
        } catch {
            notes.noteStop(error)
            isFatal = error != .behindHead
            isCutShort = error == .behindHead
        }
    }

    /// Reads the remaining length (MQTT 3.1.1, 2.2.3; MQTT 5.0, 2.1.4).
    ///
    /// What the byte before it says stands whether or not it can be read.
    private func readLength(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) -> (value: Int, isMinimal: Bool) {
        do throws(MQTTStop) {
            return try cursor.variableInteger(bytes)
        } catch {
            checkHeader(&notes)
            if type == .publish { MQTTPublish(flags: flags).checkFlags(&notes) }
            throw error
        }
    }

    /// Notes wrong flags and types (MQTT 3.1.1, 2.2; MQTT 5.0, 2.1).
    private func checkHeader(_ notes: inout MQTTNotes) {
        notes.note(.reservedType, if: type.isReserved(notes.version))
        if let only = type.onlyDirection(notes.version) { notes.note(.wrongDirection, if: only != notes.direction) }
        guard type.forbids(flags: flags, notes.version) else { return }
        notes.note(.headerFlags)
        switch type {
        case .pubrel: notes.note(.pubrelFlags)
        case .subscribe: notes.note(.subscribeFlags)
        case .unsubscribe: notes.note(.unsubscribeFlags)
        case .disconnect: notes.note(.disconnectFlags)
        case .auth: notes.note(.authFlags)
        default: break
        }
    }

    /// Whether bytes behind the last field are a fault.
    ///
    /// A reserved type has no fields to compare with.
    private func hasFixedShape(_ version: MQTTVersion) -> Bool {
        if type == .reserved || type == .auth && version != .v5 { return false }
        return version != .unknown || type == .pingreq || type == .pingresp
    }

    private mutating func readBody(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        switch type {
        case .connect:
            var connect = MQTTConnect()
            defer {
                body = .connect(connect)
                // Only now is it known which version's flags these are.
                notes.note(.headerFlags, if: flags != 0 && (notes.version == .v311 || notes.version == .v5))
            }
            try connect.read(bytes, &cursor, &notes)
        case .connack:
            var connack = MQTTConnack()
            defer { body = .connack(connack) }
            try connack.read(bytes, &cursor, &notes)
        case .publish:
            var publish = MQTTPublish(flags: flags)
            defer { body = .publish(publish) }
            try publish.read(bytes, &cursor, &notes)
        case .puback, .pubrec, .pubrel, .pubcomp:
            var answer = MQTTAnswer()
            defer { body = .answer(answer) }
            try answer.read(bytes, &cursor, &notes)
        case .subscribe:
            var subscribe = MQTTSubscribe()
            defer { body = .subscribe(subscribe) }
            try subscribe.read(bytes, &cursor, &notes)
        case .unsubscribe:
            var unsubscribe = MQTTUnsubscribe()
            defer { body = .unsubscribe(unsubscribe) }
            try unsubscribe.read(bytes, &cursor, &notes)
        case .suback, .unsuback:
            var answer = MQTTSubscribeAnswer()
            defer { body = .subscribeAnswer(answer) }
            try answer.read(bytes, &cursor, &notes)
        case .disconnect:
            var disconnect = MQTTDisconnect()
            defer { body = .disconnect(disconnect) }
            try disconnect.read(bytes, &cursor, &notes)
        case .auth where notes.version == .v5:
            var auth = MQTTAuth()
            defer { body = .auth(auth) }
            try auth.read(bytes, &cursor, &notes)
        default: break
        }
    }
}

extension MQTTMessage {
    /// The packet identifier, where the packet has one.
    public var packetID: UInt16? {
        switch body {
        case .publish(let publish): publish.packetID
        case .answer(let answer): answer.packetID
        case .subscribe(let subscribe): subscribe.packetID
        case .unsubscribe(let unsubscribe): unsubscribe.packetID
        case .subscribeAnswer(let answer): answer.packetID
        case .none, .connect, .connack, .disconnect, .auth: nil
        }
    }

    /// The properties of the packet; empty where it has none.
    public var properties: MQTTProperties {
        switch body {
        case .connect(let connect): connect.properties
        case .connack(let connack): connack.properties
        case .publish(let publish): publish.properties
        case .answer(let answer): answer.properties
        case .subscribe(let subscribe): subscribe.properties
        case .unsubscribe(let unsubscribe): unsubscribe.properties
        case .subscribeAnswer(let answer): answer.properties
        case .disconnect(let disconnect): disconnect.properties
        case .auth(let auth): auth.properties
        case .none: MQTTProperties()
        }
    }
}
