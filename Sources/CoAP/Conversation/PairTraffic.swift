import Network

/// Bytes between two addresses in a window of capture time that moves in halves: what is told covers between half of
/// the window and the whole of it.
struct PairTraffic: Sendable {
    private var start: Timestamp
    private var toServer: UInt64 = 0
    private var toClient: UInt64 = 0
    private var earlierToServer: UInt64 = 0
    private var earlierToClient: UInt64 = 0

    init(start: Timestamp) { self.start = start }

    /// Counts a message; `seconds` is half of the window.
    mutating func add(bytes: Int, isToServer: Bool, at time: Timestamp, seconds: Int64) {
        let (half, overflow) = max(1, seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let age = time.nanoseconds(since: start)
        if overflow || age < -half || age / 2 >= half {
            self = PairTraffic(start: time)
        } else if age >= half {
            (earlierToServer, earlierToClient) = (toServer, toClient)
            (toServer, toClient) = (0, 0)
            start = start.advanced(byNanoseconds: half)
        }
        if isToServer { toServer &+= UInt64(bytes) } else { toClient &+= UInt64(bytes) }
    }

    /// Bytes that went to the client.
    var bytesToClient: UInt64 { toClient &+ earlierToClient }

    /// Bytes to the client over bytes to the server; `nil` where none went to the server.
    var amplification: Double? {
        let asked = toServer &+ earlierToServer
        return asked == 0 ? nil : Double(bytesToClient) / Double(asked)
    }
}
