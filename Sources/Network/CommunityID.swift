import Bytes

/// A Community ID, version 1: the name of a flow that is the same in every tool, from
/// https://github.com/corelight/community-id-spec.
///
/// Base64 of a SHA-1 over the ordered 5-tuple.
public struct CommunityID: Sendable {
    private let digest: SHA1Digest

    /// The identifier of a TCP or UDP flow, the same for both directions; other tools use seed 0 unless told.
    public init(_ one: Endpoint, _ other: Endpoint, _ transport: Transport, seed: UInt16 = 0) {
        let isOrdered = one.address != other.address ? one.address < other.address : one.port <= other.port
        let (first, second) = isOrdered ? (one, other) : (other, one)
        // Seed, addresses, protocol, a zero, ports.
        var block = SHA1()
        block.append(UInt64(seed), bytes: 2)
        block.append(first.address)
        block.append(second.address)
        block.append(UInt64(transport.rawValue) << 8, bytes: 2)
        block.append(UInt64(first.port), bytes: 2)
        block.append(UInt64(second.port), bytes: 2)
        digest = block.digest()
    }

    /// Appends `1:` and the base64 text.
    public func write(to text: inout [UInt8]) {
        text.append(text: "1:")
        digest.writeBase64(to: &text)
    }
}

extension SHA1 {
    fileprivate mutating func append(_ address: IPAddress) {
        if address.isIPv4 { return append(address.low, bytes: 4) }
        append(address.high, bytes: 8)
        append(address.low, bytes: 8)
    }
}
