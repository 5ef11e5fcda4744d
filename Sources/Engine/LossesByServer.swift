import Network

/// What was lost on the way to and from servers, by server: where the tap or the mirror port drops packets.
///
/// Bounded; servers beyond the limit are counted together.
public struct LossesByServer: Sendable {
    /// What was lost of one server's streams.
    public struct Loss: Codable, Hashable, Sendable {
        /// Holes in its streams that were never filled.
        public var gaps: UInt64 = 0
        /// Bytes of its streams that were not understood.
        public var unparsedBytes: UInt64 = 0
        /// How often one of its streams was understood again.
        public var resynchronised: UInt64 = 0

        enum CodingKeys: String, CodingKey {
            case gaps
            case unparsedBytes = "unparsed_bytes"
            case resynchronised
        }

        /// Nothing.
        public init() {}
    }

    private static let limit = 256
    private var losses: [Endpoint: Loss] = [:]
    private var others = Loss()

    /// Nothing lost yet.
    public init() {}

    mutating func note(_ server: Endpoint, _ change: (inout Loss) -> Void) {
        if losses[server] == nil, losses.count >= Self.limit { return change(&others) }
        change(&losses[server, default: Loss()])
    }

    /// By `address:port`; `other` for those beyond the limit.
    public var named: [String: Loss] {
        var named = Dictionary(
            uniqueKeysWithValues: losses.map { server, loss in
                let address = server.address.isIPv4 ? "\(server.address)" : "[\(server.address)]"
                return ("\(address):\(server.port)", loss)
            })
        if others != Loss() { named["other"] = others }
        return named
    }
}
