import Events
import Inventory
import Yams

/// Looks for what a policy says twice, against itself or more widely than it was seen.
struct PolicyLint {
    private(set) var findings: [PolicyFinding] = []
    /// The protocols of the clients that have entries, by the kinds of their names.
    private var clients: [String: Set<String?>] = [:]

    /// Looks at the entries; `marks` say where each begins.
    init(_ policy: Policy, _ marks: [Mark?]) {
        for entry in policy.entries where entry.section == .clients {
            clients[entry.name, default: []].insert(entry.scope)
        }
        lookForShadows(policy, marks)
        for (entry, mark) in zip(policy.entries, marks) { look(at: entry, mark) }
        findings.sort { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    private mutating func warn(_ message: String, _ mark: Mark?) {
        findings.append(PolicyFinding(message, mark, isError: false))
    }

    private struct Key: Hashable {
        var section: PolicySection
        var scope: String?
        var name: String
    }

    /// Entries for one thing add up; one that adds nothing is told.
    private mutating func lookForShadows(_ policy: Policy, _ marks: [Mark?]) {
        var known: [Key: [(entry: PolicyEntry, line: Int)]] = [:]
        for (entry, mark) in zip(policy.entries, marks) {
            let key = Key(section: entry.section, scope: entry.scope, name: entry.name)
            let wide = Key(section: entry.section, scope: nil, name: entry.name)
            let others = known[key, default: []] + (entry.scope == nil ? [] : known[wide, default: []])
            for (other, line) in others where other.state == entry.state && other.until == nil {
                guard entry.values.allSatisfy({ Self.has(other.values[$0.key], $0.value) }) else { continue }
                warn("line \(line) says all of this about '\(entry.name)' already; remove one of the two", mark)
                break
            }
            known[key, default: []].append((entry, mark?.line ?? 0))
        }
    }

    /// Whether one value says all that another does.
    private static func has(_ wide: PolicyValue?, _ narrow: PolicyValue) -> Bool {
        switch (wide, narrow) {
        case (.texts(let all), .texts(let some)): Set(some).isSubset(of: all)
        case (.numbers(let all), .numbers(let some)): Set(some).isSubset(of: all)
        case (.band(let least, let most), .band(let lower, let upper)): least <= lower && upper <= most
        case (.number(let one), .number(let other)): other <= one
        case (.flag(let one), .flag(let other)): one == other
        default: false
        }
    }

    private static func isFilter(_ name: String) -> Bool {
        name.split(separator: "/").contains { $0 == "+" || $0 == "#" }
    }

    private mutating func look(at entry: PolicyEntry, _ mark: Mark?) {
        switch entry.section {
        case .topics where Self.isFilter(entry.name), .heartbeats where Self.isFilter(entry.name):
            warn(
                "'\(entry.name)' is a filter, and names of topics are held against templates as they stand; name the topics",
                mark)
        case .filters where entry.name == "#" && (entry.texts(.readers)?.count ?? 0) > 1:
            warn("several kinds of clients may read everything; is each of them a monitor or a bridge?", mark)
        case .clients where entry.name == "{id}" || entry.name == "{n}":
            warn("'\(entry.name)' stands for any client whose name is one identifier", mark)
        default: break
        }
        if entry.section == .topics, entry.values[.publishers] == nil, entry.state != .deny {
            warn("'\(entry.name)' does not say who publishes: everybody may; add publishers: [...]", mark)
        }
        if entry.section == .clients, let scope = entry.scope, scope.contains(":") {
            let known = Protocols.descriptors.map { "'\($0.category.name)'" }.joined(separator: " or ")
            warn("protocol is \(known), not a server", mark)
        }
        for publisher in entry.texts(.publishers) ?? [] where entry.state != .deny {
            let proto = entry.scope.map { String($0.prefix { $0 != " " }) }
            let known = clients[publisher] ?? []
            if known.isEmpty || proto != nil && !known.contains(proto) && !known.contains(nil) {
                warn("'\(publisher)' has no entry under clients; it is told as new", mark)
            }
        }
    }
}
