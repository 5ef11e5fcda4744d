import Events
import Sigma

/// Kinds of correlation of our own: what a rule measures of its own matches, under `earshot`.
extension Compilation {
    /// The draft of a rule's `ratio` or `absence`, and how its alerts are told apart unless the rule says so.
    mutating func ownMeasure(
        _ rule: SigmaRule, _ index: Int, _ place: Place
    ) -> (draft: CorrelationDraft, suppression: SuppressionPlan?)? {
        if let ratio = rule.metadata.earshot.ratio { return self.ratio(ratio, rule, index, place) }
        if let absence = rule.metadata.earshot.absence { return self.absence(absence, rule, index, place) }
        return nil
    }

    private mutating func ratio(
        _ ratio: EarshotExtension.Ratio, _ rule: SigmaRule, _ index: Int, _ place: Place
    ) -> (draft: CorrelationDraft, suppression: SuppressionPlan?)? {
        let slots = ratio.groupBy.compactMap { slot($0, place) }
        guard let value = numberSlot(ratio.field, place), let over = numberSlot(ratio.over, place) else { return nil }
        let scale: Int64 = value.isReal || over.isReal ? CorrelationWindows.realScale : 1
        let plan = CorrelationPlan(
            rule: 0, measure: .ratio, timespan: ratio.timespan.value, bounds: ratio.bounds.map { MeasureBound($0) },
            entries: 0, minimumSum: ratio.minimumSum, minimumOver: ratio.minimumOver, scale: scale,
            identity: identity(of: rule.metadata))
        let input = CorrelationInput(correlation: 0, groupSlots: slots, valueSlot: value.slot, overSlot: over.slot)
        let names = ratio.groupBy.map(\.value)
        let suppression = SuppressionPlan(
            slots: slots, duration: ratio.timespan.value,
            identity: "\(ratio.timespan.value)|\(names.joined(separator: ","))")
        return (draft(plan, input, names, of: index), suppression)
    }

    private mutating func absence(
        _ absence: EarshotExtension.Absence, _ rule: SigmaRule, _ index: Int, _ place: Place
    ) -> (draft: CorrelationDraft, suppression: SuppressionPlan?)? {
        let slots = absence.groupBy.compactMap { slot($0, place) }
        let plan = CorrelationPlan(
            rule: 0, measure: .absence, timespan: absence.timespan.value, bounds: [], entries: 0,
            after: absence.after, identity: identity(of: rule.metadata))
        let input = CorrelationInput(correlation: 0, groupSlots: slots)
        return (draft(plan, input, absence.groupBy.map(\.value), of: index), nil)
    }

    private func draft(_ plan: CorrelationPlan, _ input: CorrelationInput, _ names: [String], of index: Int)
        -> CorrelationDraft
    {
        CorrelationDraft(
            plan: plan, inputs: [InputDraft(input: input, rules: [index])], sources: [], generates: true,
            groupNames: names)
    }

    /// The slot of a field whose values can be added up, and whether they can have fractions.
    mutating func numberSlot(_ name: Located<String>, _ place: Place) -> (slot: Int, isReal: Bool)? {
        guard let entry = field(name, place) else { return nil }
        guard entry.info.type == .int || entry.info.type == .float else {
            error(
                place, "type-mismatch", name.position,
                "The values of \(name.value) are \(entry.info.type.rawValue); only numbers can be added up")
            return nil
        }
        return (pool.slot(entry), entry.info.type == .float)
    }

    /// What windows belong to: the document as it stands.
    func identity(of metadata: SigmaMetadata) -> String {
        "\(metadata.id?.value ?? "")|\(metadata.name?.value ?? "")|\(metadata.source)"
    }
}
