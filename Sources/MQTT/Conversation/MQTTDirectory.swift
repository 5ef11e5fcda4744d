import Network
import Tables

/// What is known of brokers and their clients across connections: who uses a client identifier, who set a retained
/// message, what of a session outlives its connection.
///
/// Apart from what belongs to one connection, so that several analyzers can share it one day: whoever asks gives keys
/// (seeded hashes over a server and a name) and plain values, and gets plain values back. Bounded, each table by entries
/// and what entries refer to by bytes in sum; what does not fit is given up by the rule of `MQTTLimits` and counted.
struct MQTTDirectory: ~Copyable, Sendable {
    private let limits: MQTTLimits
    /// Client identifiers and who uses them.
    private var clients: LRUTable<UInt64, ClientRecord>
    /// Topics known to hold a retained message, and who set it where that was seen.
    private var retained: LRUTable<UInt64, TopicOwner?>
    /// Whose will has a topic.
    private var willOwners: LRUTable<UInt64, TopicOwner>
    /// Sessions between two connections.
    private var saved: LRUTable<UInt64, SavedSession>
    /// How many connections an address has.
    private var addresses: LRUTable<UInt64, ClientAddress>
    /// How passwords fared that were tried.
    private var passwords: LRUTable<UInt64, PasswordPast>
    /// When a message of a connection was last seen whose CONNECT was not: it may have gone on with any client's session.
    private var lastNameless: Timestamp?
    /// Memory that saved sessions refer to, in bytes.
    private var savedBytes = 0
    private var savedEvictions: UInt64 = 0
    /// Memory that client identifiers of owners take, in bytes.
    private var ownerBytes = 0
    private var ownersShortened: UInt64 = 0

    init(limits: MQTTLimits) {
        self.limits = limits
        clients = LRUTable(limit: limits.clientIDs)
        retained = LRUTable(limit: limits.retainedTopics)
        willOwners = LRUTable(limit: limits.willTopics)
        saved = LRUTable(limit: limits.savedSessions)
        addresses = LRUTable(limit: limits.clientAddresses)
        passwords = LRUTable(limit: limits.passwords)
    }

    /// The memory taken, in bytes.
    var bytesTaken: Int {
        clients.bytes + retained.bytes + willOwners.bytes + saved.bytes + addresses.bytes + passwords.bytes + savedBytes
            + ownerBytes
    }

    /// Adds what could not be kept.
    func count(in counters: inout MQTTCounters) {
        counters.retainedTopicsEvicted = retained.evictions
        counters.clientIDsEvicted = clients.evictions
        counters.savedSessionsEvicted = savedEvictions
        counters.clientAddressesEvicted = addresses.evictions
        counters.willTopicsEvicted = willOwners.evictions
        counters.passwordsEvicted = passwords.evictions
        counters.identitiesShortened &+= ownersShortened
    }
}

// MARK: Client identifiers

extension MQTTDirectory {
    /// What is known of a client identifier.
    func client(_ key: UInt64) -> ClientRecord? { clients.find(key).map { clients[$0] } }

    /// The same, which counts as a use.
    mutating func useClient(_ key: UInt64) -> ClientRecord? {
        guard let known = clients.use(key) else { return nil }
        return clients[known]
    }

    /// Keeps what is known of a client identifier from now on.
    mutating func setClient(_ record: ClientRecord, _ key: UInt64) { clients.store(record, for: key) }

    /// Forgets a client identifier.
    mutating func forgetClient(_ key: UInt64) { clients.remove(key: key) }

    /// Notes a message of a connection that may be any client's.
    mutating func noteNameless(at time: Timestamp) { lastNameless = time }

    /// Whether a connection that may be any client's was heard at or after a time.
    func heardNameless(since time: Timestamp) -> Bool { lastNameless.map { $0 >= time } ?? false }
}

// MARK: Passwords

extension MQTTDirectory {
    /// How a password fared before.
    func passwordPast(_ key: UInt64) -> PasswordPast { passwords.find(key).map { passwords[$0] } ?? .none }

    /// Keeps how a password fared now: one that was let in is a good one, though a server that is out of order refuses it.
    mutating func setPassword(_ past: PasswordPast, _ key: UInt64) {
        if let known = passwords.use(key), passwords[known] == .accepted { return }
        passwords.store(past, for: key)
    }
}

// MARK: Retained messages and wills

extension MQTTDirectory {
    /// What is known of the retained message of a topic, which counts as a use; the owner is `nil` where it was not seen.
    mutating func useRetained(_ key: UInt64) -> (isKnown: Bool, owner: TopicOwner?) {
        guard let known = retained.use(key) else { return (false, nil) }
        return (true, retained[known])
    }

