import Bytes
import Events
import Network
import Tables

/// What changed in an inventory since it was asked last: what a store writes.
public struct InventoryChanges: Codable, Hashable, Sendable {
    /// Records that are new or changed.
    public var records = InventorySnapshot()
    /// Keys of records that are gone, by their kinds.
    public var gone: [String: [String]] = [:]

    /// Nothing.
    public init() {}

    /// Whether nothing changed.
    public var isEmpty: Bool { count == 0 && records.leftOut.isEmpty }

    /// How many records changed.
    public var count: Int {
        records.servers.count + records.clients.count + records.topics.count + records.filters.count
            + records.links.count + records.secrets.count + gone.values.reduce(0) { $0 + $1.count }
    }
}

/// Where the next look for changes goes on.
struct ChangeCursor: Sendable {
    var kind = 0
    var slot = 0
}

extension InventoryObserver {
    /// Records that changed since they were given out last, in no order, at most about `limit`; the next call goes on
    /// behind them.
    ///
    /// - Returns: what changed, and whether all tables were gone through.
    public mutating func changes(limit: Int = .max) -> (changes: InventoryChanges, isWhole: Bool) {
        settleAll()
        var changes = InventoryChanges()
        var left = limit
        if cursor.kind == 0 {
            servers.take(&left, &cursor, { $0.isProven }) { changes.records.servers.append($0.shown) }
        }
        if cursor.kind == 1 { clients.take(&left, &cursor, { _ in true }) { changes.records.clients.append($0.shown) } }
        if cursor.kind == 2 { topics.take(&left, &cursor, { $0.isProven }) { changes.records.topics.append($0.shown) } }
        if cursor.kind == 3 { filters.take(&left, &cursor, { _ in true }) { changes.records.filters.append($0.shown) } }
        if cursor.kind == 4 { links.take(&left, &cursor, { $0.isProven }) { changes.records.links.append($0.shown) } }
        if cursor.kind == 5 { secrets.take(&left, &cursor, { _ in true }) { changes.records.secrets.append($0.shown) } }
        for (kind, keys) in [
            (ServerRecord.kind, servers.takeGone()), (ClientRecord.kind, clients.takeGone()),
            (TopicRecord.kind, topics.takeGone()), (FilterRecord.kind, filters.takeGone()),
            (LinkRecord.kind, links.takeGone()), (SecretRecord.kind, secrets.takeGone()),
        ] where !keys.isEmpty {
            changes.gone[kind] = keys
        }
        let isWhole = cursor.kind > 5
        if isWhole { cursor = ChangeCursor() }
        changes.records.leftOut = leftOut
        return (changes, isWhole)
    }

    /// Says that changes which were given out could not be written: all is given out again, and it is counted.
    public mutating func noteUnwritten(_ count: Int) {
        folded["writes_delayed", default: 0] += Int64(count)
        servers.markAll()
        clients.markAll()
        topics.markAll()
        filters.markAll()
        links.markAll()
        secrets.markAll()
    }

    /// All that is known.
    public var snapshot: InventorySnapshot {
        mutating get {
            settleAll()
            return settledSnapshot
        }
    }

    private var settledSnapshot: InventorySnapshot {
        var snapshot = InventorySnapshot()
        servers.forEach { if $0.isProven { snapshot.servers.append($0.shown) } }
        clients.forEach { snapshot.clients.append($0.shown) }
        topics.forEach { if $0.isProven { snapshot.topics.append($0.shown) } }
        filters.forEach { snapshot.filters.append($0.shown) }
        links.forEach { if $0.isProven { snapshot.links.append($0.shown) } }
        secrets.forEach { snapshot.secrets.append($0.shown) }
        snapshot.leftOut = leftOut
        snapshot.sort()
        return snapshot
    }

    /// Tells over which port a server is spoken to with encryption, too.
    public mutating func noteEncrypted(_ ports: [IPAddress: UInt16]) {
        guard !ports.isEmpty else { return }
        var place = servers.table.oldest
        while let slot = place {
            place = servers.table.newer(than: slot)
            guard let port = ports[servers[slot].address], port != servers[slot].record.port,
                servers[slot].record.encryptedPort != port
            else { continue }
            servers[slot].record.encryptedPort = port
            servers[slot].mark.isDirty = true
        }
    }

