import Bytes

extension MQTTMessage {
    /// The version that the shape of a packet gives away when no CONNECT was seen; `unknown` where it fits several.
    ///
    /// `cursor` stands behind the fixed header.
    func inferredVersion(_ bytes: RawSpan, _ cursor: MessageCursor) -> MQTTVersion {
        switch type {
        // Only 5.0 has property lengths and reason codes behind these.
        case .connack: remainingLength == 2 ? .three : remainingLength > 2 ? .v5 : .unknown
        case .puback, .pubrec, .pubrel, .pubcomp: remainingLength >= 4 ? .v5 : .unknown
        case .unsuback: remainingLength == 2 ? .three : remainingLength > 3 ? .v5 : .unknown
        case .disconnect: remainingLength > 0 ? .v5 : .unknown
        case .subscribe, .unsubscribe: versionOfFilters(bytes, cursor)
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
}
