import ArgumentParser
import Detection
import Engine
import Foundation
import Sensor
import Sigma

/// Where the alerts are.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The alert store.", valueName: "path"), completion: .file())
    var db: String?

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"), completion: .file())
    var config: String?

    /// The settings of a command that only reads the store: where nobody names one, that of the service is found.
    func settings() throws(SensorError) -> Settings { try Settings.load(overrides(), isReader: true) }

    /// Flags beat the environment, that beats the file, that beats the defaults.
    func settings(_ sources: RuleSourceOptions) throws(SensorError) -> Settings {
        try Settings.load(overrides(sources))
    }

    /// What the command line says.
    func overrides(_ sources: RuleSourceOptions? = nil) -> Settings.Overrides {
        var overrides = Settings.Overrides()
        overrides.database = db
        overrides.configuration = config
        overrides.rules = sources?.folders ?? []
        overrides.onlyRules = sources?.onlyFolders ?? []
        overrides.filters = sources?.filters ?? []
        return overrides
    }
}

/// What is done about packets that their receivers would not take.
struct PacketOptions: ParsableArguments {
    @Option(help: "Wrong checksums: ignore (for captures on the sending machine) or strict (leave such packets out).")
    var checksums: String?

    func validate() throws {
        guard let checksums, ChecksumPolicy(rawValue: checksums) == nil else { return }
        let known = ChecksumPolicy.allCases.map(\.rawValue).joined(separator: " and ")
        throw ValidationError("--checksums knows \(known), not '\(checksums)'")
    }

    /// What the command line says beats the configuration.
    func apply(to settings: inout Settings) {
        if let policy = checksums.flatMap({ ChecksumPolicy(rawValue: $0) }) {
            settings.limits.engine.checksums = policy
        }
    }
}

/// Which rules run.
struct RuleOptions: ParsableArguments {
    @OptionGroup var sources: RuleSourceOptions

    @Flag(help: "Start without the rules that cannot be loaded, instead of refusing to start.")
    var skipBrokenRules = false

    /// Loads the rules; errors among them end the program unless it was told otherwise.
    func load(_ settings: Settings) throws(SensorError) -> RuleSet {
        try RuleSet.load(settings.ruleSources, skippingBroken: skipBrokenRules, store: settings.database)
    }
}

extension RuleSet {
    /// Loads rules and says what keeps some from being loaded, which is an error unless they are to be skipped.
    ///
    /// `again` says whether a sensor is running, with rules that it loaded before. Beside `store` regular expressions are
    /// kept as they were compiled.
    static func load(
        _ sources: RuleSources, skippingBroken: Bool, store: String? = nil, again: Bool = false
    ) throws(SensorError) -> RuleSet {
        guard let store else { return try RuleSet.load(sources, withTests: false).checked(skippingBroken, again) }
        // A policy that cannot be read must not wait for rules that take longer.
        let policy = try sources.policy.map { path throws(SensorError) in try PolicyFile.load(path) }
        for warning in policy?.warnings ?? [] { Terminal.log(warning.text(in: sources.policy ?? "")) }
        let siteList = try sources.siteList.map { path throws(SensorError) in try SiteInventory(path: path) }
        let (known, found) = PatternCacheFile.read(beside: store)
        var doubt = found
        var rules = try RuleSet.load(sources, withTests: false, patterns: known)
        rules.policy = policy
        rules.siteList = siteList
        if doubt != .foreign, let patterns = rules.patterns(otherThan: known) {
            doubt = PatternCacheFile.write(patterns, beside: store) ?? doubt
        }
        if let doubt { Terminal.log(doubt.text(beside: store)) }
        return try rules.checked(skippingBroken, again)
    }

    /// Says what keeps rules from being loaded.
    private func checked(_ skippingBroken: Bool, _ again: Bool) throws(SensorError) -> RuleSet {
        let rules = self
        let errors = rules.errors
        // Other warnings are for those who write rules.
        let shown = rules.diagnostics.filter {
            $0.severity == .error || ["no-filters", "silenced-rule", "replaced-rule"].contains($0.code)
        }
        for diagnostic in shown { Terminal.log(rules.render(diagnostic)) }
        if !errors.isEmpty, !skippingBroken {
            let noun = errors.count == 1 ? "one error" : "\(errors.count) errors"
            let advice = again ? "" : "; mend them, or start without them by --skip-broken-rules"
            throw SensorError(.configuration, "the rules have \(noun)\(advice)")
        }
        if !errors.isEmpty { Terminal.log("\(plural(errors.count, "error")) in rules; the rules concerned do not run") }
        return rules
    }
}

/// Runs the body of a command: an error becomes a sentence on standard error and the exit code that goes with it.
func failing(_ body: () throws(SensorError) -> Void) throws {
    do throws(SensorError) { try body() } catch {
        Terminal.log("earshot: \(error.message)")
        throw ExitCode(error.exitCode.rawValue)
    }
}
