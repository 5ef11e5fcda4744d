/// The lists of a site that rules refer to through `expand`: `source.ip|expand: '%home_networks%'`.
///
/// A member is read as a value of a rule is: `*` and `?` are wildcards in it. Of a field of addresses a member may be a
/// network such as `10.0.0.0/8`.
public struct Placeholders: Hashable, Sendable {
    /// The members by the name of the list, without `%`.
    public var lists: [String: [String]]

    /// Makes the lists; none unless given.
    public init(_ lists: [String: [String]] = [:]) { self.lists = lists }
}
