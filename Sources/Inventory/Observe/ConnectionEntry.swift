import Network
import Tables

/// Two ends whose messages are attributed without asking again who they are.
///
/// What their messages add to the entries of both is gathered here first: most come in a row.
struct ConnectionEntry: Sendable {
    /// `nil` for none, such as a group.
    var server: EntryReference?
    /// `nil` where nobody was seen to ask.
    var client: EntryReference?
    var link: EntryReference?
    /// Where the names of its ends stand in the tallies of server and client; `nil` where they are to be looked for.
    var places: TallyPlaces?
    /// Whether a message has shown that the server is one.
    var isProven = false
    /// How many messages there were, up to the most that matters.
    private(set) var total: UInt8 = 0
    /// What waits to be added to the entries.
    var toServer = MessageRun()
    var toClient = MessageRun()

    /// A connection of which so few messages were seen adds each of them at once: whoever is seldom seen may be given up.
    private static let atOnce: UInt8 = 6
    /// How many messages wait at most, and how long by capture time.
    private static let most: Int64 = 256
    private static let longest: Int64 = 10_000_000

    /// Whether nothing waits.
    var isSettled: Bool { toServer.count == 0 && toClient.count == 0 }

    /// Whether what waits is to be added now.
    var isDue: Bool {
        total < Self.atOnce || toServer.count + toClient.count >= Self.most
            || max(toServer.span, toClient.span) > Self.longest
    }

    /// Takes up a message.
    mutating func note(
        _ time: Int64, frame: UInt64, bytes: Int, from hardware: MACAddress?, isToServer: Bool
    ) {
        if total < Self.atOnce { total += 1 }
        if isToServer {
            toServer.note(time, frame: frame, bytes: bytes, from: hardware)
        } else {
            toClient.note(time, frame: frame, bytes: bytes, from: hardware)
        }
    }
}

/// Messages of one direction, one behind the other.
struct MessageRun: Sendable {
    private(set) var bytes: Int64 = 0
    private(set) var first: Int64 = 0
    private(set) var frame: UInt64 = 0
    /// Who sent them.
    private(set) var hardware: MACAddress?
    private var length: UInt32 = 0
    private var messages: UInt32 = 0

    /// How many there are.
    var count: Int64 { Int64(messages) }

    /// When the last of them came.
    var last: Int64 { first &+ span }

    /// From the first to the last, in microseconds.
    var span: Int64 { Int64(length) }

    /// Whether a message from there belongs to another run.
    func isFromElsewhere(_ address: MACAddress?) -> Bool { messages > 0 && address != hardware }

    mutating func note(_ time: Int64, frame: UInt64, bytes: Int, from address: MACAddress?) {
        if messages == 0 {
            (first, length, self.frame, hardware) = (time, 0, frame, address)
        } else if time < first {
            length = UInt32(clamping: span &+ (first &- time))
            (first, self.frame) = (time, frame)
        } else if time > last {
            length = UInt32(clamping: time &- first)
        }
        messages &+= 1
        self.bytes &+= Int64(bytes)
    }
}

/// Where the names of two ends stand in the tallies of both.
struct TallyPlaces: Sendable {
    var carrier: Int8
    var network: Int8
    var address: Int8 = -1
    var server: Int8 = -1
    /// The serials of the entries of server and client then; 0 for no client.
    let serials: (server: UInt64, client: UInt64)
}

// Messages that wait are added to the entries of their ends.
extension InventoryObserver {
    /// Adds all that waits.
    mutating func settleAll() {
        while let slot = unsettled.popLast() { settle(slot) }
    }

    /// Adds what waits of a connection.
    mutating func settle(_ slot: Int) {
        let connection = connections[slot]
        guard !connection.isSettled else { return }
        connections[slot].toServer = MessageRun()
        connections[slot].toClient = MessageRun()
        let (toServer, toClient) = (connection.toServer, connection.toClient)
        let times = toServer.count + toClient.count
        let hash = keys.one
        var server: Int?
        if var reference = connection.server { server = servers.slot(&reference) }
        if let server {
            servers.change(server) { entry in
                entry.mark.isDirty = true
                if connection.isProven { entry.isProven = true }
                entry.record.messages += times
                entry.record.seen.note(toClient)
                entry.hardwareAddresses.note(toClient, hash)
                guard let places = connection.places, places.serials.server == entry.mark.serial else { return }
                entry.carriers.count(at: Int(places.carrier), times: times)
                entry.clientNetworks.count(at: Int(places.network), times: times)
            }
        }
        if var reference = connection.client, let client = clients.slot(&reference) {
            clients.change(client) { entry in
                entry.mark.isDirty = true
                entry.record.seen.note(toServer)
                entry.hardwareAddresses.note(toServer, hash)
                guard let places = connection.places, places.serials.client == entry.mark.serial else { return }
                entry.addresses.count(at: Int(places.address), times: times)
                entry.servers.count(at: Int(places.server), times: times)
            }
        }
        guard var reference = connection.link, let link = links.slot(&reference) else {
            return connections[slot].link = nil
        }
        let isProven = server.map { servers[$0].isProven }
        links.change(link) { entry in
            entry.mark.isDirty = true
            if let isProven { entry.isProven = isProven }
            entry.record.seen.note(toServer)
            entry.record.seen.note(toClient)
            entry.record.bytesToServer += toServer.bytes
            entry.record.bytesToClient += toClient.bytes
        }
    }
}

extension Sightings {
    fileprivate mutating func note(_ run: MessageRun) {
        note(run.count, from: run.first, frame: run.frame, to: run.last)
    }
}

extension NameTally {
    fileprivate mutating func note(_ run: MessageRun, _ hash: SeededHash) {
        guard run.count > 0, let address = run.hardware else { return }
        note(address.hash(hash), times: run.count, address.text)
    }
}
