/// What the analyzer keeps track of only where somebody asks for it.
public struct CoAPFeatures: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Octets between two addresses: the fields `coap.pair.…`.
    public static let pairs = CoAPFeatures(rawValue: 1)
    /// The SHA-256 of a body in blocks: `coap.body.sha256`.
    public static let bodyHash = CoAPFeatures(rawValue: 2)
    /// The text of links in blocks: the fields `coap.link.…` of a whole body.
    public static let links = CoAPFeatures(rawValue: 4)
    /// All of them.
    public static let all: CoAPFeatures = [.pairs, .bodyHash, .links]

    /// What the fields of these names need.
    public init(fields: some Sequence<String>) {
        var features: CoAPFeatures = []
        for name in fields {
            if name.hasPrefix("coap.pair.") { features.insert(.pairs) }
            if name == "coap.body.sha256" { features.insert(.bodyHash) }
            if name.hasPrefix("coap.link.") { features.insert(.links) }
        }
        self = features
    }
}
