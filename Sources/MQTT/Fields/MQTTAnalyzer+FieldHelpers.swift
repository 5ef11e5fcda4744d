import Bytes
import Events
import Tables

extension MQTTAnalyzer {
    var connect: MQTTConnect? { if case .connect(let connect) = event.message.body { connect } else { nil } }
    var connack: MQTTConnack? { if case .connack(let connack) = event.message.body { connack } else { nil } }
    var publish: MQTTPublish? { if case .publish(let publish) = event.message.body { publish } else { nil } }
    var subscribe: MQTTSubscribe? { if case .subscribe(let subscribe) = event.message.body { subscribe } else { nil } }

    func append(_ value: Bool?, _ values: inout FieldValues) {
        if let value { values.append(value) }
    }

    func append(_ value: (some FixedWidthInteger)?, _ values: inout FieldValues) {
        if let value { values.append(value) }
    }

    /// A text of no bytes counts as absent.
    func append(_ range: ByteRange?, _ values: inout FieldValues) {
        if let range, !range.isEmpty { values.append(message: range) }
    }

    /// An identifier of no bytes is a value: a client that gives none is still told from one whose CONNECT was not seen, and
    /// still counted where a rule counts by client.
    func appendClientID(_ values: inout FieldValues) {
        if let connect {
            if let range = connect.clientID { values.append(message: range) }
        } else if sessions[event.session].hasClientID {
            let clientID = sessions[event.session].clientID
            values.append(copying: clientID.span.bytes)
        }
    }

    func appendUserName(_ values: inout FieldValues) {
        if let connect { return append(connect.userName, &values) }
        append(sessions[event.session].userName, &values)
    }

    private func append(_ text: [UInt8], _ values: inout FieldValues) {
        if !text.isEmpty { values.append(copying: text.span.bytes) }
    }

    func appendPayloadLength(_ values: inout FieldValues) { append(publish?.payloadLength, &values) }

    func appendReasonCodes(_ bytes: RawSpan, _ values: inout FieldValues) {
        switch event.message.body {
        case .answer(let answer): append(answer.reasonCode, &values)
        case .disconnect(let disconnect): append(disconnect.reasonCode, &values)
        case .auth(let auth): append(auth.reasonCode, &values)
        case .subscribeAnswer(let answer):
            guard let codes = answer.codes else { return }
            for byte in 0..<bytes.slice(codes).byteCount { values.append(bytes.byte(at: codes.offset + byte)) }
        case .none, .connect, .connack, .publish, .subscribe, .unsubscribe: break
        }
    }

    func appendProperty(_ field: MQTTField, _ bytes: RawSpan, _ values: inout FieldValues) {
        guard let place = field.place else { return }
        let properties = place.isWill ? connect?.willProperties ?? MQTTProperties() : event.message.properties
        let isList = place.property == .userProperty || place.property == .subscriptionIdentifier
        var isFirst = true
        properties.forEach(place.property, bytes) { value in
            // A property that must not be repeated shows its first value.
            guard isList || isFirst else { return }
            isFirst = false
            switch value {
            case .number(let number): values.append(number)
            case .bytes(let range): append(range, &values)
            case .pair(let name, let text):
                values.append {
                    $0.append(copying: bytes.slice(name))
                    $0.append(UInt8(ascii: "="))
                    $0.append(copying: bytes.slice(text))
                }
            }
        }
    }

    /// The number of properties, or of those of one identifier, those of a will with them.
    func appendCount(of property: MQTTProperty?, _ bytes: RawSpan, _ values: inout FieldValues) {
        var count = event.message.properties.count(of: property, bytes)
        if let will = connect?.willProperties { count &+= will.count(of: property, bytes) }
        if count > 0 { values.append(count) }
    }

    func appendFilterCount(_ values: inout FieldValues) {
        switch event.message.body {
        case .subscribe(let subscribe): values.append(subscribe.filters.count)
        case .unsubscribe(let unsubscribe): values.append(unsubscribe.filters.count)
        default: break
        }
    }

    func appendIllFormed(_ values: inout FieldValues) {
        event.illFormed.forEachName { values.append(text: $0) }
    }

    /// Some statements share the name of their section: each name is given once.
    func appendViolations(_ values: inout FieldValues) {
        event.violations.forEachName(event.version, event.message.type) { values.append(text: $0) }
    }
}
