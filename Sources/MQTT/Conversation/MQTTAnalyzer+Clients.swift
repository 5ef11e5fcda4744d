import Bytes
import Events
import Network

/// Client identifiers: who uses them, and what outlives their connections.
extension MQTTAnalyzer {
    /// Takes in a client identifier and looks who used it before, and whether somebody does so now.
    mutating func identify(_ index: Int, _ clientID: RawSpan, _ time: Timestamp) {
        table.sessions[index].hasClientID = true
        let isWhole = table.sessions[index].clientID.keep(clientID, limits.identityBytes)
        if !isWhole { counts.identitiesShortened &+= 1 }
        // The slot for strays is nobody's.
        guard table.sessions[index].isOpen else { return }
        let key = hash.clientKey(clientID, table.sessions[index].server)
        let (id, address) = (table.id(index), table.sessions[index].client.address)
        table.sessions[index].clientIDKey = key
        guard var record = clients.find(key) else {
            clients.store(ClientRecord(session: id, address: address), for: key)
            return
        }
        previous = record
        event.hasPrevious = record.ending != nil
        if record.wasAccepted {
            table.sessions[index].changes = ClientChanges(record, table.sessions[index].traits, address)
        }
        guard record.session != id else { return }
        let last = table.index(of: record.session)
        if record.isLive, last != nil {
            // Who is connected stays so until the server lets the new one in: it may be refused.
            event.isTakeover = record.address != address
        } else {
            if let last { save(last, key, at: time) }
            record.session = id
            record.isLive = true
            clients.store(record, for: key)
        }
    }

    /// Whether the identifier of a CONNECT is in use at another address.
    func isTakeover(_ connect: MQTTConnect, _ index: Int, _ bytes: RawSpan) -> Bool {
        guard let clientID = connect.clientID, !clientID.isEmpty else { return false }
        let key = hash.clientKey(bytes.slice(clientID), table.sessions[index].server)
        guard let record = clients.peek(key), record.isLive, table.index(of: record.session) != nil else {
            return false
        }
        return record.address != table.sessions[index].client.address
    }

    /// The server let a client in: from now on the identifier is this session's, whoever had it.
    mutating func accept(_ index: Int, _ connack: MQTTConnack, _ version: MQTTVersion, _ time: Timestamp) {
        guard table.sessions[index].isOpen else { return }
        enterAddress(index)
        let isPresent = version == .v311 || version == .v5 ? connack.isSessionPresent : nil
        guard let key = table.sessions[index].clientIDKey else {
            // Nobody else can have its state, and no earlier connection either.
            table.sessions[index].isPastKnown = table.sessions[index].connects > 0 && isPresent == false
            return
        }
        let (id, address) = (table.id(index), table.sessions[index].client.address)
        if let record = clients.peek(key), record.session != id, let other = table.index(of: record.session) {
            if record.isLive, table.sessions[other].ending == nil { table.sessions[other].ending = .takeover }
            save(other, key, at: time)
        }
        resume(index, key, isPresent, time)
        if let will = table.sessions[index].willKey { willOwners.store(owner(index, key), for: will) }
        guard table.sessions[index].connects > 0 else { return }
        var record = ClientRecord(session: id, address: address)
        record.wasAccepted = true
        record.traits = table.sessions[index].traits
        clients.store(record, for: key)
    }

    /// What is shown of a session as the owner of a topic.
    func owner(_ index: Int, _ key: UInt64) -> TopicOwner {
        TopicOwner(
            clientID: table.sessions[index].clientID, clientKey: key, address: table.sessions[index].client.address)
    }

    /// Takes the session's client identifier off those that are live, where it stands there for this session.
    mutating func forgetClient(_ index: Int, at time: Timestamp, isEvicted: Bool = false) {
        guard let key = table.sessions[index].clientIDKey, let record = clients.peek(key),
            record.session == table.id(index)
        else { return }
        guard record.wasAccepted || table.sessions[index].isAccepted == true else {
            clients.remove(key)
            return
        }
        guard record.isLive else { return }
        let isAccepted = table.sessions[index].isAccepted == true
        let ending = isEvicted ? nil : table.sessions[index].ending ?? .closed
        let since = table.sessions[index].connectedAt
        let unfinished = table.sessions[index].unfinishedHandshakes()
        clients.update(key) {
            $0.isLive = false
            guard isAccepted else { return }
            $0.ending = ending
            $0.endedAt = time
            $0.duration = since.map { max(0, time.nanoseconds(since: $0)) / 1_000_000 } ?? 0
            $0.unfinished = unfinished
        }
    }

    /// Ends a session.
    mutating func close(_ index: Int, at time: Timestamp, isEvicted: Bool = false) {
        forgetClient(index, at: time, isEvicted: isEvicted)
        let abandoned = table.sessions[index].unfinishedHandshakes()
        counts.handshakesAbandoned &+= UInt64(abandoned)
        counts.handshakesDropped &+= UInt64(table.sessions[index].toServer.handshakes.dropped)
        counts.handshakesDropped &+= UInt64(table.sessions[index].toClient.handshakes.dropped)
        if let key = table.sessions[index].clientIDKey { save(index, key, at: time) }
        leaveAddress(index)
        table.close(index)
    }
}

extension MQTTSession {
    /// How many hand-shakes of both sides are not over.
    mutating func unfinishedHandshakes() -> UInt32 {
        toServer.handshakes.unfinished() &+ toClient.handshakes.unfinished()
    }
}
