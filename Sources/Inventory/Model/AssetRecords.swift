/// A broker or another server: who answers at an address and a port.
public struct ServerRecord: Codable, Hashable, Sendable {
    /// The protocol: the name of the events' category.
    public var proto: String
    /// The address.
    public var address: String
    /// The port.
    public var port: UInt16
    /// `tcp` or `udp`, and what lies between, such as `websocket`, each with its messages.
    public var carriers = NameCounts()
    /// Addresses of the link from which its messages came.
    public var hardwareAddresses = NameCounts()
    /// The versions of the protocol in which it let clients in, or answered.
    public var versions = NameCounts()
    /// When it was seen, by its own messages.
    public var seen: Sightings
    /// Program and version, as far as something tells them; what contradicts stands beside.
    public var implementations: [Claim] = []
    /// What it says of its abilities, by name, as a number: such as maximum QoS.
    public var abilities: [String: Int64] = [:]
    /// Sessions that it opened to clients that showed no proof of who they are; `nil` where none was seen.
    ///
    /// Proven by an answer that let the client in.
    public var anonymous: Sightings?
    /// Networks from which it let such clients in (`/24`, `/64`).
    public var anonymousNetworks = NameCounts()
    /// The same for clients that did show something.
    public var authenticated: Sightings?
    /// Sessions that it refused; `nil` where none was seen.
    public var refused: Sightings?
    /// Of those the ones of clients that showed no proof; `nil` where none was seen.
    public var anonymousRefused: Sightings?
    /// Filters that take in every topic, granted; `nil` where none was seen.
    public var grantedAll: Sightings?
    /// Such filters that were refused; `nil` where none was seen.
    public var refusedAll: Sightings?
    /// Topics about the broker itself, granted or delivered; `nil` where none was seen.
    public var systemReadable: Sightings?
    /// Topics about the broker itself, published by clients; `nil` where none was seen.
    public var systemWritten: Sightings?
    /// Another of its ports over which it is spoken to with encryption; `nil` where none was seen.
    public var encryptedPort: UInt16?
    /// Networks that its clients come from, with their messages (`/24`, `/64`).
    public var clientNetworks = NameCounts()
    /// The highest factor of bytes sent back over bytes asked with, of a request that was seen.
    public var amplification: Double?
    /// Resources listed to whoever asked; how many.
    public var listed = 0
    /// Requests that change something, without protection, which it carried out; `nil` where none was seen.
    public var unprotectedWrites: Sightings?
    /// Messages that were protected above the transport; `nil` where none was seen.
    public var protected: Sightings?
    /// Messages, bytes of them, and what was lost.
    public var messages: Int64 = 0

    /// A server that was just seen.
    public init(proto: String, address: String, port: UInt16, seen: Sightings) {
        self.proto = proto
        self.address = address
        self.port = port
        self.seen = seen
    }

    /// What names it: `mqtt 10.0.0.5:1883`, of IPv6 with brackets.
    public var key: String { "\(proto) \(endpoint)" }
    /// Address and port.
    public var endpoint: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

/// A client, known by the name that it gives itself and the user it claims to be; where it has no name, by its address.
public struct ClientRecord: Codable, Hashable, Sendable {
    /// The protocol: the name of the events' category.
    public var proto: String
    /// Its name, random parts collapsed, as templates are; `nil` for a protocol without.
    public var name: String?
    /// The name with numbers collapsed too: that of its kind.
    public var group: String?
    /// The user; `nil` where none was given.
    public var user: String?
    /// The address by which it is known where its name says nothing.
    public var home: String?
    /// Names as they were seen, the first.
    public var examples: [String] = []
    /// How many different names it gave itself; `nil` for none.
    ///
    /// Many where it makes up another one for each session; of a client whose name is `{names}`, how many one address made up.
    public var distinct: Int?
    /// Whether `distinct` is an estimate; `nil` for no.
    public var isEstimate: Bool?
    /// Its addresses, with messages.
    public var addresses = NameCounts()
    /// Addresses of the link from which its messages came.
    public var hardwareAddresses = NameCounts()
    /// The servers that it spoke with, by their keys.
    public var servers = NameCounts()
    /// Versions of the protocol.
    public var versions = NameCounts()
    /// Keep-alive in seconds.
    public var keepAlives = NameCounts()
    /// When it was seen, by its own messages.
    public var seen: Sightings
    /// Whether it announced itself as a bridge.
    public var isBridge = false
    /// Sessions without any proof of who it is that a server opened.
    public var anonymous: Int64 = 0
    /// Sessions that were refused.
    public var refused: Int64 = 0
    /// Records that it published, or requests that change something.
    public var published: Int64 = 0
    /// Those of them that command: by their names or what they carry.
    public var commands: Int64 = 0
    /// Records that were delivered to it, or requests that read.
    public var received: Int64 = 0
    /// Filters that it asked for.
    public var filters = NameCounts()

