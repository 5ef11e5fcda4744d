/// A block of addresses: a prefix and its length (RFC 4632, RFC 4291 2.3).
public struct CIDRBlock: Hashable, Sendable {
    /// The first address of the block: host bits are zero.
    public let prefix: IPAddress
    /// How many leading bits count, 0 to 32 or 128.
    public let length: Int

    /// Makes a block; host bits of `address` are cleared.
    ///
    /// `nil` where the length does not fit the family.
    public init?(_ address: IPAddress, length: Int) {
        guard (0...address.bitWidth).contains(length) else { return nil }
        prefix = address.masked(length)
        self.length = length
    }

    /// Reads `10.0.0.0/8`, `fe80::/10`, or a lone address, which is a block of one.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let address = IPAddress(first) else { return nil }
        if parts.count == 1 {
            self.init(address, length: address.bitWidth)
        } else {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]) else {
                return nil
            }
            self.init(address, length: length)
        }
    }

    /// Whether `address` lies in the block; never across families.
    public func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == prefix.isIPv4 && address.masked(length) == prefix
    }
}

extension IPAddress {
    /// This address with all but the first `length` bits cleared.
    public func masked(_ length: Int) -> IPAddress {
        if isIPv4 { return IPAddress(v4: UInt32(truncatingIfNeeded: low) & leadingOnes32(length)) }
        return IPAddress(high: high & leadingOnes64(length), low: low & leadingOnes64(length - 64))
    }
}

private func leadingOnes32(_ count: Int) -> UInt32 { count <= 0 ? 0 : ~UInt32(0) << UInt32(32 - min(count, 32)) }

private func leadingOnes64(_ count: Int) -> UInt64 { count <= 0 ? 0 : ~UInt64(0) << UInt64(64 - min(count, 64)) }
