/// A field modifier; unknown ones never get this far.
///
/// All of the appendix *Sigma Modifiers* (version 2.1.0), and two of our own, which other tools do not know:
/// `topicfilter` and `covers`.
public enum SigmaModifier: String, CaseIterable, Sendable {
    case contains, startswith, endswith, all, cased, re, cidr, exists, gt, gte, lt, lte
    /// The field has none of the values, or is absent.
    case neq
    /// The value is the name of a field, whose values are compared.
    case fieldref
    /// The value is encoded before it is looked for.
    case base64, base64offset, utf16, utf16le, utf16be, wide
    /// A dash before a word stands for all of `-`, `/`, en dash, em dash and horizontal bar.
    case windash
    /// `%name%` in a value stands for each member of a list of the site.
    case expand
    /// A part of a time, in UTC.
    case minute, hour, day, week, month, year
    /// The field is a topic name, the value an MQTT topic filter with `+` and `#` (MQTT 5.0, 4.7).
    case topicfilter
    /// The field is an MQTT topic filter; it would receive messages of the topic that the value names.
    case covers
    /// Sub-modifiers of `re`: case-insensitive, multi-line, `.` matches line feeds.
    case i, m, s
}

extension SigmaModifier {
    /// Encodings of text (appendix *Sigma Modifiers*, Encoding).
    public static let encodings: Set<SigmaModifier> = [.base64, .base64offset, .utf16, .utf16le, .utf16be, .wide]
    /// Parts of a time (appendix *Sigma Modifiers*, Time Modifiers), with the numbers they can have.
    ///
    /// Weeks are those of ISO 8601, 1 to 53; the appendix says "between 1 and 52", which no way of counting keeps to.
    public static let timeParts: [SigmaModifier: ClosedRange<Int64>] = [
        .minute: 0...59, .hour: 0...23, .day: 1...31, .week: 1...53, .month: 1...12, .year: 1970...9999,
    ]
}
