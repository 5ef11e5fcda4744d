import Inventory

/// What has changed between two reports, by the ids of findings.
public struct ReportComparison: Codable, Hashable, Sendable {
    /// A finding that the newer report no longer has.
    public struct Gone: Codable, Hashable, Sendable {
        /// Its id.
        public var id: String
        /// Its kind, a value of `FindingKind`, or one that another version had.
        public var kind: String
        /// The key of the server that it was about.
        public var subject: String
        /// When it was seen last, microseconds since 1970 UTC.
        public var last: Int64
    }

    /// When the earlier report was made, microseconds since 1970 UTC.
    public var since: Int64
    /// Up to which time the earlier report knew the traffic, microseconds since 1970 UTC; `nil` where it knew none.
    public var known: Int64?
    /// How many findings of each state there are; `FindingChange`'s names.
    public var counts: [String: Int]
    /// Points then and now; `nil` where one of the reports has no grade.
    public var pointsBefore: Int?
    /// Findings of the earlier report of which the newer knows nothing: another store, or one that forgot them.
    public var gone: [Gone]
    /// The same in one sentence.
    public var sentence: String

    enum CodingKeys: String, CodingKey {
        case since, known, counts
        case pointsBefore = "points_before"
        case gone, sentence
    }
}

extension ExposureReport {
    /// Says of each finding what it is held against an earlier report.
    ///
    /// A finding is *still there* where it was seen again after the earlier report's last message, *mended* where the
    /// healthy
    /// behaviour was seen after it, and else *not seen since*: a broker that is switched off is not mended. Where
    /// nothing at all
    /// was captured since, what is known is still there.
    public mutating func compare(with earlier: EarlierReport) {
        let known = Dictionary(earlier.findings.map { ($0.id, $0) }) { first, _ in first }
        let isRested = (last ?? .min) <= (earlier.last ?? .min)
        for index in findings.indices {
            let finding = findings[index]
            guard let before = known[finding.id] else {
                findings[index].change = finding.state == .mended ? .mended : .new
                continue
            }
            if finding.state == .mended {
                // What was mended then already is no news, and stays out of the counts below.
                findings[index].change = before.state == .mended ? nil : .mended
            } else if isRested || finding.seen.last > earlier.last ?? .min {
                findings[index].change = .stillThere
            } else {
                findings[index].change = .notSeenSince
            }
        }
        let present = Set(findings.map(\.id))
        let gone = earlier.findings.filter { !present.contains($0.id) && $0.state == .open }.map {
            ReportComparison.Gone(id: $0.id, kind: $0.kind, subject: $0.subject, last: $0.seen.last)
        }
        var counts: [String: Int] = [:]
        for change in FindingChange.allCases {
            let count = findings.count { $0.change == change } + (change == .notSeenSince ? gone.count : 0)
            if count > 0 { counts[change.rawValue] = count }
        }
        comparison = ReportComparison(
            since: earlier.made, known: earlier.last, counts: counts, pointsBefore: earlier.points, gone: gone,
            sentence: sentence(since: earlier, gone: gone, isRested: isRested))
    }

    /// The sentence, such as `Since 12 November 2026: 2 open brokers mended, 1 new.`, on one line.
    private func sentence(since earlier: EarlierReport, gone: [ReportComparison.Gone], isRested: Bool) -> String {
        var parts: [String] = []
        for (change, word) in [(FindingChange.mended, "mended"), (.new, "new"), (.notSeenSince, "not seen since")] {
            var kinds = findings.filter { $0.change == change }.map(\.kind)
            if change == .notSeenSince { kinds += gone.compactMap { FindingKind(rawValue: $0.kind) } }
            let counts = Dictionary(kinds.map { ($0, 1) }, uniquingKeysWith: +)
            let named = counts.sorted { $0.key.rank < $1.key.rank }.map { $0.key.counted($0.value) }
            if !named.isEmpty { parts.append("\(Words.list(named, limit: 3)) \(word)") }
        }
        let still = findings.count { $0.change == .stillThere }
        if still > 0 { parts.append("\(Words.count(still, "finding")) still there") }
        if isRested { parts.append("nothing was captured since") }
        return "Since \(Words.day(earlier.made)): "
            + (parts.isEmpty ? "nothing has changed" : parts.joined(separator: "; ")) + "."
    }
}
