import Events
import Sigma

extension Compilation {
    /// Compiles a correlation. The rules it refers to must have been compiled.
    mutating func compile(_ correlation: SigmaCorrelation, _ index: Int, _ documents: [SigmaDocument]) {
        let metadata = correlation.metadata
        var place = Place(document: index, file: metadata.file, category: nil)
        let sources = sources(of: correlation, place, documents)
        let categories = Set(sources.map { loaded[$0]?.rule.category })
        if categories.count == 1, let only = categories.first { place.category = only }

        let groupSlots = correlation.groupBy.compactMap { slot($0, place) }
        let valueSlot = valueSlot(of: correlation, place)
        checkBounds(correlation, place)
        let suppression =
            suppression(metadata, place)
            ?? SuppressionPlan(slots: groupSlots, duration: correlation.timespan.value)
        let summary = summaryTemplate(metadata, place, timespan: correlation.timespan.value)
        checkShownFields(metadata, place)
        guard !isBroken(index), let id = metadata.id ?? metadata.name else { return }

        let largest = min(correlation.bounds.map(\.threshold).max() ?? 0, RuleCompiler.maximumThreshold)
        let plan = CorrelationPlan(
            rule: 0, kind: correlation.kind.value, groupSlots: groupSlots, valueSlot: valueSlot,
            timespan: correlation.timespan.value, bounds: correlation.bounds,
            entries: Int(max(0, largest)) + 1,
            identity: identity(of: correlation, id.value))
        let compiled = CompiledRule(
            metadata: metadata, id: id.value, category: place.category, isCorrelation: true, raisesAlerts: true,
            suppression: suppression, summary: summary)
        loaded[index] = LoadedDocument(
            rule: compiled, correlation: (plan: plan, sources: sources, generates: correlation.generate))
    }

    /// What windows belong to: of another definition under the same id they would be of no use.
    private func identity(of correlation: SigmaCorrelation, _ id: String) -> String {
        let names = correlation.groupBy.map(\.value).joined(separator: ",")
        let field = correlation.field?.value ?? ""
        return "\(id)|\(correlation.kind.value.rawValue)|\(correlation.timespan.value)|\(field)|\(names)"
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
            guard let source = byIdentity[reference.value] else {
                error(
                    place, "unknown-rule", reference.position, "There is no rule \(reference.value)",
                    hint: nearest(to: reference.value, in: byIdentity.keys.sorted()).map { "did you mean \($0)?" })
                continue
            }
            if case .correlation = documents[source] {
                error(
                    place, "chained-correlation", reference.position,
                    "\(reference.value) is a correlation itself; a correlation counts single-event rules only")
            } else if loaded[source] == nil {
                error(place, "broken-rule", reference.position, "The rule \(reference.value) could not be loaded")
            } else if !sources.contains(source) {
                sources.append(source)
            }
        }
        return sources
    }

    /// The slot of the counted or added field, -1 where there is none.
    private mutating func valueSlot(of correlation: SigmaCorrelation, _ place: Place) -> Int {
        let kind = correlation.kind.value
        guard kind != .eventCount else { return -1 }
        guard let name = correlation.field else {
            error(place, "no-field", correlation.kind.position, "A \(kind.rawValue) needs the name of a field")
            return -1
        }
        guard let entry = field(name, place) else { return -1 }
        if kind == .valueSum, entry.info.type != .int {
            error(
                place, "type-mismatch", name.position,
                "The values of \(name.value) are \(entry.info.type.rawValue); only whole numbers can be added up")
        }
        return pool.slot(entry)
    }

    private mutating func checkBounds(_ correlation: SigmaCorrelation, _ place: Place) {
        let position = correlation.kind.position
        if correlation.bounds.isEmpty {
            error(place, "no-condition", position, "The correlation says nothing of the count")
        }
        if correlation.timespan.value <= 0 {
            error(place, "bad-duration", correlation.timespan.position, "The timespan must be more than nothing")
        }
        guard correlation.kind.value != .valueSum else { return }
        for bound in correlation.bounds where bound.threshold > RuleCompiler.maximumThreshold {
            error(
                place, "threshold-too-large", position,
                "The threshold \(bound.threshold) is more than the \(RuleCompiler.maximumThreshold) that are counted")
        }
    }
}
