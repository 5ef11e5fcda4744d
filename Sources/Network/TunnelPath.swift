/// A kind of encapsulation that a packet was taken out of.
public enum Tunnel: UInt8, CaseIterable, Sendable {
    case erspan = 1
    case geneve, gre, gtp, ipip, mpls, pbb, pppoe, teredo, tzsp, vxlan

    /// The lower-case name, as `network.tunnel` shows it.
    public var name: StaticString {
        switch self {
        case .erspan: "erspan"
        case .geneve: "geneve"
        case .gre: "gre"
        case .gtp: "gtp"
        case .ipip: "ipip"
        case .mpls: "mpls"
        case .pbb: "pbb"
        case .pppoe: "pppoe"
        case .teredo: "teredo"
        case .tzsp: "tzsp"
        case .vxlan: "vxlan"
        }
    }
}

/// The encapsulations that a packet was taken out of, outermost first: at most eight.
public struct TunnelPath: Hashable, Sendable {
    /// How many encapsulations a path holds.
    public static let limit = 8

    /// A byte each, the outermost in the least significant one; 0 where there is none.
    private var packed: UInt64 = 0

    /// The path of a packet that lay in no tunnel.
    public init() {}

    /// How many there are.
    public var count: Int { (64 &- packed.leadingZeroBitCount &+ 7) / 8 }

    /// Appends an encapsulation; a ninth is dropped.
    public mutating func append(_ tunnel: Tunnel) {
        let count = count
        guard count < Self.limit else { return }
        packed |= UInt64(tunnel.rawValue) << UInt64(8 &* count)
    }

    /// Encapsulation `index`, outermost first; `nil` outside `0..<count`.
    public subscript(index: Int) -> Tunnel? {
        guard index >= 0, index < Self.limit else { return nil }
        return Tunnel(rawValue: UInt8(truncatingIfNeeded: packed >> UInt64(8 &* index)))
    }
}
