import Bytes
import Events
import Network

extension MQTTAnalyzer {
    /// The first CONNECT says who the session is; a later one is a violation and changes nothing.
    mutating func take(
        _ connect: MQTTConnect, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes, _ time: Timestamp
    ) {
        table.sessions[index].connects += 1
        event.connectCount = table.sessions[index].connects
        guard event.connectCount == 1 else {
            notes.note(.connectAgain)
            event.isTakeover = isTakeover(connect, index, bytes)
            return
        }
        table.sessions[index].version = notes.version
        table.sessions[index].connectedAt = time
        table.sessions[index].isAnonymous = connect.flags != nil && !connect.hasCredentials
        table.sessions[index].isClean = connect.flags?.contains(.cleanSession) ?? false
        table.sessions[index].hasAuthMethod = connect.properties.contains(.authenticationMethod)
        if notes.version == .v5, connect.keepAlive != nil {
            let maximum = connect.properties.number(.topicAliasMaximum, bytes) ?? 0
            table.sessions[index].toClient.aliasMaximum = UInt16(truncatingIfNeeded: maximum)
        }
        if let name = connect.userName {
            let isWhole = table.sessions[index].userName.keep(bytes.slice(name), limits.identityBytes)
            if !isWhole { counts.identitiesShortened &+= 1 }
        }
        if let clientID = connect.clientID {
            table.sessions[index].hasClientID = true
            if !clientID.isEmpty { identify(index, bytes.slice(clientID)) }
        }
    }

    /// The server's answer: whether it let the client in, and under which identifier.
    mutating func take(_ connack: MQTTConnack, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes) {
        table.sessions[index].connacks += 1
        notes.note(.connackAgain, if: table.sessions[index].connacks > 1 && notes.version == .v5)
        guard let code = connack.code else { return }
        table.sessions[index].isAccepted = code == 0
        if table.sessions[index].connects > 0 {
            let isUnexpected = connack.isSessionPresent == true && table.sessions[index].isClean && code == 0
            notes.note(.sessionPresentWhenClean, if: isUnexpected && (notes.version == .v311 || notes.version == .v5))
        }
        guard code == 0 else { return forgetClient(index) }
        if notes.version == .v5 {
            let maximum = connack.properties.number(.topicAliasMaximum, bytes) ?? 0
            table.sessions[index].toServer.aliasMaximum = UInt16(truncatingIfNeeded: maximum)
        }
        if let assigned = connack.properties.bytes(.assignedClientIdentifier, bytes), !assigned.isEmpty {
            forgetClient(index)
            identify(index, bytes.slice(assigned))
        }
        // Let in: from now on the identifier is this session's, whoever had it.
        if let key = table.sessions[index].clientIDKey { store(index, key) }
    }

    /// An AUTH makes no sense unless the CONNECT named a method (MQTT 5.0, 4.12).
    func checkAuth(_ index: Int, _ notes: inout MQTTNotes) {
        guard table.sessions[index].isComplete, !table.sessions[index].hasAuthMethod else { return }
        notes.note(event.direction == .toServer ? .authUnaskedFromClient : .authUnaskedFromServer)
    }

    /// Takes in a client identifier and looks whether somebody else is connected under it.
    private mutating func identify(_ index: Int, _ clientID: RawSpan) {
        table.sessions[index].hasClientID = true
        let isWhole = table.sessions[index].clientID.keep(clientID, limits.identityBytes)
        if !isWhole { counts.identitiesShortened &+= 1 }
        // The slot for strays is nobody's.
        guard table.sessions[index].isOpen else { return }
        let key = hash.clientKey(clientID, table.sessions[index].server)
        table.sessions[index].clientIDKey = key
        if let live = clients.find(key), table.index(of: live.session) != nil, live.session != table.id(index) {
            // Who is connected stays so until the server lets the new one in: it may be refused.
            event.isTakeover = live.address != table.sessions[index].client.address
        } else {
            store(index, key)
        }
    }

    private mutating func isTakeover(_ connect: MQTTConnect, _ index: Int, _ bytes: RawSpan) -> Bool {
        guard let clientID = connect.clientID, !clientID.isEmpty else { return false }
        let session = table.sessions[index].server
        guard let live = clients.find(hash.clientKey(bytes.slice(clientID), session)) else { return false }
        return table.index(of: live.session) != nil && live.address != table.sessions[index].client.address
    }

    private mutating func store(_ index: Int, _ key: UInt64) {
        let address = table.sessions[index].client.address
        clients.store(LiveClient(session: table.id(index), address: address), for: key)
    }
}

extension [UInt8] {
    /// Replaces its content by the first `limit` bytes of `bytes`; gives whether that is all of them.
    fileprivate mutating func keep(_ bytes: RawSpan, _ limit: Int) -> Bool {
        removeAll(keepingCapacity: true)
        append(copying: bytes.slice(ByteRange(offset: 0, count: Swift.max(0, limit))))
        return bytes.byteCount <= limit
    }
}
