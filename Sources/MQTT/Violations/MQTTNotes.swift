import Bytes
import Events

/// The strings of a message that are not well-formed UTF-8, as `mqtt.utf8.illformed` names them.
public struct MQTTTextSet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A topic name or filter.
    public static let topic = Self(rawValue: 1)
    /// The client identifier.
    public static let clientID = Self(rawValue: 2)
    /// The user name.
    public static let userName = Self(rawValue: 4)
    /// The topic of the will.
    public static let willTopic = Self(rawValue: 8)
    /// The value of a property.
    public static let property = Self(rawValue: 16)
}

/// What is noted of a message while it is read.
struct MQTTNotes {
    /// The version by which the message is read. Reading a CONNECT sets it.
    var version: MQTTVersion
    let direction: Direction
    var type = MQTTPacketType.reserved
    var violations = MQTTViolations()
    var illFormed: MQTTTextSet = []

    init(version: MQTTVersion, direction: Direction) {
        self.version = version
        self.direction = direction
    }

    mutating func note(_ violation: MQTTViolation) { violations.insert(violation) }

    mutating func note(_ violation: MQTTViolation, if isBroken: Bool) {
        if isBroken { violations.insert(violation) }
    }

    /// Notes what is wrong with a string (MQTT 3.1.1, 1.5.3; MQTT 5.0, 1.5.4); gives what was found.
    @discardableResult
    mutating func check(
        _ text: ByteRange, _ bytes: RawSpan, _ member: MQTTTextSet, _ statement: MQTTViolation?
    ) -> UTF8Findings {
        let findings = UTF8Findings(bytes.slice(text))
        if findings.contains(.illFormed) {
            illFormed.formUnion(member)
            note(.illFormedText)
            if let statement { note(statement) }
        }
        note(.nullInText, if: findings.contains(.null))
        return findings
    }

    /// The same for a topic name or filter, which may not be empty or hold U+0000 (4.7.3).
    mutating func checkTopic(_ text: ByteRange, _ bytes: RawSpan, _ member: MQTTTextSet, _ statement: MQTTViolation?) {
        let findings = check(text, bytes, member, statement)
        note(.nullInTopic, if: findings.contains(.null))
        note(.emptyTopic, if: text.isEmpty)
    }

    /// Notes why reading stopped.
    mutating func noteStop(_ stop: MQTTStop) {
        switch stop {
        case .fieldMissing: note(.fieldMissing)
        case .stringTooLong: note(.stringTooLong)
        case .propertiesTooLong: note(.propertyLengthTooLong)
        case .propertiesMissing: note(.propertyLengthMissing)
        case .integerTooLong: note(.remainingLengthTooLong)
        case .behindHead: break
        }
    }
}