    /// A client that was just seen.
    public init(proto: String, name: String?, user: String?, home: String?, seen: Sightings) {
        self.proto = proto
        self.name = name
        self.user = user
        self.home = home
        self.seen = seen
    }

    /// What names it: `mqtt pump-5 as plant`, `coap 10.0.0.9`.
    public var key: String {
        var key = proto
        if let name { key += " " + name }
        if let user { key += " as " + user }
        if let home { key += (name == nil ? " " : " at ") + home }
        return key
    }
    /// What people call it: its key without the protocol.
    public var label: String { String(key.dropFirst(proto.utf8.count + 1)) }

    /// What it does: `publishes`, `subscribes`, `bridge`, `commander`; `connects` where nothing else was seen.
    public var roles: [String] {
        var roles: [String] = []
        if published > commands || published > 0 && commands == 0 { roles.append("publishes") }
        if received > 0 || filters.distinct > 0 { roles.append("subscribes") }
        if commands > 0 { roles.append("commander") }
        if isBridge { roles.append("bridge") }
        return roles.isEmpty ? ["connects"] : roles
    }
}

/// Who reads from a server across networks.
public struct LinkRecord: Codable, Hashable, Sendable {
    /// The protocol: the name of the events' category.
    public var proto: String
    /// The network of the client (`/24`, `/64`); an address outside stands for itself.
    public var client: String
    /// The key of the server.
    public var server: String
    /// Whether the client is inside, by the list of the site.
    public var isClientInside: Bool
    /// Whether the server is inside.
    public var isServerInside: Bool
    /// When it was seen.
    public var seen: Sightings
    /// Bytes of messages to the server.
    public var bytesToServer: Int64 = 0
    /// Bytes of messages to the client.
    public var bytesToClient: Int64 = 0

    /// A link that was just seen.
    public init(
        proto: String, client: String, server: String, isClientInside: Bool, isServerInside: Bool, seen: Sightings
    ) {
        self.proto = proto
        self.client = client
        self.server = server
        self.isClientInside = isClientInside
        self.isServerInside = isServerInside
        self.seen = seen
    }

    /// What names it.
    public var key: String { "\(client) \(server)" }
}

/// A filter of names that clients subscribe to.
public struct FilterRecord: Codable, Hashable, Sendable {
    /// The key of the server.
    public var server: String
    /// The filter as a template: wildcards stay, numbers and identifiers are collapsed.
    public var filter: String
    /// The clients that asked for it, by the names of their kinds.
    public var clients = NameCounts()
    /// When it was asked for.
    public var seen: Sightings
    /// How often it was granted.
    public var granted: Int64 = 0
    /// How often it was refused.
    public var refused: Int64 = 0

    /// A filter that was just asked for.
    public init(server: String, filter: String, seen: Sightings) {
        self.server = server
        self.filter = filter
        self.seen = seen
    }

    /// What names it.
    public var key: String { "\(server) \(filter)" }
}

/// A secret that crossed the network in clear, known by its digest alone.
public struct SecretRecord: Codable, Hashable, Sendable {
    /// A code made with the key of the store: equal secrets have equal codes.
    public var digest: String
    /// `login` of a session, or a value of `payload.secret`.
    public var kind: String
    /// The servers that it was shown to or read from, by their keys.
    public var servers = NameCounts()
    /// The clients that showed it, by their labels.
    public var clients = NameCounts()
    /// The templates of the topics or resources that it stood in.
    public var places = NameCounts()
    /// When it was seen.
    public var seen: Sightings

    /// A secret that was just seen.
    public init(digest: String, kind: String, seen: Sightings) {
        self.digest = digest
        self.kind = kind
        self.seen = seen
    }

    /// What names it.
    public var key: String { "\(kind) \(digest)" }
}
