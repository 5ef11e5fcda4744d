import Events

extension RareFields {
    /// `mqtt.utf8.illformed`.
    static let illFormed = RareFields(rawValue: 1 << 1)
    /// `mqtt.retained`.
    static let retained = RareFields(rawValue: 1 << 2)
    /// `mqtt.session.wildcard`.
    static let sessionWildcard = RareFields(rawValue: 1 << 3)
}

extension MQTTField {
    /// The fields that most messages lack.
    public static let rareFields = [
        RareField(.mqtt, MQTTField.illFormed.id, .illFormed), RareField(.mqtt, MQTTField.retained.id, .retained),
        RareField(.mqtt, MQTTField.sessionWildcard.id, .sessionWildcard),
    ]
}

extension MQTTAnalyzer {
    /// The rare fields that the current message has.
    public var rareFields: RareFields {
        var found: RareFields = event.violations.isEmpty && event.carrierViolations.isEmpty ? [] : .violations
        if !event.illFormed.isEmpty { found.insert(.illFormed) }
        if event.retained != nil { found.insert(.retained) }
        if table.sessions[event.session].widest != nil { found.insert(.sessionWildcard) }
        return found
    }
}
