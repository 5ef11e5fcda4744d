import Bytes
import Events
import Payload
import Tables

extension MQTTAnalyzer {
    /// Where the payload of a PUBLISH begins, of which the first bytes are held; `nil` for other packets, and where its
    /// properties are longer than what is held.
    ///
    /// - Parameters:
    ///   - id: its session, which knows whether there are properties.
    ///   - head: the message from its first byte, as far as it is held.
    ///   - wholeLength: the length of the whole message in bytes.
    /// - Returns: the offset of the payload from the first byte of the message.
    public func payloadStart(_ id: MQTTSessionID, head: RawSpan, wholeLength: Int) -> Int? {
        var notes = MQTTNotes(version: version(of: id), direction: .toServer)
        if let index = sessions.slot(of: id) { notes.versionEvidence = sessions[index].versionEvidence }
        let message = MQTTMessage(head, wholeLength: wholeLength, &notes)
        guard case .publish(let publish) = message.body, let payload = publish.payload, !message.isFatal else {
            return nil
        }
        return payload.offset
    }
}

// What payloads and the messages of wills hold.
extension MQTTAnalyzer {
    /// Looks into the payload of the current message, or into its will.
    mutating func inspectPayload(_ bytes: RawSpan) {
        switch event.message.body {
        case .publish(let publish):
            guard let payload = publish.payload, let total = publish.payloadLength else { return }
            let type = PayloadType(mediaType: bytes.slice(publish.properties.bytes(.contentType, bytes) ?? .empty))
            switch event.topic {
            case .none: inspector.inspect(bytes.slice(payload), total: total, topic: RawSpan(), type: type)
            case .message:
                let topic = bytes.slice(publish.topic ?? .empty)
                inspector.inspect(bytes.slice(payload), total: total, topic: topic, type: type)
            case .alias(let alias):
                // A copy of the reference: the inspector changes while the topic is read.
                let topic = sessions[event.session].topic(alias, event.direction) ?? []
                inspector.inspect(bytes.slice(payload), total: total, topic: topic.span.bytes, type: type)
            }
        case .connect(let connect):
            guard let will = connect.willMessage, let topic = connect.willTopic else { return }
            let type = PayloadType(
                mediaType: bytes.slice(connect.willProperties.bytes(.contentType, bytes) ?? .empty))
            inspector.inspect(bytes.slice(will), total: will.count, topic: bytes.slice(topic), type: type)
        case .none, .connack, .answer, .subscribe, .unsubscribe, .subscribeAnswer, .disconnect, .auth: return
        }
    }

    /// What is hidden of the current message: a payload or will that holds a secret.
    public var secrets: SecretPlaces {
        guard inspector.hasLooked, let range = publish?.payload ?? connect?.willMessage else { return SecretPlaces() }
        return inspector.hidden(in: range)
    }

    func readPayload(_ field: PayloadField, _ bytes: RawSpan, _ values: inout FieldValues) {
        guard field != .bytes else { return appendPayloadLength(&values) }
        guard event.message.type == .publish else { return }
        // Most fields need no more than what was found: taking the packet out of the event copies all of it.
        guard field.needsBytes else { return inspector.read(field, RawSpan(), total: 0, into: &values) }
        guard let publish, let total = publish.payloadLength else { return }
        inspector.read(field, bytes.slice(publish.payload ?? .empty), total: total, into: &values)
    }

    func readWill(_ field: PayloadField, _ bytes: RawSpan, _ values: inout FieldValues) {
        guard let will = connect?.willMessage else { return }
        guard field != .bytes else { return values.append(will.count) }
        inspector.read(field, bytes.slice(will), total: will.count, into: &values)
    }
}
