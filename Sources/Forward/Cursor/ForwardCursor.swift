import Alerts
import Foundation

/// How far a target has come with one store.
struct StoreCursor: Codable, Hashable, Sendable {
    /// What tells the store from every other; empty before it was read.
    var store = ""
    /// Up to where alerts and their changes are confirmed.
    var position = OutboxPosition()
    /// Up to where the file with what people say is confirmed, in bytes.
    var triage: UInt64 = 0
    /// Alerts that have grown, and whose growth is still to be told.
    var grown: [Int64] = []
}

/// How far a target has come: what is kept in its file.
struct ForwardCursor: Codable, Hashable, Sendable {
    /// What tells this stream of records from every other, a UUID; drawn when the cursor was made.
    var stream: String
    /// The number of the last record that is confirmed.
    var sequence: Int64 = 0
    /// By the path of the store.
    var stores: [String: StoreCursor] = [:]
    /// Records that went into the file of dead letters, ever.
    var deadLetters: Int64 = 0
    /// Alerts that were removed from the store before they could go, ever.
    var removed: Int64 = 0
    /// Wall clock of the last confirmation, microseconds since 1970 UTC.
    var confirmedAt: Int64 = 0

    init() { stream = UUID().uuidString.lowercased() }
}
