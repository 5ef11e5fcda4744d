import Events
import Network
import Tables

/// The state of sessions between their connections (MQTT 3.1.1, 3.1.2.4; MQTT 5.0, 4.1).
extension MQTTAnalyzer {
    /// Keeps what outlives a connection, for the next one of the same client; does so once.
    ///
    /// The session's account is the caller's to bring up to date.
    mutating func save(_ index: Int, _ key: UInt64, at time: Timestamp) {
        guard !sessions[index].isSaved, sessions[index].isAccepted == true,
            sessions[index].terms.expiry > 0, sessions[index].connects > 0
        else { return }
        var state = SavedSession()
        state.isWhole = sessions[index].isWhole
        state.expiry = sessions[index].terms.expiry
        state.endedAt = time
        swap(&state.subscriptions, &sessions[index].subscriptions)
        swap(&state.toServer, &sessions[index].toServer.handshakes)
        swap(&state.toClient, &sessions[index].toClient.handshakes)
        sessions[index].isSaved = true
        // What the connection may still carry is no longer held against what was said before.
        sessions[index].isPastKnown = false
        directory.save(&state, key)
    }

    /// Goes on with what an earlier connection left, where the server says that it does; `isPresent` is `nil` where it
    /// cannot say.
    mutating func resume(_ index: Int, _ key: UInt64, _ isPresent: Bool?, _ time: Timestamp) {
        guard sessions[index].connects > 0 else { return }
        var known = SavedSession()
        let isThere = directory.takeSaved(key, into: &known)
        guard let isPresent else { return }
        let isExpired = isThere && known.isExpired(at: time)
        let isClean = sessions[index].terms.isClean
        guard isPresent else {
            sessions[index].past = !isThere || isExpired || isClean ? MQTTPast.none : .lost
            sessions[index].isPastKnown = true
            return
        }
        guard isThere else {
            sessions[index].past = .unseen
            sessions[index].isPastKnown = false
            return
        }
        sessions[index].past = isExpired ? .expired : .known
        let isFresh =
            sessions[index].toServer.handshakes.table.count == 0
            && sessions[index].toClient.handshakes.table.count == 0
        let wasAlone = !directory.heardNameless(since: known.endedAt)
        sessions[index].isPastKnown = known.isWhole && isFresh && !isClean && wasAlone
        guard isFresh else { return }
        known.toServer.resume()
        known.toClient.resume()
        known.toClient.quota = sessions[index].toClient.handshakes.quota
        swap(&sessions[index].subscriptions, &known.subscriptions)
        if sessions[index].subscriptions.hasIdentifiers { sessions[index].terms.noteSubscriptionID() }
        swap(&sessions[index].toServer.handshakes, &known.toServer)
        swap(&sessions[index].toClient.handshakes, &known.toClient)
        chargeHandshakes(index)
        chargeSubscriptions(index)
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
        guard !sessions[index].isCounted, sessions[index].connects > 0 else { return }
        sessions[index].isCounted = true
        directory.enterAddress(addressKey(index), isSilent: sessions[index].isSilent)
    }

    /// Somebody subscribed or published on it.
    mutating func endSilence(_ index: Int) {
        sessions[index].isSilent = false
        guard sessions[index].isCounted else { return }
        directory.endSilence(addressKey(index))
    }

    /// A connection was closed.
    mutating func leaveAddress(_ index: Int) {
        guard sessions[index].isCounted else { return }
        sessions[index].isCounted = false
        directory.leaveAddress(addressKey(index), isSilent: sessions[index].isSilent)
    }

    /// The key of the session's client address at its server.
    func addressKey(_ index: Int) -> UInt64 {
        hash.addressKey(sessions[index].client.address, sessions[index].server)
    }
}
