import Foundation
import Network
import Payload

/// What the sensor is told before it starts.
///
/// Flags beat the environment, that beats the file, that beats the defaults.
public struct Settings: Sendable {
    /// The alert store.
    public var database: String
    /// The number of the group whose members may read the store; `nil` for its owner alone.
    public var databaseGroup: UInt32?
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
    /// Bytes of a payload that are looked at.
    public var inspectedBytes = PayloadInspector.defaultBytes
    /// Whether interfaces are put into promiscuous mode.
    public var promiscuous = true

    /// The defaults in a given environment: systemd names the folder for state (systemd.exec(5), STATE_DIRECTORY).
    public init(environment: [String: String]) {
        if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first {
            database = "\(folder)/alerts.db"
        } else {
            database = Self.defaultDatabase
        }
        sensorName = ProcessInfo.processInfo.hostName
    }

    /// Whether there is no such file; one in a folder that may not be entered may be there.
    private static func isMissing(_ path: String) -> Bool { access(path, F_OK) != 0 && errno != EACCES }

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

    /// Where the store is when nobody names one.
    public static let defaultDatabase = "earshot.db"

    /// Where the sensor that runs as a service has its store, which a reader takes where nobody names one.
    public static let serviceDatabase = "/var/lib/earshot/alerts.db"

    /// Joins defaults, file, environment and flags.
    ///
    /// - Parameters:
    ///   - flags: what the command line says.
    ///   - isReader: whether the store is only read: then that of the service, `serviceDatabase`, is taken where nobody names
    ///     one and there is none in the working folder.
    ///   - environment: the environment.
    ///   - serviceDatabase: where the service has its store.
    /// - Returns: the settings.
    /// - Throws: `SensorError` where the file cannot be read or something in it is wrong.
    public static func load(
        _ flags: Overrides, isReader: Bool = false,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        serviceDatabase: String = Settings.serviceDatabase
    ) throws(SensorError) -> Settings {
        var settings = Settings(environment: environment)
        // What nobody names below is decided at the end.
        if settings.database == defaultDatabase { settings.database = "" }
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
        if settings.database.isEmpty, flags.database == nil {
            let isElsewhere = isReader && isMissing(defaultDatabase) && !isMissing(serviceDatabase)
            settings.database = isElsewhere ? serviceDatabase : defaultDatabase
        }
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
