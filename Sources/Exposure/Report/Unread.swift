/// What the sensor could not read, so that nobody takes what it did not see for what is not there.
public struct Unread: Codable, Hashable, Sendable {
    /// Above this share no grade is given.
    public static let most = 0.2

    /// One reason why something was not read.
    public struct Part: Codable, Hashable, Sendable {
        /// `dropped`, `cut_short`, `lost`, `unparsed`, `one_sided` or `encrypted`.
        public var name: String
        /// How much.
        public var count: UInt64
        /// Out of how much.
        public var of: UInt64
        /// What that is, in a sentence.
        public var text: String

        /// The share, 0 to 1.
        public var share: Double { of == 0 ? 0 : min(1, Double(count) / Double(of)) }
    }

    /// What was lost of a server.
    public struct Server: Codable, Hashable, Sendable {
        /// `address:port`.
        public var server: String
        /// Holes in its streams that were never filled.
        public var gaps: UInt64
        /// Bytes of its streams that were not understood.
        public var unparsedBytes: UInt64

        enum CodingKeys: String, CodingKey {
            case server, gaps
            case unparsedBytes = "unparsed_bytes"
        }
    }

    /// Messages that were read.
    public var messages: UInt64 = 0
    /// Runs of the sensor that the numbers come from.
    public var runs = 0
    /// The reasons.
    public var parts: [Part] = []
    /// The servers with the most that was lost.
    public var servers: [Server] = []
    /// What else was not looked at, a sentence each.
    public var notes: [String] = []

    /// What is missing of all, 0 to 1: the parts are taken from what the others leave, 1 - (1 - a) · (1 - b) ...
    public var share: Double { 1 - parts.reduce(1) { $0 * (1 - $1.share) } }

    /// Why no grade is given; `nil` where enough was read.
    var objection: String? {
        if messages == 0 { return "The sensor has read no message yet, so nothing can be said." }
        guard share > Self.most else { return nil }
        return "No grade: \(Words.percent(share)) was not read, more than \(Words.percent(Self.most)). "
            + "What was found is true all the same; what was not found may be in the part that was not read."
    }
}
