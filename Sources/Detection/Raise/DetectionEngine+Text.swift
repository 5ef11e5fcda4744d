import Bytes
import Events
import Network

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
