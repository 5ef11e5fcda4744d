import Inventory

/// How sure a finding is.
public enum ClaimLevel: String, Codable, Comparable, Sendable {
    /// It follows from what was seen, but no frame shows it.
    case likely
    /// A frame shows it.
    case proven

    /// Orders by how sure they are.
    public static func < (left: ClaimLevel, right: ClaimLevel) -> Bool { left == .likely && right == .proven }
}

/// What has become of a finding.
public enum FindingState: String, Codable, Sendable {
    /// Nothing was seen that speaks against it.
    case open
    /// After it was seen last, the healthy behaviour was seen.
    case mended
}

/// What a finding is, held against an earlier report.
public enum FindingChange: String, Codable, CaseIterable, Sendable {
    /// It was not in the earlier report.
    case new
    /// It was, and was seen again since.
    case stillThere = "still_there"
    /// The healthy behaviour was seen since.
    case mended
    /// It was not seen again, and neither was the healthy behaviour: it may be mended, or rest.
    case notSeenSince = "not_seen_since"
}

/// One thing that the network gives away, of one server.
public struct ExposureFinding: Codable, Hashable, Sendable {
    /// What names it in every report: its kind and its subject, such as `open-broker mqtt 10.0.0.5:1883`.
    public var id: String
    /// Its kind.
    public var kind: FindingKind
    /// The key of the server that it is about.
    public var subject: String
    /// How much it counts; see `FindingKind.weight`.
    public var weight: Int
    /// How sure it is.
    public var claim: ClaimLevel
    /// What has become of it.
    public var state = FindingState.open
    /// What was seen, a sentence each; texts of the network are in it as they came.
    public var evidence: [String]
    /// When and how often it was seen, and the frame of the first time.
    public var seen: Sightings
    /// When the healthy behaviour was seen last, microseconds since 1970 UTC; `nil` where it was not.
    public var healthy: Int64?
    /// The numbers in the evidence, by name.
    public var figures: [String: Double]
    /// What it is, held against an earlier report; `nil` where there is none.
    public var change: FindingChange?

    enum CodingKeys: String, CodingKey {
        case id, kind, subject, weight, claim, state, evidence, seen, healthy, figures, change
    }

    /// A finding of a server.
    init(
        _ kind: FindingKind, _ subject: String, _ claim: ClaimLevel, _ seen: Sightings, healthy: Sightings? = nil,
        figures: [String: Double] = [:], _ evidence: [String]
    ) {
        id = "\(kind.rawValue) \(subject)"
        self.kind = kind
        self.subject = subject
        weight = kind.weight
        self.claim = claim
        self.seen = seen
        self.evidence = evidence
        self.figures = figures.filter { $0.value.isFinite }
        self.healthy = healthy?.last
        if let healthy, healthy.last > seen.last { state = .mended }
    }

    /// What it adds to the points of the report.
    public var points: Int { state == .open ? weight : 0 }
}

extension ExposureFinding {
    /// What is to be done first comes first: what is open, then what weighs more, what is surer, what was seen more
    /// often.
    static func comesFirst(_ left: ExposureFinding, _ right: ExposureFinding) -> Bool {
        if left.state != right.state { return left.state == .open }
        if left.weight != right.weight { return left.weight > right.weight }
        if left.kind != right.kind { return left.kind.rank < right.kind.rank }
        if left.claim != right.claim { return left.claim > right.claim }
        if left.seen.count != right.seen.count { return left.seen.count > right.seen.count }
        return left.id < right.id
    }
}
