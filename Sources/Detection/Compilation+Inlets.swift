import Events
import Sigma

extension Compilation {
    /// The most inlets of one correlation: chains of correlations with different fields multiply them.
    private static let maximumInlets = 1024

    /// The ways into a correlation: one for all rules that have its fields under the same names, one for each rule of a
    /// temporal correlation.
    ///
    /// A correlation that another refers to hands on the event that completed it. A name of its `group-by` means what it
    /// meant for that correlation, aliases included.
    mutating func inlets(of correlation: SigmaCorrelation, _ sources: [Int], _ place: Place) -> [InletDraft] {
        var drafts: [InletDraft] = []
        for (number, source) in sources.enumerated() {
            guard let document = loaded[source] else { continue }
            if document.rule.isCorrelation, let draft = document.correlation {
                for (index, inner) in draft.inlets.enumerated() {
                    let known = Dictionary(zip(draft.groupNames, inner.inlet.groupSlots)) { first, _ in first }
                    guard let made = inlet(of: correlation, number, source, known, place) else { return [] }
                    add(made, to: &drafts) { $0.inlets.append((document: source, inlet: index)) }
                }
            } else {
                guard let made = inlet(of: correlation, number, source, [:], place) else { return [] }
                add(made, to: &drafts) { $0.rules.append(source) }
            }
            guard drafts.count <= Self.maximumInlets else {
                error(
                    place, "too-many-inlets", correlation.kind.position,
                    "The chain of correlations has more than \(Self.maximumInlets) combinations of fields")
                return []
            }
        }
        // Those with the same group stand together.
        return drafts.enumerated().sorted { left, right in
            let first = drafts.firstIndex { $0.inlet.groupSlots == left.element.inlet.groupSlots } ?? 0
            let second = drafts.firstIndex { $0.inlet.groupSlots == right.element.inlet.groupSlots } ?? 0
            return (first, left.offset) < (second, right.offset)
        }.map(\.element)
    }

    private func add(_ inlet: Inlet, to drafts: inout [InletDraft], _ origin: (inout InletDraft) -> Void) {
        let known = drafts.firstIndex {
            $0.inlet.groupSlots == inlet.groupSlots && $0.inlet.valueSlot == inlet.valueSlot
                && $0.inlet.source == inlet.source
        }
        if let known {
            origin(&drafts[known])
        } else {
            var draft = InletDraft(inlet: inlet)
            origin(&draft)
            drafts.append(draft)
        }
    }

    /// The inlet for matches of one source; `known` are the slots of names that the source gives a meaning of its own.
    private mutating func inlet(
        of correlation: SigmaCorrelation, _ number: Int, _ source: Int, _ known: [String: Int], _ place: Place
    ) -> Inlet? {
        var place = place
        place.category = loaded[source]?.rule.category
        let slots = correlation.groupBy.compactMap { name -> Int? in
            let name = resolved(name, correlation, source)
            return known[name.value] ?? slot(name, place)
        }
        let isTemporal = correlation.kind.value == .temporal || correlation.kind.value == .temporalOrdered
        var inlet = Inlet(correlation: 0, groupSlots: slots, source: isTemporal ? number : 0)
        if correlation.kind.value.hasField {
            guard let slot = valueSlot(of: correlation, source, known, place) else { return nil }
            inlet.valueSlot = slot
        }
        return slots.count == correlation.groupBy.count ? inlet : nil
    }

    /// The slot of the counted or added field.
    private mutating func valueSlot(
        of correlation: SigmaCorrelation, _ source: Int, _ known: [String: Int], _ place: Place
    ) -> Int? {
        guard let field = correlation.field else {
            error(
                place, "no-field", correlation.kind.position,
                "A \(correlation.kind.value.rawValue) needs the name of a field")
            return nil
        }
        let name = resolved(field, correlation, source)
        if correlation.kind.value == .valueCount { return known[name.value] ?? slot(name, place) }
        return numberSlot(name, place)?.slot
    }

    /// The field that a name stands for in the events of a source.
    private func resolved(
        _ name: Located<String>, _ correlation: SigmaCorrelation, _ source: Int
    ) -> Located<String> {
        guard let alias = correlation.aliases.first(where: { $0.name.value == name.value }) else { return name }
        return alias.fields.first { byIdentity[$0.rule.value] == source }?.field ?? name
    }
}
