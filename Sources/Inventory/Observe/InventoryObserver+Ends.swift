import Bytes
import Events
import Network
import Tables

// Who speaks with whom.
extension InventoryObserver {
    /// Finds out whose message it is, and counts it; `nil` where it says nothing of anybody.
    mutating func attribute(
        _ known: KnownProtocol, _ act: InventoryAct, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext,
        _ message: RawSpan
    ) -> Attribution? {
        let (client, server) = (context.client, context.server)
        let hasSessions = known.roles.clientID != nil
        // Without sessions a client is its address: its ports change with each question.
        let ports = UInt64(hasSessions ? client.port : 0) << 16 | UInt64(server.port)
        let key = keys.key(client.address, server.address, ports << 8 | UInt64(known.number))
        let slot = connections.use(key) ?? addConnection(key)
        let time = context.timestamp.microseconds
        let toServer = context.direction == .toServer
        var attribution = Attribution(time: time)
        if !server.address.isMulticastOrBroadcast {
            attribution.server = self.server(slot, known, context, time)
        }
        // Whoever gets an answer that nobody was seen to ask for may not want it.
        if act == .open || hasSessions || toServer {
            attribution.client = self.client(slot, known, act == .open, event, context, message, time)
        } else if var reference = connections[slot].client {
            attribution.client = clients.slot(&reference)
            connections[slot].client = attribution.client == nil ? nil : reference
        }
        if let server = attribution.server {
            note(slot, known, server, attribution.client, act, context, message, time)
        }
        return attribution
    }

    private mutating func addConnection(_ key: Hash128) -> Int {
        if connections.isFull, let oldest = connections.oldest { settle(oldest) }
        return connections.insert(key, ConnectionEntry())
    }

    /// The server of a connection.
    private mutating func server(
        _ slot: Int, _ known: KnownProtocol, _ context: EventContext, _ time: Int64
    ) -> Int {
        if var reference = connections[slot].server, let found = servers.slot(&reference) {
            connections[slot].server = reference
            return found
        }
        let end = context.server
        let key = keys.key(end.address, UInt64(end.port) << 8 | UInt64(known.number))
        let found: Int
        if let known = servers.use(key) {
            found = known
        } else {
            var record = ServerRecord(
                proto: known.name, address: "\(end.address)", port: end.port,
                seen: Sightings(at: time, frame: context.frameNumber))
            record.seen.count = 0
            found = servers.insert(key, ServerEntry(record: record, address: end.address))
        }
        connections[slot].server = servers.reference(found)
        return found
    }

    /// The client of a connection.
    private mutating func client(
        _ slot: Int, _ known: KnownProtocol, _ isNew: Bool, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, _ message: RawSpan, _ time: Int64
    ) -> Int {
        if !isNew, var reference = connections[slot].client, let found = clients.slot(&reference) {
            connections[slot].client = reference
            return found
        }
        settle(slot)
        let found = identify(known, event, context, message, time)
        connections[slot].client = clients.reference(found)
        connections[slot].places = nil
        return found
    }

    /// The client that a message names, or that has its address.
    private mutating func identify(
        _ known: KnownProtocol, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext,
        _ message: RawSpan,
        _ time: Int64
    ) -> Int {
        let address = context.client.address
        let hasName = reader.copy(known.roles.clientID, event, message, to: &name) && !name.isEmpty
        text.removeAll(keepingCapacity: true)
        let reading = hasName ? writeTemplate(.client) : NameTemplate.Reading()
        let nameEnd = text.count
        let rawHash = hasName ? keys.one.hash(name.span.bytes) : 0
        var user: [UInt8] = []
        let hasUser = reader.copy(known.roles.userName, event, message, to: &user) && !user.isEmpty
        text.append(0)
        if hasUser { NameTemplate.write(user.span.bytes, as: .client, to: &text) }
        let userEnd = text.count
        let isHome = !hasName || !reading.hasOwnPart
        let origin = keys.key(address, UInt64(known.number))
        let named = keys.key(text.span.bytes, UInt64(known.number))
        let key = isHome ? keys.join(named, origin) : named
        if let found = clients.use(key) {
            if hasName { clients[found].names.note(rawHash) }
            return found
        }
        let birth = noteBirth(origin)
        if let fold = foldedClient(birth) {
            clients[fold].names.note(hasName ? rawHash : key.low)
            return fold
        }
        let shownName = hasName ? String(decoding: text[0..<nameEnd], as: UTF8.self) : nil
        let shownUser = hasUser ? String(decoding: text[(nameEnd + 1)..<userEnd], as: UTF8.self) : nil
        var record = ClientRecord(
            proto: known.name, name: shownName, user: shownUser,
            home: isHome ? "\(address)" : nil, seen: Sightings(at: time, frame: context.frameNumber))
        record.seen.count = 0
        if hasName {
            writeTemplate(.group)
            record.group = String(decoding: text, as: UTF8.self)
            if !reading.mayHoldSecret, name.count <= 128 {
                record.examples = [String(decoding: name, as: UTF8.self)]
            }
        }
        let kind = record.group ?? record.home ?? ""
        var entry = ClientEntry(record: record, kind: kind, kindHash: keys.hash(kind), origin: origin)
        if hasName { entry.names.note(rawHash) }
        let found = clients.insert(key, entry)
        births[birth].count += 1
        guard births[birth].count >= births[birth].limit else { return found }
        return putClientsTogether(birth, origin, keeping: found, address: "\(address)")
    }

