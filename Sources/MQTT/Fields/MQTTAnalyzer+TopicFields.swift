import Bytes
import Events
import Tables

extension MQTTAnalyzer {
    /// Calls `body` with the topic of a PUBLISH, after resolving an alias; not where there is none.
    func withTopic(_ bytes: RawSpan, _ body: (RawSpan) -> Void) {
        guard let publish else { return }
        switch event.topic {
        case .none: break
        case .message: if let topic = publish.topic { body(bytes.slice(topic)) }
        case .alias(let alias):
            // A message after this one may change the table, but then it is the current one.
            if let topic = sessions[event.session].topic(alias, event.direction) { body(topic.span.bytes) }
        }
    }

    /// Calls `body` with each filter of a SUBSCRIBE.
    func forEachFilter(_ bytes: RawSpan, _ body: (RawSpan) -> Void) {
        subscribe?.filters.forEach(bytes) { filter, _ in body(bytes.slice(filter)) }
    }

    func appendTopics(_ bytes: RawSpan, _ values: inout FieldValues) {
        switch event.message.body {
        case .publish(let publish):
            if case .message = event.topic { return append(publish.topic, &values) }
            withTopic(bytes) { values.append(copying: $0) }
        case .subscribe(let subscribe): subscribe.filters.forEach(bytes) { filter, _ in values.append(message: filter) }
        case .unsubscribe(let unsubscribe):
            unsubscribe.filters.forEach(bytes) { filter, _ in values.append(message: filter) }
        case .none, .connect, .connack, .answer, .subscribeAnswer, .disconnect, .auth: break
        }
    }

    func appendOptions(
        _ bytes: RawSpan, _ values: inout FieldValues, onlyFive: Bool = true,
        _ body: (inout FieldValues, MQTTSubscriptionOptions) -> Void
    ) {
        guard let subscribe, !onlyFive || event.version == .v5 else { return }
        subscribe.filters.forEach(bytes) { _, options in body(&values, MQTTSubscriptionOptions(rawValue: options)) }
    }

    func appendIsSystem(_ bytes: RawSpan, _ values: inout FieldValues) {
        withTopic(bytes) { values.append($0.isUnderSystem) }
        guard let subscribe, subscribe.filters.count > 0 else { return }
        var isSystem = false
        forEachFilter(bytes) { isSystem = isSystem || MQTTTopicFilter($0).isSystem }
        values.append(isSystem)
    }

    func appendLevels(_ bytes: RawSpan, _ values: inout FieldValues) {
        withTopic(bytes) { values.append($0.levelCount) }
        let filters: MQTTFilterList
        switch event.message.body {
        case .subscribe(let subscribe): filters = subscribe.filters
        case .unsubscribe(let unsubscribe): filters = unsubscribe.filters
        default: return
        }
        filters.forEach(bytes) { filter, _ in values.append(bytes.slice(filter).levelCount) }
    }

    func appendHasRegex(_ bytes: RawSpan, _ values: inout FieldValues) {
        let filters: MQTTFilterList
        switch event.message.body {
        case .subscribe(let subscribe): filters = subscribe.filters
        case .unsubscribe(let unsubscribe): filters = unsubscribe.filters
        default: return
        }
        guard filters.count > 0 else { return }
        var isFound = false
        filters.forEach(bytes) { filter, _ in
            let text = bytes.slice(filter)
            isFound = isFound || text.holdsWildcard && text.holdsRegexCharacter
        }
        values.append(isFound)
    }

    func appendShares(_ bytes: RawSpan, _ values: inout FieldValues) {
        subscribe?.filters.forEach(bytes) { filter, _ in
            guard let name = MQTTTopicFilter(bytes.slice(filter)).shareName else { return }
            values.append(message: ByteRange(offset: filter.offset + name.offset, count: name.count))
        }
    }

    /// The codes of a SUBACK whose SUBSCRIBE is known.
    private func grantedCodes(_ bytes: RawSpan) -> ByteRange? {
        guard event.hasAnswered, case .subscribeAnswer(let answer) = event.message.body, let codes = answer.codes
        else { return nil }
        return ByteRange(offset: codes.offset, count: bytes.slice(codes).byteCount)
    }

    func appendGrantedTopics(_ bytes: RawSpan, _ values: inout FieldValues) {
        guard let codes = grantedCodes(bytes) else { return }
        answered.forEachFilter { index, filter in
            guard index < codes.count, bytes.byte(at: codes.offset + index) < 0x80 else { return }
            values.append(copying: filter)
        }
    }

    func appendGrantedClasses(_ bytes: RawSpan, _ values: inout FieldValues) {
        guard let codes = grantedCodes(bytes) else { return }
        for index in 0..<min(codes.count, answered.classes.count) where bytes.byte(at: codes.offset + index) < 0x80 {
            if let granted = MQTTWildcard(rawValue: answered.classes[index]) { values.append(text: granted.name) }
        }
    }

    func appendGrantedQoS(_ bytes: RawSpan, _ values: inout FieldValues) {
        guard let codes = grantedCodes(bytes) else { return }
        for index in 0..<codes.count {
            let code = bytes.byte(at: codes.offset + index)
            if code < 3 { values.append(code) }
        }
    }

    func appendRefusedTopics(_ bytes: RawSpan, _ values: inout FieldValues) {
        guard let codes = grantedCodes(bytes) else { return }
        answered.forEachFilter { index, filter in
            guard index < codes.count, bytes.byte(at: codes.offset + index) >= 0x80 else { return }
            values.append(copying: filter)
        }
    }
}
