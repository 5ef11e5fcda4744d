import Alerts
import ArgumentParser
import Detection
import Foundation
import Glibc
import Network
import Sensor
import Sigma

/// Which alerts are asked for.
///
/// A repeated option gives alternatives; different options must all be met.
struct AlertFilterOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: "Only this level and above: informational, low, medium, high, critical.")
    var level: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Only this rule: its name, its id or the beginning of it, or a part of its title; '*' and '?' as in file names. Repeatable, as are those below.",
            valueName: "name"))
    var rule: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only alerts with this address or block at either end.", valueName: "address"))
    var ip: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only this MQTT client identifier; '*' and '?' as in file names.", valueName: "id"))
    var client: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only alerts whose server has this address or is in this block.", valueName: "address"))
    var server: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only rules with this tag, such as attack.t1110, t1110 or 'cve.*'.", valueName: "tag"))
    var tag: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Leave out what meets the option that follows: --not --rule 'coap*', --not --level low (that level alone).",
            valueName: "option"))
    var not: [String] = []

    @Option(help: ArgumentHelp("Only open, acknowledged, closed or reopened alerts. Repeatable.", valueName: "state"))
    var state: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Only alerts seen since: \(TimeOption.forms).", valueName: "time"))
    var since: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only alerts seen until then.", valueName: "time"))
    var until: String?

    @Flag(help: "Read and show times in UTC; otherwise those of a terminal are local.")
    var utc = false

    /// The zone in which times are read, and shown at a terminal.
    var zone: TimeZone { utc ? .gmt : .current }

    /// The kinds of filter that `--not` knows.
    static let kinds = ["level", "rule", "ip", "client", "server", "tag"]

    /// Makes one word of `--not --rule X`, which reads well and which no parser takes for an option's value.
    static func joiningNot(_ words: [String]) -> [String] {
        var result: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            result.append(word)
            guard word == "--not", let next = rest.first, next.hasPrefix("--") else { continue }
            let parts = next.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
            guard let kind = parts.first, kinds.contains(kind) else { continue }
            rest.removeFirst()
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else { return words }
            result.append("\(kind)=\(value)")
        }
        return result
    }

    func validate() throws {
        for text in level where AlertLevel(named: text) == nil { throw ValidationError(levelHelp(text)) }
        for text in ip + server where CIDRBlock(text) == nil { throw ValidationError(Self.addressHelp(text)) }
        for text in state where AlertFilter.State(rawValue: text) == nil {
            let known = AlertFilter.State.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no state '\(text)'; there are \(known)")
        }
        for text in [since, until].compactMap(\.self) where TimeOption(zone: zone).microseconds(text) == nil {
            throw ValidationError("'\(text)' is no time; these are: \(TimeOption.forms)")
        }
        for text in not {
            guard let (kind, value) = Self.exclusion(text) else {
                throw ValidationError(
                    "--not wants an option of those that filter, such as --not --rule NAME; not '\(text)'")
            }
            if kind == "level", AlertLevel(named: value) == nil { throw ValidationError(levelHelp(value)) }
            if ["ip", "server"].contains(kind), CIDRBlock(value) == nil {
                throw ValidationError(Self.addressHelp(value))
            }
        }
    }

    private static func addressHelp(_ text: String) -> String {
        "'\(text)' is no address and no block such as 10.0.0.0/8"
    }

    private static func exclusion(_ text: String) -> (kind: String, value: String)? {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, kinds.contains(parts[0]) else { return nil }
        return (parts[0], parts[1])
    }

    /// The filter that these options describe, for the alerts of a store.
    ///
    /// Names of rules are looked up among those that the store knows; with `isQuiet` none that it does not know is told.
    func filter(_ reader: AlertReader, isQuiet: Bool = false) throws(SensorError) -> AlertFilter {
        var filter = AlertFilter()
        let excluded = not.compactMap { Self.exclusion($0) }
        func values(_ kind: String) -> [String] { excluded.filter { $0.kind == kind }.map(\.value) }
        filter.minimumLevel = level.compactMap { AlertLevel(named: $0) }.min()
        filter.unwanted.levels = Set(values("level").compactMap { AlertLevel(named: $0) })
        filter.wanted.addresses = Set(ip.compactMap { CIDRBlock($0) })
        filter.unwanted.addresses = Set(values("ip").compactMap { CIDRBlock($0) })
        filter.wanted.servers = Set(server.compactMap { CIDRBlock($0) })
        filter.unwanted.servers = Set(values("server").compactMap { CIDRBlock($0) })
        filter.wanted.clients = Set(client)
        filter.unwanted.clients = Set(values("client"))
        filter.wanted.tags = Set(tag)
        filter.unwanted.tags = Set(values("tag"))
        if !isQuiet, !tag.isEmpty || !values("tag").isEmpty {
            let known = try reading { () throws(StoreError) in try reader.rules() }
            for text in tag + values("tag") where !known.contains(where: { AlertFilter.isTagged($0.tags, text) }) {
                Terminal.log("the store has no rule with the tag '\(text)'\(known.isEmpty ? " yet" : "")")
            }
        }
        if !rule.isEmpty || !values("rule").isEmpty {
            let known = StoredRules(try reading { () throws(StoreError) in try reader.rules() })
            for name in rule { known.find(name, into: &filter.wanted, isQuiet: isQuiet) }
            for name in values("rule") { known.find(name, into: &filter.unwanted, isQuiet: isQuiet) }
        }
        filter.states = Set(state.compactMap { AlertFilter.State(rawValue: $0) })
        let times = TimeOption(zone: zone)
        filter.since = since.flatMap { times.microseconds($0) }
        filter.until = until.flatMap { times.microseconds($0, isEnd: true) }
        return filter
    }

    /// Whether rules are asked for, so that the filter must be made anew when the store comes to know others.
    var asksForRules: Bool { !rule.isEmpty || not.contains { $0.hasPrefix("rule=") } }
}

