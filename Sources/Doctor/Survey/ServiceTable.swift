import Events
import Network

/// The brokers and servers that were seen, and who speaks to them.
struct ServiceTable: Sendable {
    /// What names a server.
    struct Key: Hashable, Sendable {
        var server: Endpoint
        var transport: Transport
        /// `mqtt`, `coap`.
        var category: EventCategory
    }

    /// What was seen of a server.
    struct Service: Sendable {
        var messagesToServer: UInt64 = 0
        var messagesToClients: UInt64 = 0
        /// Of both, those whose content OSCORE hides.
        var oscore: UInt64 = 0
        /// Addresses of clients, and how many names of clients each used.
        var clients: [IPAddress: Set<Int>] = [:]

        var messages: UInt64 { messagesToServer + messagesToClients }
        /// The most different names of clients that came from one address.
        var mostNames: (address: IPAddress, count: Int)? {
            clients.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }.map { ($0.key, $0.value.count) }
        }
    }

    private static let limit = 1024
    private static let clientLimit = 1024
    private static let nameLimit = 256

    private(set) var services: [Key: Service] = [:]
    /// Messages of servers for which there was no room.
    private(set) var others: UInt64 = 0

    /// Takes a message; `name` is a hash of what the client calls itself.
    mutating func note(_ category: EventCategory, _ context: EventContext, name: Int?, isOSCORE: Bool) {
        let key = Key(server: context.server, transport: context.transport, category: category)
        guard services[key] != nil || services.count < Self.limit else { return others += 1 }
        var service = services.removeValue(forKey: key) ?? Service()
        if context.direction == .toServer { service.messagesToServer += 1 } else { service.messagesToClients += 1 }
        if isOSCORE { service.oscore += 1 }
        let client = context.client.address
        if service.clients[client] != nil || service.clients.count < Self.clientLimit {
            if let name {
                if service.clients[client, default: []].count < Self.nameLimit {
                    service.clients[client, default: []].insert(name)
                }
            } else if service.clients[client] == nil {
                service.clients[client] = []
            }
        }
        services[key] = service
    }
}
