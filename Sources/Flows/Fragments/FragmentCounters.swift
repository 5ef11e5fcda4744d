/// What became of fragments since the table was made.
public struct FragmentCounters: Hashable, Sendable {
    /// Fragments that came in.
    public internal(set) var fragments: UInt64 = 0
    /// Datagrams that were put together.
    public internal(set) var completed: UInt64 = 0
    /// Exact copies of a piece that waited already.
    public internal(set) var duplicates: UInt64 = 0
    /// Fragments that overlapped earlier ones with equal bytes, exact copies not counted.
    public internal(set) var overlaps: UInt64 = 0
    /// Fragments that overlapped earlier ones with different bytes.
    public internal(set) var conflicts: UInt64 = 0
    /// First fragments too small for the header of their transport.
    public internal(set) var tinyFirst: UInt64 = 0
    /// Fragments of TCP that begin at byte 8.
    public internal(set) var insideHeader: UInt64 = 0
    /// Datagrams given up after their time.
    public internal(set) var timedOut: UInt64 = 0
    /// Datagrams given up to make room.
    public internal(set) var evicted: UInt64 = 0
    /// Fragments that reach behind byte 65,535.
    public internal(set) var tooLong: UInt64 = 0
    /// Fragments that the capture has not all bytes of.
    public internal(set) var cutShort: UInt64 = 0
    /// Fragments whose range makes no sense.
    public internal(set) var invalid: UInt64 = 0
    /// Fragments that carry nothing.
    public internal(set) var empty: UInt64 = 0
    /// Fragments with others behind them whose length is not a multiple of 8.
    public internal(set) var unaligned: UInt64 = 0
    /// Fragments that end their datagram elsewhere than an earlier one did.
    public internal(set) var contradictoryEnds: UInt64 = 0
    /// Fragments because of which there would be bytes behind the end.
    public internal(set) var behindEnd: UInt64 = 0
    /// Fragments dropped because their datagram is in too many pieces.
    public internal(set) var tooManyPieces: UInt64 = 0
    /// Fragments dropped because their datagram does not fit into the memory allowed.
    public internal(set) var noRoom: UInt64 = 0
    /// Fragments with a wrong checksum, of datagrams that have others with a right one.
    public internal(set) var wrongChecksums: UInt64 = 0
    /// Bytes that wait now.
    public internal(set) var bytesWaiting = 0
    /// Datagrams that wait now.
    public internal(set) var datagramsWaiting = 0

    /// Fragments that no sender should send, of whatever kind, the overlong apart.
    public var malformed: UInt64 { invalid + empty + unaligned + contradictoryEnds + behindEnd }

    mutating func count(_ reason: FragmentDrop) {
        switch reason {
        case .invalid: invalid += 1
        case .empty: empty += 1
        case .tooLong: tooLong += 1
        case .unaligned: unaligned += 1
        case .cutShort: cutShort += 1
        case .checksum: wrongChecksums += 1
        case .contradictoryEnd: contradictoryEnds += 1
        case .behindEnd: behindEnd += 1
        case .tooManyPieces: tooManyPieces += 1
        case .noRoom: noRoom += 1
        }
    }

    /// Counts the oddities of one fragment.
    mutating func count(_ oddities: FragmentOddities) {
        if oddities.contains(.overlap) { overlaps += 1 }
        if oddities.contains(.conflict) { conflicts += 1 }
        if oddities.contains(.tinyFirst) { tinyFirst += 1 }
        if oddities.contains(.insideHeader) { insideHeader += 1 }
        if oddities.contains(.unaligned) { unaligned += 1 }
    }
}

extension FragmentCounters {
    /// The counters by the names that `earshot stats --json` gives them, what waits now apart.
    public var named: [String: UInt64] {
        [
            "fragments": fragments, "completed": completed, "duplicates": duplicates, "overlaps": overlaps,
            "conflicts": conflicts, "tiny_first": tinyFirst, "inside_header": insideHeader, "timed_out": timedOut,
            "evicted": evicted, "too_long": tooLong, "cut_short": cutShort, "malformed": malformed,
            "too_many_pieces": tooManyPieces, "no_room": noRoom,
            "wrong_checksums": wrongChecksums,
        ]
    }
}
