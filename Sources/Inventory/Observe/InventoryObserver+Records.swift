import Bytes
import Events
import Network
import Tables

// Records under names: published, delivered.
extension InventoryObserver {
    /// A record goes to a server, or from it to a reader.
    mutating func notePublication(
        _ ends: Attribution, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext,
        _ message: RawSpan
    ) {
        guard let server = ends.server, let client = ends.client,
            reader.copy(known.roles.name, event, message, to: &name), !name.isEmpty,
            let entry = nameEntry(server, client, known, context, ends.time)
        else { return }
        var reference = names[entry].topic
        guard let topic = topics.slot(&reference) else { return }
        names[entry].topic = reference
        let toServer = context.direction == .toServer
        let isCopy = reader.truth(known.roles.isRepeated, event, message) == true
        let isRetained = reader.truth(known.roles.isRetained, event, message) == true
        topics[topic].mark.isDirty = true
        if isRetained { topics[topic].isRetained = true }
        guard !isCopy else { return }
        topics[topic].seen.note(ends.time, frame: context.frameNumber)
        let pair = pair(entry, client, toServer)
        let before = pairs[pair]
        pairs[pair].count += 1
        pairs[pair].latest = ends.time
        let kind = clients[client].kindHash
        var isRecord = toServer
        if toServer {
            names[entry].hasPublisher = true
            topics[topic].publishers.note(kind, clients[client].kind)
            clients[client].record.published += 1
            if topics[topic].isCommand { clients[client].record.commands += 1 }
            if before.count > 0, ends.time >= before.latest {
                let interval = ends.time - before.latest
                if topics[topic].interval == nil {
                    topics[topic].interval = IntervalBand(interval)
                } else {
                    topics.change(topic) { $0.interval?.note(interval) }
                }
            }
        } else {
            topics[topic].readers.note(kind, clients[client].kind)
            clients[client].record.received += 1
            // Whose publisher is not seen is known by its deliveries: as many as one reader got.
            isRecord = !names[entry].hasPublisher && pairs[pair].count > names[entry].records
            if isRetained, names[entry].records > 0 { isRecord = false }
        }
        noteOfItself(server, known, toServer, event, context, message, ends.time)
        guard isRecord else { return }
        names[entry].records += 1
        topics[topic].messages += 1
        if let qos = reader.integer(known.roles.qos, event, message), qos > topics[topic].qos, qos <= 2 {
            topics[topic].qos = UInt8(qos)
        }
        noteRecord(ends, topic, entry, event, context, message)
    }

    /// What a broker tells of itself, and what others put there.
    private mutating func noteOfItself(
        _ server: Int, _ known: KnownProtocol, _ toServer: Bool, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, _ message: RawSpan, _ time: Int64
    ) {
        let prefix = known.roles.selfPrefix
        guard prefix.utf8CodeUnitCount > 0,
            name.first == UInt8(ascii: "$"), name.span.bytes.starts(with: prefix)
        else { return }
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
        if let known = names.use(key) {
            var reference = names[known].topic
            if topics.slot(&reference) != nil {
                names[known].topic = reference
                return known
            }
        }
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
        let direction = toServer ? Hash128(high: 1, low: 1) : Hash128(high: 2, low: 2)
        let key = keys.join(keys.join(names.key(at: entry), clients.table.key(at: client)), direction)
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
