import Bytes
import Network
import Packets

/// The length of a datagram's payload at most: its field has 16 bits (RFC 791, 3.1; RFC 8200, 3).
let longestDatagram = 65_535

// What can be said of a fragment by itself, before its datagram is looked up.
extension Fragment {
    /// Why it cannot be used, in a frame of `frameLength` bytes.
    ///
    /// Never overflows, whatever the fields hold.
    func defect(frameLength: Int) -> FragmentDrop? {
        guard offset >= 0, offset % 8 == 0, missing >= 0, payload.offset >= 0, payload.count >= 0,
            payload.offset <= frameLength, payload.count <= frameLength - payload.offset
        else { return .invalid }
        let (length, overflow) = payload.count.addingReportingOverflow(missing)
        guard !overflow, offset <= longestDatagram, length <= longestDatagram - offset else { return .tooLong }
        if length == 0 { return .empty }
        // A receiver of IPv6 must discard it (RFC 8200, 4.5). In IPv4 receivers differ: see `trimmed`.
        if hasMore, length % 8 != 0, !isIPv4 || length < 8 { return .unaligned }
        // A datagram is not given up for a piece that the capture lacks: the length in a header may lie, and then the
        // receiver drops that one fragment and puts the others together.
        return missing > 0 ? .cutShort : nil
    }

    /// The fragment with whole units of 8 bytes, where others follow.
    ///
    /// Linux keeps that much of such a fragment in IPv4; a sensor that dropped it would not see what Linux sees.
    var trimmed: (fragment: Fragment, isUnaligned: Bool) {
        guard hasMore, payload.count % 8 != 0 else { return (self, false) }
        var fragment = self
        fragment.payload.count -= payload.count % 8
        return (fragment, true)
    }

    /// What is odd about it by itself.
    ///
    /// Receivers take such fragments; they are made to get past packet filters.
    var oddities: FragmentOddities {
        var found: FragmentOddities = []
        if offset == 0, hasMore, payload.count < leastHeaderLength(protocolNumber) { found.insert(.tinyFirst) }
        if offset == 8, protocolNumber == tcpNumber { found.insert(.insideHeader) }
        return found
    }

    /// A seeded hash of what the fragments of a datagram share.
    func hash(_ hash: SeededHash) -> UInt64 {
        let rest = UInt64(identification) << 16 | UInt64(isIPv4 ? protocolNumber : 0) << 8 | (isIPv4 ? 1 : 0)
        return hash.hash(source.high, source.low, destination.high, destination.low, rest ^ network)
    }

    /// Whether both belong to the same datagram: in IPv6 the protocol does not count (RFC 8200, 4.5).
    func isOfDatagram(of other: Fragment) -> Bool {
        identification == other.identification && isIPv4 == other.isIPv4 && source == other.source
            && destination == other.destination && network == other.network
            && (!isIPv4 || protocolNumber == other.protocolNumber)
    }
}

/// IANA, Assigned Internet Protocol Numbers.
private let tcpNumber: UInt8 = 6
private let udpNumber: UInt8 = 17

/// The length of the fixed header of a transport; 0 where it is not known.
private func leastHeaderLength(_ number: UInt8) -> Int {
    switch number {
    case tcpNumber: 20
    case udpNumber: 8
    default: 0
    }
}
