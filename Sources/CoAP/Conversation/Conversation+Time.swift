import Network

extension Conversation {
    /// The slot of an exchange that has not outlived its time.
    func liveExchange(_ key: HashedKey, _ now: Timestamp) -> Int? {
        guard let slot = exchanges.find(key), !isOld(exchanges[slot], now) else { return nil }
        return slot
    }

    /// Whether an answer to the request is no longer expected.
    func isOld(_ exchange: Exchange, _ now: Timestamp) -> Bool {
        now.isApart(
            from: exchange.lastSeen,
            seconds: exchange.isObserved ? limits.observationLifetimeSeconds : limits.exchangeLifetimeSeconds)
    }

    /// Whether the message id may have been used again (RFC 7252, 4.4).
    func isOld(_ record: MessageRecord, _ now: Timestamp) -> Bool {
        now.isApart(
            from: record.firstSeen,
            seconds: record.type == .nonConfirmable
                ? limits.nonConfirmableLifetimeSeconds : limits.exchangeLifetimeSeconds)
    }

    /// Removes the entries unused for longest where they are old: at most two of each table for each message, so that
    /// tables shrink faster than they grow and no message pays for many.
    mutating func forgetOld(_ now: Timestamp) {
        for _ in 0..<2 {
            if let oldest = exchanges.oldest, isOld(exchanges[oldest], now) { exchanges.remove(oldest) }
            if let oldest = records.oldest, isOld(records[oldest], now) { records.remove(oldest) }
        }
    }
}
