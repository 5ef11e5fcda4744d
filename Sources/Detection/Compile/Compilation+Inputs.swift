import Events
import Sigma

extension Compilation {
    /// The most inputs of one correlation: chains of correlations with different fields multiply them.
    private static let maximumInputs = 1024

    /// The ways into a correlation: one for all rules that have its fields under the same names, one for each rule of a
    /// temporal correlation.
    ///
    /// A correlation that another refers to hands on the event that completed it. A name of its `group-by` means what it
    /// meant for that correlation, aliases included.
    mutating func inputs(of correlation: SigmaCorrelation, _ sources: [Int], _ place: Place) -> [InputDraft] {
        var drafts: [InputDraft] = []
        for (number, source) in sources.enumerated() {
            guard let document = loaded[source] else { continue }
            if document.rule.isCorrelation, let draft = document.correlation {
                for (index, inner) in draft.inputs.enumerated() {
                    let known = Dictionary(zip(draft.groupNames, inner.input.groupSlots)) { first, _ in first }
                    guard let made = input(of: correlation, number, source, known, place) else { return [] }
                    add(made, to: &drafts) { $0.inputs.append((document: source, input: index)) }
                }
            } else {
                guard let made = input(of: correlation, number, source, [:], place) else { return [] }
                add(made, to: &drafts) { $0.rules.append(source) }
            }
            guard drafts.count <= Self.maximumInputs else {
                error(
                    place, "too-many-correlation-inputs", correlation.kind.position,
                    "The chain of correlations has more than \(Self.maximumInputs) combinations of fields")
                return []
            }
        }
        // Those with the same group stand together.
        return drafts.enumerated().sorted { left, right in
            let first = drafts.firstIndex { $0.input.groupSlots == left.element.input.groupSlots } ?? 0
            let second = drafts.firstIndex { $0.input.groupSlots == right.element.input.groupSlots } ?? 0
            return (first, left.offset) < (second, right.offset)
        }.map(\.element)
    }

    private func add(_ input: CorrelationInput, to drafts: inout [InputDraft], _ origin: (inout InputDraft) -> Void) {
        let known = drafts.firstIndex {
            $0.input.groupSlots == input.groupSlots && $0.input.valueSlot == input.valueSlot
                && $0.input.valueSlots == input.valueSlots && $0.input.source == input.source
        }
        if let known {
            origin(&drafts[known])
        } else {
            var draft = InputDraft(input: input)
            origin(&draft)
            drafts.append(draft)
        }
    }

    /// The input for matches of one source; `known` are the slots of names that the source gives a meaning of its own.
    private mutating func input(
        of correlation: SigmaCorrelation, _ number: Int, _ source: Int, _ known: [String: Int], _ place: Place
    ) -> CorrelationInput? {
        var place = place
        place.category = loaded[source]?.rule.category
        let slots = correlation.groupBy.compactMap { name -> Int? in
            let name = resolved(name, correlation, source)
            return known[name.value] ?? slot(name, place)
        }
        let isTemporal = correlation.kind.value == .temporal || correlation.kind.value == .temporalOrdered
        var input = CorrelationInput(correlation: 0, groupSlots: slots, source: isTemporal ? number : 0)
        if correlation.kind.value.hasField {
            let counted = valueSlots(of: correlation, source, known, place)
            guard let first = counted.first, counted.count == correlation.fields.count else { return nil }
            input.valueSlot = first
            if counted.count > 1 { input.valueSlots = counted }
        }
        return slots.count == correlation.groupBy.count ? input : nil
    }

    /// The slots of the counted fields, or that of the added one; fewer where one is wrong.
    private mutating func valueSlots(
        of correlation: SigmaCorrelation, _ source: Int, _ known: [String: Int], _ place: Place
    ) -> [Int] {
        if correlation.fields.isEmpty {
            error(
                place, "no-field", correlation.kind.position,
                "A \(correlation.kind.value.rawValue) needs the name of a field")
        }
        return correlation.fields.compactMap { field in
            let name = resolved(field, correlation, source)
            if correlation.kind.value == .valueCount { return known[name.value] ?? slot(name, place) }
            return numberSlot(name, place)?.slot
        }
    }

    /// The field that a name stands for in the events of a source.
    private func resolved(
        _ name: Located<String>, _ correlation: SigmaCorrelation, _ source: Int
    ) -> Located<String> {
        guard let alias = correlation.aliases.first(where: { $0.name.value == name.value }) else { return name }
        return alias.fields.first { document(of: $0.rule.value) == source }?.field ?? name
    }
}
