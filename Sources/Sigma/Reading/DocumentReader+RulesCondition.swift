/// The condition of a `temporal` or `temporal_ordered` correlation in words: `rule_a and not rule_b`.
///
/// The correlation rules specification 2.0.2 has only counts; the words are an accepted addition to it, which pySigma reads.
/// As there, every rule of the correlation stands in its condition, and `rules` may be left out where there is one.
extension DocumentReader {
    /// The longest condition, in characters.
    private static let longestRulesCondition = 4096
    /// With more rules than this, it is not tried out whether a condition can hold at all.
    private static let mostTried = 12

    /// `rules`, or the names in the condition.
    mutating func rules(
        _ correlation: YAMLMap, _ kind: SigmaCorrelation.Kind?, at position: SourcePosition
    ) -> [Located<String>]? {
        let isTemporal = kind == .temporal || kind == .temporalOrdered
        if correlation["rules"] == nil, isTemporal, let node = correlation["condition"], case .scalar = node.content {
            guard let text = self.string(node, "the condition") else { return nil }
            guard text.unicodeScalars.count <= Self.longestRulesCondition else { return tooLong(node) }
            let names = ConditionParser.ruleNames(in: text)
            if names.isEmpty { error(.conditionSyntax, node.position, "the condition names no rule") }
            return names.isEmpty
                ? nil
                : names.map { Located($0.name, at: self.position(ofCharacter: $0.offset, in: text, at: node.position)) }
        }
        return required("rules", in: correlation, of: "`correlation`", at: position).flatMap { names($0, "`rules`") }
    }

    /// Reads the condition and holds it against the rules.
    mutating func expression(_ node: YAMLNode, over rules: [Located<String>]) -> Condition? {
        guard let text = string(node, "the condition") else { return nil }
        guard text.unicodeScalars.count <= Self.longestRulesCondition else { return tooLong(node) }
        var parser = ConditionParser(text, over: rules.map(\.value), of: .rule)
        let condition: Condition
        do throws(ConditionParser.Problem) {
            condition = try parser.parse()
        } catch {
            let position = position(ofCharacter: error.offset, in: text, at: node.position)
            self.error(error.code, position, error.message, error.hint)
            return nil
        }
        let unused = rules.indices.filter { !parser.used.contains($0) }
        for index in unused {
            error(
                .unusedRule, rules[index].position, "the condition does not name the rule `\(rules[index].value)`",
                "remove it from the rules, or name it in the condition")
        }
        guard unused.isEmpty else { return nil }
        guard rules.count > Self.mostTried || Self.canHold(condition, rules.count) else {
            error(
                .impossibleCondition, node.position, "no match of a rule can meet the condition",
                "it is looked at when one of the rules matches, so one of them must be allowed to")
            return nil
        }
        return condition
    }

    private mutating func tooLong<Value>(_ node: YAMLNode) -> Value? {
        error(
            .tooLong, node.position, "the condition has more than \(Self.longestRulesCondition) characters")
        return nil
    }

    /// Whether it holds of some set of rules that has at least one in it.
    private static func canHold(_ condition: Condition, _ count: Int) -> Bool {
        (1..<max(2, UInt64(1) << UInt64(count))).contains { matched in
            condition.holds { matched >> UInt64($0) & 1 == 1 }
        }
    }
}

extension Condition {
    /// Whether it holds where the answers for its parts are these.
    public func holds(_ answer: (Int) -> Bool) -> Bool {
        switch self {
        case .selection(let index): answer(index)
        case .not(let inner): !inner.holds(answer)
        case .and(let parts): parts.allSatisfy { $0.holds(answer) }
        case .or(let parts): parts.contains { $0.holds(answer) }
        }
    }
}
