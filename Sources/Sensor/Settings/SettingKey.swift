import Sigma
import Yams

/// A setting, declared once: what reads the file, `config show`, the nearest name of an unknown key, the shipped
/// configuration and its page of the documentation all go by this.
public struct SettingKey: Sendable {
    /// The key in the file.
    public let name: String
    /// What it is for: whole sentences, with the default where that is no constant.
    public let documentation: String
    /// What fits, as a noun with its article.
    public let type: String
    /// What stands after the key in the shipped file where there is no default to stand there: text of YAML.
    public let example: String?
    /// Whether SIGHUP gives a running sensor the new value.
    public let isReloaded: Bool
    /// The variable of the environment that beats the file.
    public let variable: String?
    /// The option of the command line that beats both, as it is typed.
    public let option: String?
    /// Whether other settings follow from this one, so that it is read before them wherever it stands.
    let comesFirst: Bool
    /// The value that counts.
    public let value: @Sendable (Settings) -> SettingValue
    /// Reads the value from a file.
    let read: @Sendable (Node, inout Settings) throws(SettingFault) -> Void

    /// Reads the value from a variable of the environment, where paths are parted by colons.
    let readText: @Sendable (String, inout Settings) throws(SettingFault) -> Void

    /// Declares a setting that is kept at `path`.
    init<Value: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Settings, Value> & Sendable, _ type: SettingType<Value>,
        example: String? = nil, isReloaded: Bool = false, variable: String? = nil, option: String? = nil,
        comesFirst: Bool = false, _ documentation: String
    ) {
        self.name = name
        self.documentation = documentation
        self.type = type.noun
        self.example = example
        self.isReloaded = isReloaded
        self.variable = variable
        self.option = option
        self.comesFirst = comesFirst
        value = { type.show($0[keyPath: path]) }
        let read = { @Sendable (node: Node, settings: inout Settings) throws(SettingFault) in
            settings[keyPath: path] = try type.read(name, node)
        }
        self.read = read
        let isList = Value.self == [String].self
        readText = { text, settings throws(SettingFault) in
            let parts = text.split(separator: ":").map { Node(String($0)) }
            try read(isList ? Node(parts) : Node(text), &settings)
        }
    }
}

/// Settings that belong together, under a heading.
public struct SettingSection: Sendable {
    /// The heading.
    public let title: String
    /// The settings, in the order in which people read them.
    public let keys: [SettingKey]
}

extension Settings {
    /// Every setting there is.
    public static let keys = sections.flatMap(\.keys)

    /// The setting of a name.
    static func key(named name: String) throws(SettingFault) -> SettingKey {
        if let key = keys.first(where: { $0.name == name }) { return key }
        let hint = nearestName(to: name, among: keys.map(\.name)).map { "; did you mean '\($0)'?" } ?? ""
        throw SettingFault(message: "there is no setting '\(name)'\(hint)")
    }

    /// The names of the settings in which `other` differs, apart from those that a running sensor takes over.
    public func waitingForRestart(in other: Settings) -> [String] {
        Self.keys.filter { !$0.isReloaded && $0.value(self) != $0.value(other) }.map(\.name)
    }
}

/// Where the value of a setting came from.
public enum SettingOrigin: Hashable, Sendable {
    /// The program's own default.
    case usual
    /// A line of a configuration file.
    case file(String, line: Int)
    /// A variable of the environment.
    case environment(String)
    /// An option of the command line.
    case option(String)

    /// `default`, `/etc/earshot/earshot.yaml:3`, `EARSHOT_DB`, `--db`.
    public var text: String {
        switch self {
        case .usual: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let name), .option(let name): name
        }
    }
}
