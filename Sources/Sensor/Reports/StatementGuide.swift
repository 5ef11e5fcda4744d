import Events

/// The rules of the specifications by the names that `violation.id` shows.
public struct StatementGuide: Sendable {
    private let statements: [SpecificationStatement]

    /// The statements of every protocol and of what carries them.
    public init() {
        // What WebSocket shares with a protocol, the protocol has told already.
        var known = Protocols.descriptors.flatMap { $0.statements() }
        let ids = Set(known.map(\.id))
        known += CarrierViolation.statements.filter { !ids.contains($0.id) }
        statements = known
    }

    /// Every name, in the order of clauses; of names with the same numbers in that of the alphabet.
    public var ids: [String] {
        func numbers(_ name: String) -> [Int] { name.split { !$0.isNumber }.compactMap { Int($0) } }
        return Set(statements.map(\.id)).sorted { left, right in
            let (first, second) = (numbers(left), numbers(right))
            return first == second ? left < right : first.lexicographicallyPrecedes(second)
        }
    }

    /// What a name means: a statement of each version of a specification that has it; empty where there is none.
    ///
    /// Letters may be small, and the brackets in which specifications print names may stay: `[mqtt-3.3.1-4]`.
    public func statements(named name: String) -> [SpecificationStatement] {
        let wanted = name.filter { !"[]".contains($0) }.uppercased()
        return statements.filter { $0.id.uppercased() == wanted }
    }

    /// What a name means in one document; in every document where it is none of that one, or none is given.
    ///
    /// Versions of a specification use the same name for different statements.
    public func statements(named name: String, of specification: String?) -> [SpecificationStatement] {
        let all = statements(named: name)
        let own = all.filter { $0.specification == specification }
        return own.isEmpty ? all : own
    }

    /// The statements of a clause: those whose names begin with the text.
    public func statements(of clause: String) -> [SpecificationStatement] {
        let wanted = clause.filter { !"[]".contains($0) }.uppercased()
        return statements.filter {
            $0.id.uppercased().hasPrefix(wanted + "-") || $0.id.uppercased().hasPrefix(wanted + ".")
        }
    }
}
