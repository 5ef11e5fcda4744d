/// How sure a section of a learned policy is, in numbers.
public struct PolicyMaturity: Hashable, Sendable {
    /// The section.
    public var section: PolicySection
    /// How many entries it has.
    public var entries = 0
    /// How many of them are candidates.
    public var candidates = 0
    /// How many were seen on two days or more.
    public var onSeveralDays = 0
    /// How many came in the last hour of the capture, and in the last day.
    public var inLastHour = 0
    /// The same of the last day.
    public var inLastDay = 0
    /// When the latest entry was seen for the first time, in microseconds since 1970 UTC; `nil` where there is none.
    public var latest: Int64?
    /// The end of what was seen, in microseconds since 1970 UTC.
    public var end: Int64 = 0
    /// How many entries are still to be expected (Chao 1984, bias-corrected): from those that were seen once and twice.
    public var unseen = 0.0

    /// What can be said of each section that has entries.
    public static func of(_ policy: Policy) -> [PolicyMaturity] {
        let end = policy.entries.compactMap { $0.seen?.last }.max() ?? 0
        return PolicySection.allCases.compactMap { section in
            let entries = policy.entries(of: section).filter { $0.seen != nil }
            return entries.isEmpty ? nil : PolicyMaturity(section, entries, end: end)
        }
    }

    private init(_ section: PolicySection, _ entries: [PolicyEntry], end: Int64) {
        self.section = section
        self.end = end
        self.entries = entries.count
        var (once, twice) = (0.0, 0.0)
        for entry in entries {
            guard let seen = entry.seen else { continue }
            if entry.state == .candidate { candidates += 1 }
            if seen.days >= PolicyLearner.leastDays { onSeveralDays += 1 }
            if end - seen.first <= 3_600_000_000 { inLastHour += 1 }
            if end - seen.first <= 86_400_000_000 { inLastDay += 1 }
            if seen.count == 1 { once += 1 }
            if seen.count == 2 { twice += 1 }
            latest = max(latest ?? seen.first, seen.first)
        }
        unseen = once * (once - 1) / (2 * (twice + 1))
    }

    /// For how long nothing new came, in microseconds.
    public var steady: Int64 { max(0, end - (latest ?? end)) }

    /// Whether nothing new is to be expected: for a day nothing came, and few entries were seen once.
    public var isSteady: Bool { steady >= 86_400_000_000 && unseen < max(1, Double(entries) / 20) }
}
