import Bytes
import Events
import Network
import Tables

// Sessions and subscriptions.
extension InventoryObserver {
    /// A client asks to be let in.
    mutating func noteOpen(
        _ ends: Attribution, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext,
        _ message: RawSpan
    ) {
        guard let client = ends.client else { return }
        noteClient(client, known, event, message)
        if reader.copy(known.roles.passwordDigest, event, message, to: &text) {
            let kind = keys.hash("login")
            noteSecret("login", kind, ends, context, place: nil)
        }
    }

    /// What a client says of itself with each session.
    private mutating func noteClient(
        _ client: Int, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan
    ) {
        if let version = reader.integer(known.roles.version, event, message) {
            clients[client].versions.note(keys.one.mix(UInt64(bitPattern: version), 2), "\(version)")
        }
        if let seconds = reader.integer(known.roles.keepAlive, event, message) {
            clients[client].keepAlives.note(keys.one.mix(UInt64(bitPattern: seconds), 2), "\(seconds)")
        }
        if reader.truth(known.roles.isBridge, event, message) == true { clients[client].record.isBridge = true }
    }

    /// A server answers whether it lets a client in.
    mutating func noteOpened(
        _ ends: Attribution, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext,
        _ message: RawSpan
    ) {
        guard let server = ends.server else { return }
        let frame = context.frameNumber
        guard let isAccepted = reader.truth(known.roles.isAccepted, event, message) else { return }
        guard isAccepted else {
            servers[server].record.refused.note(ends.time, frame)
            if reader.truth(known.roles.isAnonymous, event, message) == true {
                servers[server].record.anonymousRefused.note(ends.time, frame)
            }
            if let client = ends.client { clients[client].record.refused += 1 }
            return
        }
        if let version = reader.integer(known.roles.version, event, message) {
            servers[server].versions.note(keys.one.mix(UInt64(bitPattern: version), 2), "\(version)")
        }
        // Of a session whose beginning was not seen nobody knows what the client showed.
        if let isAnonymous = reader.truth(known.roles.isAnonymous, event, message) {
            if isAnonymous {
                servers[server].record.anonymous.note(ends.time, frame)
                let network = AddressBlock(networkOf: context.client.address)
                servers[server].anonymousNetworks.note(network.hash(keys.one), network.text)
                if let client = ends.client { clients[client].record.anonymous += 1 }
            } else {
                servers[server].record.authenticated.note(ends.time, frame)
            }
        }
        if let client = ends.client { noteClient(client, known, event, message) }
        for (name, field) in known.roles.abilities {
            guard
                let value = reader.number(field, event, message)
                    ?? reader.truth(field, event, message).map({ $0 ? 1 : 0 })
            else { continue }
            servers[server].record.abilities[name.description] = Int64(value)
        }
        if reader.copy(known.roles.assignedID, event, message, to: &name),
            let program = ServerSigns.program(assigned: name)
        {
            claim(server, program, .assignedID, confidence: 3, ends.time, frame)
        }
    }

    /// A client asks for records.
    mutating func noteSubscription(
        _ ends: Attribution, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext,
        _ message: RawSpan
    ) {
        guard let server = ends.server, let client = ends.client else { return }
        let count = reader.read(known.roles.name, event, message)
        for index in 0..<min(count, Self.filtersOfOneMessage) {
            guard reader.copy(index, message, to: &name), let filter = filter(server, context, ends.time) else {
                continue
            }
            filters[filter].record.seen.note(ends.time, frame: context.frameNumber)
            filters[filter].clients.note(clients[client].kindHash, clients[client].kind)
            let key = filters.table.key(at: filter).low
            clients[client].filters.note(key, filters[filter].record.filter)
        }
    }

    /// Of one message.
    private static var filtersOfOneMessage: Int { 64 }

    /// A server answers which filters it grants.
    mutating func noteSubscribed(
        _ ends: Attribution, _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext,
        _ message: RawSpan
    ) {
        guard let server = ends.server else { return }
        for isGranted in [true, false] {
            let count = reader.read(isGranted ? known.roles.granted : known.roles.refused, event, message)
            for index in 0..<min(count, Self.filtersOfOneMessage) {
                guard reader.copy(index, message, to: &name) else { continue }
                noteAnswered(server, known, isGranted, ends.time, context.frameNumber)
                guard let filter = filter(server, context, ends.time) else { continue }
                if isGranted { filters[filter].record.granted += 1 } else { filters[filter].record.refused += 1 }
            }
        }
    }

