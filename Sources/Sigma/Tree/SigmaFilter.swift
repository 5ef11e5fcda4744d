/// A filter: an exception that a site adds to rules (Sigma filters specification 2.1.0).
///
/// An event must meet the condition of the rule and the condition of each filter on it, as pySigma joins them: to leave
/// events out, the condition of a filter is `not selection`.
public struct SigmaFilter: Sendable {
    /// What the filter leaves out, in a few words.
    public var title: Located<String>
    /// Lower-case UUID, where it has one.
    public var id: Located<String>?
    /// What other people call it, where it has a name.
    public var name: Located<String>?
    /// Why it does.
    public var description: String?
    /// Which rules it can be on: those whose logsource has all that this one says.
    public var logsource: SigmaRule.LogSource
    /// The rules that it applies to.
    public var rules: Target
    /// The named selections, in the order of the file.
    public var selections: [Selection]
    /// What an event must meet as well.
    public var condition: Located<Condition>
    /// The file it came from, as it was given to the reader.
    public var file: String
    /// The text of this document, as it stands in the file.
    public var source: String
    /// Where the document begins.
    public var position: SourcePosition

    /// Which rules a filter is on.
    public enum Target: Sendable {
        /// All that the logsource lets it be on.
        case any
        /// Ids or names of rules. Never empty.
        case rules([Located<String>])
    }
}
