import Alerts

/// The different values of alert rows that an earlier run began: what the present run sees of them is not new.
///
/// The detection engine counts the values of the present run. Of the earlier ones the store knows the number, and the first as
/// text. Where it has all of them, the two together are counted exactly. Where it has the first of many, these are a sample: as
/// many of the others are taken to have come again as of them. A network that is as it was stays at its number after a
/// restart, and new clients are added to it.
struct ResumedValues {
    private struct Row {
        /// How many values earlier runs counted, and whether that is an estimate.
        var stored: Int64
        var isEstimate: Bool
        /// How many the store has as text, and those of them that have not come again.
        var listed: Int64
        var unseen: Set<String>
    }

    /// The most bytes of text that are kept of all rows together.
    private static let maximumBytes = 8 << 20

    private var rows: [UInt64: Row] = [:]

    /// Knows nothing.
    init() {}

    /// Takes up rows of the store; the newest where there are too many.
    init(_ stored: [StoredRow]) {
        var room = Self.maximumBytes
        for row in stored.reversed() {
            guard let tally = row.tally, let distinct = tally.distinct else { continue }
            let texts = tally.values ?? []
            let size = texts.reduce(0) { $0 + $1.utf8.count }
            let isKept = size <= room
            if isKept { room -= size }
            rows[AlertSerial.stored(row.id)] = Row(
                stored: distinct, isEstimate: tally.isEstimate, listed: isKept ? Int64(texts.count) : 0,
                unseen: isKept ? Set(texts) : [])
        }
    }

    /// Whether a value that the present run sees of a row for the first time is one that an earlier run has seen.
    mutating func knows(_ text: String, of alert: UInt64) -> Bool {
        guard let row = rows[alert], row.unseen.contains(text) else { return false }
        rows[alert]?.unseen.remove(text)
        return true
    }

    /// How many different values a row had in all runs, where the present one counted `count`, and whether that is an estimate.
    func total(_ count: Int64, isEstimate: Bool, of alert: UInt64) -> (count: Int64, isEstimate: Bool) {
        guard let row = rows[alert] else { return (count, isEstimate) }
        let isWhole = row.listed == row.stored
        // Of a row without texts nobody knows how many came again.
        guard row.listed > 0 else { return (max(row.stored, count), row.stored > 0 || isEstimate) }
        let again = Double(row.stored) * Double(row.listed - Int64(row.unseen.count)) / Double(row.listed)
        let total = row.stored + max(0, count - Int64(again.rounded()))
        return (total, isEstimate || row.isEstimate || !isWhole)
    }
}
