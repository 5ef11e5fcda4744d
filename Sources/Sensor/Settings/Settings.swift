import Foundation
import Network
import Payload
import Sandbox

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
    /// The file with the policy of the site; `nil` for none.
    public var policy: String?
    /// The site's own list of its machines, a CSV file; `nil` for none.
    public var siteList: String?
    /// The site's lists by name: what rules and filters refer to by `|expand` with `%name%`.
    public var lists: [String: [String]] = [:]
    /// The name under which this sensor's alerts are stored.
    public var sensorName: String
    /// The memory from which the bounds of every table follow, in bytes.
    public var memory = SensorLimits.defaultMemory {
        didSet { limits = SensorLimits(memory: memory) }
    }
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
    /// Whether an inventory of servers, clients and what they say is kept.
    public var keepsInventory = true
    /// Whom a sensor that root has started becomes, by name or number; `nil` for `earshot`, where there is such a user.
    public var user: String?
    /// Whether the program shuts itself in before it looks at the first frame.
    public var sandbox = SandboxMode.try
    /// Databases of countries and networks in MaxMind's format, for listings and reports.
    public var geoip: [String] = []
    /// Where each setting came from, by its key; those that are not there have their defaults.
    public internal(set) var origins: [String: SettingOrigin] = [:]
    /// The configuration file that was read; `nil` where there was none.
    public internal(set) var file: String?
    /// The interfaces to listen on, where the command line names none.
    public var interfaces: [String] = []
    /// Where metrics are written; `nil` for nowhere.
    public var metricsFile: String?
    /// When signs of life are told.
    public var life = LifeSigns.Options()

    /// The defaults in a given environment: systemd names the folder for state (systemd.exec(5), STATE_DIRECTORY).
    public init(environment: [String: String]) {
        if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first {
            database = "\(folder)/alerts.db"
            origins["db"] = .environment("STATE_DIRECTORY")
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

    /// Where sensors that run as services have their stores, of which a reader takes one where nobody names any.
    public static let serviceFolder = "/var/lib/earshot"

    /// The stores of services: that of earshot.service, or those of earshot@INTERFACE.service, each in a folder of its own.
    private static func serviceStores(in folder: String) -> [String] {
        let common = "\(folder)/alerts.db"
        if !isMissing(common) { return [common] }
        let instances = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return instances.sorted().map { "\(folder)/\($0)/alerts.db" }.filter { access($0, F_OK) == 0 }
    }

    /// Joins defaults, file, environment and flags.
    ///
    /// - Parameters:
    ///   - flags: what the command line says.
    ///   - isReader: whether the store is only read: then that of the service is taken where nobody names one and there is
    ///     none in the working folder.
    ///   - environment: the environment.
    ///   - serviceFolder: where services have their stores.
    /// - Returns: the settings.
    /// - Throws: `SensorError` where the file cannot be read, something in it is wrong, or a reader has several services'
    ///   stores to choose from.
    public static func load(
        _ flags: Overrides, isReader: Bool = false,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        serviceFolder: String = Settings.serviceFolder
    ) throws(SensorError) -> Settings {
        var settings = Settings(environment: environment)
        let environmentFile = environment["EARSHOT_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        if let named = flags.configuration ?? environmentFile {
            try settings.read(file: named)
        } else if FileManager.default.fileExists(atPath: defaultFile) {
            try settings.read(file: defaultFile)
        }
        try settings.take(environment)
        settings.take(flags)
        if settings.origins["db"] == nil, isReader, isMissing(settings.database) {
            let stores = serviceStores(in: serviceFolder)
            guard stores.count < 2 else {
                let names = stores.joined(separator: ", ")
                throw SensorError(.usage, "there are several alert stores; name one with --db: \(names)")
            }
            settings.database = stores.first ?? settings.database
        }
        if settings.rules.isEmpty, settings.onlyRules.isEmpty, RuleFiles.holdsAny(RuleSources.defaultRules) {
            settings.rules = [RuleSources.defaultRules]
        }
        if settings.filters.isEmpty, RuleFiles.holdsAny(RuleSources.defaultFilters) {
            settings.filters = [RuleSources.defaultFilters]
        }
        return settings
    }

    private mutating func take(_ environment: [String: String]) throws(SensorError) {
        for key in Self.keys {
            guard let variable = key.variable, let text = environment[variable], !text.isEmpty else { continue }
            do throws(SettingFault) { try key.readText(text, &self) } catch {
                throw SensorError(.configuration, "\(variable): \(error.message)")
            }
            origins[key.name] = .environment(variable)
        }
    }

    private mutating func take(_ flags: Overrides) {
        if let path = flags.database { (database, origins["db"]) = (path, .option("--db")) }
        // Only these means: none that the environment or the file adds.
        if !flags.onlyRules.isEmpty {
            (onlyRules, rules) = (flags.onlyRules, [])
            (origins["only_rules"], origins["rules"]) = (.option("--only-rules"), .option("--only-rules"))
        }
        if !flags.rules.isEmpty { (rules, origins["rules"]) = (flags.rules, .option("--rules")) }
        if !flags.filters.isEmpty { (filters, origins["filters"]) = (flags.filters, .option("--filters")) }
    }
}
