import Alerts
import Detection
import Events
import Foundation
import Sigma

/// A Sigma filter that takes one alert row, and nothing else, from the rules that feed it.
public struct RuleException: Sendable {
    /// The filter, as a file of YAML; one document for each category of messages.
    public var text: String
    /// The rules that it is for, by name or id.
    public var rules: [String]
    /// What is left out, as field and value.
    public var fields: [(name: String, value: String)]
    /// Other rules that raise rows from the same messages: what is left out is left out of theirs, too.
    public var others: [String]
    /// Rows of the store that no field tells from the alert: their messages are left out, too.
    public var reached: [StoredAlert]
}

extension RuleSet {
    /// Makes the exception for an alert: what tells its row from others of its rule is what is left out.
    ///
    /// - Parameters:
    ///   - stored: the alert.
    ///   - place: the place of its rule among those that are loaded.
    ///   - by: who asks for it.
    ///   - rows: the rows of the rules of `sharing(rule:)`, which it is to leave alone as far as fields tell them apart.
    /// - Returns: the filter.
    /// - Throws: `SensorError` where the row has nothing that a filter could go by.
    public func exception(
        for stored: StoredAlert, rule place: Int, by: String, beside rows: [StoredAlert] = []
    ) throws(SensorError) -> RuleException {
        let alert = stored.alert
        let fed = feeding(compiled.rules[place])
        let row = RowFields(alert)
        var (fields, reached) = row.telling(rows.filter { RowFields.isAnother($0, than: stored) }, beside: [])
        if !reached.isEmpty {
            (fields, reached) = row.telling(reached, beside: try testedFields(fed, alert))
        }
        guard !fields.isEmpty, !fed.isEmpty else {
            throw SensorError(.dataError, "alert \(stored.id) has no address that an exception could go by")
        }
        var documents: [String] = []
        for (category, rules) in Dictionary(grouping: fed, by: { $0.category?.name.description ?? "" })
            .sorted(by: { $0.key < $1.key })
        {
            let names = rules.map { $0.metadata.name?.value ?? $0.id }.sorted()
            let title = "Not \(alert.ruleTitle)" + (documents.isEmpty ? "" : " (\(category))")
            documents.append(
                """
                title: \(RowFields.quoted(title))
                id: \(UUID().uuidString.lowercased())
                description: \(RowFields.quoted("Alert \(stored.id), left out by \(by)."))
                logsource: {product: earshot\(category.isEmpty ? "" : ", category: \(category)")}
                filter:
                    rules: [\(names.joined(separator: ", "))]
                    known:
                \(fields.map { "        \($0.name): \($0.value)" }.joined(separator: "\n"))
                    condition: not known

                """)
        }
        return RuleException(
            text: documents.joined(separator: "---\n"),
            rules: fed.map { $0.metadata.name?.value ?? $0.id }.sorted(), fields: fields,
            others: others(fed, beside: compiled.rules[place]), reached: reached)
    }

    /// The ids of the rules that raise rows from the messages that a rule rests on, its own among them.
    public func sharing(rule place: Int) -> [String] {
        let owner = compiled.rules[place]
        let names = Set(others(feeding(owner), beside: owner))
        return [owner.id] + compiled.rules.filter { names.contains($0.metadata.name?.value ?? $0.id) }.map(\.id)
    }

    /// The fields that the tests of a rule ask for which the message of an alert meets.
    ///
    /// None where several rules or alternatives make the row: what one of them asks for the messages of another lack.
    private func testedFields(_ fed: [CompiledRule], _ alert: Alert) throws(SensorError) -> [String] {
        guard fed.count == 1, case .rule(let tree)? = document(of: fed[0]),
            let place = compiled.rules.firstIndex(where: { $0.id == fed[0].id }),
            let event = try? RecordedEvent(json: Substring(alert.event))
        else { return [] }
        guard tree.conditions.count == 1, !Self.hasAlternatives(tree.conditions[0].value) else { return [] }
        var explainer = try RuleExplainer(self, rule: place)
        let met = explainer.explain(event).filter { $0.verdict && $0.seen != nil }
        return NSOrderedSet(array: met.compactMap(\.field)).array as? [String] ?? []
    }

    /// Whether an event can meet a condition in several ways; what holds in any case, as steps that are named, is none.
    private static func hasAlternatives(_ condition: Condition) -> Bool {
        switch condition {
        case .selection, .not: false
        case .and(let parts): parts.contains(where: hasAlternatives)
        case .or(let parts): !parts.contains { parts.contains(.not($0)) }
        }
    }

    /// The rules that raise rows of their own from what some rules find, apart from one of them, by name or id.
    private func others(_ fed: [CompiledRule], beside owner: CompiledRule) -> [String] {
        let ids = Set(fed.map(\.id))
        // Its row may be that of another rule, of which it is a step.
        let joined = owner.rowOwner.map { compiled.rules[$0].id }
        return compiled.rules.filter { rule in
            rule.id != owner.id && rule.id != joined && rule.raisesAlerts && rule.rowOwner == nil
                && feeding(rule).contains { ids.contains($0.id) }
        }.map { $0.metadata.name?.value ?? $0.id }.sorted()
    }

    /// The rules on single messages that a row of a rule comes from: those that it counts, and those that are steps of it or
    /// that it is a step of.
    func feeding(_ rule: CompiledRule) -> [CompiledRule] {
        var found: [CompiledRule] = []
        var pending = [rule]
        while let next = pending.popLast() {
            guard !found.contains(where: { $0.id == next.id }) else { continue }
            found.append(next)
            for document in documents {
                let (metadata, counted): (SigmaMetadata, [String])
                switch document {
                case .rule(let tree): (metadata, counted) = (tree.metadata, [])
                case .correlation(let tree): (metadata, counted) = (tree.metadata, tree.rules.map(\.value))
                case .filter: continue
                }
                guard case .one(let place) = compiled.names.find(metadata.id?.value ?? metadata.title.value) else {
                    continue
                }
                let owner = compiled.rules[place]
                let steps = metadata.earshot.escalate.compactMap { $0.rule?.value }.compactMap {
                    name -> CompiledRule? in
                    if case .one(let step) = compiled.names.find(name) { compiled.rules[step] } else { nil }
                }
                if owner.id == next.id {
                    pending += steps
                    pending += counted.compactMap { name in
                        if case .one(let part) = compiled.names.find(name) { compiled.rules[part] } else { nil }
                    }
                } else if steps.contains(where: { $0.id == next.id }) {
                    pending.append(owner)
                }
            }
        }
        return found.filter { !$0.isCorrelation }
    }
}
