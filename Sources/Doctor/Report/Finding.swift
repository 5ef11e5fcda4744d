/// The checks, in the order in which causes come before what follows from them.
public enum Check: String, CaseIterable, Codable, Sendable {
    /// Whether anything arrives.
    case traffic
    /// Whether it is the traffic of others.
    case mirror
    /// Whether both directions of conversations arrive.
    case direction
    /// Whether the two directions carry the same VLAN tags, and what the mirror wraps frames in.
    case tags
    /// Whether segments were glued together or checksums left to a card.
    case offload
    /// Whether frames arrive in full length.
    case truncation
    /// Whether frames arrive once.
    case duplicates
    /// Whether the mirror port's link is wide enough.
    case oversubscription
    /// Whether what was on the wire arrives, and where it is lost.
    case loss
    /// The same by the messages of CoAP and MQTT themselves.
    case protocolLoss = "protocol-loss"
    /// Whether the port is where the devices are.
    case place
    /// Whether there is something for the sensor to read.
    case subject
    /// Whether the stamps of frames can be relied on.
    case clock
    /// Whether this machine can take what comes.
    case headroom

    /// Its place in the order.
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What a check says.
public enum Verdict: String, Codable, Sendable {
    case ok
    /// It could not be judged: too little was seen, or something else hides it.
    case unknown
    /// The sensor works, and will miss something or say something wrong.
    case warning
    /// The sensor cannot do its work.
    case failure

    /// Orders verdicts by how bad they are.
    var severity: Int {
        switch self {
        case .ok: 0
        case .unknown: 1
        case .warning: 2
        case .failure: 3
        }
    }
}

/// What one check found.
public struct Finding: Codable, Hashable, Sendable {
    /// Which check.
    public var check: Check
    /// What it says.
    public var verdict: Verdict
    /// One sentence.
    public var title: String
    /// What was seen, in numbers; a sentence each.
    public var seen: [String]
    /// What that means for the sensor; empty where all is well.
    public var meaning: String
    /// What mends it: sentences, and below them commands, which begin with spaces.
    public var cure: [String]
    /// The numbers behind the verdict, by name: what a program wants, and `--compare`.
    public var figures: [String: Double]

    enum CodingKeys: String, CodingKey {
        case check, verdict, title, seen, meaning, cure, figures
    }

    /// Makes a finding.
    init(
        _ check: Check, _ verdict: Verdict, _ title: String, seen: [String] = [], meaning: String = "",
        cure: [String] = [], figures: [String: Double] = [:]
    ) {
        self.check = check
        self.verdict = verdict
        self.title = title
        self.seen = seen
        self.meaning = meaning
        self.cure = cure
        self.figures = figures.filter { $0.value.isFinite }
    }
}
