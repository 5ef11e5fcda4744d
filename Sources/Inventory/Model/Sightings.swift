/// When and how often something was seen, in capture time.
public struct Sightings: Codable, Hashable, Sendable {
    /// The first time, in microseconds since 1970 UTC.
    public var first: Int64
    /// The last time, in microseconds since 1970 UTC.
    public var last: Int64
    /// How many messages showed it.
    public var count: Int64
    /// On how many different days (UTC), as far as messages came in the order of time.
    public var days: Int
    /// The number of the frame of the first time, in its source.
    public var frame: UInt64

    /// Seen once.
    public init(at time: Int64, frame: UInt64) {
        first = time
        last = time
        count = 1
        days = 1
        self.frame = frame
    }

    /// Seen once more.
    public mutating func note(_ time: Int64, frame: UInt64) {
        count += 1
        if time < first {
            first = time
            self.frame = frame
        }
        guard time > last else { return }
        if Self.day(time) > Self.day(last) { days += 1 }
        last = time
    }

    /// Seen several times more, the first and the last of them at these times.
    mutating func note(_ times: Int64, from first: Int64, frame: UInt64, to last: Int64) {
        guard times > 0 else { return }
        note(first, frame: frame)
        guard times > 1 else { return }
        note(last, frame: frame)
        count += times - 2
    }

    /// Takes up what another place saw of the same.
    public mutating func merge(_ other: Sightings) {
        let (early, late) = first <= other.first ? (self, other) : (other, self)
        let isApart = Self.day(late.first) > Self.day(early.last)
        let days = isApart ? early.days + late.days : max(early.days, late.days, late.last > early.last ? 1 : 0)
        self = Sightings(at: early.first, frame: early.frame)
        self.days = days
        last = max(early.last, late.last)
        count = early.count + late.count
    }

    private static func day(_ time: Int64) -> Int64 {
        let day: Int64 = 86_400_000_000
        return time >= 0 ? time / day : (time - day + 1) / day
    }
}

/// Something that is said of an asset, and how that is known.
public struct Claim: Codable, Hashable, Sendable {
    /// How something is known.
    public enum Basis: String, Codable, Sendable {
        /// A frame of the asset itself says so in a field of its protocol.
        case message
        /// A server's answer to a client that it let in.
        case connack
        /// A topic in which a broker tells of itself.
        case systemTopic = "system_topic"
        /// The shape of the name that a server gave to a client.
        case assignedID = "assigned_id"
        /// The list of its resources.
        case linkFormat = "link_format"
        /// The vendor's number in the address of the link.
        case hardwareAddress = "hardware_address"
        /// What a payload holds.
        case payload
        /// A port that is usual for it.
        case port
    }

    /// What is claimed.
    public var value: String
    /// How it is known.
    public var basis: Basis
    /// How sure it is, from 1 (a guess) to 5 (it says so itself).
    public var confidence: Int
    /// When it was seen.
    public var seen: Sightings

    /// Makes a claim.
    public init(_ value: String, _ basis: Basis, confidence: Int, seen: Sightings) {
        self.value = value
        self.basis = basis
        self.confidence = confidence
        self.seen = seen
    }
}

/// Names with how often each was seen: bounded, and it says how many there are in all.
public struct NameCounts: Codable, Hashable, Sendable {
    /// The first names, and how often each was seen.
    public var counts: [String: Int64] = [:]
    /// How many different names there are.
    public var distinct = 0
    /// Whether `distinct` is an estimate, beyond the names that are kept.
    public var isEstimate = false

    /// None yet.
    public init() {}

    /// These names, each seen as often as said.
    public init(_ counts: [String: Int64]) {
        self.counts = counts
        distinct = counts.count
    }

    /// The names in the order of their counts, most frequent first, and of the alphabet.
    public var sorted: [(name: String, count: Int64)] {
        counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The names in the order of the alphabet.
    public var names: [String] { counts.keys.sorted() }
}

extension KeyedEncodingContainer {
    /// Leaves out what was never counted: most of what a record could count was not.
    mutating func encode(_ counts: NameCounts, forKey key: Key) throws {
        try encodeIfPresent(counts == NameCounts() ? nil : counts, forKey: key)
    }
}

extension KeyedDecodingContainer {
    /// Nothing counted where nothing is there.
    func decode(_ type: NameCounts.Type, forKey key: Key) throws -> NameCounts {
        try decodeIfPresent(type, forKey: key) ?? NameCounts()
    }
}
