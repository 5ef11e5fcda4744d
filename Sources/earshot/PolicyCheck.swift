import Alerts
import ArgumentParser
import Foundation
import Inventory
import Sensor

/// `earshot policy check`: what is wrong with a policy, and what it would tell.
struct PolicyCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is wrong with a policy, and what rows it would raise on captures.",
        discussion: """
            Without captures it is held against what the store knows of the network. With captures every section counts as \
            switched on, so that you see what it would raise before it is. Nothing is stored.

            EXAMPLES
              earshot policy check policy.yaml
              earshot policy check policy.yaml tuesday.pcap wednesday.pcap --verbose
            """)

    @Argument(help: ArgumentHelp("The policy.", valueName: "file"), completion: .file())
    var file: String

    @OptionGroup var captures: CaptureOptions

    @OptionGroup var store: StoreOptions
    @OptionGroup var rules: RuleOptions

    @Flag(name: .shortAndLong, help: "Also print each row.")
    var verbose = false

    func run() throws {
        try failing { () throws(SensorError) in
            let policy = try PolicyFile.load(file)
            for warning in policy.warnings { print(warning.text(in: file)) }
            let settings = try store.settings(rules.sources)
            let found = captures.found
            if found.paths.isEmpty { return try compare(policy) }
            let input = try CaptureInput(found.paths)
            var sources = settings.ruleSources
            sources.policy = nil
            let ruleSet = try RuleSet.load(sources, skippingBroken: rules.skipBrokenRules)
            let trial = try PolicyTrial(
                policy, captures: input.files, filter: try found.packetFilter(), rules: ruleSet, settings: settings)
            show(trial, policy)
        }
    }

    private func show(_ trial: PolicyTrial, _ file: PolicyFile) {
        if verbose {
            for line in trial.lines {
                print("\(PolicyText.time(line.time)) \(line.level.rawValue) \(terminalSafe(line.text))")
            }
        }
        for (name, count) in trial.hidden.sorted(by: { $0.key < $1.key }) {
            print(terminalSafe("not told in maintenance \(name): \(count)"))
        }
        for section in PolicySection.allCases {
            let outcome = trial.sections[section] ?? PolicyTrial.Outcome()
            let rows = outcome.rows.values.reduce(0, +)
            let perDay = trial.perDay(rows).map { ", \(Int($0.rounded(.up))) a day" } ?? ""
            let parts = outcome.rows.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            print(
                "\(section.rawValue) (\(file.policy.mode(of: section).rawValue)): \(plural(rows, "row"))\(perDay), "
                    + "\(outcome.severe) of medium level or above" + (parts.isEmpty ? "" : ": \(parts)"))
        }
    }

    /// What the store knows and the policy does not.
    private func compare(_ file: PolicyFile) throws(SensorError) {
        let path = try store.settings().database
        guard FileManager.default.fileExists(atPath: path) else {
            print(
                "\(plural(file.policy.entries.count, "entry", "entries")); there is no store at \(path) to hold it against"
            )
            return
        }
        let reader = try openReader(path)
        let snapshot = try reading { () throws(StoreError) in try reader.inventory() }
        let unknown = PolicyComparison.unknown(in: PolicyLearner.learn(snapshot).policy, to: file.policy)
        for entry in unknown where verbose {
            print(
                "not in the policy: \(entry.section.rawValue): \(terminalSafe(entry.scope.map { $0 + " " } ?? ""))\(terminalSafe(entry.name))"
            )
        }
        for section in PolicySection.allCases {
            let count = unknown.count { $0.section == section }
            print(
                "\(section.rawValue) (\(file.policy.mode(of: section).rawValue)): \(count) seen that the policy does not know"
            )
        }
    }
}

