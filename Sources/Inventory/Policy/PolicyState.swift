import Network
import Tables

/// Bounds of what a policy monitor remembers.
public struct PolicyLimits: Sendable {
    /// Clients at servers.
    public var parties = 16_384
    /// Names of records with their clients.
    public var names = 65_536
    /// Servers.
    public var servers = 2048

    /// The defaults.
    public init() {}

    /// The bounds of a monitor that takes at most about so many bytes: a third for clients, the rest for names.
    public init(bytes: Int) {
        parties = max(64, bytes / 3 / 320)
        names = max(256, bytes / 3 * 2 / 400)
        servers = max(16, bytes / 100_000)
    }
}

/// What is known of a client at a server.
struct PolicyParty: Sendable {
    /// The kind of its name.
    var kind: String
    /// The client itself.
    var name: String
    /// The key of the server.
    var server: String
    /// The place of the rule of its kind; -1 where there is none.
    var rule: Int32 = -1
    /// The deviations that were told of it, by the numbers of their kinds, and when the first of them was.
    var told: ToldKinds = ToldKinds()
}

/// Which kinds of deviation were told lately: what goes on is told once a minute, so that its row counts on.
struct ToldKinds: Sendable {
    private var kinds: UInt32 = 0
    private var since = Timestamp.zero

    /// Whether a kind is to be told now.
    mutating func isDue(_ kind: UInt8, at time: Timestamp) -> Bool {
        let age = time.nanoseconds(since: since)
        if age > 60_000_000_000 || age < 0 { (kinds, since) = (0, time) }
        let bit = UInt32(1) << UInt32(kind & 31)
        guard kinds & bit == 0 else { return false }
        kinds |= bit
        return true
    }
}

/// What is known of the records of one name.
struct PolicyName: Sendable {
    /// The place of the rule; -1 where there is none.
    var rule: Int32 = -1
    /// The connection that published it last.
    var publisher: UInt64 = 0
    /// The client whose topic it is, its kind, and its name without what it makes up for each session.
    var holder = ""
    var holderKind = ""
    var holderForm = ""
    /// Whether that is who published last, or one of several that may: such records alone keep it alive.
    var isRightful = false
    /// Whether it was ever published by such a one.
    var hasLived = false
    /// Whether it commands: by the policy, or by its words.
    var isCommand = false
    /// When that one published last.
    var last = Timestamp.zero
    /// The silence after which it is missed, in nanoseconds; 0 for none.
    var silence: Int64 = 0
    /// Whether it was told that it is missed, or would have been but for maintenance.
    var isMissed = false
    var isMissHidden = false
    /// Whether it is a resource, and no topic.
    var isResource = false
    /// Records since `paceStart`.
    var paceCount: Int32 = 0
    var paceStart = Timestamp.zero
    /// The number that came last, and how often in a row.
    var number = Double.nan
    var run: Int32 = 0
    var told = ToldKinds()
    /// The ends that the last record went between.
    var client = Endpoint(.unspecified, 0)
    var server = Endpoint(.unspecified, 0)
    var transport = Transport.tcp
    /// The place of its numbers among the windows; -1 where none are kept.
    var window: Int32 = -1
    /// The name, the kind of the publisher, itself and the server, for whoever tells that it is missed.
    var label = ""
    var kind = ""
    var party = ""
    var scope = ""
}

/// The latest numbers of one name, to see whether they repeat earlier ones exactly.
struct NumberWindow: Sendable {
    /// How many are kept.
    static let length = 64
    /// From this many in a row on it is no accident.
    static let least = 10

    private var numbers: [Double] = []
    private var next = 0
    /// How far back the numbers lie that are repeated, and for how long.
    private var distance = 0
    private var repeated = 0
    private var different: Set<Double> = []

    /// Takes up a number; true where it completes a stretch that came before.
    ///
    /// Stretches in which a few numbers come again and again are those of a quiet process.
    mutating func note(_ number: Double) -> Bool {
        defer {
            if numbers.count < Self.length {
                numbers.append(number)
            } else {
                numbers[next] = number
            }
            next = (next + 1) % Self.length
        }
        if distance > 0, at(distance) == number {
            repeated += 1
            different.insert(number)
        } else {
            repeated = 0
            different = []
            distance = 0
            for back in stride(from: 2, through: numbers.count, by: 1) where at(back) == number {
                (distance, repeated, different) = (back, 1, [number])
                break
            }
        }
        return repeated >= Self.least && different.count * 3 >= Self.least * 2 && repeated <= distance
            && repeated % Self.least == 0
    }

    /// The number that came so many before the next one.
    private func at(_ back: Int) -> Double {
        guard back <= numbers.count else { return .nan }
        if numbers.count < Self.length { return numbers[numbers.count - back] }
        return numbers[(next - back + 2 * Self.length) % Self.length]
    }
}
