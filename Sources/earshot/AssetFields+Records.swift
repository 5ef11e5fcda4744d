import Inventory
import Places

extension AssetFields {
    /// The version of the machine forms: it grows when a member changes its meaning or goes, not when one is added.
    static let version = 1

    /// What every record has.
    private init(_ kind: AssetKind, _ key: String, _ seen: Sightings) {
        add("version", .integer(Self.version))
        add("kind", .text(kind.one))
        add("key", .text(key))
        add("first_seen", .integer(seen.first))
        add("last_seen", .integer(seen.last))
        add("count", .integer(seen.count))
        add("days", .integer(seen.days))
        add("frame", .integer(Int64(clamping: seen.frame)))
    }

    init(_ server: ServerRecord, _ context: AssetContext) {
        self.init(server.isBroker ? .brokers : .servers, server.key, server.seen)
        add("protocol", .text(server.proto))
        add("address", .text(server.address))
        add("port", .integer(server.port))
        add("carriers", .names(server.carriers))
        add("hardware_addresses", .names(server.hardwareAddresses))
        add("vendors", .claims(context.vendors(server)))
        add("behind", .text(context.view.gateway(server.hardwareAddresses)?.hardwareAddress))
        addPlace(context, server.address)
        add("versions", .names(server.versions))
        add("implementations", .claims(server.implementations))
        add("abilities", .numbers(server.abilities))
        add("anonymous", .sightings(server.anonymous))
        add("anonymous_networks", .names(server.anonymousNetworks))
        add("authenticated", .sightings(server.authenticated))
        add("refused", .sightings(server.refused))
        add("anonymous_refused", .sightings(server.anonymousRefused))
        add("all_topics_granted", .sightings(server.grantedAll))
        add("all_topics_refused", .sightings(server.refusedAll))
        add("system_topics_readable", .sightings(server.systemReadable))
        add("system_topics_written", .sightings(server.systemWritten))
        add("encrypted_port", .integer(server.encryptedPort))
        add("client_networks", .names(server.clientNetworks))
        add("amplification", .real(server.amplification))
        add("listed_resources", .integer(server.listed))
        add("unprotected_writes", .sightings(server.unprotectedWrites))
        add("protected", .sightings(server.protected))
        add("messages", .integer(server.messages))
    }

    init(_ client: ClientRecord, _ context: AssetContext) {
        self.init(.clients, client.key, client.seen)
        add("protocol", .text(client.proto))
        add("name", .text(client.name))
        add("group", .text(client.group))
        add("user", .text(client.user))
        add("home", .text(client.home))
        add("examples", .list(client.examples))
        add("names", .integer(client.distinct))
        add("names_estimated", .flag(client.isEstimate ?? false))
        add("roles", .list(client.roles))
        add("addresses", .names(client.addresses))
        add("hardware_addresses", .names(client.hardwareAddresses))
        add("vendors", .claims(context.vendors(client)))
        add("behind", .text(context.view.gateway(client.hardwareAddresses)?.hardwareAddress))
        addPlace(context, client.addresses.sorted.first?.name)
        add("servers", .names(client.servers))
        add("versions", .names(client.versions))
        add("keep_alive", .names(client.keepAlives))
        add("bridge", .flag(client.isBridge))
        add("anonymous", .integer(client.anonymous))
        add("refused", .integer(client.refused))
        add("published", .integer(client.published))
        add("commands", .integer(client.commands))
        add("received", .integer(client.received))
        add("filters", .names(client.filters))
    }

    init(_ topic: TopicRecord) {
        self.init(topic.isResource ? .resources : .topics, topic.key, topic.seen)
        add("protocol", .text(topic.proto))
        add("server", .text(topic.server))
        add("template", .text(topic.template))
        add("folded", .flag(topic.isFold))
        add("examples", .list(topic.examples))
        add("names", .integer(topic.distinct))
        add("names_estimated", .flag(topic.isEstimate))
        add("publishers", .names(topic.publishers))
        add("readers", .names(topic.readers))
        add("retained", .flag(topic.isRetained))
        add("qos", .integer(topic.qos))
        add("messages", .integer(topic.messages))
        add("bytes", .integer(topic.bytes))
        add("shortest", .integer(topic.shortest))
        add("longest", .integer(topic.longest))
        add("formats", .names(topic.formats))
        add("classes", .names(topic.categories))
        add("kinds", .names(topic.kinds))
        add("keys", .names(topic.keys))
        add("number", .band(topic.number))
        add("interval", .interval(topic.interval))
        add("command", .flag(topic.isCommand))
        add("methods", .names(topic.methods))
        add("outcomes", .names(topic.outcomes))
        add("listed", .flag(topic.isListed))
        add("types", .list(topic.types))
        add("observed", .flag(topic.isObserved))
        add("amplification", .real(topic.amplification))
    }

    init(_ filter: FilterRecord) {
        self.init(.filters, filter.key, filter.seen)
        add("server", .text(filter.server))
        add("filter", .text(filter.filter))
        add("clients", .names(filter.clients))
        add("granted", .integer(filter.granted))
        add("refused", .integer(filter.refused))
    }

    init(_ link: LinkRecord, _ context: AssetContext) {
        self.init(.links, link.key, link.seen)
        add("protocol", .text(link.proto))
        add("client", .text(link.client))
        add("server", .text(link.server))
        add("client_inside", .flag(link.isClientInside))
        add("server_inside", .flag(link.isServerInside))
        addPlace(context, link.isClientInside ? ServerRecord.address(ofKey: link.server) : link.client)
        add("bytes_to_server", .integer(link.bytesToServer))
        add("bytes_to_client", .integer(link.bytesToClient))
    }

    init(_ secret: SecretRecord) {
        self.init(.secrets, secret.key, secret.seen)
        add("digest", .text(secret.digest))
        add("secret", .text(secret.kind))
        add("servers", .names(secret.servers))
        add("clients", .names(secret.clients))
        add("places", .names(secret.places))
    }

    private mutating func addPlace(_ context: AssetContext, _ address: String?) {
        let place = context.place(address)
        add(
            "place",
            .place(
                country: place?.country, number: place?.autonomousSystem, organization: place?.organization))
    }
}
