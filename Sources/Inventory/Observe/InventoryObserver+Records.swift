import Bytes
import Events
import Network
import Tables

// Records under names: published, delivered.
extension InventoryObserver {
    /// A record goes to a server, or from it to a reader.
    mutating func notePublication(
        _ ends: Attribution, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, _ message: RawSpan
    ) {
        guard let server = ends.server, let client = ends.client else { return }
        let head = event.recordHead ?? readHead(known, event, message)
        guard let entry = publishedName(head, server, client, known, event, context, message, ends.time) else { return }
        var reference = names[entry].topic
        guard let topic = topics.slot(&reference) else { return }
        names[entry].topic = reference
        let toServer = context.direction == .toServer
        guard !head.isRepeated else {
            return topics.change(topic) {
                $0.mark.isDirty = true
                if head.isRetained { $0.isRetained = true }
            }
        }
        let pair = pair(entry, client, toServer)
        let before = pairs[pair]
        pairs[pair] = PairEntry(latest: ends.time, count: before.count + 1)
        let isCommand = topics[topic].isCommand
        let (kind, name): (UInt64, String) = clients.change(client) { client in
            if toServer {
                client.record.published += 1
                if isCommand { client.record.commands += 1 }
            } else {
                client.record.received += 1
            }
            return (client.kindHash, client.kind)
        }
        var isRecord = toServer
        if toServer {
            if before.count == 0 { notePublisher(client, of: entry, topic) }
        } else {
            // Whose publisher is not seen is known by its deliveries: as many as one reader got.
            isRecord = names[entry].publisher == 0 && before.count + 1 > names[entry].records
            if head.isRetained, names[entry].records > 0 { isRecord = false }
        }
        if isRecord { names[entry].records += 1 }
        let interval = toServer && before.count > 0 && ends.time >= before.latest ? ends.time - before.latest : nil
        let (time, frame) = (ends.time, context.frameNumber)
        topics.change(topic) { topic in
            topic.mark.isDirty = true
            if head.isRetained { topic.isRetained = true }
            topic.seen.note(time, frame: frame)
            if toServer { topic.publishers.note(kind, name) } else { topic.readers.note(kind, name) }
            if let interval { topic.noteInterval(interval) }
            guard isRecord else { return }
            topic.messages += 1
            if head.qos > topic.qos, head.qos <= 2 { topic.qos = head.qos }
        }
        let first = head.name.map { $0.isEmpty ? 0 : message.byte(at: $0.offset) } ?? self.name.first
        if first == UInt8(ascii: "$") {
            if let range = head.name { copyName(message.slice(range)) }
            noteOfItself(server, known, toServer, event, context, message, ends.time)
        }
        if isRecord { noteRecord(ends, topic, entry, head, event, context, message) }
    }

    /// What the fields of a message state of its record; its name is left where it is.
    private mutating func readHead(
        _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan
    ) -> RecordHead {
        var head = RecordHead()
        head.isRepeated = reader.truth(known.roles.isRepeated, event, message) == true
        head.isRetained = reader.truth(known.roles.isRetained, event, message) == true
        head.qos = reader.integer(known.roles.qos, event, message).map { UInt8(clamping: $0) } ?? 0
        if let roles = options.payload {
            head.bytes = reader.integer(roles.bytes, event, message).map { Int(clamping: $0) }
        }
        return head
    }

    /// The entry of the name of a record; `nil` where it has none.
    private mutating func publishedName(
        _ head: RecordHead, _ server: Int, _ client: Int, _ known: KnownProtocol,
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan, _ time: Int64
    ) -> Int? {
        guard let range = head.name else {
            guard reader.copy(known.roles.name, event, message, to: &name), !name.isEmpty else { return nil }
            return nameEntry(server, client, known, context, time)
        }
        let bytes = message.slice(range)
        guard !bytes.isEmpty else { return nil }
        let key = keys.key(bytes, servers.table.key(at: server).low)
        if let entry = knownName(key) { return entry }
        copyName(bytes)
        return newName(key, server, client, known, context, time)
    }

    private mutating func copyName(_ bytes: RawSpan) {
        name.removeAll(keepingCapacity: true)
        name.append(copying: bytes)
    }

    /// A client publishes a name for the first time: whether it is the only one.
    private mutating func notePublisher(_ client: Int, of entry: Int, _ topic: Int) {
        let identity = clients.table.key(at: client).low | 1
        if names[entry].publisher == 0 {
            names[entry].publisher = identity
        } else if names[entry].publisher != identity {
            topics[topic].isShared = true
        }
    }

