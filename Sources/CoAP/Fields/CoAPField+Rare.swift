import Events

extension RareFields {
    /// Messages with Proxy-Uri or Proxy-Scheme.
    static let coapProxy = RareFields(rawValue: 1 << 10)
    /// Messages with Uri-Query.
    static let coapQuery = RareFields(rawValue: 1 << 11)
    /// Messages with Block1, Block2, Q-Block1 or Q-Block2.
    static let coapBlock = RareFields(rawValue: 1 << 12)
    /// Messages with Observe, and those that belong to an observation.
    static let coapObserve = RareFields(rawValue: 1 << 13)
    /// Copies of messages before.
    static let coapCopy = RareFields(rawValue: 1 << 14)
    /// Requests with which it is said how many there are.
    static let coapRate = RareFields(rawValue: 1 << 16)
    /// Messages to a group, and answers to them.
    static let coapGroup = RareFields(rawValue: 1 << 15)
}

extension CoAPField {
    /// The fields that most messages lack.
    public static let rareFields: [RareField] = allCases.compactMap { field in
        field.rareBit.map { RareField(.coap, field.fieldID, $0) }
    }

    /// The bit of a field that most messages lack.
    private var rareBit: RareFields? {
        switch self {
        case .proxyURI, .proxyScheme, .proxyTargetScheme, .proxyTargetHost: .coapProxy
        case .uriQuery, .directoryEndpoint, .directorySector, .directoryBase, .directoryLifetime: .coapQuery
        case .block1, .block2, .qBlock1, .qBlock2, .blockSequence: .coapBlock
        case .observe, .observeState: .coapObserve
        case .copies: .coapCopy
        case .multicast: .coapGroup
        case .clientRate, .serverRate: .coapRate
        default: nil
        }
    }
}

extension CoAPAnalyzer {
    /// The rare fields that the options of the current message may make, and its conversation.
    var rareFieldsOfOptions: RareFields {
        var fields: RareFields = []
        if current.mayHave(.proxyURI) || current.mayHave(.proxyScheme) { fields.insert(.coapProxy) }
        if current.mayHave(.uriQuery) { fields.insert(.coapQuery) }
        if current.isBlockwise || state.block != nil { fields.insert(.coapBlock) }
        if current.mayHave(.observe) || state.observation != .none { fields.insert(.coapObserve) }
        if state.copies > 0 { fields.insert(.coapCopy) }
        if max(state.clientRate, state.serverRate) >= MessageState.leastRate { fields.insert(.coapRate) }
        if state.isMulticast { fields.insert(.coapGroup) }
        return fields
    }
}