/// `earshot policy show`: a policy in a few lines.
struct PolicyShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say in a few lines what a policy holds, and its digest.",
        discussion: """
            EXAMPLES
              earshot policy show policy.yaml
            """)

    @Argument(
        help: ArgumentHelp("The policy; that of the configuration without it.", valueName: "file"), completion: .file())
    var file: String?

    @OptionGroup var store: StoreOptions

    func run() throws {
        try failing { () throws(SensorError) in
            let policy = try PolicyFile.load(try PolicyFile.path(file, try store.settings()))
            print("\(policy.path): digest \(policy.digest)")
            if let zone = policy.policy.zone { print(terminalSafe("zone: \(zone.name)")) }
            for window in policy.policy.maintenance {
                let isOpen = window.isOpen(
                    at: Int64(Date().timeIntervalSince1970 * 1e6), in: policy.policy.zone ?? .utc)
                print(terminalSafe("maintenance: \(window.name)\(isOpen ? ", open now" : "")"))
            }
            for section in PolicySection.allCases {
                let entries = policy.policy.entries(of: section)
                let byState = PolicyEntry.State.allCases.compactMap { state -> String? in
                    let count = entries.count { $0.state == state }
                    return count > 0 ? "\(count) \(state.rawValue)" : nil
                }
                let states = byState.isEmpty ? "none" : byState.joined(separator: ", ")
                print("\(section.rawValue) (\(policy.policy.mode(of: section).rawValue)): \(states)")
            }
            for entry in policy.policy.entries where entry.by != nil {
                let until = entry.until.map { ", until \(PolicyText.time($0))" } ?? ""
                print(
                    terminalSafe(
                        "\(entry.by ?? "") \(entry.state.rawValue)s \(entry.section.rawValue) \(entry.name)\(until): "
                            + (entry.why ?? "no reason given")))
            }
        }
    }
}

/// `earshot policy suggest-lists`: members for the site's lists.
struct PolicySuggestLists: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggest-lists",
        abstract: "Suggest bridges, monitors, gateways and commissioning hosts from what was seen.",
        discussion: """
            Prints lines for the setting 'lists', each with its reason. Nobody is put on a list without you.

            EXAMPLES
              earshot policy suggest-lists --db alerts.db
            """)

    @OptionGroup var store: StoreOptions

    func run() throws {
        try failing { () throws(SensorError) in
            let reader = try openReader(try store.settings().database)
            let snapshot = try reading { () throws(StoreError) in try reader.inventory() }
            let found = RoleSuggestion.of(snapshot)
            print(found.isEmpty ? "# Nobody does what these lists are for." : "lists:")
            for (list, members) in Dictionary(grouping: found, by: \.list).sorted(by: { $0.key < $1.key }) {
                print("  \(list):")
                for member in members { print("    - \(member.address)  # \(terminalSafe(member.reason))") }
            }
        }
    }
}

/// `earshot policy export`: a policy in the language of something that can enforce it.
struct PolicyExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print a policy as an ACL of mosquitto or EMQX, as MUD (RFC 8520) or as a draft for nftables.",
        discussion: """
            What that language cannot say is printed to standard error, and as comments where it has them.

            EXAMPLES
              earshot policy export policy.yaml --format mosquitto > acl.conf
            """)

    @Argument(
        help: ArgumentHelp("The policy; that of the configuration without it.", valueName: "file"), completion: .file())
    var file: String?

    @Option(help: "mosquitto, emqx, mud or nftables.")
    var format: String

    @OptionGroup var store: StoreOptions

    func validate() throws {
        if PolicyExport(rawValue: format) == nil {
            let known = PolicyExport.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--format knows \(known), not '\(format)'")
        }
    }

    func run() throws {
        try failing { () throws(SensorError) in
            let policy = try PolicyFile.load(try PolicyFile.path(file, try store.settings()))
            guard let export = PolicyExport(rawValue: format) else { return }
            print(export.text(policy.policy), terminator: "")
            for limit in export.limits { Terminal.log("\(format) cannot say: \(limit)") }
        }
    }
}
