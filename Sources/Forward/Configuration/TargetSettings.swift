import Alerts

/// The kinds of places to which alerts go.
public enum TargetKind: String, CaseIterable, Sendable {
    /// Lines in a file of this machine.
    case file
    /// Messages to a log daemon (RFC 5424).
    case syslog
    /// Requests to a web server.
    case webhook
    /// Records of a Kafka topic.
    case kafka
    /// Documents of OpenSearch or Elasticsearch.
    case opensearch
}

/// How a record is written.
public enum RecordFormat: String, CaseIterable, Sendable {
    /// Suricata's EVE JSON.
    case eve
    /// Suricata's fast.log: alerts only.
    case fast
    /// Elastic Common Schema 8.
    case ecs
    /// Open Cybersecurity Schema Framework 1.3, Detection Finding.
    case ocsf
    /// Common Event Format 0.
    case cef
    /// One line of text for people.
    case text
}

/// How messages reach a log daemon.
public enum SyslogTransport: String, CaseIterable, Sendable {
    /// RFC 5426.
    case udp
    /// RFC 6587, octet counting.
    case tcp
    /// RFC 5425.
    case tls
    /// The socket of the daemon of this machine.
    case local
}

/// How the body of a request looks.
public enum WebhookTemplate: String, CaseIterable, Sendable {
    /// An object with a list of records.
    case plain
    /// A message for Slack.
    case slack
    /// An adaptive card for Microsoft Teams.
    case teams
    /// A message for Mattermost.
    case mattermost
    /// Alerts for Prometheus' Alertmanager (API v2).
    case alertmanager
}

/// Who speaks the bulk API.
public enum SearchFlavour: String, CaseIterable, Sendable {
    /// OpenSearch 2.7 and later, which know the type `flat_object`.
    case opensearch
    /// OpenSearch 1 to 2.6: what an attacker names is stored and not searched.
    case opensearch1
    /// Elasticsearch 8 and later.
    case elasticsearch
}

/// One place to which alerts go, and how.
public struct TargetSettings: Sendable {
    /// What it is called in files, the log and metrics.
    public var name: String
    /// What it is.
    public var kind: TargetKind

    // Which records go there.

    /// Alerts below this level do not go there.
    public var level = AlertLevel.informational
    /// The ids or titles of rules, with `*`, `?` and `[...]` as in names of files; empty for all.
    public var rules: [String] = []
    /// The same of rules whose alerts do not go there.
    public var notRules: [String] = []
    /// Tags of rules; empty for all.
    public var tags: [String] = []
    /// Seconds between signs of life; `nil` for the default of the kind, 0 for none.
    public var heartbeat: Double?
    /// Whether what the sensor counts goes along with the signs of life.
    public var stats = true
    /// Whether new records of the inventory go there.
    public var inventory = false
    /// Bytes of an alert's frames that go along as pcapng; 0 for none.
    public var evidence = 0

    // How they go.

    /// How records are written; `nil` for the default of the kind.
    public var format: RecordFormat?
    /// Records that are handed over at once; `nil` for the default of the kind.
    public var batch: Int?
    /// Records a second at most; 0 for no limit.
    public var rate = 0
    /// Seconds that an attempt may take.
    public var timeout = 30.0
    /// Seconds between two attempts at most.
    public var retryMax = 60.0
    /// Seconds that the oldest record may wait before that is told to all targets.
    public var lagLimit = 3600.0
    /// Bytes of a message at most; `nil` for the default of the kind.
    public var maxMessage: Int?

    // Files.

    /// The file, or the socket of the log daemon.
    public var path: String?
    /// Bytes after which the file is renamed; 0 for never.
    public var rotateSize = 100 << 20
    /// Seconds after which the file is renamed; 0 for never.
    public var rotateAge = 0.0
    /// How many renamed files stay.
    public var rotateKeep = 5

    // Far ends.

    /// `HOST:PORT` of a log daemon.
    public var address: String?
    /// How a log daemon is reached.
    public var transport = SyslogTransport.tls
    /// The facility of messages, 0 to 23.
    public var facility = 13
    /// Where requests go.
    public var url: String?
    /// How the body of a request looks.
    public var template = WebhookTemplate.plain
    /// The file with the key that signs requests.
    public var hmacKeyFile: String?
    /// The file with the value of the header `Authorization`.
    public var authorizationFile: String?
    /// Seconds for which alerts are gathered.
    public var groupWait = 30.0
    /// Requests a minute at most; `nil` for the default of the template.
    public var maxPerMinute: Int?
    /// Whether what does not fit into a request is told as a number; `nil` for the default of the template.
    public var summarise: Bool?
    /// Whether addresses of this machine and of the link may be connected to.
    public var allowLocal = false
    /// The file with certificates of authorities that are trusted; `nil` for those of the system.
    public var caFile: String?
    /// The file with our certificate.
    public var certificateFile: String?
    /// The file with the key of our certificate.
    public var keyFile: String?
    /// The user name.
    public var user: String?
    /// The file with the password.
    public var passwordFile: String?

    // Kafka.

    /// `HOST:PORT` of brokers.
    public var brokers: [String] = []
    /// The topic.
    public var topic: String?
    /// Whether connections to brokers are encrypted.
    public var tls = true
    /// The SASL mechanism; `nil` for none.
    public var saslMechanism: String?
    /// Whether the broker may be left to make the topic.
    public var createTopic = false

    // OpenSearch.

    /// The data stream or index.
    public var index = "earshot-alerts"
    /// Who speaks the bulk API.
    public var flavour = SearchFlavour.opensearch

    /// A target with the defaults.
    public init(name: String, kind: TargetKind) {
        self.name = name
        self.kind = kind
    }

    /// How records are written.
    var effectiveFormat: RecordFormat {
        if let format { return format }
        switch kind {
        case .file: return .eve
        case .syslog: return .text
        case .kafka, .opensearch: return .ecs
        case .webhook: return .eve
        }
    }

    /// Seconds between signs of life; `nil` for none.
    ///
    /// People who read a chat want none.
    var heartbeatSeconds: Double? {
        let seconds = heartbeat ?? (kind == .webhook ? 0 : 60)
        return seconds > 0 ? seconds : nil
    }

    /// Whether people read what is sent, who want few messages.
    var isForPeople: Bool {
        kind == .webhook && [.slack, .teams, .mattermost].contains(template)
    }

    /// Requests a minute at most.
    var requestsPerMinute: Int { maxPerMinute ?? (isForPeople ? 2 : 60) }

    /// Whether what does not fit into a request is told as a number.
    var summarises: Bool { summarise ?? isForPeople }

    /// Records that are handed over at once: a message in a chat has room for few.
    var batchLimit: Int { batch ?? (isForPeople ? 20 : 500) }

    /// Bytes of a message at most.
    var messageLimit: Int {
        if let maxMessage { return maxMessage }
        switch kind {
        // rsyslog takes 8 KiB unless it was told otherwise; a datagram of more than 1,400 bytes travels in fragments.
        case .syslog: return transport == .udp ? 1400 : 8000
        case .kafka: return 900_000
        case .file, .webhook, .opensearch: return 1 << 20
        }
    }
}
