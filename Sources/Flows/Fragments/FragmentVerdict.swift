import Packets

/// What a fragment meant to the table.
public enum FragmentVerdict: ~Copyable, Sendable {
    /// Its datagram still waits for others.
    case waiting
    /// It was the last that was wanted.
    case complete(FragmentBuffer)
    /// It was not kept. Its datagram, if one waits, goes on waiting.
    case dropped(FragmentDrop)
}

/// The whole payload of a datagram that came in fragments: lent by the table, to be given back with `recycle`.
///
/// It cannot be copied, so that the memory that comes back is nobody else's. One that is never given back is freed.
/// A span of `bytes` must end before `recycle`: take it in a function that has the buffer as a `borrowing` parameter.
public struct FragmentBuffer: ~Copyable, Sendable {
    /// The payload.
    public internal(set) var bytes: [UInt8]
    /// The values of the fragment that brought the first byte; its `payload` is the whole of `bytes`.
    public let first: Fragment
    /// What was odd about the fragments.
    public let oddities: FragmentOddities
    /// Fragments that came later with other bytes, at most four.
    public internal(set) var rivals: [FragmentRival] = []
    /// The frames of the fragments that waited; that of the last one is the caller's.
    public internal(set) var frames: KeptFrames

    /// Whether fragments overlapped with equal bytes; exact copies do not count.
    public var hasOverlap: Bool { oddities.contains(.overlap) }
    /// Whether fragments overlapped with different bytes.
    ///
    /// `bytes` has those that came first.
    public var hasConflict: Bool { oddities.contains(.conflict) }

    /// Whether nothing says if a receiver puts the datagram together.
    public var isDoubtful: Bool { oddities.contains(.congestionMix) }

    /// The payload with the bytes that came last where fragments differ: what a receiver may have read instead.
    public var otherReading: [UInt8] {
        var other = bytes
        for rival in rivals {
            for (index, byte) in rival.bytes.enumerated() where rival.offset + index < other.count {
                other[rival.offset + index] = byte
            }
        }
        return other
    }
}

/// What was odd about fragments that were put together all the same.
public struct FragmentOddities: OptionSet, Hashable, Sendable {
    /// One bit for each oddity.
    public let rawValue: UInt8

    /// Makes a set of its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Bytes came twice, the same, other than in an exact copy of a fragment.
    public static let overlap = FragmentOddities(rawValue: 1)
    /// Bytes came twice, with different values.
    public static let conflict = FragmentOddities(rawValue: 2)
    /// The first fragment does not hold the whole header of its transport (RFC 1858, 3).
    public static let tinyFirst = FragmentOddities(rawValue: 4)
    /// A fragment of TCP begins at byte 8, inside the header (RFC 1858, 4).
    public static let insideHeader = FragmentOddities(rawValue: 8)
    /// An IPv4 fragment with others behind it had a length that is not a multiple of 8.
    public static let unaligned = FragmentOddities(rawValue: 16)
    /// Some fragments are marked for congestion notification and others are not: Linux drops the datagram, others put it
    /// together (RFC 3168, 5.3).
    public static let congestionMix = FragmentOddities(rawValue: 32)
}

/// Why a fragment was not kept.
public enum FragmentDrop: UInt8, Hashable, Sendable, CaseIterable {
    /// Its range lies outside the frame, or it begins at no multiple of 8.
    case invalid
    /// It carries nothing.
    case empty
    /// It reaches behind byte 65,535.
    case tooLong
    /// Others follow, but its length is not a multiple of 8.
    case unaligned
    /// The capture has not all of its bytes.
    case cutShort
    /// The checksum of its IP header is wrong, and that of another fragment of its datagram is right.
    case checksum
    /// It ends the datagram elsewhere than an earlier fragment did.
    case contradictoryEnd
    /// There would be bytes behind the end of the datagram.
    case behindEnd
    /// Its datagram is in too many pieces.
    case tooManyPieces
    /// Its datagram does not fit into the memory that fragments may take.
    case noRoom

    /// A short name for counters and logs.
    public var name: String {
        switch self {
        case .invalid: "fragment_invalid"
        case .empty: "fragment_empty"
        case .tooLong: "fragment_too_long"
        case .unaligned: "fragment_unaligned"
        case .cutShort: "fragment_cut_short"
        case .checksum: "fragment_checksum"
        case .contradictoryEnd: "fragment_contradictory_end"
        case .behindEnd: "fragment_behind_end"
        case .tooManyPieces: "fragment_too_many_pieces"
        case .noRoom: "fragment_no_room"
        }
    }
}
