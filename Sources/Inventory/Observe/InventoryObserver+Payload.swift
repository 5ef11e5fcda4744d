import Bytes
import Events
import Network
import Tables

// What records hold.
extension InventoryObserver {
    /// Takes up what the record of a message holds.
    ///
    /// - Parameters:
    ///   - ends: whose it is.
    ///   - topic: the slot of its topic.
    ///   - entry: the slot of its name.
    ///   - head: what the message states of it; `nil` where its fields are to be read.
    ///   - event: the message.
    ///   - context: what surrounds it.
    ///   - message: its bytes.
    mutating func noteRecord(
        _ ends: Attribution, _ topic: Int, _ entry: Int, _ head: RecordHead?,
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan
    ) {
        guard let payload else { return }
        let length = head?.bytes ?? reader.integer(payload.roles.bytes, event, message).map { Int(clamping: $0) }
        let (count, isKnown) = topics.change(topic) { topic in
            if let length { topic.noteLength(length) }
            return (topic.messages, topic.noteAgain(head?.finding))
        }
        if !isKnown { noteFindings(ends, topic, payload.roles, head?.finding, event, context, message) }
        // What it takes to find a number or keys in a record is as much work as all the rest.
        if count <= Self.allOfFirst || count & 7 == 0, let number = reader.number(payload.roles.number, event, message)
        {
            noteNumber(number, topic, entry)
        }
        if count <= 4 || count & 255 == 0 {
            for index in 0..<reader.read(payload.roles.keys, event, message) {
                let hash = reader.hash(index, message, keys.one)
                topics[topic].keys.note(hash, limit: 32, reader.text(index, message))
            }
        }
    }

    /// Takes up the format of a record, its classes and kinds, and its secrets.
    private mutating func noteFindings(
        _ ends: Attribution, _ topic: Int, _ roles: PayloadRoles, _ finding: UInt32?,
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan
    ) {
        var format = -1
        if reader.read(roles.format, event, message) > 0 {
            let hash = reader.hash(0, message, keys.one)
            format = topics[topic].formats.note(hash, reader.text(0, message))
        }
        let rare = event.rareFields
        var categories: UInt16 = 0
        if rare.contains(roles.categoryBit) {
            for index in 0..<reader.read(roles.categories, event, message) {
                let hash = reader.hash(index, message, keys.one)
                let place = topics[topic].categories.note(hash, reader.text(index, message))
                if place >= 0 { categories |= 1 << UInt16(place) }
            }
        }
        if let finding {
            topics[topic].remember(
                PlainFinding(number: finding, format: Int8(truncatingIfNeeded: format), categories: categories))
        }
        if !rare.isDisjoint(with: roles.kindBits) { noteKinds(topic, roles, rare, event, message) }
        // The value of each secret has to be hashed: of those that come again and again some are enough.
        let count = topics[topic].messages
        if rare.contains(roles.secretBit), count <= Self.allOfFirst || count & 15 == 0 {
            noteSecrets(ends, topic, roles, event, context, message)
        }
    }

    /// Of so many records of a topic each is looked at wholly.
    private static var allOfFirst: Int64 { 64 }

    private mutating func noteKinds(
        _ topic: Int, _ roles: PayloadRoles, _ rare: RareFields, _ event: borrowing some EventSource & ~Copyable,
        _ message: RawSpan
    ) {
        for kind in roles.kinds where rare.contains(kind.bit) {
            for index in 0..<reader.read(kind.field, event, message) {
                let name = "\(kind.name).\(reader.text(index, message))"
                topics[topic].withRest { $0.kinds.note(keys.hash(name), limit: 32, name) }
                if roles.commands.contains(where: { $0.description == name }) { topics[topic].isCommand = true }
            }
        }
    }

    private mutating func noteSecrets(
        _ ends: Attribution, _ topic: Int, _ roles: PayloadRoles, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, _ message: RawSpan
    ) {
        let count = min(reader.read(roles.secrets, event, message), 8)
        let kinds = (0..<count).map { reader.text($0, message) }
        // Kinds stand once each, digests for each secret: only where they are as many it is known which is of which.
        let digests = min(reader.read(roles.secretDigests, event, message), 8)
        for index in 0..<digests {
            guard reader.copy(index, message, to: &text) else { continue }
            let kind = kinds.count == digests ? kinds[index] : kinds.count == 1 ? kinds[0] : "secret"
            noteSecret(kind, keys.hash(kind), ends, context, place: topic)
        }
    }

    private mutating func noteNumber(_ number: Double, _ topic: Int, _ entry: Int) {
        if names[entry].value == number {
            names[entry].run += 1
        } else {
            names[entry].run = 1
            names[entry].value = number
            names[entry].valueSince = names[entry].records
        }
        let run = names[entry].run
        // Not each record is looked at: a few of one value by chance say nothing of those between them.
        let stretch = run > NumberBand.fewRepeats ? names[entry].records - names[entry].valueSince + 1 : 1
        topics.change(topic) { entry in
            if entry.number == nil { entry.number = NumberBand(number) } else { entry.number?.note(number) }
            if run > 1, let repeats = entry.number?.repeats { entry.number?.repeats = repeats + 1 }
            if let longest = entry.number?.longestRun, run > longest { entry.number?.longestRun = run }
            if let longest = entry.number?.stretch, stretch > longest { entry.number?.stretch = Int(stretch) }
        }
    }
}
