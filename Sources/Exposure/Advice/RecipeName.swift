/// The recipes, by the name that findings refer to them with.
public enum RecipeName: String, CaseIterable, Codable, Sendable {
    case logins
    case loginEach = "login-each"
    case permissions
    case brokerTLS = "broker-tls"
    case coapDTLS = "coap-dtls"
    case coapWrites = "coap-writes"
    case coapLists = "coap-lists"
    case amplification
    case systemTopics = "system-topics"
    case firewall
    case update

    /// The recipe itself.
    var recipe: Recipe {
        switch self {
        case .logins: Recipe(title: "Nobody without name and password", products: BrokerAdvice.logins)
        case .loginEach: Recipe(title: "A login for each client", products: BrokerAdvice.loginEach)
        case .permissions: Recipe(title: "Who may read and write what", products: BrokerAdvice.permissions)
        case .brokerTLS: Recipe(title: "TLS at a broker", products: BrokerAdvice.encryption)
        case .coapDTLS: Recipe(title: "DTLS at a CoAP server", products: CoAPAdvice.encryption)
        case .coapWrites: Recipe(title: "Requests that change something", products: CoAPAdvice.writes)
        case .coapLists: Recipe(title: "Resource lists", products: CoAPAdvice.lists)
        case .amplification: Recipe(title: "Short answers to strangers", products: CoAPAdvice.amplification)
        case .systemTopics: Recipe(title: "A broker's own topics", products: BrokerAdvice.systemTopics)
        case .firewall:
            Recipe(
                title: "Between networks",
                products: [
                    Recipe.Product(
                        "nftables", "On the router, before the rules that let something through for good reason.",
                        """
                        nft add rule inet filter forward tcp dport 1883 drop
                        nft add rule inet filter forward udp dport 5683 drop
                        """)
                ])
        case .update:
            Recipe(
                title: "Updates",
                products: [
                    Recipe.Product(
                        "mosquitto", "On Debian and Ubuntu.", "apt update && apt install --only-upgrade mosquitto")
                ])
        }
    }

    /// What a page calls the place where it stands.
    var anchor: String { "mend-\(rawValue)" }
}
