import Network

/// A policy made ready to be asked: entries for one thing joined, by what they are looked up with.
///
/// Entries add up: lists are joined and bands widened over all entries for one thing that say them. What no entry says is
/// not checked.
public struct PolicyIndex: Sendable {
    /// All entries for one thing together.
    struct Rule: Sendable {
        /// What people call it.
        let name: String
        /// What the entries say, joined.
        var entry: PolicyEntry
        /// The numbers in the names of clients.
        var numbers: NumberRuns?
        /// The form of these names.
        var mould: NumberRuns.Mould?
        /// Usual networks.
        var networks: [CIDRBlock] = []
        /// Kinds of clients that are denied, or all where `deniesAll`.
        var denied: Set<String> = []
        var deniesAll = false
        /// Whether an entry allows it, even if only as a candidate.
        var isAllowed = false
        /// Whether all that allows it are candidates.
        var isCandidate = true
        /// Whether it says anything of the numbers in records: to find these takes a walk through each.
        var judgesNumbers = false
    }

    private struct Key: Hashable {
        var section: PolicySection
        var scope: String?
        var name: String
    }

    /// All rules; others refer to them by their places.
    let rules: [Rule]
    private let places: [Key: Int]
    /// Whether any scope or server is a network, or any port: else a server is looked up by its own name alone.
    private let hasWideScopes: Bool
    private let modes: [PolicySection: Policy.Mode]
    /// Names of topics and resources by which anybody commands, by server; `nil` for all servers.
    private let commandTopics: [String?: Set<String>]
    /// The digest of the file.
    public let digest: String
    /// When an entry ends, in microseconds since 1970 UTC; `.max` where none does.
    public let nextEnd: Int64
    private let policy: Policy

    /// Makes a policy ready, as it is at a time in microseconds since 1970 UTC.
    public init(_ policy: Policy, digest: String, at time: Int64 = .min) {
        self.policy = policy
        self.digest = digest
        modes = policy.modes
        let entries = policy.entries.filter { ($0.until ?? .max) > time }
        nextEnd = entries.compactMap(\.until).min() ?? .max
        var rules: [Rule] = []
        var places: [Key: Int] = [:]
        var topics: [String?: Set<String>] = [:]
        // What holds everywhere is also part of what is said of one server.
        let wide = Dictionary(grouping: entries.filter { $0.scope == nil }) {
            Key(section: $0.section, scope: nil, name: $0.name)
        }
        for entry in entries {
            let key = Key(section: entry.section, scope: entry.scope, name: entry.name)
            if let place = places[key] {
                rules[place].join(entry)
            } else {
                places[key] = rules.count
                var rule = Rule(name: entry.name, entry: PolicyEntry(entry.section, entry.name, scope: entry.scope))
                rule.join(entry)
                if entry.scope != nil {
                    for other in wide[Key(section: entry.section, scope: nil, name: entry.name)] ?? [] {
                        rule.join(other)
                    }
                }
                rules.append(rule)
            }
            if entry.section == .commands, entry.state != .deny {
                topics[entry.scope, default: []].formUnion(entry.texts(.topics) ?? [])
            }
        }
        for place in rules.indices { rules[place].prepare() }
        hasWideScopes = entries.contains { entry in
            guard let server = entry.section == .servers ? entry.name : entry.scope else { return false }
            return server.contains { $0 == "/" || $0 == "*" }
        }
        self.rules = rules
        self.places = places
        commandTopics = topics
    }

    /// The same policy at a later time.
    func advanced(to time: Int64) -> PolicyIndex { PolicyIndex(policy, digest: digest, at: time) }

    /// When deviations are expected.
    var maintenance: [MaintenanceWindow] { policy.maintenance }
    /// The zone of these times.
    var zone: ZoneOffsets { policy.zone ?? .utc }

    /// How a section is used.
    func mode(of section: PolicySection) -> Policy.Mode { modes[section] ?? .on }

    /// The names of networks and ports that take in a server, where the policy has such names.
    private func widerKeys(_ server: String) -> [String] {
        hasWideScopes ? AddressFolding.widerKeys(server) : []
    }

