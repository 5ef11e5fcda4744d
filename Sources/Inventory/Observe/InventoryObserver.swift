import Bytes
import Events
import Network
import Tables

/// Watches events and keeps what they tell of servers, clients and what they say to each other.
///
/// Bounded, in capture time. In the steady state a message is attributed by hashes alone: no text is made and nothing is
/// allocated.
public struct InventoryObserver: ~Copyable {
    /// What an inventory is told before it starts.
    public struct Options: Sendable {
        /// The bounds of its tables.
        public var limits: InventoryLimits
        /// The networks that are inside.
        public var homeNetworks: [CIDRBlock]
        /// In which fields stands what records hold; `nil` where nobody looks into them.
        public var payload: PayloadRoles?

        /// Makes options.
        public init(limits: InventoryLimits, homeNetworks: [CIDRBlock], payload: PayloadRoles?) {
            self.limits = limits
            self.homeNetworks = homeNetworks
            self.payload = payload
        }
    }

    /// A protocol that says something to an inventory.
    ///
    /// A reference: copying all that it holds for each message would be more work than the rest.
    final class KnownProtocol: Sendable {
        let number: Int
        let name: String
        let roles: InventoryRoles
        /// What messages do, by their types.
        let acts: [InventoryAct?]

        init(_ descriptor: ProtocolDescriptor, _ roles: InventoryRoles) {
            number = Int(descriptor.category.rawValue)
            name = descriptor.category.name.description
            self.roles = roles
            acts = (UInt8.min...UInt8.max).map(roles.act)
        }
    }

    /// In which fields stands what records hold.
    final class KnownPayload: Sendable {
        let roles: PayloadRoles

        init(_ roles: PayloadRoles) { self.roles = roles }
    }

    let options: Options
    /// `nil` where nobody looks into records.
    let payload: KnownPayload?
    /// By the numbers of their categories; `nil` for those that say nothing.
    let protocols: [KnownProtocol?]
    let keys: InventoryKeys
    var servers: AssetTable<ServerEntry>
    var clients: AssetTable<ClientEntry>
    var topics: AssetTable<TopicEntry>
    var filters: AssetTable<FilterEntry>
    var links: AssetTable<LinkEntry>
    var secrets: AssetTable<SecretEntry>
    var names: LRUTable<Hash128, NameEntry>
    var pairs: LRUTable<Hash128, PairEntry>
    var connections: LRUTable<Hash128, ConnectionEntry>
    var births: LRUTable<Hash128, BirthEntry>
    /// Connections of which messages wait, some of them more than once.
    var unsettled: [Int] = []
    /// What earlier runs left out, by name.
    var leftOutBefore: [String: Int64] = [:]
    /// What was put together to folds, by name.
    var folded: [String: Int64] = [:]
    var reader = EventReader()
    /// The name that is looked at.
    var name: [UInt8] = []
    /// Its template, and other text that is made on the way.
    var text: [UInt8] = []
    /// Where the next writing of changes goes on.
    var cursor = ChangeCursor()

    /// An inventory of the protocols of `descriptors` that has seen nothing.
    public init(_ options: Options, descriptors: [ProtocolDescriptor], hash: SeededHash = SeededHash()) {
        self.options = options
        payload = options.payload.map(KnownPayload.init)
        var known: [KnownProtocol?] = []
        for descriptor in descriptors {
            guard let roles = descriptor.inventory else { continue }
            let number = Int(descriptor.category.rawValue)
            while known.count <= number { known.append(nil) }
            known[number] = KnownProtocol(descriptor, roles)
        }
        protocols = known
        keys = InventoryKeys(hash)
        let limits = options.limits
        servers = AssetTable(limit: limits.servers)
        clients = AssetTable(limit: limits.clients)
        topics = AssetTable(limit: limits.topics)
        filters = AssetTable(limit: limits.filters)
        links = AssetTable(limit: limits.links)
        secrets = AssetTable(limit: limits.secrets)
        names = LRUTable(limit: limits.names)
        pairs = LRUTable(limit: limits.pairs)
        connections = LRUTable(limit: limits.connections)
        births = LRUTable(limit: limits.clients)
    }

    /// Takes up what an event tells.
    public mutating func observe(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        let number = Int(event.category.rawValue)
        guard number < protocols.count, let known = protocols[number], let act = known.acts[Int(event.messageType)]
        else {
            return
        }
        guard let connection = attribute(known, act, event, context, message) else { return }
        switch act {
        case .open: noteOpen(connection, known, event, context, message)
        case .opened: noteOpened(connection, known, event, context, message)
        case .publication: notePublication(connection, known, event, context, message)
        case .subscription: noteSubscription(connection, known, event, context, message)
        case .subscribed: noteSubscribed(connection, known, event, context, message)
        case .request: noteRequest(connection, known, event, context, message)
        case .response: noteResponse(connection, known, event, context, message)
        }
    }
}

/// Who a message is of and to: slots of the tables, good until the next entry is added.
struct Attribution {
    /// `nil` where it went to a group.
    var server: Int?
    /// `nil` where nobody was seen to ask.
    var client: Int?
    /// Capture time in microseconds.
    var time: Int64
}

/// The keys of all tables.
struct InventoryKeys: Sendable {
    let one: SeededHash
    private let two: SeededHash

    init(_ hash: SeededHash) {
        one = hash
        two = SeededHash(seed: hash.mix(0x1B87_3593, 0xCC9E_2D51))
    }

    // One pass over what is hashed: the upper half only spreads the lower. By chance two of a million names meet once in
    // thirty million runs, and nobody outside knows the seed.
    func key(_ bytes: RawSpan, _ other: UInt64 = 0) -> Hash128 { key(one.hash(bytes, initial: other)) }

    func key(_ first: IPAddress, _ second: IPAddress, _ other: UInt64) -> Hash128 {
        let kind = other << 2 | (first.isIPv4 ? 1 : 0) | (second.isIPv4 ? 2 : 0)
        return key(one.hash(first.high, first.low, second.high, second.low, kind))
    }

    private func key(_ hash: UInt64) -> Hash128 { Hash128(high: two.mix(hash, 0), low: hash) }

    func key(_ address: IPAddress, _ other: UInt64) -> Hash128 { key(address, .unspecified, other) }

    func join(_ one: Hash128, _ other: Hash128) -> Hash128 {
        Hash128(high: two.mix(one.high, other.high), low: self.one.mix(one.low, other.low))
    }

    /// The hash of a text, as of the same bytes.
    func hash(_ text: String) -> UInt64 {
        let bytes = Array(text.utf8)
        return one.hash(bytes.span.bytes)
    }
}
