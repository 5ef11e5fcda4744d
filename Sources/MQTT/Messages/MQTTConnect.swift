import Bytes
import Events

/// The connect flags (MQTT 3.1.1 and 5.0, 3.1.2.3).
public struct MQTTConnectFlags: OptionSet, Hashable, Sendable {
    /// The byte of the wire.
    public let rawValue: UInt8

    /// The flags of that byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Must be 0 (MQTT 3.1.1, 3.1.2.3).
    public static let reserved = Self(rawValue: 0x01)
    /// Clean session; clean start in 5.0.
    public static let cleanSession = Self(rawValue: 0x02)
    /// A will follows.
    public static let will = Self(rawValue: 0x04)
    /// The will is to be retained.
    public static let willRetain = Self(rawValue: 0x20)
    /// A password follows.
    public static let password = Self(rawValue: 0x40)
    /// A user name follows.
    public static let userName = Self(rawValue: 0x80)

    /// Will QoS, 0 to 3.
    public var willQoS: UInt8 { rawValue >> 3 & 3 }
}

/// CONNECT (section 3.1 of MQTT 3.1, 3.1.1 and 5.0).
///
/// A member that could not be read, or is not there, is `nil`.
public struct MQTTConnect: Hashable, Sendable {
    /// The protocol name; `nil` where it was cut off.
    public private(set) var protocolName: ByteRange?
    /// The protocol level as sent, with the bit that some brokers mark a bridge by.
    public private(set) var level: UInt8?
    /// The flags; `nil` where they were cut off.
    public private(set) var flags: MQTTConnectFlags?
    /// Seconds.
    public private(set) var keepAlive: UInt16?
    /// The properties; none before 5.0.
    public private(set) var properties = MQTTProperties()
    /// The client identifier; `nil` where it was cut off.
    public private(set) var clientID: ByteRange?
    /// The properties of the will; none before 5.0.
    public private(set) var willProperties = MQTTProperties()
    /// The topic of the will; `nil` where there is none.
    public private(set) var willTopic: ByteRange?
    /// The payload of the will; `nil` where there is none.
    public private(set) var willMessage: ByteRange?
    /// The user name; `nil` where there is none.
    public private(set) var userName: ByteRange?
    /// The password; `nil` where there is none.
    public private(set) var password: ByteRange?

    init() {}