    /// The place of the rule for something; `nil` where there is none.
    func place(_ section: PolicySection, _ name: String, at scope: String) -> Int? {
        if section == .servers {
            let names = [name] + widerKeys(name)
            return names.lazy.compactMap { places[Key(section: section, scope: nil, name: $0)] }.first
        }
        for scope in [scope] + widerKeys(scope) {
            if let place = places[Key(section: section, scope: scope, name: name)] { return place }
        }
        return places[Key(section: section, scope: nil, name: name)]
    }

    /// The topic of a kind of clients at a server that is most like a name: as many levels, and most of them the same.
    func nearestTopic(to name: String, of party: String, at server: String) -> String? {
        let levels = name.split(separator: "/", omittingEmptySubsequences: false)
        let scopes = Set([server] + widerKeys(server))
        var best: (same: Int, name: String)?
        for rule in rules where rule.entry.section == .topics && rule.isAllowed {
            guard rule.entry.scope.map({ scopes.contains($0) }) ?? true,
                rule.entry.texts(.publishers)?.contains(party) == true
            else { continue }
            let others = rule.name.split(separator: "/", omittingEmptySubsequences: false)
            guard others.count == levels.count else { continue }
            let same = zip(levels, others).count { $0 == $1 }
            if same > 0, same > best?.same ?? 0 || same == best?.same && rule.name < best?.name ?? "" {
                best = (same, rule.name)
            }
        }
        return best?.name
    }

    /// Whether a name is one by which somebody commands.
    func isCommand(_ name: String, at server: String) -> Bool {
        ([server] + widerKeys(server)).contains { commandTopics[$0]?.contains(name) == true }
            || commandTopics[nil]?.contains(name) == true
    }

}

extension PolicyIndex.Rule {
    /// Takes up another entry for the same.
    mutating func join(_ other: PolicyEntry) {
        guard other.state != .deny else {
            let parties = Set((other.texts(.publishers) ?? []) + (other.texts(.readers) ?? []))
            if parties.isEmpty { deniesAll = true } else { denied.formUnion(parties) }
            return
        }
        isAllowed = true
        if other.state == .allow { isCandidate = false }
        entry.join(other.values)
    }

    /// Works out what is looked at often.
    mutating func prepare() {
        if let texts = entry.texts(.numbers) { numbers = NumberRuns(texts) }
        mould = NumberRuns.Mould(entry.name)
        judgesNumbers = [.clock, .set, .values, .run].contains { entry.values[$0] != nil }
        networks = (entry.texts(.networks) ?? []).compactMap { text in
            CIDRBlock(text) ?? IPAddress(text).flatMap { CIDRBlock($0, length: $0.bitWidth) }
        }
    }

    /// Whether a list of kinds of clients has one; a list that does not stand there has all.
    func has(_ party: String, in attribute: PolicyAttribute) -> Bool {
        guard let texts = entry.texts(attribute) else { return true }
        if texts.contains(party) { return true }
        guard let address = IPAddress(party) else { return false }
        return texts.contains { CIDRBlock($0)?.contains(address) == true }
    }

    /// Whether it is denied to a kind of clients.
    func denies(_ party: String) -> Bool { deniesAll || denied.contains(party) }
}

/// Holds one policy against another.
public enum PolicyComparison {
    /// The entries of what was seen that a policy does not know, or knows of others only.
    public static func unknown(in seen: Policy, to policy: Policy) -> [PolicyEntry] {
        let index = PolicyIndex(policy, digest: "")
        return seen.entries.filter { entry in
            guard let place = index.place(entry.section, entry.name, at: entry.scope ?? ""),
                index.rules[place].isAllowed
            else { return true }
            let rule = index.rules[place]
            for attribute in [PolicyAttribute.publishers, .readers, .methods, .formats, .versions, .roles] {
                guard let known = rule.entry.texts(attribute), let texts = entry.texts(attribute) else { continue }
                if !Set(texts).isSubset(of: known) { return true }
            }
            return false
        }
    }
}
