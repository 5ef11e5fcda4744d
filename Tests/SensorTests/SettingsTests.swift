import Engine
import Flows
import Foundation
import Network
import Sensor
import Testing

/// Who may read the store, by the name or the number of a group.
@Test("Group of the store") func groupOfTheStore() throws {
    let folder = try Folder()
    var flags = Settings.Overrides()
    for (text, group) in [("root", 0), ("4711", 4711)] as [(String, UInt32)] {
        flags.configuration = try folder.write("a.yaml", "db_group: \(text)\n")
        #expect(try Settings.load(flags, environment: [:]).databaseGroup == group)
    }
    flags.configuration = try folder.write("a.yaml", "db: x.db\ndb_group: no-such-group\n")
    let error = failure { () throws(SensorError) in _ = try Settings.load(flags, environment: [:]) }
    #expect(error?.exitCode == .configuration)
    #expect(error?.message.contains("a.yaml:2:11: 'db_group'") == true, "\(String(describing: error))")
    #expect(error?.message.contains("'no-such-group'") == true)
}

/// A reader finds the store of the service; a writer makes its own, and whoever names one gets that.
@Test("Store of the service") func storeOfTheService() throws {
    let folder = try Folder()
    let empty = try Folder()
    let service = try folder.write("alerts.db", "")
    let flags = Settings.Overrides()
    func database(
        _ flags: Settings.Overrides, reader: Bool = true, _ environment: [String: String] = [:], in folder: String
    ) throws -> String {
        try Settings.load(flags, isReader: reader, environment: environment, serviceFolder: folder).database
    }
    #expect(try database(flags, in: folder.path) == service)
    #expect(try database(flags, in: empty.path) == "earshot.db")
    #expect(try database(flags, in: empty.path + "/none") == "earshot.db")
    #expect(try database(flags, reader: false, in: folder.path) == "earshot.db")
    #expect(try database(flags, ["EARSHOT_DB": "x.db"], in: folder.path) == "x.db")
    #expect(try database(flags, ["STATE_DIRECTORY": "/s"], in: folder.path) == "/s/alerts.db")
    var named = flags
    named.database = "earshot.db"
    #expect(try database(named, in: folder.path) == "earshot.db")
    named = flags
    named.configuration = try folder.write("a.yaml", "db: earshot.db\n")
    #expect(try database(named, in: folder.path) == "earshot.db", "also where it is named as the default is")
    #expect(try database(flags, ["EARSHOT_DB": "earshot.db"], in: folder.path) == "earshot.db")
}

/// Units of the template have a store each: a reader takes the only one, and asks which of several is meant.
@Test("Stores of units for an interface") func storesOfInstances() throws {
    let folder = try Folder()
    for name in ["eth1", "eth2"] {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: false)
    }
    func load() throws(SensorError) -> Settings {
        try Settings.load(Settings.Overrides(), isReader: true, environment: [:], serviceFolder: folder.path)
    }
    #expect(try load().database == "earshot.db", "a folder without a store")
    let first = try folder.write("eth1/alerts.db", "")
    #expect(try load().database == first)
    let second = try folder.write("eth2/alerts.db", "")
    let error = failure { () throws(SensorError) in _ = try load() }
    #expect(error?.exitCode == .usage)
    #expect(error?.message == "there are several alert stores; name one with --db: \(first), \(second)")
    let common = try folder.write("alerts.db", "")
    #expect(try load().database == common)
}

/// A folder that is gone after the test.
struct Folder: ~Copyable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

/// The error that a body throws.
func failure(_ body: () throws(SensorError) -> Void) -> SensorError? {
    do throws(SensorError) { try body() } catch { return error }
    return nil
}