    /// A topic holds a message that `owner` set, where that is known.
    mutating func retain(_ key: UInt64, _ owner: TopicOwner?) {
        let owner = owner.map { bounded($0) }
        ownerBytes += owner?.memory ?? 0
        if let known = retained.use(key) {
            ownerBytes -= retained[known]?.memory ?? 0
            retained[known] = owner
            return
        }
        if retained.isFull, let oldest = retained.oldest { ownerBytes -= retained[oldest]?.memory ?? 0 }
        retained.insert(key, owner)
    }

    /// A topic holds no message any more.
    mutating func clearRetained(_ key: UInt64) {
        guard let known = retained.find(key) else { return }
        ownerBytes -= retained[known]?.memory ?? 0
        retained[known] = nil
        retained.remove(known)
    }

    /// Whose will has a topic.
    func willOwner(_ key: UInt64) -> TopicOwner? { willOwners.find(key).map { willOwners[$0] } }

    /// A client named a topic as that of its will.
    mutating func setWillOwner(_ key: UInt64, _ owner: TopicOwner) {
        let owner = bounded(owner)
        ownerBytes += owner.memory
        if let known = willOwners.use(key) {
            ownerBytes -= willOwners[known].memory
            willOwners[known] = owner
            return
        }
        if willOwners.isFull, let oldest = willOwners.oldest { ownerBytes -= willOwners[oldest].memory }
        willOwners.insert(key, owner)
    }

    /// The owner with as much of its client identifier as there is room for.
    private mutating func bounded(_ owner: TopicOwner) -> TopicOwner {
        guard owner.clientID.count > MQTTLimits.shortIdentity, ownerBytes + owner.memory > limits.ownerBytes else {
            return owner
        }
        ownersShortened &+= 1
        var owner = owner
        owner.clientID = Array(owner.clientID.prefix(MQTTLimits.shortIdentity))
        return owner
    }
}

// MARK: Sessions between two connections

extension MQTTDirectory {
    /// Keeps what outlives a connection for the next one of the same client, and leaves `state` empty.
    ///
    /// Those saved longest ago make room.
    mutating func save(_ state: inout SavedSession, _ key: UInt64) {
        if let known = saved.find(key) { forgetSaved(known) }
        let size = state.memory
        guard size <= limits.savedBytes else {
            state = SavedSession()
            savedEvictions &+= 1
            return
        }
        while saved.isFull || savedBytes + size > limits.savedBytes, let oldest = saved.oldest {
            forgetSaved(oldest)
            savedEvictions &+= 1
        }
        savedBytes += size
        let slot = saved.insert(key, SavedSession())
        swap(&state, &saved[slot])
    }

    /// Moves what was saved of a client's session into `state`, and forgets it; gives whether there was anything.
    mutating func takeSaved(_ key: UInt64, into state: inout SavedSession) -> Bool {
        guard let known = saved.find(key) else { return false }
        savedBytes -= saved[known].memory
        state = SavedSession()
        swap(&state, &saved[known])
        saved.remove(known)
        return true
    }

    private mutating func forgetSaved(_ slot: Int) {
        savedBytes -= saved[slot].memory
        saved[slot] = SavedSession()
        saved.remove(slot)
    }
}

// MARK: How many connections an address has to a server

extension MQTTDirectory {
    /// How many connections an address has.
    func address(_ key: UInt64) -> ClientAddress? { addresses.find(key).map { addresses[$0] } }

    /// Counts a connection that was let in, on which nobody subscribed or published yet where it is silent.
    mutating func enterAddress(_ key: UInt64, isSilent: Bool) {
        guard let known = addresses.use(key) else {
            addresses.insert(key, ClientAddress(open: 1, silent: isSilent ? 1 : 0))
            return
        }
        addresses[known].open &+= 1
        if isSilent { addresses[known].silent &+= 1 }
    }

    /// Somebody subscribed or published on a connection that is counted.
    mutating func endSilence(_ key: UInt64) {
        guard let known = addresses.use(key), addresses[known].silent > 0 else { return }
        addresses[known].silent &-= 1
    }

    /// A connection that is counted was closed.
    mutating func leaveAddress(_ key: UInt64, isSilent: Bool) {
        guard let known = addresses.use(key) else { return }
        if isSilent, addresses[known].silent > 0 { addresses[known].silent &-= 1 }
        if addresses[known].open > 1 { addresses[known].open &-= 1 } else { addresses.remove(known) }
    }
}
