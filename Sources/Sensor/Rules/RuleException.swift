import Alerts
import Detection
import Events
import Foundation
import Network
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
}

extension RuleSet {
    /// Makes the exception for an alert: what tells its row from others of its rule is what is left out.
    ///
    /// - Parameters:
    ///   - stored: the alert.
    ///   - place: the place of its rule among those that are loaded.
    ///   - by: who asks for it.
    /// - Returns: the filter.
    /// - Throws: `SensorError` where the row has nothing that a filter could go by.
    public func exception(for stored: StoredAlert, rule place: Int, by: String) throws(SensorError) -> RuleException {
        let alert = stored.alert
        let fed = feeding(compiled.rules[place])
        let fields = Self.fields(of: alert)
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
                title: \(Self.quoted(title))
                id: \(UUID().uuidString.lowercased())
                description: \(Self.quoted("Alert \(stored.id), left out by \(by)."))
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
            others: others(fed, beside: compiled.rules[place]))
    }

    /// The rules that raise rows of their own from what some rules find, apart from one of them, by name or id.
    private func others(_ fed: [CompiledRule], beside owner: CompiledRule) -> [String] {
        let ids = Set(fed.map(\.id))
        return compiled.rules.filter { rule in
            rule.id != owner.id && rule.raisesAlerts && rule.rowOwner == nil
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

    /// What the row of an alert is told by, as far as a filter can name it; the ends where that is nothing.
    private static func fields(of alert: Alert) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        let event = (try? JSONSerialization.jsonObject(with: Data(alert.event.utf8))) as? [String: Any] ?? [:]
        for part in (alert.groupKey ?? "").split(separator: "|") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2, Protocols.registry.field(named: pair[0]) != nil else { continue }
            if pair[0].hasSuffix(".ip") {
                fields.append((pair[0], quoted(pair[1])))
            } else if pair[0].hasSuffix(".port"), let port = Int(pair[1]) {
                fields.append((pair[0], "\(port)"))
            } else if let value = event[pair[0]] as? String {
                // The event has the text as it was; that of the key is escaped for people.
                fields.append(("\(pair[0])|cased", quoted(sigma(value))))
            }
        }
        if !fields.contains(where: { $0.name.hasSuffix(".ip") }) {
            if let address = alert.clientIP { fields.append(("client.ip", quoted(address.description))) }
            if let address = alert.serverIP { fields.append(("server.ip", quoted(address.description))) }
        }
        return fields
    }

    /// A text in which nothing stands for anything but itself (Sigma specification, *Wildcards*).
    private static func sigma(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "\\*?".contains(character) { result.append("\\") }
            result.append(character)
        }
    }

    /// A scalar of YAML; control characters need the double quotes.
    private static func quoted(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return "'" + text.replacing("'", with: "''") + "'"
        }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\x" + (digits.count < 2 ? "0" : "") + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
