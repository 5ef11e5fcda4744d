import Bytes
import Events
import Network
import Tables

/// Client identifiers: who uses them, and what outlives their connections.
extension MQTTAnalyzer {
    /// Takes in a client identifier and looks who used it before, and whether somebody does so now.
    mutating func identify(_ index: Int, _ clientID: RawSpan, _ time: Timestamp) {
        sessions[index].hasClientID = true
        let isWhole = sessions[index].clientID.keep(clientID, nameLimit)
        if !isWhole { counts.identitiesShortened &+= 1 }
        chargeNames(index)
        // The slot for orphans belongs to no client.
        guard index != Self.orphan else { return }
        let key = hash.clientKey(clientID, sessions[index].server)
        let (id, address) = (sessions.id(index), sessions[index].client.address)
        sessions[index].clientIDKey = key
        guard var record = directory.useClient(key) else {
            directory.setClient(ClientRecord(session: id, address: address), key)
            return
        }
        previous = record
        event.hasPrevious = record.ending != nil
        if record.wasAccepted {
            sessions[index].changes = ClientChanges(record, sessions[index].traits, address)
        }
        guard record.session != id else { return }
        let last = sessions.slot(of: record.session)
        if record.isLive, last != nil {
            // Who is connected stays so until the server lets the new one in: it may be refused.
            event.isTakeover = record.address != address
            sessions[index].isTakeover = event.isTakeover
        } else {
            if let last { handOver(last, key, at: time) }
            record.session = id
            record.isLive = true
            directory.setClient(record, key)
        }
    }

    /// Whether the identifier of a CONNECT is in use at another address.
    func isTakeover(_ connect: MQTTConnect, _ index: Int, _ bytes: RawSpan) -> Bool {
        guard let clientID = connect.clientID, !clientID.isEmpty else { return false }
        let key = hash.clientKey(bytes.slice(clientID), sessions[index].server)
        guard let record = directory.client(key), record.isLive, sessions.slot(of: record.session) != nil else {
            return false
        }
        return record.address != sessions[index].client.address
    }

    /// The server let a client in: from now on the identifier is this session's, whoever had it.
    mutating func accept(_ index: Int, _ connack: MQTTConnack, _ version: MQTTVersion, _ time: Timestamp) {
        guard index != Self.orphan else { return }
        enterAddress(index)
        let isPresent = version == .v311 || version == .v5 ? connack.isSessionPresent : nil
        guard let key = sessions[index].clientIDKey else {
            // Nobody else can have its state, and no earlier connection either.
            sessions[index].isPastKnown = sessions[index].connects > 0 && isPresent == false
            return
        }
        let (id, address) = (sessions.id(index), sessions[index].client.address)
        if let record = directory.client(key), record.session != id, let other = sessions.slot(of: record.session) {
            if record.isLive, sessions[other].ending == nil { sessions[other].ending = .takeover }
            handOver(other, key, at: time)
        }
        resume(index, key, isPresent, time)
        if let will = sessions[index].willKey { directory.setWillOwner(will, owner(index, key)) }
        guard sessions[index].connects > 0 else { return }
        var record = ClientRecord(session: id, address: address)
        record.wasAccepted = true
        record.traits = sessions[index].traits
        directory.setClient(record, key)
    }

    /// Keeps what outlives a connection that goes on beside the next one of the same client.
    private mutating func handOver(_ index: Int, _ key: UInt64, at time: Timestamp) {
        save(index, key, at: time)
        chargeHandshakes(index)
        chargeSubscriptions(index)
    }

    /// What is shown of a session as the owner of a topic.
    func owner(_ index: Int, _ key: UInt64) -> TopicOwner {
        TopicOwner(
            clientID: sessions[index].clientID, clientKey: key, address: sessions[index].client.address,
            account: sessions[index].traits.userName)
    }

    /// Whether a topic belongs to somebody else than the client of a session.
    ///
    /// A program that draws a new identifier each time it starts is the same one still: by its address and its account, once
    /// the connection under the old identifier is over.
    func isForeign(_ owner: TopicOwner, _ index: Int, _ key: UInt64) -> Bool {
        if owner.clientKey == key { return false }
        guard owner.address == sessions[index].client.address, owner.account == sessions[index].traits.userName else {
            return true
        }
        guard let record = directory.client(owner.clientKey), record.isLive else { return false }
        return sessions.slot(of: record.session) != nil
    }

    /// Takes the session's client identifier off those that are live, where it stands there for this session.
    mutating func forgetClient(_ index: Int, at time: Timestamp, isEvicted: Bool = false) {
        guard let key = sessions[index].clientIDKey, var record = directory.client(key),
            record.session == sessions.id(index)
        else { return }
        let isAccepted = sessions[index].isAccepted == true
        guard record.wasAccepted || isAccepted else { return directory.forgetClient(key) }
        guard record.isLive else { return }
        record.isLive = false
        if isAccepted {
            record.ending = isEvicted ? nil : sessions[index].ending ?? .closed
            record.endedAt = time
            let since = sessions[index].connectedAt
            record.duration = since.map { max(0, time.nanoseconds(since: $0)) / 1_000_000 } ?? 0
            record.unfinished = sessions[index].unfinishedHandshakes()
        }
        directory.setClient(record, key)
    }

    /// The server has closed its end: the client is connected no longer.
    mutating func endAtServer(_ index: Int, at time: Timestamp) {
        guard !sessions[index].hasServerEnded else { return }
        sessions[index].hasServerEnded = true
        forgetClient(index, at: time)
        leaveAddress(index)
    }

    /// The server goes on although its end seemed closed: somebody else had said so.
    mutating func reviveAtServer(_ index: Int) {
        sessions[index].hasServerEnded = false
        if sessions[index].isAccepted == true { enterAddress(index) }
        guard let key = sessions[index].clientIDKey, var record = directory.client(key),
            record.session == sessions.id(index), sessions[index].ending == nil
        else { return }
        record.isLive = true
        record.ending = nil
        directory.setClient(record, key)
    }

    /// Ends a session.
    mutating func close(_ index: Int, at time: Timestamp, isEvicted: Bool = false) {
        forgetClient(index, at: time, isEvicted: isEvicted)
        let abandoned = sessions[index].unfinishedHandshakes()
        counts.handshakesAbandoned &+= UInt64(abandoned)
        counts.handshakesDropped &+= UInt64(sessions[index].toServer.handshakes.dropped)
        counts.handshakesDropped &+= UInt64(sessions[index].toClient.handshakes.dropped)
        if let key = sessions[index].clientIDKey { save(index, key, at: time) }
        leaveAddress(index)
        releaseMemory(index)
        sessions.close(index, isEvicted: isEvicted)
    }
}

extension MQTTSession {
    /// How many hand-shakes of both sides are not over.
    mutating func unfinishedHandshakes() -> UInt32 {
        toServer.handshakes.unfinished() &+ toClient.handshakes.unfinished()
    }
}
