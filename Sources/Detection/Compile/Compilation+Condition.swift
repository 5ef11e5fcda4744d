import Sigma

/// Conditions over the rules of a correlation.
extension Compilation {
    /// Puts into a plan what its condition asks beyond a number of rules.
    mutating func addCondition(
        _ correlation: SigmaCorrelation, _ sources: [Int], _ place: Place, to plan: inout CorrelationPlan
    ) {
        let condition = correlation.condition.map { expression($0, correlation, sources) }
        switch plan.measure {
        case .rules:
            guard let condition else { return }
            var builder = ProgramBuilder { _ in 1 }
            plan.conditionStart = builder.emit(
                condition, ifTrue: Instruction.accept, ifFalse: Instruction.reject)
            plan.conditionCode = builder.instructions
        case .orderedRules:
            if let condition {
                plan.ordered = OrderedPlan.condition(
                    condition, rules: sources.count, limit: SigmaReader.maximumOrderedRuns)
                if plan.ordered == nil {
                    error(
                        place, "too-many-runs", correlation.kind.position,
                        "The condition comes down to more than \(SigmaReader.maximumOrderedRuns) runs of rules",
                        hint: "a correlation for each part of it is followed more easily")
                }
            } else if !correlation.asksForAtLeast {
                plan.ordered = .counted(plan.bounds, rules: sources.count)
            } else {
                let needed = max(1, min(correlation.neededRules, sources.count + 1))
                plan.ordered = .atLeast(needed, of: sources.count)
            }
        default: break
        }
    }

    /// The condition over the places in `sources`, among which a rule stands once, however often it was named.
    private func expression(
        _ condition: Condition, _ correlation: SigmaCorrelation, _ sources: [Int]
    ) -> Expression {
        switch condition {
        case .selection(let index):
            guard correlation.rules.indices.contains(index),
                let document = document(of: correlation.rules[index].value),
                let source = sources.firstIndex(of: document)
            else { return .constant(false) }
            return .check(source)
        case .not(let inner): return .not(expression(inner, correlation, sources))
        case .and(let parts): return .all(parts.map { expression($0, correlation, sources) })
        case .or(let parts): return .any(parts.map { expression($0, correlation, sources) })
        }
    }
}
