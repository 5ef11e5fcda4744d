/// What a `temporal_ordered` correlation looks for, where that is more than a number of its rules.
///
/// The runs that count, as rules in ascending order, form a tree: each stands for itself and for the runs that begin as it
/// does. A class, so that a plan is copied at the price of one reference.
final class RunPlan: Sendable {
    /// A run: the one at `parent` with this rule behind it.
    struct Node: Hashable, Sendable {
        var rule: Int
        /// -1 where the run is of this rule alone.
        var parent: Int
    }

    /// One of the ways in which the condition is met.
    struct Way: Sendable {
        /// The run that must lie in the window; -1 where none must.
        var node: Int
        var length: Int
        /// A bit for each rule that must not have matched in the window.
        var absent: UInt64
    }

    /// What makes the condition true.
    enum Goal: Sendable {
        case ways([Way])
        /// The rules that matched in the window, all of them in order, are as many as these bounds allow. The run of a set
        /// of rules, a bit for each, stands at that number less 1.
        case count([MeasureBound])
    }

    let nodes: [Node]
    /// For each rule the runs that end with it.
    let endings: [[Int]]
    let goal: Goal

    private init(_ nodes: [Node], rules: Int, _ goal: Goal) {
        self.nodes = nodes
        endings = (0..<rules).map { rule in nodes.indices.filter { nodes[$0].rule == rule } }
        self.goal = goal
    }

    /// All of the rules, in their order.
    static func all(_ rules: Int) -> RunPlan {
        RunPlan(
            (0..<rules).map { Node(rule: $0, parent: $0 - 1) }, rules: rules,
            .ways([Way(node: rules - 1, length: rules, absent: 0)]))
    }

    /// As many of the rules as the bounds allow, at most 8 of them: 255 sets.
    static func counted(_ bounds: [MeasureBound], rules: Int) -> RunPlan {
        let nodes = (1..<(1 << min(rules, 8))).map { set in
            let last = Int.bitWidth - 1 - set.leadingZeroBitCount
            return Node(rule: last, parent: (set & ~(1 << last)) - 1)
        }
        return RunPlan(nodes, rules: rules, .count(bounds))
    }

    /// A condition in words; `nil` where more than `limit` runs would have to be followed.
    static func condition(_ condition: Expression, rules: Int, limit: Int) -> RunPlan? {
        guard let terms = ConditionTerm.terms(of: condition, limit: limit) else { return nil }
        var nodes: [Node] = []
        var ways: [Way] = []
        for term in terms {
            var place = -1
            for rule in 0..<rules where term.present >> UInt64(rule) & 1 == 1 {
                let node = Node(rule: rule, parent: place)
                if let known = nodes.firstIndex(of: node) {
                    place = known
                } else {
                    place = nodes.count
                    nodes.append(node)
                }
            }
            ways.append(Way(node: place, length: term.present.nonzeroBitCount, absent: term.absent))
        }
        return nodes.count <= limit ? RunPlan(nodes, rules: rules, .ways(ways)) : nil
    }
}

/// Rules that must have matched and rules that must not, a bit for each: a condition is true where any of its terms is.
struct ConditionTerm: Hashable {
    var present: UInt64 = 0
    var absent: UInt64 = 0

    /// The terms of a condition over at most 64 rules, without those that others imply; `nil` where more than `limit` come
    /// up on the way.
    static func terms(of condition: Expression, negated: Bool = false, limit: Int) -> [ConditionTerm]? {
        switch condition {
        case .constant(let value): return value != negated ? [ConditionTerm()] : []
        case .check(let rule):
            let bit = UInt64(1) << UInt64(rule)
            return [negated ? ConditionTerm(absent: bit) : ConditionTerm(present: bit)]
        case .not(let inner): return terms(of: inner, negated: !negated, limit: limit)
        case .all(let parts), .any(let parts):
            let joins = parts.compactMap { terms(of: $0, negated: negated, limit: limit) }
            guard joins.count == parts.count else { return nil }
            if case .any = condition, !negated { return distinct(joins.flatMap { $0 }, limit) }
            if case .all = condition, negated { return distinct(joins.flatMap { $0 }, limit) }
            var product = [ConditionTerm()]
            for part in joins {
                guard let next = distinct(product.flatMap { left in part.map { left.joined($0) } }, limit) else {
                    return nil
                }
                product = next
            }
            return product
        }
    }

    private func joined(_ other: ConditionTerm) -> ConditionTerm {
        ConditionTerm(present: present | other.present, absent: absent | other.absent)
    }

    private static func distinct(_ terms: [ConditionTerm], _ limit: Int) -> [ConditionTerm]? {
        var kept: [ConditionTerm] = []
        for term in terms where term.present & term.absent == 0 && !kept.contains(where: { $0.isImplied(by: term) }) {
            kept.removeAll { term.isImplied(by: $0) }
            kept.append(term)
            if kept.count > limit { return nil }
        }
        return kept
    }

    private func isImplied(by other: ConditionTerm) -> Bool {
        present & ~other.present == 0 && absent & ~other.absent == 0
    }
}
