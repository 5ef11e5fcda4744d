/// What speaks against a segment: reasons for which its receiver may not have taken it.
///
/// A segment with any of them waits until the other end acknowledges its bytes, and gives way to a copy with none.
public struct SegmentDoubts: OptionSet, Hashable, Sendable {
    /// The bits, one for each reason.
    public let rawValue: UInt16

    /// The reasons of these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A checksum is wrong, of an end that has shown right ones: dropped (RFC 9293, 3.1; RFC 1122, 3.2.1.2).
    public static let checksum = SegmentDoubts(rawValue: 1 << 0)
    /// The checksum covers the pseudo-header alone, of an end that has shown whole ones.
    ///
    /// Honest where the capturing machine put segments together.
    public static let partialChecksum = SegmentDoubts(rawValue: 1 << 1)
    /// No ACK flag: dropped (RFC 9293, 3.10.7.4, fifth check), but not by every stack.
    public static let noACK = SegmentDoubts(rawValue: 1 << 2)
    /// The timestamp is older than that of bytes before it: dropped where both ends agreed on timestamps (RFC 7323, 5.3).
    public static let oldTimestamp = SegmentDoubts(rawValue: 1 << 3)
    /// It came with the SYN: the other end may take the SYN alone (RFC 9293, 3.10.7.2; RFC 7413, 3).
    public static let synData = SegmentDoubts(rawValue: 1 << 4)
    /// Time to live or hop limit far from that of this end: it may have been sent by another, or die on the way.
    public static let hopLimit = SegmentDoubts(rawValue: 1 << 5)
    /// Other addresses of the link than this end's packets have.
    public static let linkAddress = SegmentDoubts(rawValue: 1 << 6)
    /// Another VLAN or tunnel than this end's packets come in.
    public static let network = SegmentDoubts(rawValue: 1 << 7)
    /// A signature option (RFC 2385, RFC 5925) in a connection that began without.
    public static let signature = SegmentDoubts(rawValue: 1 << 8)
    /// It begins behind the largest window that the other end ever offered (RFC 9293, 3.10.7.4, first check).
    public static let outsideWindow = SegmentDoubts(rawValue: 1 << 9)
    /// It differs from a copy that came first, and nothing says which of them the receiver took.
    public static let rival = SegmentDoubts(rawValue: 1 << 10)

    /// It differs from bytes that the other end had acknowledged before it came: they are final.
    public static let acknowledged = SegmentDoubts(rawValue: 1 << 11)

    /// It lies behind a FIN that the other end has acknowledged, with nothing more: what follows a FIN is ignored (RFC 9293,
    /// 3.10.7.4, seventh check).
    public static let afterEnd = SegmentDoubts(rawValue: 1 << 12)

    /// Its frame ends before the packet does, and neither the capture nor a mirror cut it: dropped (RFC 1122, 3.2.1).
    public static let truncated = SegmentDoubts(rawValue: 1 << 13)

    /// The IP header has a source route or broken options: dropped by most hosts (RFC 6274, 3.13).
    public static let ipOptions = SegmentDoubts(rawValue: 1 << 14)

    /// It acknowledges bytes that the other end has not sent: dropped (RFC 9293, 3.10.7.4, fifth check), but not by every
    /// stack.
    ///
    /// Where the capture shows them only later it is honest: so it is held against a segment only beside another one, or
    /// where the other end goes on without it.
    public static let acknowledgesUnsent = SegmentDoubts(rawValue: 1 << 15)

    /// Reasons that lie in the way the packet came, which may change in the middle of an honest connection.
    static let path: SegmentDoubts = [.hopLimit, .linkAddress, .network]
    /// Reasons for which every receiver drops it.
    static let certain: SegmentDoubts = [.checksum, .oldTimestamp]

    /// How much speaks against a segment, to choose between copies that the other end acknowledged: one of them came.
    var weight: Int {
        if !isDisjoint(with: .certain) { return 3 }
        if contains(.rival) { return 2 }
        return isSubset(of: .path) ? 0 : 1
    }

    /// The names of the reasons, as `network.doubt` shows them.
    public static let names: [(SegmentDoubts, StaticString)] = [
        (.checksum, "checksum"), (.partialChecksum, "partial_checksum"), (.noACK, "no_ack"),
        (.oldTimestamp, "old_timestamp"), (.synData, "syn_data"), (.hopLimit, "hop_limit"),
        (.linkAddress, "link_address"), (.network, "network"), (.signature, "signature"),
        (.outsideWindow, "outside_window"), (.acknowledged, "acknowledged"),
        (.afterEnd, "after_fin"), (.truncated, "truncated"),
        (.ipOptions, "ip_options"), (.acknowledgesUnsent, "acknowledges_unsent"),
    ]
}
