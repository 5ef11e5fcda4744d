import Bytes
import Events
import Network
import Sigma
import Tables

extension DetectionEngine {
    /// The longest summary and group key, in characters.
    public static let longestText = Matcher.longestText

    /// The one-line summary of a hit: the rule's own, with its fields filled in, or its title.
    ///
    /// Lists are joined by `, `, an absent field is `-`, an empty text `''` (an empty client id
    /// `a client without id`), a secret one `<n bytes>`. It is UTF-8 and at most `longestText` characters long; other than
    /// that it holds what was captured, hostile characters too, and whoever shows it escapes it, as the other texts of an
    /// alert. To be asked for before the next event is evaluated, with the arguments of that call.
    public mutating func summary(
        of hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> String {
        guard let place = hit.missed else { return matcher.summary(of: hit, event, context, message: message) }
        return missed.indices.contains(place) ? missed[place].summary : ""
    }

    /// The values of an event that its row counts the different ones of; `nil` where the row counts none.
    ///
    /// Of a row that others were folded into, what would have told one of them apart. To be asked for before the next event
    /// is evaluated, with the arguments of that call.
    public mutating func distinctText(
        of hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> String? {
        if hit.isFolded { return groupKey(of: hit, event, context, message: message) }
        guard hit.missed == nil, !rules.rules[hit.owner].distinctSlots.isEmpty else { return nil }
        return matcher.distinctText(of: hit, event, context, message: message)
    }

    /// Takes up alert rows of earlier runs whose keys were hashed with the same seed: matches add to them while their time
    /// is not over.
    ///
    /// Rows of rules that are no longer there, or count repetitions in another way, are passed over.
    public mutating func restore(_ rows: [OpenRow]) {
        let places = Dictionary(rules.rules.enumerated().map { ($1.id, $0) }) { first, _ in first }
        for row in rows {
            guard let found = places[row.ruleID] else { continue }
            let place = rules.rules[found].rowOwner ?? found
            guard correlator.plans.rows[place].duration >= 0 else { continue }
            let steps = rules.rules[place].steps
            let step =
                place == found
                ? steps.lastIndex { $0.level.rawValue == row.level } ?? 0 : Int(rules.rules[found].ownerStep)
            correlator.suppressions.restore(
                SuppressionRows.Row(row, step: UInt8(truncatingIfNeeded: step)),
                Hash128(high: row.key.high, low: row.key.low), duration: correlator.plans.rows[place].duration)
        }
    }

    /// What surrounded the message that a hit is about: the present one, or of an absence the last that came.
    public func context(of hit: Hit, _ present: EventContext) -> EventContext {
        guard let place = hit.missed, missed.indices.contains(place) else { return present }
        return missed[place].lastSeen
    }

    /// What tells the alert row of a hit from others of its rule: `field=value` pairs joined by `|`; `nil` where each
    /// match is a row of its own.
    ///
    /// Values are shown as in a summary, with a backslash before `|` and `\`. To be asked for before the next event is
    /// evaluated, with the arguments of that call.
    public mutating func groupKey(
        of hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> String? {
        guard let place = hit.missed else { return matcher.groupKey(of: hit, event, context, message: message) }
        return missed.indices.contains(place) ? missed[place].groupKey : nil
    }
}