    /// Counts a message of a server and a client.
    private mutating func note(
        _ slot: Int, _ known: KnownProtocol, _ server: Int, _ client: Int?, _ act: InventoryAct,
        _ context: EventContext, _ message: RawSpan, _ time: Int64
    ) {
        let toServer = context.direction == .toServer
        // What is sent within a session presupposes a server that opened it.
        if !connections[slot].isProven,
            !toServer || context.transport == .tcp && (act == .publication || act == .subscription)
        {
            connections[slot].isProven = true
            servers[server].isProven = true
        }
        let serials = (servers[server].mark.serial, client.map { clients[$0].mark.serial } ?? 0)
        let isPlaced = connections[slot].places.map { $0.serials == serials } ?? false
        if !isPlaced {
            settle(slot)
            connections[slot].places = places(server, client, context, serials)
        }
        if connections[slot].link == nil {
            connections[slot].link = links.reference(link(known, server, context, time))
        }
        let hardware = context.sourceMAC
        let isOfAnother = (toServer ? connections[slot].toServer : connections[slot].toClient).isFromElsewhere(hardware)
        if isOfAnother { settle(slot) }
        let isFirst = connections[slot].isSettled
        connections[slot].note(
            time, frame: context.frameNumber, bytes: message.byteCount, from: hardware, isToServer: toServer)
        if connections[slot].isDue {
            settle(slot)
        } else if isFirst {
            // Those that were settled since stand there, too.
            if unsettled.count > 2 * connections.limit { settleAll() }
            unsettled.append(slot)
        }
    }

    /// Where the names of two ends stand in the tallies of both, which they come into.
    private mutating func places(
        _ server: Int, _ client: Int?, _ context: EventContext, _ serials: (server: UInt64, client: UInt64)
    ) -> TallyPlaces {
        let address = context.client.address
        let network = AddressBlock(networkOf: address)
        let place = servers[server].clientNetworks.note(network.hash(keys.one), times: 0, network.text)
        var places = TallyPlaces(
            carrier: Int8(clamping: servers[server].noteCarrier(context, keys.one)), network: Int8(clamping: place),
            serials: serials)
        guard let client else { return places }
        let whole = AddressBlock(whole: address).hash(keys.one)
        places.address = Int8(clamping: clients[client].addresses.note(whole, times: 0, "\(address)"))
        let serverKey = servers.table.key(at: server).low
        places.server = Int8(
            clamping: clients[client].servers.note(serverKey, times: 0, servers[server].record.key))
        return places
    }

    /// The link between the network of a client and a server.
    private mutating func link(
        _ known: KnownProtocol, _ server: Int, _ context: EventContext, _ time: Int64
    ) -> Int {
        let address = context.client.address
        let isInside = isInside(address)
        let block = isInside ? AddressBlock(networkOf: address) : AddressBlock(whole: address)
        let key = keys.join(keys.key(block.prefix, UInt64(block.length)), servers.table.key(at: server))
        if let known = links.use(key) { return known }
        var record = LinkRecord(
            proto: known.name, client: block.text, server: servers[server].record.key,
            isClientInside: isInside, isServerInside: self.isInside(context.server.address),
            seen: Sightings(at: time, frame: context.frameNumber))
        record.seen.count = 0
        return links.insert(key, LinkEntry(record: record))
    }

    /// Makes `text` the template of `name`.
    @discardableResult
    mutating func writeTemplate(_ form: NameTemplate.Form) -> NameTemplate.Reading {
        // Out of its place: both are parts of this value.
        var output: [UInt8] = []
        swap(&output, &text)
        output.removeAll(keepingCapacity: true)
        let reading = NameTemplate.write(name.span.bytes, as: form, to: &output)
        swap(&output, &text)
        return reading
    }

    private func isInside(_ address: IPAddress) -> Bool {
        options.homeNetworks.contains { $0.contains(address) }
    }
}

extension ServerEntry {
    fileprivate mutating func noteCarrier(_ context: EventContext, _ hash: SeededHash) -> Int {
        let carrier: StaticString = context.carrier.isWebSocket ? "websocket" : context.transport.name
        // Of the few there are no two begin alike.
        let first = carrier.withUTF8Buffer { UInt64($0.first ?? 0) }
        return carriers.note(hash.mix(first, 8), times: 0, carrier.description)
    }
}

extension MACAddress {
    func hash(_ hash: SeededHash) -> UInt64 { hash.mix(value, 48) }

    var text: String {
        var text: [UInt8] = []
        write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

/// The addresses that a report names together.
struct AddressBlock: Hashable, Sendable {
    let prefix: IPAddress
    let length: Int

    /// The network of an address: `/24`, of IPv6 `/64`.
    init(networkOf address: IPAddress) { self.init(address, address.isIPv4 ? 24 : 64) }

    /// An address alone.
    init(whole address: IPAddress) { self.init(address, address.bitWidth) }

    private init(_ address: IPAddress, _ length: Int) {
        prefix = address.masked(length)
        self.length = length
    }

    /// `10.0.0.0/24`; a lone address stands for itself.
    var text: String { length == prefix.bitWidth ? "\(prefix)" : "\(prefix)/\(length)" }

    func hash(_ hash: SeededHash) -> UInt64 {
        hash.hash(prefix.high, prefix.low, prefix.isIPv4 ? 4 : 6, UInt64(length), 0)
    }

    /// The block that a report names so.
    init?(_ text: String) {
        guard let block = CIDRBlock(text) else { return nil }
        self.init(block.prefix, block.length)
    }
}
