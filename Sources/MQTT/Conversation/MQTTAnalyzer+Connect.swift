import Bytes
import Events
import Network
import Tables

extension MQTTAnalyzer {
    /// The first CONNECT says who the session is; a later one is a violation and changes nothing.
    mutating func take(
        _ connect: MQTTConnect, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes, _ time: Timestamp
    ) {
        sessions[index].connects += 1
        event.connectCount = sessions[index].connects
        guard event.connectCount == 1 else {
            notes.note(.connectAgain)
            event.isTakeover = isTakeover(connect, index, bytes)
            // A server that has said no and does not close may be asked once more: its next answer is to this one.
            if sessions[index].isAccepted != true { notePassword(connect, index, bytes) }
            return
        }
        sessions[index].version = notes.version
        sessions[index].isVersionGuessed = false
        sessions[index].connectedAt = time
        sessions[index].isAnonymous = connect.flags != nil && !connect.hasCredentials
        takeTerms(connect, index, bytes, notes.version)
        notePassword(connect, index, bytes)
        if let name = connect.userName {
            let isWhole = sessions[index].userName.keep(bytes.slice(name), nameLimit)
            if !isWhole { counts.identitiesShortened &+= 1 }
            chargeNames(index)
        }
        if let clientID = connect.clientID {
            sessions[index].hasClientID = true
            if !clientID.isEmpty { identify(index, bytes.slice(clientID), time) }
        }
    }

    /// Keeps what tells the password of a CONNECT from others until it is answered.
    private mutating func notePassword(_ connect: MQTTConnect, _ index: Int, _ bytes: RawSpan) {
        sessions[index].passwordDigest = nil
        sessions[index].passwordKey = nil
        sessions[index].passwordPast = nil
        guard let password = connect.password else { return }
        if keepsPasswordDigests, let passwordKey {
            sessions[index].passwordDigest = passwordKey.code(bytes.slice(password))
        }
        let userName = connect.userName ?? ByteRange(offset: 0, count: 0)
        let key = hash.passwordKey(bytes.slice(password), of: bytes.slice(userName), sessions[index].server)
        sessions[index].passwordKey = key
        sessions[index].passwordPast = directory.passwordPast(key)
    }

    private mutating func takeTerms(
        _ connect: MQTTConnect, _ index: Int, _ bytes: RawSpan, _ version: MQTTVersion
    ) {
        let terms = ConnectionTerms(connect, version, bytes)
        sessions[index].terms = terms
        sessions[index].noteKeepAlive()
        sessions[index].isPastKnown = terms.isClean
        sessions[index].traits = ClientTraits(connect, version, bytes, hash)
        sessions[index].hasWill = connect.willTopic != nil
        // Bit 7 of the levels 3 and 4, as Mosquitto and others set it for bridges.
        sessions[index].isBridge = connect.level == 0x83 || connect.level == 0x84
        if let topic = connect.willTopic {
            if bytes.slice(topic).isStateOfBridge { sessions[index].isBridge = true }
            sessions[index].willKey = hash.willKey(bytes.slice(topic), sessions[index].server)
        }
        guard version == .v5, connect.keepAlive != nil else { return }
        sessions[index].toClient.handshakes.quota = terms.receiveMaximum
        let maximum = connect.properties.number(.topicAliasMaximum, bytes) ?? 0
        sessions[index].toClient.aliasMaximum = UInt16(truncatingIfNeeded: maximum)
        sessions[index].hasAuthMethod = connect.properties.contains(.authenticationMethod)
        if let method = connect.properties.bytes(.authenticationMethod, bytes), method.count <= nameLimit {
            _ = sessions[index].authMethod.keep(bytes.slice(method), limits.identityBytes)
            chargeNames(index)
        }
    }