    /// Whether it says who the client is: a user name, a password or an authentication method.
    var hasCredentials: Bool {
        guard let flags else { return false }
        return flags.contains(.userName) || flags.contains(.password) || properties.contains(.authenticationMethod)
    }

    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        // The version counts from here on only; until the level is read nothing is known of it.
        let name = try cursor.string(bytes)
        protocolName = name
        let level = try cursor.byte(bytes)
        self.level = level
        notes.version = MQTTVersion(level: level)
        checkProtocol(bytes.slice(name), &notes)
        let flags = MQTTConnectFlags(rawValue: try cursor.byte(bytes))
        self.flags = flags
        checkFlags(flags, &notes)
        keepAlive = try cursor.uint16(bytes)
        if notes.version == .v5 {
            try properties.read(bytes, &cursor, &notes)
            let hasData = properties.contains(.authenticationData)
            notes.note(.authDataWithoutMethod, if: hasData && !properties.contains(.authenticationMethod))
        }
        try readPayload(flags, bytes, &cursor, &notes)
        if !cursor.isAtEnd, notes.version != .unknown { checkUnasked(flags, bytes, cursor, &notes) }
    }

    private func checkProtocol(_ name: RawSpan, _ notes: inout MQTTNotes) {
        notes.note(.protocolLevel, if: notes.version == .unknown)
        let isOld = name.elementsEqual("MQIsdp")
        let isKnown = isOld || name.elementsEqual("MQTT")
        notes.note(.protocolName, if: !isKnown || notes.version != .unknown && isOld != (notes.version == .v31))
    }

    /// 3.1.2.3 to 3.1.2.9 of MQTT 3.1.1 and 5.0.
    private func checkFlags(_ flags: MQTTConnectFlags, _ notes: inout MQTTNotes) {
        guard notes.version != .unknown else { return }
        notes.note(.connectReservedFlag, if: flags.contains(.reserved) && notes.version != .v31)
        if flags.contains(.will) {
            notes.note(.willQoSThree, if: flags.willQoS == 3)
        } else if notes.version != .v31 {
            notes.note(.willQoSWithoutWill, if: flags.willQoS != 0)
            notes.note(.willRetainWithoutWill, if: flags.contains(.willRetain))
            let isEither = flags.willQoS != 0 || flags.contains(.willRetain)
            notes.note(.willFlagsWithoutWill, if: isEither && notes.version != .v5)
        }
        let isLonePassword = flags.contains(.password) && !flags.contains(.userName)
        notes.note(.passwordWithoutUserName, if: isLonePassword && notes.version != .v5)
    }

    /// 3.1.3, in this order.
    private mutating func readPayload(
        _ flags: MQTTConnectFlags, _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        let clientID = try string(bytes, &cursor, &notes, missing: .clientIDMissing)
        self.clientID = clientID
        notes.check(clientID, bytes, .clientID, .illFormedClientID)
        checkLength(clientID, flags, bytes, &notes)
        if flags.contains(.will) {
            if notes.version == .v5 {
                notes.note(.willFieldsMissing, if: cursor.isAtEnd)
                try willProperties.read(bytes, &cursor, &notes, isWill: true)
            }
            let topic = try string(bytes, &cursor, &notes, missing: .willFieldsMissing)
            willTopic = topic
            notes.checkTopic(topic, bytes, .willTopic, .illFormedWillTopic)
            notes.note(.wildcardInTopicName, if: bytes.slice(topic).holdsWildcard)
            willMessage = try string(bytes, &cursor, &notes, missing: .willFieldsMissing)
        }
        if flags.contains(.userName) {
            // MQTT 3.1 (3.1, user name and password flags): older clients set the flags and send neither.
            if notes.version == .v31, cursor.isAtEnd { return }
            let name = try string(bytes, &cursor, &notes, missing: .userNameMissing)
            userName = name
            notes.check(name, bytes, .userName, .illFormedUserName)
        }
        if flags.contains(.password) {
            if notes.version == .v31, cursor.isAtEnd { return }
            password = try string(bytes, &cursor, &notes, missing: .passwordMissing)
        }
    }

    /// Strings that use up what is left are fields whose flags are not set: in the order of the payload from its end, a
    /// user name, a password, a will (3.1.2.5, 3.1.2.8 and 3.1.2.9 of MQTT 3.1.1 and 5.0).
    ///
    /// Anything else is just left over.
    private func checkUnasked(
        _ flags: MQTTConnectFlags, _ bytes: RawSpan, _ start: MessageCursor, _ notes: inout MQTTNotes
    ) {
        var cursor = start
        var strings = 0
        while !cursor.isAtEnd {
            guard (try? cursor.string(bytes)) != nil else { return }
            strings += 1
        }
        if !flags.contains(.userName), strings > 0 {
            notes.note(.userNameUnasked)
            strings -= 1
        }
        if !flags.contains(.password), strings > 0 {
            notes.note(.passwordUnasked)
            strings -= 1
        }
        notes.note(.willFlagsWithoutWill, if: !flags.contains(.will) && strings >= 2 && notes.version == .v311)
    }

    private func string(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes, missing: MQTTViolation
    ) throws(MQTTStop) -> ByteRange {
        notes.note(missing, if: cursor.isAtEnd && notes.version != .unknown)
        return try cursor.string(bytes)
    }

    private func checkLength(
        _ clientID: ByteRange, _ flags: MQTTConnectFlags, _ bytes: RawSpan, _ notes: inout MQTTNotes
    ) {
        switch notes.version {
        case .v31: notes.note(.clientIDLength31, if: clientID.isEmpty || bytes.slice(clientID).characterCount > 23)
        case .v311: notes.note(.clientIDEmpty, if: clientID.isEmpty && !flags.contains(.cleanSession))
        case .unknown, .three, .v5: break
        }
    }
}

extension RawSpan {
    /// The number of characters of UTF-8 text: bytes that do not continue one.
    var characterCount: Int {
        var count = 0
        for offset in 0..<byteCount where byte(at: offset) & 0xC0 != 0x80 { count &+= 1 }
        return count
    }
}
