import Bytes
import Events
import Payload
import Tables

extension RareFields {
    /// `mqtt.utf8.illformed`.
    static let illFormed = RareFields(rawValue: 1 << 1)
    /// `mqtt.retained`.
    static let retained = RareFields(rawValue: 1 << 2)
    /// `mqtt.utf8.fault`, `mqtt.utf8.null`, `mqtt.utf8.control`, `mqtt.utf8.nonchar`.
    static let oddText = RareFields(rawValue: 1 << 4)
    /// `mqtt.delivery.uncovered`.
    static let uncovered = RareFields(rawValue: 1 << 5)
    /// `mqtt.client.rate`.
    static let clientRate = RareFields(rawValue: 1 << 6)
    /// `mqtt.session.wildcard`.
    static let sessionWildcard = RareFields(rawValue: 1 << 3)
    /// Messages with properties, or with a will that has some.
    static let properties = RareFields(rawValue: 1 << 7)
    /// Messages of a type that has a topic or filters.
    static let topic = RareFields(rawValue: 1 << 8)
}

extension MQTTField {
    /// The fields that most messages lack.
    public static let rareFields =
        [
            RareField(.mqtt, MQTTField.illFormed.id, .illFormed), RareField(.mqtt, MQTTField.retained.id, .retained),
            RareField(.mqtt, MQTTField.sessionWildcard.id, .sessionWildcard),
            RareField(.mqtt, MQTTField.deliveryUncovered.id, .uncovered),
            RareField(.mqtt, MQTTField.clientRate.id, .clientRate),
            RareField(.mqtt, MQTTField.textFaults.id, .oddText), RareField(.mqtt, MQTTField.textNull.id, .oddText),
            RareField(.mqtt, MQTTField.textControl.id, .oddText),
            RareField(.mqtt, MQTTField.textNonCharacter.id, .oddText),
            RareField(.mqtt, MQTTField.topic.id, .topic), RareField(.mqtt, MQTTField.topicLevels.id, .topic),
            RareField(.mqtt, MQTTField.topicSystem.id, .topic),
            RareField(.mqtt, MQTTField.propertyCount.id, .properties),
            RareField(.mqtt, MQTTField.userPropertyCount.id, .properties),
        ] + allCases.filter { $0.place != nil }.map { RareField(.mqtt, $0.id, .properties) }
}

extension MQTTAnalyzer {
    /// The least number that `mqtt.client.rate` shows.
    static var leastRate: UInt32 { 256 }

    /// The rare fields that the current message has.
    public var rareFields: RareFields {
        var found: RareFields = event.violations.isEmpty && event.carrierViolations.isEmpty ? [] : .violations
        if !event.illFormed.isEmpty { found.insert(.illFormed) }
        if !event.oddText.isEmpty { found.insert(.oddText) }
        if event.retained != nil { found.insert(.retained) }
        if event.rate >= Self.leastRate { found.insert(.clientRate) }
        if event.uncovered > 0 { found.insert(.uncovered) }
        if sessions[event.session].widest != nil { found.insert(.sessionWildcard) }
        if !event.message.properties.range.isEmpty { found.insert(.properties) }
        switch event.message.type {
        case .publish, .subscribe, .unsubscribe: found.insert(.topic)
        case .connect: if connect?.willProperties.range.isEmpty == false { found.insert(.properties) }
        default: break
        }
        return found.union(inspector.rareFields)
    }
}
