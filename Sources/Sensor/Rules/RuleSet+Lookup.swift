import Detection
import Foundation
import Sigma

extension RuleSet {
    /// The rule of an id or a name; the beginning of an id will do where it is that of one rule only.
    public func rule(_ wanted: String) throws(SensorError) -> Int {
        let rules = compiled.rules
        let lower = wanted.lowercased()
        if let place = rules.firstIndex(where: { $0.id == lower || $0.metadata.name?.value == wanted }) { return place }
        let begun = lower.count >= 4 ? rules.indices.filter { rules[$0].id.hasPrefix(lower) } : []
        if begun.count == 1 { return begun[0] }
        if begun.count > 1 { throw SensorError(.noInput, "\(begun.count) rules have an id that begins with \(wanted)") }
        let names = rules.compactMap(\.metadata.name?.value) + rules.map(\.id)
        let hint = nearestName(to: wanted, among: names).map { "; did you mean \($0)?" } ?? ""
        throw SensorError(.noInput, "no rule with the id or name '\(wanted)' is loaded\(hint)")
    }

    /// The document that a rule was made from.
    public func document(of rule: CompiledRule) -> SigmaDocument? {
        documents.first { document in
            switch document {
            case .rule(let other): other.metadata.isSame(as: rule.metadata)
            case .correlation(let other): other.metadata.isSame(as: rule.metadata)
            case .filter: false
            }
        }
    }

    /// The correlations that count a rule's matches.
    public func correlations(counting rule: CompiledRule) -> [SigmaCorrelation] {
        documents.compactMap { document in
            guard case .correlation(let correlation) = document else { return nil }
            return correlation.rules.contains { rule.answers(to: $0.value) } ? correlation : nil
        }
    }

    /// The rules that a correlation counts.
    public func sources(of correlation: SigmaCorrelation) -> [CompiledRule] {
        correlation.rules.compactMap { reference in compiled.rules.first { $0.answers(to: reference.value) } }
    }

    /// The filters on a rule.
    public func filters(on rule: CompiledRule) -> [SigmaFilter] {
        guard case .rule(let tree)? = document(of: rule) else { return [] }
        return documents.compactMap { document in
            guard case .filter(let filter) = document, filter.fits(tree.logsource) else { return nil }
            switch filter.rules {
            case .any: return filter
            case .rules(let names): return names.contains { rule.answers(to: $0.value) } ? filter : nil
            }
        }
    }
}

extension CompiledRule {
    /// Whether a reference by id or name means this rule.
    func answers(to reference: String) -> Bool { id == reference.lowercased() || metadata.name?.value == reference }
}

extension SigmaMetadata {
    /// Whether both are of the same document.
    fileprivate func isSame(as other: SigmaMetadata) -> Bool { file == other.file && position == other.position }
}

extension SigmaFilter {
    /// Whether a rule with that logsource has all that the filter's asks for.
    fileprivate func fits(_ other: SigmaRule.LogSource) -> Bool {
        (logsource.product == nil || logsource.product?.value == other.product?.value)
            && (logsource.category == nil || logsource.category?.value == other.category?.value)
            && (logsource.service == nil || logsource.service?.value == other.service?.value)
    }
}
