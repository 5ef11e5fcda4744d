import Events
import Sigma

extension Compilation {
    /// Compiles a rule on single events.
    mutating func compile(_ rule: SigmaRule, _ index: Int) {
        var place = Place(document: index, file: rule.metadata.file, category: nil)
        checkLogSource(rule.logsource, &place)
        let selections = rule.selections.map { expression($0.body, place) }
        let condition = Expression.any(
            rule.conditions.map { expression($0.value, selections, $0.position, place) })
        let own = ownMeasure(rule, index, place)
        let suppression = suppression(rule.metadata, place) ?? own?.suppression
        let summary = summaryTemplate(rule.metadata, place, timespan: own?.draft.plan.timespan)
        checkShownFields(rule.metadata, place)
        let row = row(rule.metadata, place, timespan: own?.draft.plan.timespan)
        let steps = rule.metadata.earshot.escalate.map { step in
            step.condition.map { expression($0.value, selections, $0.position, place).simplified { _ in nil } }
        }
        if own != nil, let position = rule.metadata.earshot.escalate.first(where: { $0.condition != nil })?.position {
            error(
                place, "unsupported-step", position, "The row of a `ratio` or `absence` has no single event to judge",
                hint: "name the rule that makes it worse: `rule: NAME`")
        }
        guard !isBroken(index), let id = rule.metadata.id else { return }
        var compiled = CompiledRule(
            metadata: rule.metadata, id: id.value, category: place.category, isCorrelation: false,
            raisesAlerts: own == nil, steps: row.steps, suppression: suppression, summary: summary)
        compiled.distinctName = row.distinctName
        compiled.distinctSlots = row.distinctSlots
        compiled.bytesSlot = row.bytesSlot
        compiled.kindSlots = row.kindSlots
        loaded[index] = LoadedDocument(
            rule: compiled, condition: condition.simplified { _ in nil }, correlation: own?.draft, steps: steps)
    }

    mutating func checkLogSource(_ logsource: SigmaRule.LogSource, _ place: inout Place) {
        if let product = logsource.product, product.value != "earshot" {
            error(
                place, "unknown-product", product.position, "The product \(product.value) is not ours",
                hint: "product: earshot")
        }
        if let service = logsource.service {
            error(
                place, "unknown-service", service.position, "The service \(service.value) is not known",
                hint: "leave service out; category says which protocol is meant")
        }
        guard let category = logsource.category else { return }
        let known = registry.categories
        place.category = known.first { "\($0.name)" == category.value }
        if place.category == nil {
            let names = known.map { "\($0.name)" }
            let near = nearestName(to: category.value, among: names).map { "did you mean \($0)?" }
            error(
                place, "unknown-category", category.position, "There is no category \(category.value)",
                hint: near ?? "one of \(names.joined(separator: ", "))")
        }
    }

    mutating func expression(
        _ condition: Condition, _ selections: [Expression], _ position: SourcePosition, _ place: Place
    ) -> Expression {
        switch condition {
        case .selection(let index):
            guard selections.indices.contains(index) else {
                error(place, "unknown-selection", position, "The condition names a selection that is not there")
                return .constant(false)
            }
            return selections[index]
        case .not(let inner): return .not(expression(inner, selections, position, place))
        case .and(let parts): return .all(parts.map { expression($0, selections, position, place) })
        case .or(let parts): return .any(parts.map { expression($0, selections, position, place) })
        }
    }

    mutating func expression(_ body: SelectionBody, _ place: Place) -> Expression {
        switch body {
        case .all(let tests): .all(tests.map { expression($0, place) })
        case .any(let bodies): .any(bodies.map { expression($0, place) })
        case .keywords(let words, _): keywordExpression(words, TestModifiers(), place)
        }
    }

    /// What `earshot.suppress` says; of a correlation without it the caller decides.
    mutating func suppression(_ metadata: SigmaMetadata, _ place: Place) -> SuppressionPlan? {
        guard let given = metadata.earshot.suppress else { return nil }
        if given.nanoseconds <= 0 {
            error(place, "bad-duration", given.position, "The time of suppress must be more than nothing")
        }
        let names = given.fields.map(\.value).joined(separator: ",")
        return SuppressionPlan(
            slots: given.fields.compactMap { slot($0, place) }, duration: given.nanoseconds,
            identity: "\(given.nanoseconds)|\(names)")
    }

    /// The slot of a field that is only read, not tested.
    mutating func slot(_ name: Located<String>, _ place: Place) -> Int? {
        guard let entry = field(name, place) else { return nil }
        return pool.slot(entry)
    }

    /// Looks at `fields`, which no event depends on.
    mutating func checkShownFields(_ metadata: SigmaMetadata, _ place: Place) {
        for name in metadata.fields where registry.field(named: name.value) == nil {
            warn(
                place, "unknown-field", name.position, "There is no field \(name.value)",
                hint: registry.nearestName(to: name.value).map { "did you mean \($0)?" })
        }
    }
}