/// The rules that a store knows, by everything that people call them.
struct StoredRules {
    private let rules: [RuleRecord]
    private let entries: [RuleNames.Entry]

    init(_ rules: [RuleRecord]) {
        self.rules = rules
        entries = rules.map { rule in
            RuleNames.Entry(
                id: rule.id, name: Self.name(rule), title: rule.title, file: "", isMain: rule.level != .informational)
        }
    }

    /// The name that the text of a rule gives it.
    static func name(_ rule: RuleRecord) -> String? {
        // Behind the rule's own text are those of filters.
        let text = rule.source.components(separatedBy: "\n---\n")[0]
        return BrokenDocument(text: text).identities.first { $0 != rule.id }
    }

    /// Adds the rules that a text means; the text itself, as a part of a title, where it is no rule's name.
    func find(_ wanted: String, into terms: inout AlertFilter.Terms, isQuiet: Bool) {
        if wanted.contains(where: { "*?[".contains($0) }) {
            let found = entries.filter { entry in
                let names: [String] = [entry.id ?? "", entry.name ?? "", entry.title]
                return names.contains { fnmatch(wanted.lowercased(), $0.lowercased(), 0) == 0 }
            }
            terms.ruleIDs.formUnion(found.compactMap(\.id))
            // So that none is asked for, rather than all.
            if found.isEmpty { terms.ruleIDs.insert(wanted) }
            if found.isEmpty, !isQuiet { Terminal.log("the store has no rule that is called like '\(wanted)' yet") }
            return
        }
        let finding = RuleNames(entries).find(wanted)
        if case .one(let place) = finding {
            terms.ruleIDs.insert(rules[place].id)
            return
        }
        terms.titleParts.insert(wanted)
        guard !isQuiet, case .none(let nearest) = finding,
            !rules.contains(where: { $0.title.lowercased().contains(wanted.lowercased()) })
        else { return }
        let hint = nearest.map { "; did you mean \($0)?" } ?? ""
        Terminal.log("the store has no rule that is called '\(wanted)'\(rules.isEmpty ? " yet" : "")\(hint)")
    }
}
