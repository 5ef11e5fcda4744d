import Network
import Packets

/// A datagram that is being put together.
///
/// A plain value; the table holds it in place and uses the slot again.
struct FragmentedDatagram: Sendable {
    /// The fragment that brought byte 0; before it came, the one that came first.
    ///
    /// Either tells which datagram it is.
    var first: Fragment
    var hash: UInt64
    /// When its first fragment came.
    var began: Timestamp
    /// Counts datagrams as they began: the order among IPv4 and IPv6 together, whatever capture time does.
    var arrival: UInt64
    /// Bytes in the order they came, none of them twice.
    var store: [UInt8] = []
    /// Bytes of memory set aside for `store`; it never grows beyond by itself.
    var reserved = 0
    /// How many pieces of the table's are in use.
    var pieceCount = 0
    /// Length of the whole payload; -1 until the last fragment came.
    var end = -1
    /// Whether `store` is the payload as it stands: each piece came behind the one in front of it.
    var isInOrder = true
    var oddities: FragmentOddities = []
    /// Whether fragments came without a mark for congestion notification (1), and with one (2).
    var marks: UInt8 = 0
    /// Whether a fragment came whose IP header has a right checksum.
    var hasRightChecksum = false
    /// Fragments that came later with other bytes than those that are kept.
    var rivals: [FragmentRival] = []
    /// The frames that its fragments came in.
    var frames = KeptFrames()
    /// The memory that they take up.
    var frameBytes = 0
}

/// A run of bytes that came together.
///
/// The pieces of a datagram are sorted by offset and do not overlap.
struct FragmentPiece: Sendable {
    /// Where it begins and ends in the payload.
    var offset: UInt16 = 0
    var end: UInt16 = 0
    /// Where it begins in the store.
    var position: UInt16 = 0
}

/// A fragment whose bytes differ from those of a fragment that came before it.
public struct FragmentRival: Sendable {
    /// Where it begins in the payload.
    public var offset: Int
    /// What it carries.
    public var bytes: [UInt8]

    /// A fragment of these values.
    public init(offset: Int, bytes: [UInt8]) {
        self.offset = offset
        self.bytes = bytes
    }

    /// How many are kept of a datagram.
    static let limit = 4
}
