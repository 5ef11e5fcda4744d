/// A string with its wildcards found: `*` and `?`, with `\` as the escape (specification 2.1, *Escaping*).
public struct SigmaString: Hashable, Sendable {
    /// A stretch of literal text or a wildcard.
    public enum Part: Hashable, Sendable {
        case literal(String)
        /// `*`: any number of characters.
        case anyRun
        /// `?`: exactly one character.
        case anyOne
    }

    /// The string as the file has it, which is what `re` and `cidr` use.
    public var raw: String
    /// Its parts; no two literals or two `*` in a row.
    ///
    /// Empty for the empty string.
    public var parts: [Part]

    init(raw: String, parts: [Part]) {
        self.raw = raw
        self.parts = parts
    }

    /// Takes a string apart.
    ///
    /// `\` hides the meaning of a `*`, `?` or `\` after it, and is itself before anything else and at the end.
    public init(_ raw: String) {
        self.raw = raw
        parts = []
        var literal = String.UnicodeScalarView()
        // By scalars: an accent after a `*` would make one `Character` of the two, and hide the wildcard.
        var rest = raw.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\":
                if let next = rest.first, next == "*" || next == "?" || next == "\\" {
                    literal.append(next)
                    rest.removeFirst()
                } else {
                    literal.append("\\")
                }
            case "*", "?":
                if !literal.isEmpty { parts.append(.literal(String(literal))) }
                literal = String.UnicodeScalarView()
                if scalar == "?" { parts.append(.anyOne) } else if parts.last != .anyRun { parts.append(.anyRun) }
            default: literal.append(scalar)
            }
        }
        if !literal.isEmpty { parts.append(.literal(String(literal))) }
    }

    /// The text, where no wildcard is in it.
    public var literal: String? {
        if parts.isEmpty { return "" }
        guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
        return text
    }
}

extension SigmaString {
    /// The names between two `%` in it, in their order; a `\` before the first `%` makes it ordinary text, as in pySigma.
    public var placeholders: [String] {
        parts.flatMap { part -> [String] in
            guard case .literal(let text) = part else { return [] }
            return Self.pieces(of: text).compactMap { if case .name(let name) = $0 { name } else { nil } }
        }
    }

    /// A stretch of text, or the name of a placeholder.
    enum Piece {
        case text(String)
        case name(String)
    }

    /// Takes literal text apart at its placeholders; `\%` becomes `%`.
    static func pieces(of text: String) -> [Piece] {
        let scalars = Array(text.unicodeScalars)
        var pieces: [Piece] = []
        var plain = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            if scalars[index] == "\\", index + 1 < scalars.count, scalars[index + 1] == "%" {
                plain.append("%")
                index += 2
            } else if scalars[index] == "%", let end = scalars[(index + 1)...].firstIndex(of: "%"), end > index + 1 {
                if !plain.isEmpty { pieces.append(.text(String(plain))) }
                plain = String.UnicodeScalarView()
                pieces.append(.name(SourceText.string(scalars[(index + 1)..<end])))
                index = end + 1
            } else {
                plain.append(scalars[index])
                index += 1
            }
        }
        if !plain.isEmpty { pieces.append(.text(String(plain))) }
        return pieces
    }
}
