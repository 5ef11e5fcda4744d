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
    ///   - event: the message.
    ///   - context: what surrounds it.
    ///   - message: its bytes.
    mutating func noteRecord(
        _ ends: Attribution, _ topic: Int, _ entry: Int, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, _ message: RawSpan
    ) {
        guard let roles = options.payload else { return }
        if let length = reader.integer(roles.bytes, event, message) { topics[topic].noteLength(Int(clamping: length)) }
        let count = topics[topic].messages
        if reader.read(roles.format, event, message) > 0 {
            let hash = reader.hash(0, message, keys.one)
            topics[topic].formats.note(hash, reader.text(0, message))
        }
        let rare = event.rareFields
        if rare.contains(roles.categoryBit) {
            for index in 0..<reader.read(roles.categories, event, message) {
                let hash = reader.hash(index, message, keys.one)
                topics[topic].categories.note(hash, reader.text(index, message))
            }
        }
        if !rare.isDisjoint(with: roles.kindBits) { noteKinds(topic, roles, rare, event, message) }
        // The value of each secret has to be hashed: of those that come again and again some are enough.
        if rare.contains(roles.secretBit), count <= Self.allOfFirst || count & 15 == 0 {
            noteSecrets(ends, topic, roles, event, context, message)
        }
        // What it takes to find a number or keys in a record is as much work as all the rest.
        if count <= Self.allOfFirst || count & 7 == 0, let number = reader.number(roles.number, event, message) {
            noteNumber(number, topic, entry)
        }
        if count <= 4 || count & 255 == 0 {
            for index in 0..<reader.read(roles.keys, event, message) {
                let hash = reader.hash(index, message, keys.one)
                topics[topic].keys.note(hash, limit: 32, reader.text(index, message))
            }
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
        names[entry].run = names[entry].value == number ? names[entry].run + 1 : 1
        names[entry].value = number
        let run = names[entry].run
        topics.change(topic) { entry in
            if entry.number == nil { entry.number = NumberBand(number) } else { entry.number?.note(number) }
            if let longest = entry.number?.longestRun, run > longest { entry.number?.longestRun = run }
        }
    }
}
