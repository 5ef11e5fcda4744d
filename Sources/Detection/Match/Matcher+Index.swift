import Bytes
import Events
import Network
import Patterns

extension Matcher {
    /// Marks in `marked` the programs of a bucket whose key is in the message, and those that have none; `rare` are the rare fields
    /// that the event has.
    mutating func mark(
        _ bucket: Int, _ rare: UInt32, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext,
        message: RawSpan
    ) {
        for group in index.buckets[bucket].always.indices { marked[group] = index.buckets[bucket].always[group] }
        for number in index.buckets[bucket].fields.indices {
            let field = index.buckets[bucket].fields[number]
            if index.fields[field].rare != 0, index.fields[field].rare & rare == 0 { continue }
            let slot = index.fields[field].slot
            if fetched[slot].generation != generation { fetch(slot, event, context, message: message) }
            for place in fetched[slot].range { mark(values.values[place], field, bucket, message: message) }
        }
    }

    private mutating func mark(_ value: FieldValue, _ field: Int, _ bucket: Int, message: RawSpan) {
        switch value {
        case .int(let number): markEqual(keyHash(number), field, bucket)
        case .address(let address): markEqual(keyHash(address), field, bucket)
        case .bytes(let reference):
            if reference.range.count <= index.fields[field].longest {
                let hash = values.withBytes(reference, message: message) { keyHash($0) }
                markEqual(hash, field, bucket)
            }
            if index.fields[field].set != nil { markFound(reference, field, bucket, message: message) }
        case .time(let time): markEqual(keyHash(time.nanoseconds), field, bucket)
        case .bool, .float: return
        }
    }

    /// Marks the programs whose expressions are found in a text: by what was found in the same text before, where that is
    /// known.
    private mutating func markFound(_ text: ByteReference, _ field: Int, _ bucket: Int, message: RawSpan) {
        let isRemembered = text.range.count <= FoundKeys.longestText
        let name = isRemembered ? values.withBytes(text, message: message) { found.name(of: $0, field: field) } : 0
        if isRemembered, let entry = found.find(name) {
            for place in 0..<entry.keyCount { markPrograms(of: entry[place], bucket) }
            return
        }
        guard let set = index.fields[field].set else { return }
        let count = values.withBytes(text, message: message) { scratch.find(set.database, $0) }
        guard let count else { return markAll(bucket) }
        var entry = found.begin(name)
        var isWhole = isRemembered
        for number in 0..<count {
            let expression = scratch.found(number)
            guard expression < index.fields[field].expressions.count else { continue }
            let key = index.fields[field].expressions[expression]
            markPrograms(of: key, bucket)
            isWhole = isWhole && entry.add(key)
        }
        if isWhole { found.keep(entry) }
    }

    private mutating func markEqual(_ hash: UInt64, _ field: Int, _ bucket: Int) {
        let mask = index.fields[field].hashes.count &- 1
        guard mask > 0 else { return }
        var place = Int(truncatingIfNeeded: hash) & mask
        while index.fields[field].hashes[place].key >= 0 {
            if index.fields[field].hashes[place].hash == hash {
                markPrograms(of: index.fields[field].hashes[place].key, bucket)
            }
            place = (place &+ 1) & mask
        }
    }

    private mutating func markPrograms(of key: Int32, _ bucket: Int) {
        let start = Int(index.buckets[bucket].starts[Int(key)])
        let end = Int(index.buckets[bucket].starts[Int(key) &+ 1])
        for place in start..<end {
            let program = Int(index.buckets[bucket].programs[place])
            marked[program >> 6] |= 1 << UInt64(program & 63)
        }
    }

    /// All of them: more was found than can be told.
    private mutating func markAll(_ bucket: Int) {
        for group in index.buckets[bucket].always.indices { marked[group] = .max }
    }
}
