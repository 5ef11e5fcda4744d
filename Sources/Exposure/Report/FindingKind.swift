/// What a finding is of.
public enum FindingKind: String, CaseIterable, Codable, Sendable {
    case openBroker = "open-broker"
    case defaultLogin = "default-login"
    case readAll = "read-all"
    case outsideReader = "outside-reader"
    case openToOutside = "open-to-outside"
    case passwordInClear = "password-in-clear"
    case unprotectedWrites = "unprotected-writes"
    case knownWeakness = "known-weakness"
    case secretInRecords = "secret-in-records"
    case medicalInRecords = "medical-in-records"
    case openCommands = "open-commands"
    case amplifies
    case personalInRecords = "personal-in-records"
    case sharedPassword = "shared-password"
    case updateOrders = "update-orders"
    case firmwareInRecords = "firmware-in-records"
    case outsideServer = "outside-server"
    case systemWritten = "system-written"
    case noEncryption = "no-encryption"
    case systemReadable = "system-readable"
    case clearBesideTLS = "clear-beside-tls"
    case resourcesListed = "resources-listed"
    case oldVersion = "old-version"

    /// How much a finding of the kind counts: 25 and more lets strangers in or data out, 10 to 24 makes their work
    /// easy, the
    /// rest helps them on.
    public var weight: Int {
        switch self {
        case .openBroker, .defaultLogin: 30
        case .readAll, .outsideReader: 25
        case .openToOutside, .passwordInClear, .unprotectedWrites, .knownWeakness: 20
        case .secretInRecords, .medicalInRecords, .openCommands, .amplifies: 15
        case .personalInRecords, .sharedPassword, .updateOrders, .firmwareInRecords, .outsideServer, .systemWritten,
            .noEncryption:
            10
        case .systemReadable, .clearBesideTLS, .resourcesListed, .oldVersion: 5
        }
    }

    /// Its place in the order of what to do first.
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// What it is, as a heading.
    public var title: String {
        switch self {
        case .openBroker: "Brokers that let anybody in"
        case .defaultLogin: "Logins that devices and brokers come with"
        case .readAll: "Brokers that give every topic to whoever asks"
        case .outsideReader: "Clients outside that get data from inside"
        case .openToOutside: "Brokers that let anybody in from outside"
        case .passwordInClear: "Passwords in clear"
        case .unprotectedWrites: "CoAP servers that anybody can write to"
        case .knownWeakness: "Versions with known weaknesses"
        case .secretInRecords: "Keys, tokens and passwords in records"
        case .medicalInRecords: "Medical data in clear"
        case .openCommands: "Command topics on brokers that let anybody in"
        case .amplifies: "CoAP servers that amplify"
        case .personalInRecords: "Personal data in clear"
        case .sharedPassword: "One password for many clients"
        case .updateOrders: "Update orders in clear"
        case .firmwareInRecords: "Firmware in clear"
        case .outsideServer: "Servers outside that devices inside speak to"
        case .systemWritten: "Clients that write a broker's own topics"
        case .noEncryption: "Servers without encryption"
        case .systemReadable: "Brokers that tell about themselves"
        case .clearBesideTLS: "Clear text beside TLS"
        case .resourcesListed: "CoAP servers that list their resources"
        case .oldVersion: "MQTT 3.1"
        }
    }

    /// What it is, with a number: `2 open brokers`.
    func counted(_ count: Int) -> String {
        let (one, many) =
            switch self {
            case .openBroker: ("open broker", "open brokers")
            case .defaultLogin: ("server with a default login", "servers with default logins")
            case .readAll: ("broker that gives every topic", "brokers that give every topic")
            case .outsideReader: ("server read from outside", "servers read from outside")
            case .openToOutside: ("broker open to outside", "brokers open to outside")
            case .passwordInClear: ("server with passwords in clear", "servers with passwords in clear")
            case .unprotectedWrites: ("CoAP server open to writes", "CoAP servers open to writes")
            case .knownWeakness: ("version with a known weakness", "versions with known weaknesses")
            case .secretInRecords: ("server with secrets in records", "servers with secrets in records")
            case .medicalInRecords: ("server with medical data", "servers with medical data")
            case .openCommands: ("broker open to commands", "brokers open to commands")
            case .amplifies: ("server that amplifies", "servers that amplify")
            case .personalInRecords: ("server with personal data", "servers with personal data")
            case .sharedPassword: ("server with a shared password", "servers with shared passwords")
            case .updateOrders: ("server with update orders in clear", "servers with update orders in clear")
            case .firmwareInRecords: ("server with firmware in clear", "servers with firmware in clear")
            case .outsideServer: ("server outside", "servers outside")
            case .systemWritten: ("broker whose own topics are written", "brokers whose own topics are written")
            case .noEncryption: ("server without encryption", "servers without encryption")
            case .systemReadable: ("broker that tells about itself", "brokers that tell about themselves")
            case .clearBesideTLS: ("server with clear text beside TLS", "servers with clear text beside TLS")
            case .resourcesListed: ("server that lists its resources", "servers that list their resources")
            case .oldVersion: ("broker with MQTT 3.1", "brokers with MQTT 3.1")
            }
        return "\(Words.number(count)) \(count == 1 ? one : many)"
    }
}