@Test("Layers of settings") func layersOfSettings() throws {
    let folder = try Folder()
    var flags = Settings.Overrides()
    let bare = try Settings.load(flags, environment: [:])
    #expect(bare.database == "earshot.db")
    #expect(bare.rules.isEmpty)
    #expect(!bare.sensorName.isEmpty)
    #expect(try Settings.load(flags, environment: ["STATE_DIRECTORY": "/s:/t"]).database == "/s/alerts.db")

    let file = try folder.write(
        "a.yaml",
        "db: file.db\nrules: [r1, r2]\nsensor: file\nretention_days: 7\nmax_flows: 99\nproxies: [10.0.0.5, 10.1.0.0/16]\n"
    )
    var environment = ["EARSHOT_CONFIG": file, "STATE_DIRECTORY": "/s"]
    var settings = try Settings.load(flags, environment: environment)
    #expect(settings.database == "file.db")
    #expect(settings.rules == ["r1", "r2"])
    #expect(settings.sensorName == "file")
    #expect(settings.retentionDays == 7)
    #expect(settings.limits.engine.flows.flows == 99)
    #expect(settings.limits.engine.proxies == ["10.0.0.5/32", "10.1.0.0/16"].compactMap { CIDRBlock($0) })

    environment["EARSHOT_DB"] = "environment.db"
    environment["EARSHOT_RULES"] = "r3:r4"
    environment["EARSHOT_SENSOR"] = "environment"
    settings = try Settings.load(flags, environment: environment)
    #expect(settings.database == "environment.db")
    #expect(settings.rules == ["r3", "r4"])
    #expect(settings.sensorName == "environment")

    flags.database = "flag.db"
    flags.rules = ["r5"]
    flags.configuration = try folder.write("b.yaml", "sensor: other\nretention_mebibytes: 5\n")
    environment["EARSHOT_SENSOR"] = ""
    settings = try Settings.load(flags, environment: environment)
    #expect(settings.database == "flag.db")
    #expect(settings.rules == ["r5"])
    #expect(settings.onlyRules == [])
    environment["EARSHOT_ONLY_RULES"] = "r6"
    #expect(try Settings.load(flags, environment: environment).onlyRules == ["r6"])
    var only = Settings.Overrides()
    only.onlyRules = ["r7"]
    let alone = try Settings.load(only, environment: environment)
    #expect(alone.onlyRules == ["r7"] && alone.rules == [], "only these: nothing that the environment adds")
    #expect(settings.sensorName == "other", "an empty variable is none")
    #expect(settings.retentionDays == nil, "one file only")
    #expect(settings.retentionMebibytes == 5)

    #expect(try Settings.load(Settings.Overrides(), environment: ["EARSHOT_CONFIG": ""]).database == "earshot.db")
}

@Test(
    "Wrong settings",
    arguments: [
        ("retention_day: 90", ":1:1: there is no setting 'retention_day'; did you mean 'retention_days'?"),
        ("db: a\nretention_days: soon", ":2:17: 'retention_days' wants a number from 1 to 36500"),
        (
            "proxies: [10.0.0.5, lb-1]",
            ":1:10: 'proxies' wants addresses or blocks of them, such as [10.0.0.5, 192.168.7.0/24]; 'lb-1' is none"
        ),
        ("retention_days: 0", ":1:17: 'retention_days' wants a number from 1 to 36500"),
        ("max_flows: 99999999999999999999", ":1:12: 'max_flows' wants a number from 16 to 16777216"),
        ("promiscuous: perhaps", ":1:14: 'promiscuous' wants true or false"),
        ("db: [a]", ":1:5: 'db' wants a text"),
        ("rules: {a: b}", ":1:8: 'rules' wants a list of paths"),
        ("lists: [a]", ":1:8: 'lists' wants a map of lists, such as 'home_networks: [10.0.0.0/8]'"),
        ("lists: {'a b': [c]}", ":1:9: 'a b' is no name of a list: letters, digits, '_', '-' and '.' are"),
        (
            "lists: {bridges: [10.0.0.5, b]}",
            ":1:29: the list 'bridges' wants addresses and networks, such as [10.0.0.5, 192.168.7.0/24]; 'b' is none"
        ),
        ("lists: {brokers: [{a: b}]}", ":1:19: the list 'brokers' wants texts, such as [10.0.0.0/8, 192.168.1.1]"),
        ("filters: {a: b}", ":1:10: 'filters' wants a list of paths"),
        ("db: ~", ":1:5: 'db' wants a text"),
        ("rules: [a, ]\nfilters: [~]", ":2:11: 'filters' wants a text"),
        ("db: a\ndb: b", ":1:1: 'db' stands there twice; remove one of the two"),
        (
            "db: a\n---\ndb: b",
            ":2:1: not valid YAML: expected a single document in the stream: but found another document"
        ),
        ("- db", ": a map of settings is wanted, such as 'db: /var/lib/earshot/alerts.db'"),
    ])
