import Bytes
import Events
import Network
import Tables

// Requests about resources, and their responses.
extension InventoryObserver {
    /// A client asks a server, or a group, to do something.
    mutating func noteRequest(
        _ ends: Attribution, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext,
        _ message: RawSpan
    ) {
        guard let client = ends.client else { return }
        if reader.truth(known.roles.isRepeated, event, message) == true { return }
        if let version = reader.integer(known.roles.version, event, message) {
            clients[client].versions.note(keys.one.mix(UInt64(bitPattern: version), 2), "\(version)")
        }
        let isWriting = writes(known.roles.method, known, event, message)
        if isWriting { clients[client].record.published += 1 } else { clients[client].record.received += 1 }
        guard let server = ends.server, reader.copy(known.roles.name, event, message, to: &name), !name.isEmpty,
            let entry = nameEntry(server, client, known, context, ends.time)
        else { return }
        var reference = names[entry].topic
        guard let topic = topics.slot(&reference) else { return }
        topics[topic].mark.isDirty = true
        // Whether there is such a resource is known once the server answers.
        if topics[topic].seen.count == 0 { topics[topic].isProven = false }
        topics[topic].seen.note(ends.time, frame: context.frameNumber)
        if reader.read(known.roles.method, event, message) > 0 {
            let hash = reader.hash(0, message, keys.one)
            let method = reader
            topics[topic].withRest { $0.methods.note(hash, method.text(0, message)) }
        }
        let (kind, hash) = (clients[client].kind, clients[client].kindHash)
        if isWriting {
            topics[topic].publishers.note(hash, kind)
            if topics[topic].isCommand { clients[client].record.commands += 1 }
            let pair = pair(entry, client, true)
            let before = pairs[pair]
            pairs[pair] = PairEntry(latest: ends.time, count: before.count + 1)
            if before.count > 0, ends.time >= before.latest {
                let interval = ends.time - before.latest
                topics[topic].noteInterval(interval)
            }
            topics[topic].messages += 1
            names[entry].records += 1
            noteRecord(ends, topic, entry, nil, event, context, message)
        } else {
            topics[topic].readers.note(hash, kind)
        }
        if reader.read(known.roles.observation, event, message) > 0 { topics[topic].withRest { $0.isObserved = true } }
        if reader.read(known.roles.protection, event, message) > 0 {
            servers[server].record.protected.note(ends.time, context.frameNumber)
        }
    }

    /// A server answers.
    mutating func noteResponse(
        _ ends: Attribution, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext,
        _ message: RawSpan
    ) {
        guard let server = ends.server else { return }
        if reader.truth(known.roles.isRepeated, event, message) == true { return }
        if let version = reader.integer(known.roles.version, event, message) {
            servers[server].versions.note(keys.one.mix(UInt64(bitPattern: version), 2), "\(version)")
        }
        let isProtected = reader.read(known.roles.protection, event, message) > 0
        if isProtected { servers[server].record.protected.note(ends.time, context.frameNumber) }
        let amplification = reader.number(known.roles.amplification, event, message)
        if let amplification, amplification > servers[server].record.amplification ?? 0 {
            servers[server].record.amplification = amplification
        }
        let isWriting = writes(known.roles.requestedMethod, known, event, message)
        var isSuccess = false
        if reader.copy(known.roles.outcome, event, message, to: &text) {
            isSuccess = text.span.bytes.elementsEqual(known.roles.success)
        }
        if isSuccess, isWriting, !isProtected {
            servers[server].record.unprotectedWrites.note(ends.time, context.frameNumber)
        }
        // Going through a list is much work, and says the same each time.
        servers[server].answers += 1
        let answers = servers[server].answers
        let isListRead = isSuccess && (answers <= Self.allOfFirstAnswers || answers & 15 == 0)
        if isListRead { noteListing(server, known, event, context, message, ends.time) }
        guard reader.copy(known.roles.requestedName, event, message, to: &name), !name.isEmpty,
            let entry = nameEntry(server, ends.client, known, context, ends.time)
        else { return }
        var reference = names[entry].topic
        guard let topic = topics.slot(&reference) else { return }
        topics[topic].mark.isDirty = true
        if topics[topic].seen.count == 0 { topics[topic].isProven = isSuccess }
        if isSuccess { topics[topic].isProven = true }
        topics[topic].seen.note(ends.time, frame: context.frameNumber)
        if reader.read(known.roles.outcome, event, message) > 0 {
            let hash = reader.hash(0, message, keys.one)
            let outcome = reader
            topics[topic].withRest { $0.outcomes.note(hash, outcome.text(0, message)) }
        }
        if let amplification {
            topics[topic].withRest { $0.amplification = max($0.amplification ?? 0, amplification) }
        }
        if reader.read(known.roles.observation, event, message) > 0 {
            topics[topic].withRest { $0.isObserved = true }
            if let client = ends.client { clients[client].record.received += 1 }
        }
        guard isSuccess, !isWriting else { return }
        topics[topic].messages += 1
        names[entry].records += 1
        noteRecord(ends, topic, entry, nil, event, context, message)
        if isListRead { noteTypes(topic, known, event, message) }
    }

    /// Whether a method changes something.
    private mutating func writes(
        _ field: FieldID?, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan
    ) -> Bool {
        guard reader.copy(field, event, message, to: &text) else { return false }
        return known.roles.writing.contains { text.span.bytes.elementsEqual($0) }
    }

    /// Resources that a directory lists, and what they tell of the server.
    private mutating func noteListing(
        _ server: Int, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, _ message: RawSpan, _ time: Int64
    ) {
        let count = reader.read(known.roles.listedTargets, event, message)
        guard count > 0 else { return }
        servers[server].record.listed = max(servers[server].record.listed, count)
        for index in 0..<min(count, Self.mostListed) {
            guard reader.copy(index, message, to: &name), !name.isEmpty else { continue }
            if let sign = ServerSigns.program(listed: name) {
                claim(server, sign.name, .linkFormat, confidence: sign.confidence, time, context.frameNumber)
            }
            // What is listed of other hosts is not a resource of this one.
            if name.span.bytes.holds(UInt8(ascii: ":")) { continue }
            if name.first != UInt8(ascii: "/") { name.insert(UInt8(ascii: "/"), at: 0) }
            guard let entry = nameEntry(server, nil, known, context, time) else { continue }
            var reference = names[entry].topic
            guard let topic = topics.slot(&reference) else { continue }
            topics[topic].mark.isDirty = true
            topics[topic].isProven = true
            topics[topic].seen.note(time, frame: context.frameNumber)
            topics[topic].withRest { $0.isListed = true }
        }
    }

    /// Of so many answers of a server each is looked at for a list.
    private static var allOfFirstAnswers: Int64 { 64 }

    /// Of one directory.
    private static var mostListed: Int { 256 }

    /// Types and interfaces that a directory states stay with the directory.
    private mutating func noteTypes(
        _ topic: Int, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan
    ) {
        for field in [known.roles.listedTypes, known.roles.listedInterfaces] {
            for index in 0..<min(reader.read(field, event, message), 64) {
                let type = reader.text(index, message)
                topics[topic].withRest { if $0.types.count < 32, !$0.types.contains(type) { $0.types.append(type) } }
            }
        }
    }
}
