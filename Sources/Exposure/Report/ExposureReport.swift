import Inventory

/// What a network gives away, in the order of what to do first: all that the page shows, and the JSON that programs
/// read.
///
/// Its JSON is a contract: keys keep their meaning within a `version`. Texts hold what the network sent, hostile
/// characters
/// included; whoever shows them escapes them. There is no value of a secret in it.
public struct ExposureReport: Codable, Hashable, Sendable {
    /// What tells the JSON of a report from other JSON.
    public static let formatName = "earshot-exposure-report"
    /// The version of the JSON that this program writes.
    public static let currentVersion = 1

    /// `formatName`.
    public var format = Self.formatName
    /// The version of the JSON.
    public var version = Self.currentVersion
    /// The version of the program.
    public var program: String
    /// When the report was made, microseconds since 1970 UTC.
    public var made: Int64
    /// The names of the sensors whose runs it rests on.
    public var sensors: [String] = []
    /// The time of the first message that it rests on, microseconds since 1970 UTC; `nil` where there was none.
    public var first: Int64?
    /// The time of the last.
    public var last: Int64?
    /// How many there are of each kind of asset: `brokers`, `servers`, `clients`, `topics`, `resources`, `names`.
    public var assets: [String: Int] = [:]
    /// What the sensor could not read.
    public var unread = Unread()
    /// What the network gives away, in plain sentences.
    public var summary: [String] = []
    /// How much the network gives away in all, as a sum; `nil` where too little was read, which `gradeWithheld`
    /// explains.
    public var grade: Grade?
    /// Why there is no grade; `nil` where there is one.
    public var gradeWithheld: String?
    /// What was found, what to do first comes first.
    public var findings: [ExposureFinding] = []
    /// What the kinds of these findings mean and how each is mended, by kind.
    public var advice: [String: Advice] = [:]
    /// How products are set right, by the names of the recipes that `advice` refers to.
    public var recipes: [String: Recipe] = [:]
    /// What somebody who showed no proof of who they are gets, by server.
    public var strangers: [StrangerView] = []
    /// The records by the classes of the 2018 study.
    public var classes: [ClassShare] = []
    /// The topics and resources by server, as trees.
    public var trees: [ServerTree] = []
    /// Brokers and other servers.
    public var servers: [ServerSummary] = []
    /// The countries that clients and servers outside belong to.
    public var countries: [CountryShare] = []
    /// The open alerts of levels high and critical.
    public var alerts = AlertSummary()
    /// What was seen against the site's own list; `nil` where none was given.
    public var siteList: SiteListView?
    /// What has changed since an earlier report; `nil` where there is none.
    public var comparison: ReportComparison?

    enum CodingKeys: String, CodingKey {
        case format, version, program, made, sensors, first, last, assets, unread, summary, grade
        case gradeWithheld = "grade_withheld"
        case findings, advice, recipes, strangers, classes, trees, servers, countries, alerts, comparison
        case siteList = "site_list"
    }

    /// A report without anything in it.
    init(program: String, made: Int64) {
        self.program = program
        self.made = made
    }
}

/// A sum that a reader can add up.
public struct Grade: Codable, Hashable, Sendable {
    /// One addend.
    public struct Part: Codable, Hashable, Sendable {
        /// The id of a finding.
        public var id: String
        /// Its weight.
        public var weight: Int
    }

    /// The sum of the weights.
    public var points: Int
    /// The findings that it is the sum of: all that are open.
    public var parts: [Part]

    /// The grade of findings.
    init(_ findings: [ExposureFinding]) {
        parts = findings.filter { $0.points > 0 }.map { Part(id: $0.id, weight: $0.points) }
        points = parts.reduce(0) { $0 + $1.weight }
    }
}

/// What somebody gets from a server who shows no proof of who they are.
public struct StrangerView: Codable, Hashable, Sendable {
    /// The key of the server.
    public var server: String
    /// How sure it is: proven where a filter of every topic was granted, or a resource read.
    public var claim: ClaimLevel
    /// Different names that records came under.
    public var names: Int
    /// Templates of names whose records the server keeps for those who come later.
    public var retained: Int
    /// Templates of names that command.
    public var commands: Int
    /// Classes of records, with templates of names.
    public var classes: [String: Int]
    /// Secrets, personal and medical data, firmware: `secret.jwt`, with templates of names.
    public var kinds: [String: Int]
    /// The first templates, those with what is worth most first.
    public var examples: [String]
}

