import Tables

/// What all sessions hold together beside their slots, each kind bounded in sum.
///
/// Owners are slots of sessions.
struct SessionMemory: ~Copyable, Sendable {
    /// Hand-shakes of QoS 1 and 2.
    var handshakes: MemoryBudget
    /// Topic aliases and their topics.
    var aliases: MemoryBudget
    /// Subscriptions and their filters.
    var subscriptions: MemoryBudget
    /// SUBSCRIBE and UNSUBSCRIBE packets that were not answered.
    var pending: MemoryBudget
    /// Client identifiers, user names and authentication methods: nobody gives them up, new ones are cut short.
    var names: MemoryBudget

    init(_ limits: MQTTLimits) {
        handshakes = MemoryBudget(limit: limits.handshakeBytes)
        aliases = MemoryBudget(limit: limits.topicAliasBytesTotal)
        subscriptions = MemoryBudget(limit: limits.subscriptionBytesTotal)
        pending = MemoryBudget(limit: limits.pendingBytes)
        names = MemoryBudget(limit: limits.identityBytesTotal)
    }

    /// What a session holds, in bytes.
    func bytes(of index: Int) -> Int {
        handshakes.bytes(of: index) + aliases.bytes(of: index) + subscriptions.bytes(of: index)
            + pending.bytes(of: index) + names.bytes(of: index)
    }

    /// A session gave back all that it held.
    mutating func release(_ index: Int) {
        handshakes.set(index, bytes: 0)
        aliases.set(index, bytes: 0)
        subscriptions.set(index, bytes: 0)
        pending.set(index, bytes: 0)
        names.set(index, bytes: 0)
    }

    /// The memory taken, in bytes.
    var bytesTaken: Int {
        handshakes.bytes + aliases.bytes + subscriptions.bytes + pending.bytes + names.bytes + handshakes.ownBytes
            + aliases.ownBytes + subscriptions.ownBytes + pending.ownBytes + names.ownBytes
    }
}

/// Bringing the account of a session's memory up to date, after which those that last grew longest ago may have to give up
/// what they hold: nothing is then held against them that they would have to be known for.
extension MQTTAnalyzer {
    /// The memory that the analyzer has taken, in bytes: its tables and what they refer to.
    public var bytesTaken: Int {
        sessions.bytes + memory.bytesTaken + directory.bytesTaken + rates.bytes + answered.memory
    }

    /// Hand-shakes of a session were added, or came from an earlier connection.
    mutating func chargeHandshakes(_ index: Int) {
        sessions[index].toServer.handshakes.hasGrown = false
        sessions[index].toClient.handshakes.hasGrown = false
        memory.handshakes.set(index, bytes: sessions[index].handshakeMemory)
        while let victim = memory.handshakes.victim {
            let isLoss = sessions[victim].toServer.handshakes.giveUp()
            let isOtherLoss = sessions[victim].toClient.handshakes.giveUp()
            memory.handshakes.evict(victim, isLoss: isLoss || isOtherLoss)
        }
    }

    /// A topic alias of a session was set.
    mutating func chargeAliases(_ index: Int) {
        memory.aliases.set(index, bytes: sessions[index].aliasMemory)
        while let victim = memory.aliases.victim {
            let isLoss = sessions[victim].toServer.aliases.giveUp()
            let isOtherLoss = sessions[victim].toClient.aliases.giveUp()
            memory.aliases.evict(victim, isLoss: isLoss || isOtherLoss)
        }
    }

    /// Subscriptions of a session were added, or came from an earlier connection.
    mutating func chargeSubscriptions(_ index: Int) {
        memory.subscriptions.set(index, bytes: sessions[index].subscriptions.memory)
        while let victim = memory.subscriptions.victim {
            memory.subscriptions.evict(victim, isLoss: sessions[victim].subscriptions.giveUp())
        }
    }

    /// A SUBSCRIBE or UNSUBSCRIBE of a session was kept or answered.
    mutating func chargePending(_ index: Int) {
        memory.pending.set(index, bytes: sessions[index].pending.memory)
        while let victim = memory.pending.victim {
            memory.pending.evict(victim, isLoss: sessions[victim].pending.giveUp())
        }
    }

    /// A name of a session was kept.
    mutating func chargeNames(_ index: Int) { memory.names.set(index, bytes: sessions[index].nameMemory) }

    /// How many bytes of a name are kept: where all names together take too much, the beginning.
    var nameLimit: Int {
        memory.names.isFull ? min(limits.identityBytes, MQTTLimits.shortIdentity) : limits.identityBytes
    }

    /// A session was closed: the room of what was ordinary stays with its slot.
    mutating func releaseMemory(_ index: Int) {
        guard memory.bytes(of: index) > Self.ordinaryRoom else { return }
        sessions[index].release()
        memory.release(index)
    }

    /// Bytes that a closed session's slot keeps for the next one.
    private static var ordinaryRoom: Int { 1024 }
}

extension MQTTSession {
    fileprivate var handshakeMemory: Int { toServer.handshakes.table.bytes + toClient.handshakes.table.bytes }

    fileprivate var aliasMemory: Int { toServer.aliases.memory + toClient.aliases.memory }

    fileprivate var nameMemory: Int { clientID.memory + userName.memory + authMethod.memory }

    /// Whether hand-shakes took more memory than is accounted for.
    var hasGrownHandshakes: Bool { toServer.handshakes.hasGrown || toClient.handshakes.hasGrown }

    /// Gives back all memory.
    fileprivate mutating func release() {
        _ = toServer.handshakes.giveUp()
        _ = toClient.handshakes.giveUp()
        _ = toServer.aliases.giveUp()
        _ = toClient.aliases.giveUp()
        _ = subscriptions.giveUp()
        _ = pending.giveUp()
        clientID = []
        userName = []
        authMethod = []
    }
}
