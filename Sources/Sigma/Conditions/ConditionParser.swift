/// Parses a condition by recursive descent (specification, *Condition*).
///
/// From the least binding operator to the most:
///
///     or     = and { "or" and }
///     and    = not { "and" not }
///     not    = "not" not | operand
///     operand = "(" or ")" | ("1" | "any" | "all") "of" ("them" | pattern) | name
///
/// `any` is pySigma's other word for `1`.
///
/// The condition of a correlation is of the same form, over rules instead of selections, but has no `of`. Its operators may
/// be in capitals, as in the examples that the specification is tested with.
struct ConditionParser {
    /// What the names of a condition stand for.
    enum Subject: String {
        case selection, rule
    }

    /// What is wrong, and at which character of the condition.
    struct Problem: Error {
        var code: DiagnosticCode
        var offset: Int
        var message: String
        var hint: String?
    }

    private let subject: Subject
    private let names: [String]
    private let tokens: [ConditionToken]
    private let end: Int
    private var next = 0
    private var depth = 0
    /// The indices of the names that the condition uses.
    private(set) var used: Set<Int> = []

    init(_ text: String, over names: [String], of subject: Subject = .selection) {
        self.subject = subject
        self.names = names
        tokens = ConditionToken.all(in: text)
        end = text.unicodeScalars.count
    }

    mutating func parse() throws(Problem) -> Condition {
        guard !tokens.isEmpty else {
            throw Problem(code: .conditionSyntax, offset: 0, message: "the condition is empty")
        }
        if let pipe = tokens.first(where: { $0.kind == .pipe }) {
            throw Problem(
                code: .oldAggregation, offset: pipe.offset,
                message: "aggregations after `|` are no longer part of conditions",
                hint: "write a correlation: type event_count or value_count, with `group-by` and `timespan`")
        }
        let condition = try disjunction()
        guard let token = peek() else { return condition }
        switch token.kind {
        case .close: throw syntax("there is a `)` without a `(`", at: token)
        case .word(let word):
            if let lower = ["and", "or"].first(where: { $0 == word.lowercased() }) {
                throw syntax("`\(word)` is not an operator", at: token, hint: "write `\(lower)`")
            }
            throw syntax("expected `and` or `or` before `\(word)`", at: token)
        case .open: throw syntax("expected `and` or `or` before `(`", at: token)
        case .pipe, .stray: throw stray(token)
        }
    }

    // MARK: - Rules of the grammar

