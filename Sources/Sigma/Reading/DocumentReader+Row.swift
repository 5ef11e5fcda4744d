/// What an alert row tells beside its count: `distinct`, `bytes`, `kinds` and `escalate` of the attribute `earshot`.
extension DocumentReader {
    /// The most steps of one rule.
    static let maximumSteps = 60

    mutating func row(_ map: YAMLMap, isCorrelation: Bool, into result: inout EarshotExtension) {
        result.distinct = map["distinct"].flatMap { names($0, "`distinct`") } ?? []
        result.kinds = map["kinds"].flatMap { names($0, "`kinds`") } ?? []
        result.bytes = map["bytes"].flatMap { line($0, "`bytes`") }
        result.escalate = map["escalate"].flatMap { escalations($0, isCorrelation: isCorrelation) } ?? []
        guard map["suppress"] == nil, !isCorrelation else { return }
        for key in ["distinct", "bytes", "kinds", "escalate"] {
            guard let entry = map.entries.first(where: { $0.key.value == key }) else { continue }
            error(
                .missingKey, entry.key.position, "`\(key)` needs `suppress`: without it each match is a row of its own",
                "suppress: {by: [server.ip], for: 1d}")
        }
    }

    private mutating func escalations(_ node: YAMLNode, isCorrelation: Bool) -> [EarshotExtension.Escalation]? {
        guard case .list(let items) = node.content else {
            error(.wrongType, node.position, "`escalate` must be a list of steps, but this is \(node.kindName)")
            return nil
        }
        guard items.count <= Self.maximumSteps else {
            error(.tooManyValues, node.position, "`escalate` has more than \(Self.maximumSteps) steps")
            return nil
        }
        var steps: [EarshotExtension.Escalation] = []
        for item in items {
            guard let step = escalation(item, isCorrelation: isCorrelation) else { continue }
            if let last = steps.last, step.level.value < last.level.value {
                error(
                    .modifierOrder, step.level.position,
                    "a step is less bad than the one before it, and so would never be reached",
                    "the mildest comes first")
            }
            steps.append(step)
        }
        return steps
    }

    private mutating func escalation(_ node: YAMLNode, isCorrelation: Bool) -> EarshotExtension.Escalation? {
        let owner = "a step of `escalate`"
        guard let map = map(node, owner) else { return nil }
        checkKeys(of: map, ["condition", "rule", "level", "title", "summary"], in: owner)
        let level = required("level", in: map, of: owner, at: node.position).flatMap { self.level($0) }
        let title = map["title"].flatMap { self.title($0) }
        let summary = map["summary"].flatMap { line($0, "the summary") }
        let rule = map["rule"].flatMap { line($0, "`rule`") }
        if (map["condition"] == nil) == (map["rule"] == nil) {
            error(
                .missingKey, node.position, "a step of `escalate` has either `condition` or `rule`",
                "a condition over the selections of this rule, or the name of a rule that makes the row worse")
            return nil
        }
        if let condition = map["condition"] {
            if isCorrelation {
                error(
                    .unsupportedCorrelation, condition.position,
                    "a correlation has no selections that a step could have a condition over",
                    "name the rule that makes it worse: `rule: NAME`")
                return nil
            }
            stepConditions.append(condition)
        }
        guard let level else { return nil }
        return EarshotExtension.Escalation(
            condition: nil, rule: rule, level: level, title: title, summary: summary, position: node.position)
    }

    /// Reads the conditions of the steps, once the selections are known, and notes which of these they use.
    mutating func readStepConditions(over names: [Located<String>], _ used: inout Set<Int>) {
        for node in stepConditions {
            if let condition = condition(node, over: names, &used) { readSteps.append(condition) }
        }
        stepConditions = []
    }

    /// The steps of a rule with their conditions, which could not be read before the selections.
    func completed(_ steps: [EarshotExtension.Escalation]) -> [EarshotExtension.Escalation] {
        var conditions = readSteps.makeIterator()
        return steps.map { step in
            var step = step
            if step.rule == nil { step.condition = conditions.next() }
            return step
        }
    }
}
