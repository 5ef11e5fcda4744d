/// What a proxy puts in front of the stream that it passes on.
public enum ProxyLayer: UInt8, CaseIterable, Sendable {
    /// A tunnel that the method CONNECT asks for (RFC 9110, 9.3.6).
    case httpConnect = 1
    /// SOCKS 4, 4a or 5 (RFC 1928).
    case socks
    /// The PROXY protocol, version 1 or 2.
    case proxyProtocol

    /// The lower-case name, as `network.protocol` shows it.
    public var name: StaticString {
        switch self {
        case .httpConnect: "http-connect"
        case .socks: "socks"
        case .proxyProtocol: "proxy-protocol"
        }
    }
}

/// What proxies put in front of a stream, outermost first: at most four.
public struct ProxyPath: Hashable, Sendable {
    /// How many a path holds.
    public static let limit = 4

    /// A byte each, the outermost in the least significant one; 0 where there is none.
    private var packed: UInt32 = 0

    /// The path of a stream that no proxy passed on.
    public init() {}

    /// Whether there is none.
    public var isEmpty: Bool { packed == 0 }

    /// How many there are.
    public var count: Int { (32 &- packed.leadingZeroBitCount &+ 7) / 8 }

    /// Appends what a proxy put in front; a fifth is dropped.
    public mutating func append(_ layer: ProxyLayer) {
        let count = count
        guard count < Self.limit else { return }
        packed |= UInt32(layer.rawValue) << UInt32(8 &* count)
    }

    /// Number `index`, outermost first; `nil` outside `0..<count`.
    public subscript(index: Int) -> ProxyLayer? {
        guard index >= 0, index < Self.limit else { return nil }
        return ProxyLayer(rawValue: UInt8(truncatingIfNeeded: packed >> UInt32(8 &* index)))
    }
}
