/// A rule of a specification that messages are held against, in plain words: what a value of `violation.id` means.
public struct SpecificationStatement: Hashable, Sendable {
    /// Its name, as `violation.id` shows it.
    public var id: String
    /// The document, such as `MQTT 5.0` or `RFC 7252`.
    public var specification: String
    /// The clause of the document, such as `3.3.1`.
    public var clause: String
    /// Where to read it.
    public var link: String
    /// What breaks it, a sentence each without a full stop; empty where nothing on the wire shows it.
    public var breaches: [String]
    /// Why nothing on the wire shows it; `nil` where something does.
    public var unseen: String?

    /// Puts a statement together.
    public init(
        id: String, specification: String, clause: String, link: String, breaches: [String], unseen: String? = nil
    ) {
        self.id = id
        self.specification = specification
        self.clause = clause
        self.link = link
        self.breaches = breaches
        self.unseen = unseen
    }

    /// A statement of an RFC that is called `RFC7252-3.1`, by document and section.
    public init(rfc id: String, breaches: [String]) {
        let parts = id.split(separator: "-", maxSplits: 1).map(String.init)
        let number = parts[0].drop { !$0.isNumber }
        let clause = parts.count > 1 ? parts[1] : ""
        self.init(
            id: id, specification: "RFC \(number)", clause: clause,
            link: "https://www.rfc-editor.org/rfc/rfc\(number)#section-\(clause)", breaches: breaches)
    }
}

extension CarrierViolation {
    /// What a WebSocket connection is held against, those that name a protocol's own statements aside.
    public static var statements: [SpecificationStatement] {
        Dictionary(grouping: allCases) { "\($0.name)" }.filter { $0.key.hasPrefix("RFC") }.map { id, violations in
            SpecificationStatement(rfc: id, breaches: violations.map { "\($0.summary)" })
        }
    }
}
