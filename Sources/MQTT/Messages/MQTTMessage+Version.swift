import Bytes
import Tables

extension MQTTMessage {
    /// The version that a packet gives away when no CONNECT was seen; `unknown` where it fits several.
    ///
    /// `cursor` stands behind the fixed header.
    func inferredVersion(_ bytes: RawSpan, _ cursor: MessageCursor, _ notes: inout MQTTNotes) -> MQTTVersion {
        switch type {
        // Only 5.0 has property lengths and reason codes behind these.
        case .connack: remainingLength == 2 ? .three : remainingLength > 2 ? .v5 : .unknown
        case .unsuback: remainingLength == 2 ? .three : remainingLength > 3 ? .v5 : .unknown
        case .disconnect: remainingLength > 0 ? .v5 : .unknown
        case .subscribe, .unsubscribe: versionOfFilters(bytes, cursor)
        case .puback, .pubrec, .pubrel, .pubcomp: remainingLength > 2 ? .v5 : .unknown
        case .suback, .auth: versionOfReading(bytes, cursor, notes)
        case .publish: versionOfPublish(bytes, cursor, &notes)
        default: .unknown
        }
    }

    /// The one version by which the filters use up the packet exactly.
    private func versionOfFilters(_ bytes: RawSpan, _ cursor: MessageCursor) -> MQTTVersion {
        let end = min(cursor.position + remainingLength, cursor.end)
        guard end <= bytes.byteCount, end - cursor.position > 2 else { return .unknown }
        let start = MessageCursor(position: cursor.position + 2, end: end, held: end)
        let three = fits(bytes, start)
        var behind = start
        guard let length = try? behind.variableInteger(bytes).value,
            (try? behind.part(length, else: .propertiesTooLong)) != nil, fits(bytes, behind)
        else { return three ? .three : .unknown }
        return three ? .unknown : .v5
    }

    /// Whether non-empty filters (with their options in a SUBSCRIBE) use up the rest, and there is one.
    private func fits(_ bytes: RawSpan, _ start: MessageCursor) -> Bool {
        var cursor = start
        guard !cursor.isAtEnd else { return false }
        while !cursor.isAtEnd {
            guard let filter = try? cursor.string(bytes), !filter.isEmpty else { return false }
            guard type == .subscribe else { continue }
            guard let options = try? cursor.byte(bytes), options & 0b1100_0011 < 3 else { return false }
        }
        return true
    }

    /// The one version by which the packet is without a fault.
    private func versionOfReading(_ bytes: RawSpan, _ cursor: MessageCursor, _ notes: MQTTNotes) -> MQTTVersion {
        let three = MQTTTrial(bytes, cursor.end, .three, notes)
        let five = MQTTTrial(bytes, cursor.end, .v5, notes)
        guard three.isFaultless != five.isFaultless else { return .unknown }
        return three.isFaultless ? .three : .v5
    }

    /// The version of a PUBLISH: what is no block of properties behind the topic is a payload of 3.x, and a topic alias
    /// without a topic is of 5.0 (3.3.2.3.4).
    ///
    /// Anything else may be a payload of 3.x that happens to look like properties: that is counted in bits, packet after
    /// packet, until it is too much for chance.
    private func versionOfPublish(_ bytes: RawSpan, _ cursor: MessageCursor, _ notes: inout MQTTNotes) -> MQTTVersion {
        let five = MQTTTrial(bytes, cursor.end, .v5, notes)
        guard case .publish(let publish) = five.message.body, !five.message.isCutShort else { return .unknown }
        let three = MQTTTrial(bytes, cursor.end, .three, notes)
        guard five.hasProperties else { return three.isFaultless ? .three : .unknown }
        if publish.topic?.isEmpty == true, publish.properties.topicAlias != nil { return .v5 }
        guard five.isFaultless, three.isFaultless else { return .unknown }
        notes.versionEvidence.add(publish, bytes)
        return notes.versionEvidence.isProof ? .v5 : .unknown
    }
}

/// A packet read on trial by a version, of which nothing else is known.
private struct MQTTTrial {
    let message: MQTTMessage
    let violations: MQTTViolations

    init(_ bytes: RawSpan, _ wholeLength: Int, _ version: MQTTVersion, _ notes: MQTTNotes) {
        var own = MQTTNotes(version: version, direction: notes.direction)
        message = MQTTMessage(bytes, wholeLength: wholeLength, &own)
        violations = own.violations
    }

    /// Whether it is all there, and as the version wants it.
    var isFaultless: Bool { violations.isEmpty && !message.isFatal && !message.isCutShort }

    /// Whether the block of properties could be read to its end.
    var hasProperties: Bool { !message.isFatal && !violations.contains(.propertyUnknown) }
}