    /// Goes on from what a store knows.
    ///
    /// What does not fit any more is left out and counted.
    public mutating func restore(_ snapshot: InventorySnapshot) {
        let (one, text) = (keys.one, keys)
        let number: (String) -> UInt64 = { Int64($0).map { one.mix(UInt64(bitPattern: $0), 2) } ?? 0 }
        let block: (String) -> UInt64 = { AddressBlock($0)?.hash(one) ?? 0 }
        let hardware: (String) -> UInt64 = { MACAddress(text: $0)?.hash(one) ?? 0 }
        let carrier: (String) -> UInt64 = { one.mix(UInt64($0.utf8.first ?? 0), 8) }
        leftOutBefore = snapshot.leftOut
        // What was seen last comes last: it is what stays.
        for record in snapshot.servers.sorted(by: { $0.seen.last < $1.seen.last }) {
            guard let key = serverKey(record.key), let address = IPAddress(record.address) else { continue }
            var entry = ServerEntry(record: record, address: address)
            entry.mark = StoreMark(isDirty: false, isStored: true)
            entry.isProven = true
            entry.carriers = NameTally(record.carriers, carrier)
            entry.hardwareAddresses = NameTally(record.hardwareAddresses, hardware)
            entry.versions = NameTally(record.versions, number)
            entry.anonymousNetworks = NameTally(record.anonymousNetworks, block)
            entry.clientNetworks = NameTally(record.clientNetworks, block)
            _ = servers.insert(key, entry)
        }
        for record in snapshot.clients.sorted(by: { $0.seen.last < $1.seen.last }) {
            guard let category = category(record.proto) else { continue }
            let bytes = Array((record.name ?? "").utf8) + [0] + Array((record.user ?? "").utf8)
            var key = keys.key(bytes.span.bytes, UInt64(category))
            let home = record.home.flatMap { IPAddress($0) }
            let origin = home.map { keys.key($0, UInt64(category)) }
            if let origin { key = keys.join(key, origin) }
            let kind = record.group ?? record.home ?? ""
            var entry = ClientEntry(
                record: record, kind: kind, kindHash: keys.hash(kind), origin: origin ?? Hash128(high: 0, low: 0))
            entry.mark = StoreMark(isDirty: false, isStored: true)
            entry.names = DistinctCount(before: record.distinct ?? 0)
            entry.addresses = NameTally(record.addresses, block)
            entry.hardwareAddresses = NameTally(record.hardwareAddresses, hardware)
            entry.servers = NameTally(record.servers) { serverKey($0)?.low ?? 0 }
            entry.versions = NameTally(record.versions, number)
            entry.keepAlives = NameTally(record.keepAlives, number)
            let server = record.servers.names.first.flatMap { serverKey($0)?.low } ?? 0
            entry.filters = NameTally(record.filters) { Self.key($0, server, text).low }
            _ = clients.insert(key, entry)
        }
        for record in snapshot.topics.sorted(by: { $0.seen.last < $1.seen.last }) {
            guard let server = serverKey(record.server) else { continue }
            _ = topics.insert(Self.key(record.template, server.low, text), TopicEntry(record, text.hash))
        }
        for record in snapshot.filters.sorted(by: { $0.seen.last < $1.seen.last }) {
            guard let server = serverKey(record.server) else { continue }
            var entry = FilterEntry(record: record, mark: StoreMark(isDirty: false, isStored: true))
            entry.clients = NameTally(record.clients, text.hash)
            _ = filters.insert(Self.key(record.filter, server.low, text), entry)
        }
        for record in snapshot.links.sorted(by: { $0.seen.last < $1.seen.last }) {
            guard let server = serverKey(record.server), let block = AddressBlock(record.client) else { continue }
            let key = keys.join(keys.key(block.prefix, UInt64(block.length)), server)
            var entry = LinkEntry(record: record, mark: StoreMark(isDirty: false, isStored: true))
            entry.isProven = true
            _ = links.insert(key, entry)
        }
        for record in snapshot.secrets.sorted(by: { $0.seen.last < $1.seen.last }) {
            var entry = SecretEntry(record: record, mark: StoreMark(isDirty: false, isStored: true))
            entry.servers = NameTally(record.servers) { serverKey($0)?.low ?? 0 }
            entry.clients = NameTally(record.clients, text.hash)
            entry.places = NameTally(record.places, text.hash)
            _ = secrets.insert(Self.key(record.digest, keys.hash(record.kind), text), entry)
        }
    }

    private static func key(_ text: String, _ other: UInt64, _ keys: InventoryKeys) -> Hash128 {
        let bytes = Array(text.utf8)
        return keys.key(bytes.span.bytes, other)
    }

    private func category(_ name: String) -> Int? { protocols.firstIndex { $0?.name == name } }

    /// The key of a server that a record names.
    private func serverKey(_ text: String) -> Hash128? {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let number = category(String(parts[0])), let colon = parts[1].lastIndex(of: ":"),
            let port = UInt16(parts[1][parts[1].index(after: colon)...])
        else { return nil }
        let host = parts[1][..<colon].filter { $0 != "[" && $0 != "]" }
        guard let address = IPAddress(host) else { return nil }
        return keys.key(address, UInt64(port) << 8 | UInt64(number))
    }
}

extension MACAddress {
    /// Reads `aa:bb:cc:dd:ee:ff`.
    fileprivate init?(text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 6 else { return nil }
        var value: UInt64 = 0
        for part in parts {
            guard let byte = UInt8(part, radix: 16) else { return nil }
            value = value << 8 | UInt64(byte)
        }
        self.init(value)
    }
}

extension AssetTable {
    /// Goes over all entries, in the order of use.
    func forEach(_ body: (Entry) -> Void) {
        var place = table.oldest
        while let slot = place {
            body(table[slot])
            place = table.newer(than: slot)
        }
    }

    /// Says that each entry is to be written again.
    mutating func markAll() {
        for slot in 0..<table.slotCount where !table[slot].mark.isGone { table[slot].mark.isDirty = true }
    }

    /// Keys of entries that are gone since this was asked last.
    mutating func takeGone() -> [String] {
        guard !gone.isEmpty else { return [] }
        defer { gone = [] }
        return gone
    }

    /// Gives out entries that changed, from where `cursor` stands, and moves it on.
    mutating func take(
        _ left: inout Int, _ cursor: inout ChangeCursor, _ isShown: (borrowing Entry) -> Bool, _ give: (Entry) -> Void
    ) {
        while cursor.slot < table.slotCount {
            guard left > 0 else { return }
            let slot = cursor.slot
            cursor.slot += 1
            guard !table[slot].mark.isGone, table[slot].mark.isDirty, isShown(table[slot]) else { continue }
            table[slot].mark.isDirty = false
            table[slot].mark.isStored = true
            left -= 1
            give(table[slot])
        }
        cursor.kind += 1
        cursor.slot = 0
    }
}
