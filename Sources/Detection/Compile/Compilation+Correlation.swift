import Events
import Sigma

extension Compilation {
    /// Compiles a correlation, after those that it refers to.
    ///
    /// Rules must have been compiled.
    mutating func compileCorrelation(_ index: Int, _ documents: [SigmaDocument]) {
        guard case .correlation(let correlation) = documents[index], loaded[index] == nil, !open.contains(index) else {
            return
        }
        open.insert(index)
        let metadata = correlation.metadata
        var place = Place(document: index, file: metadata.file, category: nil)
        // What was wrong when it was read may show here as something missing, which was told already.
        let wasRead = !isBroken(index)
        let sources = sources(of: correlation, place, documents)
        let categories = Set(sources.map { loaded[$0]?.rule.category })
        if categories.count == 1, let only = categories.first { place.category = only }

        let inputs = inputs(of: correlation, sources, place)
        if wasRead { checkBounds(correlation, place) }
        let summary = summaryTemplate(metadata, place, timespan: correlation.timespan.value)
        let suppression = suppression(metadata, place)
        checkShownFields(metadata, place)
        let row = row(metadata, place, timespan: correlation.timespan.value)
        guard !isBroken(index), let id = metadata.id ?? metadata.name, let first = inputs.first else { return }

        let names = correlation.groupBy.map(\.value)
        var plan = plan(correlation, sources, inputs)
        addCondition(correlation, sources, place, to: &plan)
        guard !isBroken(index) else { return }
        let depth =
            sources.compactMap { source in
                loaded[source].flatMap { $0.rule.isCorrelation ? ($0.correlation?.depth ?? 0) + 1 : nil }
            }.max() ?? 0
        var compiled = CompiledRule(
            metadata: metadata, id: id.value, category: place.category, isCorrelation: true, raisesAlerts: true,
            steps: row.steps,
            suppression: suppression
                ?? SuppressionPlan(
                    slots: first.input.groupSlots, duration: correlation.timespan.value,
                    identity: "\(correlation.timespan.value)|\(names.joined(separator: ","))"),
            summary: summary)
        compiled.distinctName = row.distinctName
        compiled.distinctSlots = row.distinctSlots
        compiled.bytesSlot = row.bytesSlot
        compiled.kindSlots = row.kindSlots
        loaded[index] = LoadedDocument(
            rule: compiled,
            correlation: CorrelationDraft(
                plan: plan, inputs: inputs, sources: sources,
                generates: correlation.generate, groupNames: names, depth: depth),
            steps: metadata.earshot.escalate.map { _ in nil })
    }

    private func plan(
        _ correlation: SigmaCorrelation, _ sources: [Int], _ inputs: [InputDraft]
    ) -> CorrelationPlan {
        // With a larger threshold, events are added up.
        let largest = min(correlation.bounds.map(\.threshold).max() ?? 0, RuleCompiler.exactThreshold)
        let isAddedUp = correlation.bounds.contains { $0.threshold > RuleCompiler.exactThreshold }
        let isReal = inputs.contains { input in
            input.input.valueSlot >= 0 && pool.slots[input.input.valueSlot].entry.info.type == .float
        }
        var plan = CorrelationPlan(
            rule: 0, measure: Measure(correlation, isAddedUp: isAddedUp), timespan: correlation.timespan.value,
            bounds: correlation.bounds.map { MeasureBound($0) }, entries: Int(max(0, largest)) + 1,
            scale: isReal ? CorrelationWindows.realScale : 1,
            identity: identity(of: correlation, sources))
        plan.hasFractions = correlation.bounds.contains { $0.fraction != nil }
        return plan
    }

    /// What windows belong to: of another definition under the same id, or of other rules, they would be of no use.
    private func identity(of correlation: SigmaCorrelation, _ sources: [Int]) -> String {
        let names = correlation.groupBy.map(\.value).joined(separator: ",")
        let field = correlation.fields.map(\.value).joined(separator: ",")
        let own = identity(of: correlation.metadata)
        let rules = sources.compactMap { source -> String? in
            guard let document = loaded[source] else { return nil }
            return (document.correlation?.plan.identity ?? "") + "|" + document.rule.source
                + document.rule.filters.joined()
        }
        return "\(own)|\(correlation.kind.value.rawValue)|\(correlation.timespan.value)|\(field)|\(names)|"
            + rules.joined(separator: "|")
    }

    /// The documents that a correlation refers to.
    private mutating func sources(
        of correlation: SigmaCorrelation, _ place: Place, _ documents: [SigmaDocument]
    ) -> [Int] {
        if correlation.rules.isEmpty {
            error(place, "no-rules", correlation.metadata.position, "The correlation refers to no rule")
        }
        var sources: [Int] = []
        for reference in correlation.rules {
            guard let source = document(of: reference.value) else {
                if unreadable.contains(reference.value) {
                    error(
                        place, "broken-rule", reference.position, "The rule \(reference.value) could not be loaded")
                    continue
                }
                let doubt = doubt(of: reference.value)
                error(place, "unknown-rule", reference.position, doubt.message, hint: doubt.hint)
                continue
            }
            if case .filter = documents[source] {
                error(
                    place, "unknown-rule", reference.position, "\(reference.value) is a filter, which matches nothing")
                continue
            }
            if case .correlation = documents[source], loaded[source] == nil {
                if open.contains(source), !isBroken(source) {
                    error(
                        place, "circular-correlation", reference.position,
                        "\(reference.value) refers back to this correlation")
                    continue
                }
                compileCorrelation(source, documents)
            }
            if loaded[source] == nil {
                error(place, "broken-rule", reference.position, "The rule \(reference.value) could not be loaded")
            } else if !sources.contains(source) {
                sources.append(source)
                if !correlation.generate { silence(source, reference, correlation, place) }
            }
        }
        return sources
    }

    /// Warns of a rule whose alerts are no longer raised because a correlation of another file counts it: whoever wrote the
    /// rule does not know of that.
    private mutating func silence(
        _ source: Int, _ reference: Located<String>, _ correlation: SigmaCorrelation, _ place: Place
    ) {
        guard let rule = loaded[source]?.rule, rule.level != .informational, rule.file != correlation.metadata.file
        else { return }
        silencing.append((source, reference, place))
    }

    private mutating func checkBounds(_ correlation: SigmaCorrelation, _ place: Place) {
        let position = correlation.kind.position
        if correlation.bounds.isEmpty, correlation.condition == nil {
            error(place, "no-condition", position, "The correlation says nothing of the count")
        }
        if correlation.timespan.value <= 0 {
            error(place, "bad-duration", correlation.timespan.position, "The timespan must be more than nothing")
        }
        guard correlation.kind.value == .eventCount else { return }
        for bound in correlation.bounds where bound.threshold > RuleCompiler.maximumThreshold {
            error(
                place, "threshold-too-large", position,
                "The threshold \(bound.threshold) is more than the \(RuleCompiler.maximumThreshold) that can be counted"
            )
        }
    }
}

extension Measure {
    init(_ correlation: SigmaCorrelation, isAddedUp: Bool) {
        switch correlation.kind.value {
        case .eventCount: self = isAddedUp ? .manyEvents : .events
        case .valueCount: self = .distinctValues
        case .temporal: self = .rules
        case .temporalOrdered: self = .orderedRules
        case .valueSum: self = .sum
        case .valueAvg: self = .average
        case .valueMedian: self = .percentile(50)
        case .valuePercentile: self = .percentile(correlation.percentile)
        }
    }
}
