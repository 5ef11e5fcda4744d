/// What a `temporal_ordered` correlation looks for.
///
/// The runs that count, as rules in ascending order, share their beginnings: a node stands for the runs that end with a
/// rule, and each of its parents for the runs that they go on from.
struct OrderedPlan: Sendable {
    /// Runs that end with one rule.
    struct Node: BitwiseCopyable, Sendable {
        /// The rule that ends them.
        var rule: Int32
        /// How many rules they have.
        var length: Int32
        /// The nodes that they go on from; empty where the runs are of this rule alone.
        var parents: IndexRange
    }

    /// One of the ways in which the condition is met.
    struct Alternative: BitwiseCopyable, Sendable {
        /// The node one of whose runs must lie in the window; -1 where none must.
        var node: Int32
        /// How many rules such a run has.
        var length: Int32
        /// A bit for each rule that must not have matched in the window.
        var absent: UInt64
    }

    /// How many rules there are.
    let rules: Int
    let nodes: [Node]
    /// For each rule the stretch of `endings` that is its own.
    let endingRanges: [IndexRange]
    /// The nodes that end with a rule, in ascending order.
    let endings: [Int32]
    /// The condition is met where one of these is.
    let alternatives: [Alternative]
    /// Where there are any: the rules that matched in the window, all of them in order, must be as many as these
    /// allow.
    ///
    /// The node of a set of rules, a bit for each, stands at that number less 1.
    let counts: [MeasureBound]

    private init(_ nodes: [Node], rules: Int, _ alternatives: [Alternative], counts: [MeasureBound] = []) {
        self.rules = rules
        self.nodes = nodes
        self.alternatives = alternatives
        self.counts = counts
        var ranges: [IndexRange] = []
        var endings: [Int32] = []
        for rule in 0..<rules {
            let own = nodes.indices.filter { nodes[$0].rule == rule }
            ranges.append(IndexRange(endings.count..<(endings.count + own.count)))
            endings += own.map { Int32(truncatingIfNeeded: $0) }
        }
        endingRanges = ranges
        self.endings = endings
    }

    private static func node(_ rule: Int, length: Int, parents: Range<Int>) -> Node {
        Node(
            rule: Int32(truncatingIfNeeded: rule), length: Int32(truncatingIfNeeded: length),
            parents: IndexRange(parents))
    }

    private static func alternative(_ node: Int, length: Int, absent: UInt64 = 0) -> Alternative {
        Alternative(node: Int32(truncatingIfNeeded: node), length: Int32(truncatingIfNeeded: length), absent: absent)
    }

    /// At least `needed` of the rules, in their order.
    static func atLeast(_ needed: Int, of rules: Int) -> OrderedPlan {
        guard needed <= rules else { return OrderedPlan([], rules: rules, []) }
        // All of them: a single run, whose beginnings are the only nodes.
        if needed == rules {
            let nodes = (0..<rules).map { node($0, length: $0 + 1, parents: max(0, $0 - 1)..<$0) }
            return OrderedPlan(nodes, rules: rules, [alternative(rules - 1, length: rules)])
        }
        let nodes = (0..<needed).flatMap { length in
            (0..<rules).map { rule in
                let first = (length - 1) * rules
                return node(rule, length: length + 1, parents: length == 0 ? 0..<0 : first..<(first + rule))
            }
        }
        // A node of more than one rule without parents has no runs.
        let ways = ((needed - 1)..<rules).map { alternative((needed - 1) * rules + $0, length: needed) }
        return OrderedPlan(nodes, rules: rules, ways)
    }

    /// As many of the rules as the bounds allow, at most 8 of them: 255 sets.
    static func counted(_ bounds: [MeasureBound], rules: Int) -> OrderedPlan {
        let nodes = (1..<(1 << min(rules, 8))).map { set in
            let last = Int.bitWidth - 1 - set.leadingZeroBitCount
            let parent = (set & ~(1 << last)) - 1
            return node(last, length: set.nonzeroBitCount, parents: parent < 0 ? 0..<0 : parent..<(parent + 1))
        }
        return OrderedPlan(nodes, rules: rules, [], counts: bounds)
    }

    /// A condition in words; `nil` where more than `limit` runs would have to be followed.
    static func condition(_ condition: Expression, rules: Int, limit: Int) -> OrderedPlan? {
        guard let terms = ConditionTerm.terms(of: condition, limit: limit) else { return nil }
        var known: [[Int]: Int] = [:]
        var nodes: [Node] = []
        var ways: [Alternative] = []
        for term in terms {
            var run: [Int] = []
            var place = -1
            for rule in 0..<rules where term.present >> UInt64(rule) & 1 == 1 {
                run.append(rule)
                if let found = known[run] {
                    place = found
                    continue
                }
                nodes.append(node(rule, length: run.count, parents: place < 0 ? 0..<0 : place..<(place + 1)))
                place = nodes.count - 1
                known[run] = place
            }
            ways.append(alternative(place, length: run.count, absent: term.absent))
        }
        return nodes.count <= limit ? OrderedPlan(nodes, rules: rules, ways) : nil
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
