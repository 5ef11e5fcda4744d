import Network

/// Finds frames that come twice: the same packet within 50 ms, whatever addresses of the link, VLANs, tunnels and time
/// to live.
///
/// What TCP or CoAP send again has another number in its IP header, or comes later.
struct DuplicateWatch: Sendable {
    private struct Entry {
        var print: UInt64 = 0
        var time = Timestamp.zero
        var hopLimit: UInt8 = 0
        var interface: UInt32 = 0
        var vlans = VLANTags()
        var source: MACAddress?
    }

    /// Frames that could be told from others.
    private(set) var comparable: UInt64 = 0
    /// Copies of earlier ones.
    private(set) var copies: UInt64 = 0
    /// Copies with another time to live: mirrored before and behind a router.
    private(set) var routed: UInt64 = 0
    /// Copies with other tags.
    private(set) var retagged: UInt64 = 0
    /// Copies that another interface of the sensor took.
    private(set) var ofOtherInterface: UInt64 = 0
    /// The sum of what they came later, in nanoseconds.
    private var delays: Int64 = 0
    private var entries: [Entry]

    private static let mask = 0x3FFF
    private static let longest: Int64 = 50_000_000

    init() { entries = Array(repeating: Entry(), count: Self.mask + 1) }

    /// Takes a packet.
    mutating func note(_ facts: FrameFacts) {
        guard facts.print != 0 else { return }
        comparable += 1
        let place = Int(truncatingIfNeeded: facts.print >> 8) & Self.mask
        let earlier = entries[place]
        let delay = facts.time.nanoseconds(since: earlier.time)
        guard earlier.print == facts.print, abs(delay) <= Self.longest else {
            entries[place] = Entry(
                print: facts.print, time: facts.time, hopLimit: facts.hopLimit, interface: facts.interface,
                vlans: facts.vlans, source: facts.sourceMAC)
            return
        }
        copies += 1
        delays += abs(delay)
        if earlier.hopLimit != facts.hopLimit { routed += 1 }
        if earlier.vlans != facts.vlans { retagged += 1 }
        if earlier.interface != facts.interface { ofOtherInterface += 1 }
    }

    /// Copies for each frame that could be told from others.
    var share: Double { comparable > 0 ? Double(copies) / Double(comparable) : 0 }

    /// How much later a copy comes on average, in microseconds.
    var meanDelay: Int { copies > 0 ? Int(delays / Int64(clamping: copies) / 1000) : 0 }
}
