import Events
import Network

/// The state of sessions between their connections (MQTT 3.1.1, 3.1.2.4; MQTT 5.0, 4.1).
extension MQTTAnalyzer {
    /// Keeps what outlives a connection, for the next one of the same client; does so once.
    mutating func save(_ index: Int, _ key: UInt64, at time: Timestamp) {
        guard !table.sessions[index].isSaved, table.sessions[index].isAccepted == true,
            table.sessions[index].terms.expiry > 0, table.sessions[index].connects > 0
        else { return }
        var state = SavedSession()
        state.isWhole = table.sessions[index].isWhole
        state.expiry = table.sessions[index].terms.expiry
        state.endedAt = time
        swap(&state.subscriptions, &table.sessions[index].subscriptions)
        swap(&state.toServer, &table.sessions[index].toServer.handshakes)
        swap(&state.toClient, &table.sessions[index].toClient.handshakes)
        table.sessions[index].isSaved = true
        // What the connection may still carry is no longer held against what was said before.
        table.sessions[index].isPastKnown = false
        saved.store(state, for: key)
    }

    /// Goes on with what an earlier connection left, where the server says that it does; `isPresent` is `nil` where it
    /// cannot say.
    mutating func resume(_ index: Int, _ key: UInt64, _ isPresent: Bool?, _ time: Timestamp) {
        guard table.sessions[index].connects > 0 else { return }
        var state = takeSaved(key)
        guard let isPresent else { return }
        if let known = state, known.isExpired(at: time) { state = isPresent ? known : nil }
        let isClean = table.sessions[index].terms.isClean
        guard isPresent else {
            table.sessions[index].past = state == nil || isClean ? MQTTPast.none : .lost
            table.sessions[index].isPastKnown = true
            return
        }
        guard var known = state else {
            table.sessions[index].past = .unseen
            table.sessions[index].isPastKnown = false
            return
        }
        table.sessions[index].past = known.isExpired(at: time) ? .expired : .known
        let isFresh =
            table.sessions[index].toServer.handshakes.table.count == 0
            && table.sessions[index].toClient.handshakes.table.count == 0
        let wasAlone = lastNameless.map { $0 < known.endedAt } ?? true
        table.sessions[index].isPastKnown = known.isWhole && isFresh && !isClean && wasAlone
        guard isFresh else { return }
        known.toServer.resume()
        known.toClient.resume()
        known.toClient.quota = table.sessions[index].toClient.handshakes.quota
        swap(&table.sessions[index].subscriptions, &known.subscriptions)
        if table.sessions[index].subscriptions.hasIdentifiers { table.sessions[index].terms.noteSubscriptionID() }
        swap(&table.sessions[index].toServer.handshakes, &known.toServer)
        swap(&table.sessions[index].toClient.handshakes, &known.toClient)
    }

    private mutating func takeSaved(_ key: UInt64) -> SavedSession? {
        var state: SavedSession?
        saved.update(key) {
            state = $0
            $0 = SavedSession()
        }
        if state != nil { saved.remove(key) }
        return state
    }
}

extension SavedSession {
    fileprivate func isExpired(at time: Timestamp) -> Bool {
        expiry != .max && time.nanoseconds(since: endedAt) / 1_000_000_000 > Int64(expiry)
    }
}

/// How many connections an address has to a server.
extension MQTTAnalyzer {
    /// Counts a connection that was let in.
    mutating func enterAddress(_ index: Int) {
        guard !table.sessions[index].isCounted, table.sessions[index].connects > 0 else { return }
        table.sessions[index].isCounted = true
        let isSilent: UInt32 = table.sessions[index].isSilent ? 1 : 0
        let key = addressKey(index)
        let isKnown = addresses.update(key) {
            $0.open &+= 1
            $0.silent &+= isSilent
        }
        if !isKnown { addresses.store(ClientAddress(open: 1, silent: isSilent), for: key) }
    }

    /// Somebody subscribed or published on it.
    mutating func endSilence(_ index: Int) {
        table.sessions[index].isSilent = false
        guard table.sessions[index].isCounted else { return }
        addresses.update(addressKey(index)) { $0.silent = $0.silent == 0 ? 0 : $0.silent &- 1 }
    }

    /// A connection was closed.
    mutating func leaveAddress(_ index: Int) {
        guard table.sessions[index].isCounted else { return }
        table.sessions[index].isCounted = false
        let key = addressKey(index)
        let isSilent = table.sessions[index].isSilent
        var isLast = false
        addresses.update(key) {
            $0.open = $0.open == 0 ? 0 : $0.open &- 1
            if isSilent, $0.silent > 0 { $0.silent &-= 1 }
            isLast = $0.open == 0
        }
        if isLast { addresses.remove(key) }
    }

    /// The key of the session's client address at its server.
    func addressKey(_ index: Int) -> UInt64 {
        hash.addressKey(table.sessions[index].client.address, table.sessions[index].server)
    }
}
