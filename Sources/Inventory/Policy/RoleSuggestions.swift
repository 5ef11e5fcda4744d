/// A member for one of the site's lists, as the inventory suggests it.
public struct RoleSuggestion: Hashable, Sendable {
    /// The list: `bridges`, `monitors`, `gateways` or `commissioning`.
    public var list: String
    /// The address.
    public var address: String
    /// Why, in words.
    public var reason: String

    /// What a snapshot suggests, in the order of lists and addresses; of several reasons for one member the first.
    public static func of(_ snapshot: InventorySnapshot) -> [RoleSuggestion] {
        var found: [RoleSuggestion] = []
        for client in snapshot.clients { found += suggestions(client, snapshot) }
        found += gateways(snapshot.clients) + commissioning(snapshot)
        var seen: Set<[String]> = []
        return found.sorted { ($0.list, $0.address, $0.reason) < ($1.list, $1.address, $1.reason) }
            .filter { seen.insert([$0.list, $0.address]).inserted }
    }

    private static func suggestions(_ client: ClientRecord, _ snapshot: InventorySnapshot) -> [RoleSuggestion] {
        guard client.addresses.distinct <= fewAddresses else { return [] }
        var list: (name: String, reason: String)?
        let name = client.label
        if client.isBridge {
            list = ("bridges", "\(name) announced itself as a bridge")
        } else if client.published == 0, let wide = client.filters.names.first(where: isWide) {
            list = ("monitors", "\(name) reads '\(wide)' and publishes nothing")
        } else if client.published == 0, client.received > 0 {
            let topics = snapshot.topics.filter { topic in
                client.servers.counts[topic.server] != nil && topic.readers.counts[client.kindName] != nil
            }
            let all = snapshot.topics.count { client.servers.counts[$0.server] != nil && $0.readers.distinct > 0 }
            if topics.count >= manyTopics, topics.count * 2 > all {
                list = ("monitors", "\(name) reads \(topics.count) of \(all) topics and publishes nothing")
            }
        }
        guard let list else { return [] }
        return client.addresses.names.map { RoleSuggestion(list: list.name, address: $0, reason: list.reason) }
    }

    /// Whoever moves from address to address is no fixed part of the plant.
    private static let fewAddresses = 3
    private static let manyTopics = 8
    private static let manyClients = 5

    /// Whether a filter takes in all, or all below one word.
    private static func isWide(_ filter: String) -> Bool {
        let levels = filter.split(separator: "/", omittingEmptySubsequences: false)
        return levels.last == "#" && levels.dropLast().count { $0 != "+" && $0 != "$share" } <= 1
    }

    /// One address from which many clients with names of their own come.
    private static func gateways(_ clients: [ClientRecord]) -> [RoleSuggestion] {
        var names: [String: Set<String>] = [:]
        for client in clients where client.home == nil && client.addresses.distinct == 1 {
            for address in client.addresses.names { names[address, default: []].insert(client.label) }
        }
        return names.filter { $0.value.count >= manyClients }.map { address, names in
            RoleSuggestion(
                list: "gateways", address: address,
                reason: "\(names.count) clients come from there, such as \(names.sorted()[0])")
        }
    }

    /// Who sends firmware, or sets up devices.
    private static func commissioning(_ snapshot: InventorySnapshot) -> [RoleSuggestion] {
        var kinds: [String: String] = [:]
        for topic in snapshot.topics {
            let isFirmware = topic.kinds.counts.keys.contains { $0.hasPrefix("firmware.") }
            let isControl = topic.template.hasPrefix("$CONTROL")
            guard isFirmware || isControl else { continue }
            for publisher in topic.publishers.counts.keys {
                kinds[publisher] =
                    kinds[publisher] ?? (isFirmware ? "firmware by" : "control of the broker by") + " \(topic.template)"
            }
        }
        return snapshot.clients.filter { $0.addresses.distinct <= fewAddresses }.flatMap { client in
            kinds[client.kindName].map { reason in
                client.addresses.names.map { address in
                    RoleSuggestion(
                        list: "commissioning", address: address, reason: "\(client.label) sends \(reason)")
                }
            } ?? []
        }
    }
}
