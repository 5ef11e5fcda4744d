/// What the matches of an alert row come to, beside their number.
public struct AlertTally: Codable, Hashable, Sendable {
    /// How many different values they had; `nil` where the rule counts none.
    public var distinct: Int64?
    /// What these are called, such as `clients`.
    public var distinctName: String?
    /// Whether the number is an estimate.
    public var isEstimate: Bool
    /// The first of the values.
    public var first: String?
    /// The newest of the values.
    public var latest: String?
    /// The first of the values, at most `maximumValues`, oldest first; of a change those that it brought, `nil` for none.
    public var values: [String]?
    /// How many bytes they add up to; `nil` where the rule adds none up.
    public var bytes: Int64?
    /// The keywords that the rule names, such as classes of records; `nil` where it names none, or nothing new.
    public var kinds: [String]?
    /// Whether the row stands for all that its rule would have begun beyond what it may in an hour.
    public var isFolded: Bool

    /// The most values that are kept of a row; those beyond are only counted.
    public static let maximumValues = 100

    /// Makes a tally; what is not given is absent.
    public init(
        distinct: Int64? = nil, distinctName: String? = nil, isEstimate: Bool = false, first: String? = nil,
        latest: String? = nil, values: [String]? = nil, bytes: Int64? = nil, kinds: [String]? = nil,
        isFolded: Bool = false
    ) {
        self.distinct = distinct
        self.distinctName = distinctName
        self.isEstimate = isEstimate
        self.first = first
        self.latest = latest
        self.values = values
        self.bytes = bytes
        self.kinds = kinds
        self.isFolded = isFolded
    }

    /// Takes up a later tally of the same row.
    mutating func merge(_ later: AlertTally) {
        distinct = [distinct, later.distinct].compactMap(\.self).max()
        distinctName = later.distinctName ?? distinctName
        isEstimate = isEstimate || later.isEstimate
        latest = later.latest ?? latest
        if let more = later.values {
            let known = values ?? []
            values = known + more.filter { !known.contains($0) }.prefix(max(0, Self.maximumValues - known.count))
        }
        bytes = [bytes, later.bytes].compactMap(\.self).max()
        if let more = later.kinds { kinds = (kinds ?? []) + more.filter { !(kinds ?? []).contains($0) } }
    }

    /// `37 clients, latest pump-5 at 10.0.0.9; 34 kB`; `nil` where there is nothing to tell.
    ///
    /// It holds what was captured; whoever shows it escapes it.
    public var text: String? {
        var parts: [String] = []
        if let distinct, distinct > 1 {
            parts.append(
                "\(isEstimate ? "about " : "")\(distinct) \(distinctName ?? "values")"
                    + (latest.map { ", latest \($0)" } ?? ""))
        }
        if let bytes, bytes > 0 { parts.append(Self.text(ofBytes: bytes)) }
        if let kinds, !kinds.isEmpty { parts.append(kinds.joined(separator: ", ")) }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// `37 clients, 34 kB`; `nil` where there is nothing to tell.
    public var shortText: String? {
        var parts: [String] = []
        if let distinct, distinct > 1 {
            parts.append("\(isEstimate ? "about " : "")\(distinct) \(distinctName ?? "values")")
        }
        if let bytes, bytes > 0 { parts.append(Self.text(ofBytes: bytes)) }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func text(ofBytes count: Int64) -> String {
        var (amount, unit) = (Double(count), "bytes")
        for next in ["kB", "MB", "GB", "TB"] where amount >= 1000 { (amount, unit) = (amount / 1000, next) }
        if unit == "bytes" { return count == 1 ? "1 byte" : "\(count) bytes" }
        let tenths = Int64((amount * 10).rounded())
        return tenths >= 100 || tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}

extension Alert {
    /// The title as a row is called: one that stands for several says so.
    public var shownTitle: String {
        guard let tally, tally.isFolded else { return ruleTitle }
        return "\(tally.distinct ?? 1) more of: \(ruleTitle)"
    }

    /// The summary, and behind it what the matches come to.
    public var shownSummary: String {
        guard let text = tally?.text else { return summary }
        return summary.isEmpty ? text : "\(summary) [\(text)]"
    }
}
