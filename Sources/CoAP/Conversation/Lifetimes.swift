import Network

/// For how long things are remembered, in nanoseconds of capture time: a few words of their own, so that nobody who asks
/// for an age has to lend, and thereby copy, the whole directory.
struct Lifetimes: Sendable {
    /// Of a request without traffic, and of a message id.
    let exchange: UInt64
    /// Of the message id of a NON.
    let nonConfirmable: UInt64
    /// Of an observation without a notification.
    let observation: UInt64

    init(_ limits: CoAPLimits) {
        exchange = nanoseconds(limits.exchangeLifetimeSeconds)
        nonConfirmable = nanoseconds(limits.nonConfirmableLifetimeSeconds)
        observation = nanoseconds(limits.observationLifetimeSeconds)
    }

    /// Whether an answer to the request is no longer expected.
    func isOver(_ exchange: Exchange, _ now: Timestamp) -> Bool {
        isApart(now, exchange.lastSeen, exchange.isObserved ? observation : self.exchange)
    }

    /// Whether the message id may have been used again (RFC 7252, 4.4).
    func isOver(_ record: MessageRecord, _ now: Timestamp) -> Bool {
        isApart(now, record.firstSeen, record.type == .nonConfirmable ? nonConfirmable : exchange)
    }

    /// Whether the client may have given the request up: ACK_TIMEOUT (RFC 7252, 4.8) is over, or capture time stepped back.
    func mayBeGivenUp(_ exchange: Exchange, _ now: Timestamp) -> Bool {
        now < exchange.started || isApart(now, exchange.started, 2_000_000_000)
    }

    /// In whichever order the two were seen: captures step back.
    private func isApart(_ one: Timestamp, _ other: Timestamp, _ lifetime: UInt64) -> Bool {
        one.nanoseconds(since: other).magnitude >= lifetime
    }
}

private func nanoseconds(_ seconds: Int64) -> UInt64 {
    let (product, overflow) = UInt64(max(0, seconds)).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : product
}
