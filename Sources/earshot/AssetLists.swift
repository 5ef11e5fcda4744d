import ArgumentParser

/// `earshot assets brokers`.
struct AssetsBrokers: AssetList {
    static let kind = AssetKind.brokers
    static let configuration = CommandConfiguration(
        commandName: "brokers", abstract: "Brokers, with what they let whom do.",
        discussion: """
            "without login" counts the sessions that a broker opened to clients that showed no name, password or \
            certificate; "#" says whether it granted a filter that takes in every topic. What was not seen is called so.

            EXAMPLES
              earshot assets brokers
              earshot assets brokers --new-since 7d --json
            """)
    @OptionGroup var store: StoreOptions
    @OptionGroup var options: AssetOptions
}

/// `earshot assets servers`.
struct AssetsServers: AssetList {
    static let kind = AssetKind.servers
    static let configuration = CommandConfiguration(
        commandName: "servers", abstract: "Servers of CoAP, with what they list, change and send back.",
        discussion: """
            "amplifies" is the highest factor of bytes sent back over bytes asked with; "open writes" are requests that \
            change something and that were carried out without protection.

            EXAMPLES
              earshot assets servers
              earshot assets servers --ip 10.0.0.0/8
            """)
    @OptionGroup var store: StoreOptions
    @OptionGroup var options: AssetOptions
}

/// `earshot assets clients`.
struct AssetsClients: AssetList {
    static let kind = AssetKind.clients
    static let configuration = CommandConfiguration(
        commandName: "clients", abstract: "Clients, with their addresses and what they do.",
        discussion: """
            A client is known by its name and user, random parts of the name left out. Behind a router its vendor is not \
            known; the router is named instead.

            EXAMPLES
              earshot assets clients --server 10.0.0.5
              earshot assets clients --gone 30
            """)
    @OptionGroup var store: StoreOptions
    @OptionGroup var options: AssetOptions
}

/// `earshot assets topics`.
struct AssetsTopics: AssetList {
    static let kind = AssetKind.topics
    static let configuration = CommandConfiguration(
        commandName: "topics", abstract: "Topics as templates, with what is in them and who writes and reads.",
        discussion: """
            Numbers, addresses and identifiers in names are collapsed: {n}, {id}, {mac}, {uuid}, {ip}, {date}. Names that \
            one client makes up in thousands stand in one row. A terminal gets a tree.

            EXAMPLES
              earshot assets topics --tree
              earshot assets topics --class telemetry --kind personal
            """)
    @OptionGroup var store: StoreOptions
    @OptionGroup var options: AssetOptions
    @Flag(inversion: .prefixedNo, help: "By levels of the names, with counts.") var tree: Bool?
    var asksForTree: Bool? { tree }
}

/// `earshot assets resources`.
struct AssetsResources: AssetList {
    static let kind = AssetKind.resources
    static let configuration = CommandConfiguration(
        commandName: "resources", abstract: "Resources of CoAP servers, with what is asked of them.",
        discussion: """
            Names are templates as those of topics are. A terminal gets a tree.

            EXAMPLES
              earshot assets resources --no-tree
              earshot assets resources --server 10.0.0.7 --json
            """)
    @OptionGroup var store: StoreOptions
    @OptionGroup var options: AssetOptions
    @Flag(inversion: .prefixedNo, help: "By levels of the names, with counts.") var tree: Bool?
    var asksForTree: Bool? { tree }
}

/// `earshot assets links`.
struct AssetsLinks: AssetList {
    static let kind = AssetKind.links
    static let configuration = CommandConfiguration(
        commandName: "links", abstract: "Which networks speak with which servers.",
        discussion: """
            Inside is what the list home_networks names. With a database (--geoip) the country and the system of what is \
            outside.

            EXAMPLES
              earshot assets links
              earshot assets links --geoip GeoLite2-Country.mmdb --geoip GeoLite2-ASN.mmdb
            """)
    @OptionGroup var store: StoreOptions
    @OptionGroup var options: AssetOptions
}

/// `earshot assets filters`.
struct AssetsFilters: AssetList {
    static let kind = AssetKind.filters
    static let configuration = CommandConfiguration(
        commandName: "filters", abstract: "What clients subscribe to.",
        discussion: """
            EXAMPLES
              earshot assets filters
              earshot assets filters --topic '#'
            """)
    @OptionGroup var store: StoreOptions
    @OptionGroup var options: AssetOptions
}

/// `earshot assets secrets`.
struct AssetsSecrets: AssetList {
    static let kind = AssetKind.secrets
    static let configuration = CommandConfiguration(
        commandName: "secrets", abstract: "Secrets that crossed the network in clear, by codes, never by values.",
        discussion: """
            Equal secrets have equal codes, which are made with a key of this store: one password of many clients is one \
            row.

            EXAMPLES
              earshot assets secrets
              earshot assets secrets --client 'pump-*'
            """)
    @OptionGroup var store: StoreOptions
    @OptionGroup var options: AssetOptions
}