    private mutating func disjunction() throws(Problem) -> Condition {
        var parts = [try conjunction()]
        while take(word: "or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .or(parts)
    }

    private mutating func conjunction() throws(Problem) -> Condition {
        var parts = [try negation()]
        while take(word: "and") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .and(parts)
    }

    private mutating func negation() throws(Problem) -> Condition {
        let token = peek()
        guard take(word: "not") else { return try operand() }
        try enter(at: token)
        defer { depth -= 1 }
        return .not(try negation())
    }

    private mutating func operand() throws(Problem) -> Condition {
        guard let token = peek() else {
            throw Problem(
                code: .conditionSyntax, offset: end,
                message: "the condition ends where a \(subject.rawValue) should follow")
        }
        next += 1
        switch token.kind {
        case .open:
            try enter(at: token)
            defer { depth -= 1 }
            let inner = try disjunction()
            guard let close = peek(), close.kind == .close else {
                throw syntax("the `(` is never closed", at: token)
            }
            next += 1
            return inner
        case .close: throw syntax("expected a \(subject.rawValue) before `)`", at: token)
        case .word(let word):
            if subject == .selection, take(word: "of") { return try quantified(word, at: token) }
            if subject == .rule, peek()?.kind == .word("of") {
                throw syntax(
                    "the condition of a correlation has no `\(word) of`", at: token,
                    hint: "name the rules, with `and` or `or` between them")
            }
            return try selection(word, at: token)
        case .pipe, .stray: throw stray(token)
        }
    }

    private mutating func enter(at token: ConditionToken?) throws(Problem) {
        depth += 1
        guard depth <= SigmaReader.maximumDepth else {
            throw Problem(
                code: .tooDeep, offset: token?.offset ?? end,
                message: "brackets and `not` are nested more than \(SigmaReader.maximumDepth) deep")
        }
    }

    // MARK: - Selections

    private mutating func selection(_ name: String, at token: ConditionToken) throws(Problem) -> Condition {
        if let index = names.firstIndex(of: name) {
            used.insert(index)
            return .selection(index)
        }
        if name.contains("*"), subject == .rule {
            throw syntax("the condition of a correlation has no patterns", at: token, hint: "name the rules")
        }
        if name.contains("*") {
            throw syntax("a pattern needs a quantifier", at: token, hint: "write `1 of \(name)` or `all of \(name)`")
        }
        if ConditionToken.reserved.contains(name) {
            throw syntax("expected a \(subject.rawValue) before `\(name)`", at: token)
        }
        if ["AND", "OR", "NOT"].contains(name.uppercased()) {
            throw syntax("`\(name)` is not an operator", at: token, hint: "write `\(name.lowercased())`")
        }
        let nearest = nearestName(to: name, among: names)
        let isRule = subject == .rule
        throw Problem(
            code: isRule ? .unlistedRule : .unknownSelection, offset: token.offset,
            message: isRule
                ? "`\(name)` is not among the rules of the correlation" : "there is no selection named `\(name)`",
            hint: nearest.map { "did you mean `\($0)`?" } ?? "there are: \(names.joined(separator: ", "))")
    }

    private mutating func quantified(_ quantifier: String, at token: ConditionToken) throws(Problem) -> Condition {
        guard ["1", "any", "all"].contains(quantifier) else {
            throw syntax("`\(quantifier) of` is not supported", at: token, hint: "write `1 of`, `any of` or `all of`")
        }
        guard let target = peek(), case .word(let pattern) = target.kind else {
            throw Problem(
                code: .conditionSyntax, offset: peek()?.offset ?? end,
                message: "expected `them` or a pattern of selection names after `of`")
        }
        next += 1
        let indices = names.indices.filter { Self.pattern(pattern, fits: names[$0]) }
        guard !indices.isEmpty else {
            let nearest = nearestName(to: pattern, among: names)
            throw Problem(
                code: .unmatchedPattern, offset: target.offset, message: "no selection fits `\(pattern)`",
                hint: nearest.map { "did you mean `\($0)`?" } ?? "there are: \(names.joined(separator: ", "))")
        }
        used.formUnion(indices)
        let parts = indices.map(Condition.selection)
        if parts.count == 1 { return parts[0] }
        return quantifier == "all" ? .and(parts) : .or(parts)
    }

    /// `them` is every selection.
    ///
    /// Names that begin with `_` are left out, unless the pattern itself begins so, as in pySigma.
    static func pattern(_ pattern: String, fits name: String) -> Bool {
        if name.utf8.first == UInt8(ascii: "_"), pattern.utf8.first != UInt8(ascii: "_") { return false }
        if pattern == "them" { return true }
        let star = UInt8(ascii: "*")
        let wanted = Array(pattern.utf8)
        let given = Array(name.utf8)
        // On a mismatch the last `*` takes one character more; earlier ones never need to be tried again.
        var (patternIndex, nameIndex) = (0, 0)
        var retry: (pattern: Int, name: Int)?
        while nameIndex < given.count {
            if patternIndex < wanted.count, wanted[patternIndex] == star {
                retry = (patternIndex + 1, nameIndex)
                patternIndex += 1
            } else if patternIndex < wanted.count, wanted[patternIndex] == given[nameIndex] {
                patternIndex += 1
                nameIndex += 1
            } else if let last = retry {
                retry = (last.pattern, last.name + 1)
                (patternIndex, nameIndex) = (last.pattern, last.name + 1)
            } else {
                return false
            }
        }
        return wanted[patternIndex...].allSatisfy { $0 == star }
    }

    // MARK: - Tokens

    private func peek() -> ConditionToken? { next < tokens.count ? tokens[next] : nil }

    private mutating func take(word: String) -> Bool {
        guard let token = peek(), Self.isOperator(token, word, subject) else { return false }
        next += 1
        return true
    }

    private static func isOperator(_ token: ConditionToken, _ word: String, _ subject: Subject) -> Bool {
        token.kind == .word(word) || (subject == .rule && token.kind == .word(word.uppercased()))
    }

    /// The rules that a condition names, in the order in which they first stand in it, for a correlation that has no list
    /// of them.
    static func ruleNames(in text: String) -> [(name: String, offset: Int)] {
        var found: [(name: String, offset: Int)] = []
        for token in ConditionToken.all(in: text) {
            guard case .word(let word) = token.kind, !word.contains("*"),
                !ConditionToken.reserved.contains(word.lowercased()), !found.contains(where: { $0.name == word })
            else { continue }
            found.append((word, token.offset))
        }
        return found
    }

    private func syntax(_ message: String, at token: ConditionToken, hint: String? = nil) -> Problem {
        Problem(code: .conditionSyntax, offset: token.offset, message: message, hint: hint)
    }

    private func stray(_ token: ConditionToken) -> Problem {
        guard case .stray(let scalar) = token.kind else { return syntax("the condition cannot be read", at: token) }
        return syntax(
            "`\(scalar)` cannot stand in a condition", at: token,
            hint: "there are and, or, not, brackets" + (subject == .rule ? "" : ", 1 of, all of")
        )
    }
}
