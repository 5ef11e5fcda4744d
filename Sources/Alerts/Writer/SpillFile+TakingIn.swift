import Foundation

extension SpillFile {
    /// The oldest changes, and how to forget them.
    struct Batch {
        var writes: [QueuedWrite] = []
        /// Where the next batch begins.
        var end: UInt64 = 0
        /// How many records could not be read.
        var damaged = 0
        var records = 0
    }

    /// Reads at most `limit` changes; they stay in the file until `advance`.
    func next(_ limit: Int) throws -> Batch {
        var batch = Batch()
        batch.end = readPosition
        guard let file else { return batch }
        let reader = SpillReader(file: file, length: end)
        while batch.writes.count < limit, let frame = try reader.frame(from: batch.end) {
            batch.end = frame.end
            switch try? SpillRecord(body: frame.body) {
            case .run, .rule: continue
            case .insert(let run, let key, let alert):
                let rule = key.flatMap { rules.indices.contains($0) ? rules[$0] : nil }
                batch.add(.insert(alert, rule: rule), runs[run])
            case .repeated(let run, let repetition): batch.add(.repeated(repetition), runs[run])
            case .summary(let run, let summary): batch.add(.summary(summary), runs[run])
            case .inventory(let run, let changes): batch.add(.inventory(changes), runs[run])
            case .none: batch.damaged += 1
            }
        }
        return batch
    }

    /// Forgets a batch that was committed.
    ///
    /// The file is removed when nothing is left in it.
    ///
    /// A process that dies before it is removed takes in the same changes once more, which changes nothing.
    mutating func advance(_ batch: Batch) {
        readPosition = batch.end
        damaged += batch.damaged
        count -= batch.records
        alerts -= batch.writes.count { $0.isAlert }
        if batch.records == 0 || count <= 0 || readPosition >= end { removeFile() }
    }

    /// Removes the file and all that is known of it.
    mutating func removeFile() {
        try? file?.close()
        file = nil
        try? FileManager.default.removeItem(atPath: path)
        reset()
    }
}

extension SpillFile.Batch {
    mutating func add(_ change: QueuedWrite.Change, _ run: RunHandle?) {
        records += 1
        guard let run else {
            damaged += 1
            return
        }
        writes.append(QueuedWrite(run: run, change: change))
    }
}