    /// What it tells of the server that the filter in `name` was granted or refused.
    private mutating func noteAnswered(
        _ server: Int, _ known: KnownProtocol, _ isGranted: Bool, _ time: Int64, _ frame: UInt64
    ) {
        var filter = name.span.bytes
        if known.roles.sharePrefix.utf8CodeUnitCount > 0, filter.starts(with: known.roles.sharePrefix) {
            var place = known.roles.sharePrefix.utf8CodeUnitCount
            while place < filter.byteCount, filter.byte(at: place) != UInt8(ascii: "/") { place += 1 }
            filter = filter.extracting(min(place + 1, filter.byteCount)..<filter.byteCount)
        }
        let takesAll = known.roles.everything.contains { filter.elementsEqual($0) }
        let isOfItself = known.roles.selfPrefix.utf8CodeUnitCount > 0 && filter.starts(with: known.roles.selfPrefix)
        guard isGranted else {
            if takesAll { servers[server].record.refusedAll.note(time, frame) }
            return
        }
        if takesAll { servers[server].record.grantedAll.note(time, frame) }
        if isOfItself { servers[server].record.systemReadable.note(time, frame) }
    }

    /// The entry of the filter in `name`.
    private mutating func filter(_ server: Int, _ context: EventContext, _ time: Int64) -> Int? {
        writeTemplate(.record)
        let key = keys.key(text.span.bytes, servers.table.key(at: server).low)
        let found: Int
        if let known = filters.use(key) {
            found = known
        } else {
            var record = FilterRecord(
                server: servers[server].record.key, filter: String(decoding: text, as: UTF8.self),
                seen: Sightings(at: time, frame: context.frameNumber))
            record.seen.count = 0
            found = filters.insert(key, FilterEntry(record: record))
        }
        filters[found].mark.isDirty = true
        return found
    }

    /// Takes up a secret whose digest stands in `text`.
    mutating func noteSecret(
        _ kind: @autoclosure () -> String, _ kindHash: UInt64, _ ends: Attribution, _ context: EventContext, place: Int?
    ) {
        let key = keys.key(text.span.bytes, kindHash)
        let found: Int
        if let known = secrets.use(key) {
            found = known
        } else {
            var record = SecretRecord(
                digest: String(decoding: text, as: UTF8.self), kind: kind(),
                seen: Sightings(at: ends.time, frame: context.frameNumber))
            record.seen.count = 0
            found = secrets.insert(key, SecretEntry(record: record))
        }
        secrets[found].mark.isDirty = true
        secrets[found].record.seen.note(ends.time, frame: context.frameNumber)
        if let server = ends.server {
            secrets[found].servers.note(servers.table.key(at: server).low, servers[server].record.key)
        }
        if let client = ends.client {
            let label = clients[client].record.label
            secrets[found].clients.note(keys.hash(label), label)
        }
        if let place { secrets[found].places.note(keys.hash(topics[place].template), topics[place].template) }
    }

    /// Takes up what tells of a server's program.
    mutating func claim(
        _ server: Int, _ value: String, _ basis: Claim.Basis, confidence: Int, _ time: Int64, _ frame: UInt64
    ) {
        servers[server].mark.isDirty = true
        let claims = servers[server].record.implementations
        if let known = claims.firstIndex(where: { $0.value == value && $0.basis == basis }) {
            servers[server].record.implementations[known].seen.note(time, frame: frame)
        } else if claims.count < 8 {
            servers[server].record.implementations.append(
                Claim(value, basis, confidence: confidence, seen: Sightings(at: time, frame: frame)))
        }
    }
}

extension Sightings? {
    /// Seen now.
    mutating func note(_ time: Int64, _ frame: UInt64) {
        if self == nil { self = Sightings(at: time, frame: frame) } else { self?.note(time, frame: frame) }
    }
}
