import Bytes
import Events
import Tables

/// What is noted of a message while it is read.
struct MQTTNotes {
    /// The version by which the message is read.
    ///
    /// Reading a CONNECT sets it.
    var version: MQTTVersion
    /// What speaks for 5.0 where the version is not known.
    var versionEvidence = MQTTVersionEvidence()
    let direction: Direction
    var type = MQTTPacketType.reserved
    var violations = MQTTViolations()
    var illFormed: MQTTTextSet = []
    var oddText = MQTTOddText()

    init(version: MQTTVersion, direction: Direction) {
        self.version = version
        self.direction = direction
    }

    // Most messages break nothing: the question is asked in place, the answer is not.
    @inline(never)
    mutating func note(_ violation: MQTTViolation) { violations.insert(violation) }

    @inline(__always)
    mutating func note(_ violation: MQTTViolation, if isBroken: Bool) {
        if isBroken { note(violation) }
    }

    /// Notes what is wrong with a string (MQTT 3.1.1, 1.5.3; MQTT 5.0, 1.5.4); gives what was found.
    @discardableResult
    mutating func check(
        _ text: ByteRange, _ bytes: RawSpan, _ member: MQTTTextSet, _ statement: MQTTViolation?
    ) -> UTF8Findings {
        let findings = UTF8Findings(bytes.slice(text))
        guard !findings.isEmpty else { return findings }
        if findings.contains(.illFormed) {
            illFormed.formUnion(member)
            oddText.faults.formUnion(MQTTTextFaults(bytes.slice(text)))
            note(.illFormedText)
            if let statement { note(statement) }
        }
        if findings.contains(.null) {
            oddText.null.formUnion(member)
            note(.nullInText)
        }
        // The specifications advise against these two, they do not forbid them (MQTT 5.0, 1.5.4).
        if findings.contains(.control) { oddText.control.formUnion(member) }
        if findings.contains(.nonCharacter) { oddText.nonCharacter.formUnion(member) }
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
