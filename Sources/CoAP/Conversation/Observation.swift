import Network

/// What is remembered of an observation: the newest notification, to tell later ones from older (RFC 7641, 3.4).
struct Observation: Sendable {
    /// How a notification stands to the newest one before it.
    enum Freshness: UInt8, Sendable {
        case new, duplicate, old

        var name: StaticString {
            switch self {
            case .new: "new"
            case .duplicate: "duplicate"
            case .old: "old"
            }
        }
    }

    /// What ends an observation.
    enum End: UInt8, Sendable {
        case deregister, reset, error, response

        var name: StaticString {
            switch self {
            case .deregister: "deregister"
            case .reset: "reset"
            case .error: "error"
            case .response: "response"
            }
        }
    }

    /// When the newest notification was seen.
    private var newestTime = Timestamp.zero
    /// Its sequence number, 24 bits.
    private var newest: UInt32 = 0
    /// How many notifications came, old ones and copies among them; clamped.
    private(set) var count: UInt32 = 0

    /// Takes a notification into account and says how it stands to those before.
    ///
    /// RFC 7641, 3.4: newer is what is ahead by less than half of the number space, and whatever comes more than 128
    /// seconds later.
    mutating func add(sequence: UInt32, at time: Timestamp) -> Freshness {
        defer { if count < .max { count += 1 } }
        let sequence = sequence & 0xFF_FFFF
        let isLate = time.nanoseconds(since: newestTime) > 128_000_000_000
        let lead = (sequence &- newest) & 0xFF_FFFF
        guard count == 0 || isLate || (lead > 0 && lead < 1 << 23) else { return lead == 0 ? .duplicate : .old }
        newest = sequence
        newestTime = time
        return .new
    }
}
