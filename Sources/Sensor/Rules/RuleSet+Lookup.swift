import Detection
import Foundation
import Sigma

extension RuleSet {
    /// The rule that is called so: by id, name, title, file name, or the beginning of an id.
    public func rule(_ wanted: String) throws(SensorError) -> Int {
        switch compiled.names.find(wanted) {
        case .one(let place): return place
        case .several(let count):
            throw SensorError(
                .noInput, "\(count) rules are called '\(wanted)', or have an id that begins so; give the id")
        case .none(let nearest):
            let hint = nearest.map { "; did you mean \($0)?" } ?? ""
            throw SensorError(.noInput, "no rule is called '\(wanted)'\(hint)")
        }
    }

    /// Whether a reference of another document means a rule.
    func means(_ reference: String, _ rule: CompiledRule) -> Bool {
        guard case .one(let place) = compiled.names.find(reference) else { return false }
        return compiled.rules[place].id == rule.id
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
            return correlation.rules.contains { means($0.value, rule) } ? correlation : nil
        }
    }

    /// The rules that a correlation counts.
    public func sources(of correlation: SigmaCorrelation) -> [CompiledRule] {
        correlation.rules.compactMap { reference in
            if case .one(let place) = compiled.names.find(reference.value) { compiled.rules[place] } else { nil }
        }
    }

    /// The filters on a rule.
    public func filters(on rule: CompiledRule) -> [SigmaFilter] {
        guard case .rule(let tree)? = document(of: rule) else { return [] }
        return documents.compactMap { document in
            guard case .filter(let filter) = document, filter.fits(tree.logsource) else { return nil }
            switch filter.rules {
            case .any: return filter
            case .rules(let names): return names.contains { means($0.value, rule) } ? filter : nil
            }
        }
    }
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
