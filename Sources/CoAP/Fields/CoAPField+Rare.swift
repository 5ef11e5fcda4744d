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
    /// Requests with Uri-Path.
    static let coapPath = RareFields(rawValue: 1 << 17)
    /// Answers to requests that were seen.
    static let coapAnswer = RareFields(rawValue: 1 << 18)
    /// Blocks of clients that have uploads open.
    static let coapUploads = RareFields(rawValue: 1 << 19)
    /// Acknowledgements that say something else than the one before.
    static let coapDiffers = RareFields(rawValue: 1 << 20)
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
        case .observe, .observeState, .observeFreshness, .observeCount, .observeEnd: .coapObserve
        case .directoryOperation: .coapPath
        case .requestURIPath, .requestMethod, .responseTime, .responses, .amplification, .unprotected: .coapAnswer
        case .openUploads: .coapUploads
        case .differs: .coapDiffers
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
        if current.mayHave(.observe) || state.observation != .none || state.freshness != nil
            || state.observationEnd != nil
        {
            fields.insert(.coapObserve)
        }
        if current.namesResource, current.mayHave(.uriPath) { fields.insert(.coapPath) }
        if state.exchangeSlot != nil { fields.insert(.coapAnswer) }
        if state.openUploads > 0 { fields.insert(.coapUploads) }
        if state.differs { fields.insert(.coapDiffers) }
        if state.copies > 0 { fields.insert(.coapCopy) }
        if max(state.clientRate, state.serverRate) >= MessageState.leastRate { fields.insert(.coapRate) }
        if state.isMulticast { fields.insert(.coapGroup) }
        return fields
    }
}
