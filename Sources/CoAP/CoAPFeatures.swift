/// What the analyzer keeps track of only where somebody asks for it.
public struct CoAPFeatures: OptionSet, Hashable, Sendable {
    /// The bits, one for each feature.
    public let rawValue: UInt8

    /// The features of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Bytes between two addresses, and between a network and an address: the fields `coap.pair.…` and `coap.network.…`.
    public static let pairs = CoAPFeatures(rawValue: 1)
    /// The SHA-256 of a body in blocks: `coap.body.sha256`.
    public static let bodyHash = CoAPFeatures(rawValue: 2)
    /// The text of links in blocks: the fields `coap.link.…` of a whole body.
    public static let links = CoAPFeatures(rawValue: 4)
    /// Bodies in blocks: the fields `coap.block.…`, `coap.body.…`, and `coap.link.…` of a whole body.
    ///
    /// Without it larger blocks than the first are not told, either (RFC 7959, 2.4).
    public static let bodies = CoAPFeatures(rawValue: 8)
    /// How many requests come: `coap.client.rate`, `coap.server.rate`.
    public static let rates = CoAPFeatures(rawValue: 16)
    /// The beginning of a body in blocks, for a look into it: the fields `payload.…`.
    public static let payloads = CoAPFeatures(rawValue: 32)
    /// Who registered with resource directories: `coap.rd.foreign`.
    public static let registrations = CoAPFeatures(rawValue: 64)
    /// All of them but the look into payloads, which wants more than this.
    public static let all: CoAPFeatures = [.pairs, .bodyHash, .links, .bodies, .rates, .registrations]

    /// What the fields of these names need.
    public init(fields: some Sequence<String>) {
        var features: CoAPFeatures = []
        for name in fields {
            if name.hasPrefix("coap.pair.") || name.hasPrefix("coap.network.") { features.insert(.pairs) }
            if name == "coap.client.rate" || name == "coap.server.rate" { features.insert(.rates) }
            if name == "coap.rd.foreign" { features.insert(.registrations) }
            if name == "coap.body.sha256" || name == "payload.sha256" { features.insert(.bodyHash) }
            if name.hasPrefix("payload."), name != "payload.bytes" { features.formUnion([.payloads, .bodies]) }
            if name.hasPrefix("coap.link.") { features.formUnion([.links, .bodies]) }
            if name.hasPrefix("coap.block.") || name.hasPrefix("coap.body.") { features.insert(.bodies) }
        }
        self = features
    }
}