func wrongSettings(text: String, message: String) throws {
    let folder = try Folder()
    var flags = Settings.Overrides()
    flags.configuration = try folder.write("a.yaml", text)
    let error = failure { () throws(SensorError) in _ = try Settings.load(flags, environment: [:]) }
    #expect(error?.exitCode == .configuration)
    #expect(error?.message == (flags.configuration ?? "") + message)
}

/// All that is wrong is told at once, in the order of the lines.
@Test("Several faults") func severalFaults() throws {
    let folder = try Folder()
    var flags = Settings.Overrides()
    let file = try folder.write("a.yaml", "max_flows: 1\nsensr: a\nmax_memory: 1KiB\n")
    flags.configuration = file
    let error = failure { () throws(SensorError) in _ = try Settings.load(flags, environment: [:]) }
    #expect(
        error?.message == """
            \(file):1:12: 'max_flows' wants a number from 16 to 16777216
            \(file):2:1: there is no setting 'sensr'; did you mean 'sensor'?
            \(file):3:13: 'max_memory' wants a size from 64MiB to 1024GiB, such as 512MiB
            """)
}

@Test("Unreadable configuration") func unreadableConfiguration() throws {
    let folder = try Folder()
    var flags = Settings.Overrides()
    for (name, bytes) in [("yaml", Array("db: [".utf8)), ("latin", [0x64, 0x62, 0x3A, 0x20, 0xE4])] {
        flags.configuration = try folder.write(name, bytes)
        let error = failure { () throws(SensorError) in _ = try Settings.load(flags, environment: [:]) }
        #expect(error?.exitCode == .configuration)
    }
    flags.configuration = folder.path + "/absent"
    #expect(
        failure { () throws(SensorError) in _ = try Settings.load(flags, environment: [:]) }?.exitCode == .configuration
    )
    flags.configuration = try folder.write("empty", "")
    #expect(failure { () throws(SensorError) in _ = try Settings.load(flags, environment: [:]) } == nil)
}

@Test("Filters and lists") func filtersAndLists() throws {
    let folder = try Folder()
    var flags = Settings.Overrides()
    flags.configuration = try folder.write(
        "a.yaml", "filters: [f1]\nlists:\n  brokers: [10.0.0.5, '10.0.0.6']\n  ports: [1883, 8883]\n  one: 10.0.0.0/8\n"
    )
    var settings = try Settings.load(flags, environment: [:])
    #expect(settings.filters == ["f1"])
    #expect(
        settings.lists == ["brokers": ["10.0.0.5", "10.0.0.6"], "ports": ["1883", "8883"], "one": ["10.0.0.0/8"]])
    #expect(try Settings.load(flags, environment: ["EARSHOT_FILTERS": "f2:f3"]).filters == ["f2", "f3"])
    flags.filters = ["f4"]
    settings = try Settings.load(flags, environment: ["EARSHOT_FILTERS": "f2:f3"])
    #expect(settings.filters == ["f4"])
    #expect(settings.ruleSources.lists == settings.lists)
}
