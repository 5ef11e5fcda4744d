import Events
import Sigma

extension Compilation {
    /// Adds the condition of a filter to the rules that it is on.
    ///
    /// As in pySigma, a filter is on a rule if the rule's logsource has all that the filter's says, and the filter names
    /// the rule or `any`; it is never on a correlation.
    mutating func apply(_ filter: SigmaFilter, _ index: Int, _ documents: [SigmaDocument]) {
        var place = Place(document: index, file: filter.file, category: nil)
        checkLogSource(filter.logsource, &place)
        let selections = filter.selections.map { expression($0.body, place) }
        let condition = expression(filter.condition.value, selections, filter.condition.position, place)
        guard !isBroken(index) else { return }
        let targets = targets(of: filter, place, documents)
        for target in targets {
            guard let document = loaded[target] else { continue }
            loaded[target]?.condition = .all([document.condition, condition]).simplified { _ in nil }
            loaded[target]?.rule.filters.append(filter.source)
        }
        if targets.isEmpty, !namesUnreadable(filter) {
            warn(
                place, "unused-filter", filter.position, "The filter is on no rule",
                hint: "a rule must have the logsource of the filter")
        }
    }

    /// What the rules are called that a correlation counts, and those that it refers to.
    private func counted(by index: Int, _ documents: [SigmaDocument], depth: Int = 0) -> [String] {
        guard case .correlation(let correlation) = documents[index], depth < documents.count else { return [] }
        var found: [String] = []
        for reference in correlation.rules {
            guard let source = document(of: reference.value) else { continue }
            var own = [reference.value]
            if case .correlation = documents[source] { own = counted(by: source, documents, depth: depth + 1) }
            found += own.filter { !found.contains($0) }
        }
        return found
    }

    /// Whether a filter names a rule that could not be read: of which logsource that is, nobody knows.
    private func namesUnreadable(_ filter: SigmaFilter) -> Bool {
        guard case .rules(let names) = filter.rules else { return false }
        return names.contains { document(of: $0.value) == nil && unreadable.contains($0.value) }
    }

    /// The documents of the rules that a filter is on.
    private mutating func targets(
        of filter: SigmaFilter, _ place: Place, _ documents: [SigmaDocument]
    ) -> [Int] {
        func covers(_ document: Int) -> Bool {
            guard case .rule(let rule) = documents[document] else { return false }
            return filter.logsource.covers(rule.logsource)
        }
        guard case .rules(let names) = filter.rules else { return documents.indices.filter(covers) }
        var targets: [Int] = []
        for name in names {
            guard let document = document(of: name.value) else {
                if unreadable.contains(name.value) { continue }
                let doubt = doubt(of: name.value)
                warn(place, "unknown-rule", name.position, doubt.message, hint: doubt.hint)
                continue
            }
            if covers(document) {
                if !targets.contains(document) { targets.append(document) }
            } else if case .rule = documents[document] {
                warn(
                    place, "filter-mismatch", name.position,
                    "The rule \(name.value) has another logsource than the filter, which is therefore not on it")
            } else {
                warn(
                    place, "filter-mismatch", name.position, "A filter cannot be on \(name.value), which is no rule",
                    hint: "name what it counts: \(counted(by: document, documents).joined(separator: ", "))")
            }
        }
        return targets
    }
}

extension SigmaRule.LogSource {
    /// Whether another has all that this one says.
    fileprivate func covers(_ other: SigmaRule.LogSource) -> Bool {
        (product == nil || product?.value == other.product?.value)
            && (category == nil || category?.value == other.category?.value)
            && (service == nil || service?.value == other.service?.value)
    }
}