    /// The server's answer: whether it let the client in, and under which identifier.
    mutating func take(
        _ connack: MQTTConnack, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes, _ time: Timestamp
    ) {
        sessions[index].connacks += 1
        notes.note(.connackAgain, if: sessions[index].connacks > 1 && notes.version == .v5)
        event.isTakeover = sessions[index].isTakeover
        guard let code = connack.code else { return }
        let isFirst = sessions[index].connacks == 1
        sessions[index].isAccepted = code == 0
        if sessions[index].connects > 0 { check(connack, code, index, bytes, &notes) }
        let isFirstOfAll = isFirst && sessions[index].isComplete && !event.message.isFatal
        sessions[index].isRefused = isFirstOfAll && code != 0
        sessions[index].isIDRefused = isFirstOfAll && code == (notes.version == .v5 ? 0x85 : 2)
        if let key = sessions[index].passwordKey {
            sessions[index].passwordKey = nil
            sessions[index].passwordPast = directory.passwordPast(key)
            if let now = PasswordPast(connack: code) { directory.setPassword(now, key) }
        }
        guard code == 0 else { return forgetClient(index, at: time) }
        if notes.version == .v5 {
            let maximum = connack.properties.number(.topicAliasMaximum, bytes) ?? 0
            sessions[index].toServer.aliasMaximum = UInt16(truncatingIfNeeded: maximum)
            let isAhead = sessions[index].isClientAhead || sessions[index].connects == 0
            sessions[index].terms.take(connack, bytes, isClientAhead: isAhead)
            sessions[index].noteKeepAlive()
        }
        if let assigned = connack.properties.bytes(.assignedClientIdentifier, bytes), !assigned.isEmpty {
            forgetClient(index, at: time)
            identify(index, bytes.slice(assigned), time)
        }
        guard isFirst else { return }
        accept(index, connack, notes.version, time)
        if notes.version == .v5, !sessions[index].isClientAhead {
            let maximum = min(65_535, connack.properties.number(.receiveMaximum, bytes) ?? 65_535)
            sessions[index].toServer.handshakes.quota = Int32(truncatingIfNeeded: maximum)
        }
    }

    /// Holds an answer against the question.
    private mutating func check(
        _ connack: MQTTConnack, _ code: UInt8, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes
    ) {
        let terms = sessions[index].terms
        let isFive = notes.version == .v5
        let isUnexpected = connack.isSessionPresent == true && terms.isClean && code == 0
        notes.note(.sessionPresentWhenClean, if: isUnexpected && (notes.version == .v311 || isFive))
        guard sessions[index].connacks == 1, !event.message.isFatal, !event.message.isCutShort else { return }
        let hasNoID = sessions[index].hasClientID && sessions[index].clientID.isEmpty
        guard isFive else {
            notes.note(.emptyClientIDAccepted, if: hasNoID && !terms.isClean && code == 0 && notes.version == .v311)
            return
        }
        let properties = connack.properties
        let isUnasked = properties.contains(.responseInformation) && !terms.isResponseInformationWanted
        notes.note(.responseInformationUnasked, if: isUnasked)
        if sessions[index].hasAuthMethod {
            event.auth = code == 0 ? .success : .failure
            if code == 0 { checkMethod(properties, index, bytes, .authMethodChanged, &notes) }
        } else {
            notes.note(.authUnaskedFromServer, if: properties.contains(.authenticationMethod))
        }
        guard code == 0 else { return }
        if hasNoID, !properties.contains(.assignedClientIdentifier) {
            notes.note(.assignedIDMissing)
            notes.note(.assignedIDNotReturned)
        }
        let qos = properties.number(.maximumQoS, bytes) ?? 2
        notes.note(.willQoSAccepted, if: UInt32(terms.willQoS) > qos)
        let isRetainAvailable = properties.number(.retainAvailable, bytes) != 0
        notes.note(.willRetainAccepted, if: terms.isWillRetained && !isRetainAvailable)
    }
}

extension MQTTSession {
    /// Takes over the keep alive that was agreed upon: the client may be silent for half as much again (MQTT 3.1.1 and 5.0,
    /// 3.1.2.10).
    mutating func noteKeepAlive() {
        overdueAfter = terms.keepAlive == 0 ? .max : Int64(terms.keepAlive) * 1500
    }
}

extension [UInt8] {
    /// Replaces its content by the first `limit` bytes of `bytes`; gives whether that is all of them.
    mutating func keep(_ bytes: RawSpan, _ limit: Int) -> Bool {
        removeAll(keepingCapacity: true)
        append(copying: bytes.slice(ByteRange(offset: 0, count: Swift.max(0, limit))))
        return bytes.byteCount <= limit
    }
}
