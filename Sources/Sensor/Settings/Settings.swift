import Foundation
import Network

/// What the sensor is told before it starts.
///
/// Flags beat the environment, that beats the file, that beats the defaults.
public struct Settings: Sendable {
    /// The alert store.
    public var database: String
    /// Folders or files with rules of the site, beside the shipped ones.
    public var rules: [String] = []
    /// Folders or files with rules, instead of the shipped ones; empty for these.
    public var onlyRules: [String] = []
    /// Folders or files with the site's own filters: exceptions to the rules.
    public var filters: [String] = []
    /// The site's lists by name: what rules and filters refer to by `|expand` with `%name%`.
    public var lists: [String: [String]] = [:]
    /// The name under which this sensor's alerts are stored.
    public var sensorName: String
    /// The bounds of every table.
    public var limits = SensorLimits(memory: SensorLimits.defaultMemory)
    /// Days after which an alert is deleted; `nil` keeps it.
    public var retentionDays: Int?
    /// Size in mebibytes beyond which the oldest alerts are deleted; `nil` for no limit.
    public var retentionMebibytes: Int?
    /// The key of fields that are digests of secrets; without one there are no digests.
    public var passwordKey: KeyedDigest?
    /// Kernel buffer of each interface, in mebibytes.
    public var captureBufferMebibytes = 16
    /// Bytes of a frame that are captured.
    public var snapLength = 262_144
    /// Whether interfaces are put into promiscuous mode.
    public var promiscuous = true

    /// The defaults in a given environment: systemd names the folder for state (systemd.exec(5), STATE_DIRECTORY).
    public init(environment: [String: String]) {
        if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first {
            database = "\(folder)/alerts.db"
        } else {
            database = "earshot.db"
        }
        sensorName = ProcessInfo.processInfo.hostName
    }

    /// What the command line may override.
    public struct Overrides: Sendable {
        /// The path of the database; `nil` for what the environment or the file says.
        public var database: String?
        /// Paths of rules; where there are any, those of the environment and the file do not count.
        public var rules: [String] = []
        /// Paths of rules instead of the shipped ones; where there are any, those of the environment and the file do not
        /// count.
        public var onlyRules: [String] = []
        /// Paths of filters; where there are any, those of the environment and the file do not count.
        public var filters: [String] = []
        /// The path of the configuration file; `nil` for where it usually is.
        public var configuration: String?

        /// Nothing overridden.
        public init() {}
    }

    /// Where the configuration is looked for when nobody names one.
    public static let defaultFile = "/etc/earshot/earshot.yaml"

    /// Joins defaults, file, environment and flags.
    public static func load(
        _ flags: Overrides, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(SensorError) -> Settings {
        var settings = Settings(environment: environment)
        let environmentFile = environment["EARSHOT_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        if let named = flags.configuration ?? environmentFile {
            try settings.read(file: named)
        } else if FileManager.default.fileExists(atPath: defaultFile) {
            try settings.read(file: defaultFile)
        }
        if let path = environment["EARSHOT_DB"], !path.isEmpty { settings.database = path }
        if let paths = environment["EARSHOT_RULES"], !paths.isEmpty {
            settings.rules = paths.split(separator: ":").map(String.init)
        }
        if let paths = environment["EARSHOT_ONLY_RULES"], !paths.isEmpty {
            settings.onlyRules = paths.split(separator: ":").map(String.init)
        }
        if let paths = environment["EARSHOT_FILTERS"], !paths.isEmpty {
            settings.filters = paths.split(separator: ":").map(String.init)
        }
        if let name = environment["EARSHOT_SENSOR"], !name.isEmpty { settings.sensorName = name }
        if let path = flags.database { settings.database = path }
        if !flags.rules.isEmpty { settings.rules = flags.rules }
        // Only these means: none that the environment or the file adds.
        if !flags.onlyRules.isEmpty { (settings.onlyRules, settings.rules) = (flags.onlyRules, flags.rules) }
        if !flags.filters.isEmpty { settings.filters = flags.filters }
        if settings.filters.isEmpty, RuleFiles.holdsAny(RuleSources.defaultFilters) {
            settings.filters = [RuleSources.defaultFilters]
        }
        return settings
    }
}
