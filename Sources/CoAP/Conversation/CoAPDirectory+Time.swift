import Network
import Tables

extension CoAPDirectory {
    /// The slot of an exchange that has not outlived its time.
    func liveExchange(_ key: Hash128, _ now: Timestamp) -> Int? {
        guard let slot = exchanges.find(key), !lifetimes.isOver(exchanges[slot], now) else { return nil }
        return slot
    }

    /// Removes the entries unused for longest where they are old: at most two of each table for each message, so that
    /// tables shrink faster than they grow and no message pays for many.
    mutating func forgetOld(_ now: Timestamp) {
        for _ in 0..<2 {
            guard let oldest = exchanges.oldest, lifetimes.isOver(exchanges[oldest], now) else { break }
            exchanges.remove(oldest)
        }
        for _ in 0..<2 {
            guard let oldest = records.oldest, lifetimes.isOver(records[oldest], now) else { break }
            records.remove(oldest)
        }
    }
}