    /// What a broker tells of itself, and what others put there.
    private mutating func noteOfItself(
        _ server: Int, _ known: KnownProtocol, _ toServer: Bool, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, _ message: RawSpan, _ time: Int64
    ) {
        let prefix = known.roles.selfPrefix
        guard prefix.utf8CodeUnitCount > 0, name.span.bytes.starts(with: prefix) else { return }
        if toServer { return servers[server].record.systemWritten.note(time, context.frameNumber) }
        servers[server].record.systemReadable.note(time, context.frameNumber)
        text.removeAll(keepingCapacity: true)
        guard reader.copy(known.roles.record, event, message, to: &text),
            let program = ServerSigns.program(told: text, under: name)
        else { return }
        claim(server, program, .systemTopic, confidence: 5, time, context.frameNumber)
    }

    /// The entry of the name in `name`, whose topic is there.
    mutating func nameEntry(
        _ server: Int, _ client: Int?, _ known: KnownProtocol, _ context: EventContext, _ time: Int64
    ) -> Int? {
        let key = keys.key(name.span.bytes, servers.table.key(at: server).low)
        return knownName(key) ?? newName(key, server, client, known, context, time)
    }

    /// The entry of a name whose topic is there, too; `nil` where either is missing.
    private mutating func knownName(_ key: Hash128) -> Int? {
        guard let known = names.use(key) else { return nil }
        var reference = names[known].topic
        guard topics.slot(&reference) != nil else { return nil }
        names[known].topic = reference
        return known
    }

    /// The entry of the name in `name`, with its topic.
    private mutating func newName(
        _ key: Hash128, _ server: Int, _ client: Int?, _ known: KnownProtocol, _ context: EventContext, _ time: Int64
    ) -> Int {
        let topic = topic(server, client, known, key, context, time)
        let reference = topics.reference(topic)
        if let known = names.find(key) {
            names[known].topic = reference
            return known
        }
        return names.insert(key, NameEntry(topic: reference))
    }

    /// The topic of the name in `name`.
    private mutating func topic(
        _ server: Int, _ client: Int?, _ known: KnownProtocol, _ raw: Hash128, _ context: EventContext, _ time: Int64
    ) -> Int {
        let reading = writeTemplate(.record)
        let key = keys.key(text.span.bytes, servers.table.key(at: server).low)
        if let known = topics.use(key) {
            topics[known].names.note(raw.low)
            noteExample(known, reading)
            return known
        }
        let creator = client.map { clients.table.key(at: $0) } ?? Hash128(high: 0, low: 0)
        let birth = client == nil ? nil : noteBirth(creator)
        if let birth, let fold = foldedTopic(birth) {
            topics[fold].names.note(raw.low)
            return fold
        }
        var entry = TopicEntry(
            proto: known.name, server: servers[server].record.key,
            template: String(decoding: text, as: UTF8.self), seen: Sightings(at: time, frame: context.frameNumber),
            creator: creator)
        entry.seen.count = 0
        entry.isCommand = CommandWords.isIn(name.span.bytes)
        entry.names.note(raw.low)
        let found = topics.insert(key, entry)
        noteExample(found, reading)
        guard let birth, let client else { return found }
        births[birth].count += 1
        guard births[birth].count >= births[birth].limit else { return found }
        return putTopicsTogether(birth, creator, keeping: found, label: clients[client].record.label)
    }

    /// Keeps the name in `name` as an example, unless it may hold a secret.
    private mutating func noteExample(_ topic: Int, _ reading: NameTemplate.Reading) {
        guard topics[topic].examples.count < 3, !reading.mayHoldSecret, name.count <= 128 else { return }
        let example = String(decoding: name, as: UTF8.self)
        if !topics[topic].examples.contains(example) { topics[topic].examples.append(example) }
    }

    /// The entry of a name and a client, for one direction.
    mutating func pair(_ entry: Int, _ client: Int, _ toServer: Bool) -> Int {
        let (name, client) = (names.key(at: entry), clients.table.key(at: client))
        // Both are hashes with the seed: their sum is one, too.
        let key = Hash128(high: name.high &+ client.low, low: name.low &+ client.high &+ (toServer ? 0 : 1))
        return pairs.use(key) ?? pairs.insert(key, PairEntry(latest: 0))
    }
}

/// Words by which the name of a record says that it commands.
enum CommandWords {
    /// Whether a level of a name is such a word.
    static func isIn(_ name: RawSpan) -> Bool {
        var start = 0
        while start < name.byteCount {
            var end = start
            while end < name.byteCount, name.byte(at: end) != UInt8(ascii: "/") { end &+= 1 }
            let level = name.extracting(start..<end)
            if level.byteCount <= 12, words.contains(where: { NameWords.isSame(level, $0) }) { return true }
            start = end + 1
        }
        return false
    }

    private static let words: [StaticString] = [
        "set", "cmd", "cmnd", "command", "commands", "control", "ctrl", "write", "rpc", "action", "actions", "ncmd",
        "dcmd", "invoke", "exec", "execute", "setpoint", "switch", "actuate", "toggle", "reboot", "ota",
    ]
}
