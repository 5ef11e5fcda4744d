import Network
import Tables

/// Where an entry of another table lies, and how to see whether it still does.
struct EntryReference: Sendable {
    /// The key of the entry.
    var key: Hash128
    /// Its slot, as long as `epoch` is that of the table.
    var slot: Int
    /// How many entries the table had given up then.
    var epoch: UInt64
}

/// A table whose entries are written to the store where they changed.
///
/// What is only seen once or twice gives way before what comes again and again, however long ago that was: a flood of
/// invented names must not push out what is known.
struct AssetTable<Entry: AssetEntry>: ~Copyable, Sendable {
    var table: LRUTable<Hash128, Entry>
    /// Changes with each entry that is given up: then slots may mean something else.
    private(set) var epoch: UInt64 = 0
    /// Entries that made room for others.
    private(set) var pushedOut: UInt64 = 0
    private var added: UInt64 = 0
    /// Keys of entries that are gone and that the store may still have.
    var gone: [String] = []

    /// An empty table.
    init(limit: Int) { table = LRUTable(limit: limit) }

    /// How many entries are looked at for one that may go, at most.
    private static var mostLooks: Int { 4096 }
    /// How many are looked at next: few, where there was none lately.
    private var patience = mostLooks
    /// How many gone keys are remembered.
    private static var mostGone: Int { 65_536 }

    var count: Int { table.count }

    subscript(slot: Int) -> Entry {
        @inline(__always) _read { yield table[slot] }
        @inline(__always) _modify { yield &table[slot] }
    }

    /// Changes an entry in its place, by more than one member of it: the accessor would allocate a frame for that.
    @inline(__always)
    mutating func change<Result>(_ slot: Int, _ change: (inout Entry) -> Result) -> Result { change(&table[slot]) }

    func find(_ key: Hash128) -> Int? { table.find(key) }

    mutating func use(_ key: Hash128) -> Int? { table.use(key) }

    /// The slot that a reference means; `nil` where that entry is gone.
    mutating func slot(_ reference: inout EntryReference) -> Int? {
        if reference.epoch == epoch { return reference.slot }
        guard let slot = table.find(reference.key) else { return nil }
        reference.slot = slot
        reference.epoch = epoch
        return slot
    }

    func reference(_ slot: Int) -> EntryReference { EntryReference(key: table.key(at: slot), slot: slot, epoch: epoch) }

    /// Adds an entry.
    mutating func insert(_ key: Hash128, _ entry: consuming Entry) -> Int {
        if table.isFull {
            // What comes again and again is passed over, and comes up again when all others had their turn.
            var looks = min(patience, table.count)
            while looks > 0, let oldest = table.oldest, !table[oldest].isPassing {
                table.touch(oldest)
                looks -= 1
            }
            patience = looks == 0 ? 16 : min(Self.mostLooks, patience + 8)
            if let oldest = table.oldest {
                remove(oldest)
                pushedOut &+= 1
            }
        }
        added &+= 1
        let slot = table.insert(key, entry)
        table[slot].mark.serial = added
        return slot
    }

    /// Gives an entry up.
    mutating func remove(_ slot: Int) {
        if table[slot].mark.isStored {
            let key = table[slot].storeKey
            if Self.mostGone > gone.count { gone.append(key) }
        }
        table[slot].mark = StoreMark(isGone: true)
        table.remove(slot)
        epoch &+= 1
    }
}

/// What the store has of an entry.
struct StoreMark: Sendable {
    /// Whether the entry changed since it was written.
    var isDirty = true
    /// Whether the store has a row of it.
    var isStored = false
    /// Whether the slot holds nothing.
    var isGone = false
    /// A number that no other entry of its table has had.
    fileprivate(set) var serial: UInt64 = 0
}

/// An entry of a table of assets.
protocol AssetEntry: Sendable {
    /// What the store has of it.
    var mark: StoreMark { get set }
    /// Whether it was seen so seldom that it may go before others.
    var isPassing: Bool { get }
    /// Its key in the store.
    var storeKey: String { get }
}

/// A server.
struct ServerEntry: AssetEntry {
    var record: ServerRecord
    var mark = StoreMark()
    var address: IPAddress
    /// Whether it answered, or somebody spoke to it as to one that had let him in.
    var isProven = false
    /// Answers to requests, of this run.
    var answers: Int64 = 0
    var carriers = NameTally()
    var hardwareAddresses = NameTally()
    var versions = NameTally()
    var anonymousNetworks = NameTally()
    var clientNetworks = NameTally()

    var isPassing: Bool { !isProven || record.seen.count <= 2 }
    var storeKey: String { record.key }

    var shown: ServerRecord {
        var shown = record
        shown.carriers = carriers.shown
        shown.hardwareAddresses = hardwareAddresses.shown
        shown.versions = versions.shown
        shown.anonymousNetworks = anonymousNetworks.shown
        shown.clientNetworks = clientNetworks.shown
        return shown
    }
}

/// A client.
struct ClientEntry: AssetEntry {
    var record: ClientRecord
    var mark = StoreMark()
    /// What it is called where it publishes or reads: the name of its kind, or its address.
    var kind: String
    var kindHash: UInt64
    /// The key of the address that it came from first.
    var origin: Hash128
    var names = DistinctCount()
    var addresses = NameTally()
    var hardwareAddresses = NameTally()
    var servers = NameTally()
    var versions = NameTally()
    var keepAlives = NameTally()
    var filters = NameTally()

    var isPassing: Bool { record.seen.count <= 4 }
    var storeKey: String { record.key }

    var shown: ClientRecord {
        var shown = record
        shown.addresses = addresses.shown
        shown.hardwareAddresses = hardwareAddresses.shown
        shown.servers = servers.shown
        shown.versions = versions.shown
        shown.keepAlives = keepAlives.shown
        shown.filters = filters.shown
        if record.name != nil {
            shown.distinct = max(1, names.count)
            if names.isEstimate { shown.isEstimate = true }
        }
        return shown
    }
}

/// A filter of subscriptions.
struct FilterEntry: AssetEntry {
    var record: FilterRecord
    var mark = StoreMark()
    var clients = NameTally()

    var isPassing: Bool { record.seen.count <= 1 }
    var storeKey: String { record.key }

    var shown: FilterRecord {
        var shown = record
        shown.clients = clients.shown
        return shown
    }
}

/// A link between a network and a server.
struct LinkEntry: AssetEntry {
    var record: LinkRecord
    var mark = StoreMark()
    /// Whether the server is one, as far as is known.
    var isProven = false

    var isPassing: Bool { record.seen.count <= 2 }
    var storeKey: String { record.key }
    var shown: LinkRecord { record }
}

/// A secret, by its digest.
struct SecretEntry: AssetEntry {
    var record: SecretRecord
    var mark = StoreMark()
    var servers = NameTally()
    var clients = NameTally()
    var places = NameTally()

    var isPassing: Bool { record.seen.count <= 1 }
    var storeKey: String { record.key }

    var shown: SecretRecord {
        var shown = record
        shown.servers = servers.shown
        shown.clients = clients.shown
        shown.places = places.shown
        return shown
    }
}
