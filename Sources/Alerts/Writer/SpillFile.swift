import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The file beside the store that holds the oldest changes while the database does not take them: first in, first out.
///
/// It lives on when the process dies; the next writer finds it. It is made when it is needed and removed when it is
/// empty. Owned by the worker.
struct SpillFile {
    let path: String
    let limit: UInt64
    /// Changes not yet taken in.
    var count = 0
    /// How many of them are alerts.
    var alerts = 0
    /// Records that were passed over as damaged, since the last look at this number.
    var damaged = 0
    /// The runs whose changes the file held when it was opened.
    var inherited: [RunHandle] = []

    var file: FileHandle?
    var end: UInt64 = 0
    var readPosition: UInt64 = 0
    var runs: [String: RunHandle] = [:]
    var rules: [RuleRecord] = []
    var ruleKeys: [RuleRecord: Int] = [:]

    /// Looks for a file that an earlier process left; a torn tail is cut off.
    init(path: String, limit: Int) throws(StoreError) {
        self.path = path
        self.limit = UInt64(limit)
        let descriptor: Int32
        do throws(PrivateFile.Refusal) { descriptor = try PrivateFile.open(path, O_RDWR) } catch {
            if error.number == ENOENT { return }
            throw StoreError(code: .cannotRead, path: path, detail: "the spill file: \(error.reason)")
        }
        do {
            try adopt(FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
        } catch {
            throw StoreError(code: .cannotRead, path: path, detail: "the spill file: \(error.localizedDescription)")
        }
    }

    /// Forgets everything about the contents.
    mutating func reset() {
        count = 0
        alerts = 0
        end = 0
        readPosition = 0
        runs = [:]
        rules = []
        ruleKeys = [:]
    }

    /// Whether there is nothing to take in.
    var isEmpty: Bool { count == 0 }

    private mutating func adopt(_ handle: FileHandle) throws {
        let reader = SpillReader(file: handle, length: try handle.seekToEnd())
        file = handle
        var position: UInt64 = 0
        while let frame = try reader.frame(from: position) {
            if frame.followsDamage { damaged += 1 }
            position = frame.end
            // Only counts and names now; the changes are decoded when they are taken in.
            switch try? SpillRecord(body: frame.body) {
            case .run(let uuid, let start): inherited.append(remember(uuid, start, isLive: false))
            case .rule(let key, let rule): remember(rule, key)
            case .none: break
            case .summary, .inventory: count += 1
            case .insert, .repeated:
                count += 1
                alerts += 1
            }
        }
        if position < reader.length { damaged += 1 }
        end = position
        try handle.truncate(atOffset: end)
        if count == 0 { removeFile() }
    }

    private mutating func remember(_ uuid: String, _ start: RunStart, isLive: Bool) -> RunHandle {
        if let known = runs[uuid] { return known }
        let handle = RunHandle(start, uuid: uuid, isLive: isLive)
        runs[uuid] = handle
        return handle
    }

    private mutating func remember(_ rule: RuleRecord, _ key: Int) {
        guard key == rules.count else { return }
        rules.append(rule)
        ruleKeys[rule] = key
    }
}

extension SpillFile {
    /// Appends changes; returns how many of them fit within the limit.
    ///
    /// What a failed write left is cut off again.
    mutating func append(_ writes: [QueuedWrite]) throws -> Int {
        let handle = try openFile()
        let before = (runs, rules, ruleKeys)
        var bytes: [UInt8] = []
        var added = 0
        do {
            for write in writes {
                let known = (bytes.count, runs, rules, ruleKeys)
                try encode(write, into: &bytes)
                if end + UInt64(bytes.count) > limit {
                    bytes.removeLast(bytes.count - known.0)
                    (runs, rules, ruleKeys) = (known.1, known.2, known.3)
                    break
                }
                added += 1
            }
            try handle.seek(toOffset: end)
            try handle.write(contentsOf: Data(bytes))
            // They are nowhere else.
            try handle.synchronize()
        } catch {
            try? handle.truncate(atOffset: end)
            (runs, rules, ruleKeys) = before
            if end == 0 { removeFile() }
            throw error
        }
        end += UInt64(bytes.count)
        count += added
        alerts += writes.prefix(added).count { $0.isAlert }
        return added
    }

    private mutating func encode(_ write: QueuedWrite, into bytes: inout [UInt8]) throws {
        let uuid = write.run.uuid
        if runs[uuid] == nil {
            runs[uuid] = write.run
            bytes += try SpillRecord.run(uuid: uuid, write.run.start).framed()
        }
        switch write.change {
        case .insert(let alert, let rule):
            var key: Int?
            if let rule {
                if ruleKeys[rule] == nil {
                    bytes += try SpillRecord.rule(key: rules.count, rule).framed()
                    remember(rule, rules.count)
                }
                key = ruleKeys[rule]
            }
            bytes += try SpillRecord.insert(run: uuid, rule: key, alert).framed()
        case .repeated(let repetition): bytes += try SpillRecord.repeated(run: uuid, repetition).framed()
        case .summary(let summary): bytes += try SpillRecord.summary(run: uuid, summary).framed()
        case .inventory(let changes): bytes += try SpillRecord.inventory(run: uuid, changes).framed()
        }
    }

    private mutating func openFile() throws -> FileHandle {
        if let file { return file }
        let descriptor = try PrivateFile.open(path, O_RDWR | O_CREAT | O_TRUNC)
        guard fchmod(descriptor, 0o600) == 0 else {
            close(descriptor)
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        file = handle
        return handle
    }
}