/// The records of one class.
public struct ClassShare: Codable, Hashable, Sendable {
    /// The class, a value of `payload.category`; `none` for records of no class.
    public var name: String
    /// Different names of topics and resources with such records.
    public var names: Int
    /// Records.
    public var messages: Int64
    /// Servers that have such records.
    public var servers: Int
}

/// A broker or another server in a few words.
public struct ServerSummary: Codable, Hashable, Sendable {
    /// Its key, such as `mqtt 10.0.0.5:1883`.
    public var key: String
    /// Program and version as far as known; empty where nothing tells.
    public var implementation: String
    /// The versions of the protocol.
    public var versions: [String]
    /// Different clients.
    public var clients: Int
    /// Topics or resources, as templates.
    public var topics: Int
    /// Messages.
    public var messages: Int64
    /// What is said of it, in words: `lets anybody in`, `TLS on 8883`.
    public var traits: [String]
    /// Whether it is outside.
    public var isOutside: Bool
    /// The time of its first message, microseconds since 1970 UTC.
    public var first: Int64
    /// The time of its last.
    public var last: Int64

    enum CodingKeys: String, CodingKey {
        case key, implementation, versions, clients, topics, messages, traits
        case isOutside = "outside"
        case first, last
    }
}

/// What goes to and comes from a country.
public struct CountryShare: Codable, Hashable, Sendable {
    /// Two letters (ISO 3166-1); empty where nobody knows.
    public var code: String
    /// Its name.
    public var name: String
    /// Clients that are there, by addresses or networks.
    public var clients: Int
    /// Servers that are there.
    public var servers: Int
    /// Bytes of messages that went there from inside.
    public var bytesOut: Int64
    /// Bytes of messages that came from there.
    public var bytesIn: Int64
    /// The first addresses.
    public var examples: [String]

    enum CodingKeys: String, CodingKey {
        case code, name, clients, servers
        case bytesOut = "bytes_out"
        case bytesIn = "bytes_in"
        case examples
    }
}

/// What was seen against the list that the site keeps of its machines.
public struct SiteListView: Codable, Hashable, Sendable {
    /// A machine that was seen and is not listed.
    public struct Unlisted: Codable, Hashable, Sendable {
        /// What to call it.
        public var name: String
        /// Its addresses.
        public var addresses: [String]
        /// What it was seen to be: keys of its servers, or the names of its clients.
        public var seenAs: [String]
        /// The time of its first message, microseconds since 1970 UTC.
        public var first: Int64
        /// The time of its last.
        public var last: Int64

        enum CodingKeys: String, CodingKey {
            case name, addresses
            case seenAs = "seen_as"
            case first, last
        }
    }

    /// A row of the list of which nothing was seen.
    public struct Unseen: Codable, Hashable, Sendable {
        /// The line of the file on which it begins.
        public var line: Int
        /// What the list calls it.
        public var name: String

        /// A row.
        public init(line: Int, name: String) {
            self.line = line
            self.name = name
        }
    }

    /// The name of the file.
    public var file: String
    /// Rows of which something was seen.
    public var known: Int
    /// Machines that are not listed.
    public var unlisted: [Unlisted]
    /// Rows of which nothing was seen.
    public var unseen: [Unseen]

    /// What of a list was seen, and what was seen beside it.
    public init(file: String, known: Int, unlisted: [Machine], unseen: [Unseen]) {
        self.file = file
        self.known = known
        self.unlisted = unlisted.map { machine in
            Unlisted(
                name: machine.name, addresses: machine.addresses,
                seenAs: machine.servers.map(\.key) + machine.clients.map(\.label), first: machine.seen.first,
                last: machine.seen.last)
        }
        self.unseen = unseen
    }
}

/// The open alerts that matter most.
public struct AlertSummary: Codable, Hashable, Sendable {
    /// Alerts of one rule.
    public struct Rule: Codable, Hashable, Sendable {
        /// The id of the rule.
        public var rule: String
        /// Its title.
        public var title: String
        /// Its level: `high` or `critical`.
        public var level: String
        /// Open rows.
        public var rows: Int
        /// Matches that they stand for.
        public var matches: Int64
        /// The time of the first match, microseconds since 1970 UTC.
        public var first: Int64
        /// The time of the last.
        public var last: Int64
        /// What one of the rows says.
        public var example: String
        /// The numbers of the first rows, for `earshot show`.
        public var ids: [Int64]
    }

    /// Open rows of level critical.
    public var critical = 0
    /// Open rows of level high.
    public var high = 0
    /// The rules, the worst first.
    public var rules: [Rule] = []
}
