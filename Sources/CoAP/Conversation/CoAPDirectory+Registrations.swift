import Bytes
import Network
import Tables

/// Who registered a name with a resource directory (RFC 9176, 5) or LwM2M server, or made what lies under a path of it.
struct Registration: Sendable {
    /// A hash of the client's address, whatever its port.
    var owner: UInt64
    /// When that was last heard.
    var time: Timestamp
    /// For how long it holds, in nanoseconds.
    var lifetime: UInt64

    /// Whether it holds no more.
    func isOver(_ now: Timestamp) -> Bool { now.nanoseconds(since: time).magnitude >= lifetime }
}

extension CoAPDirectory {
    /// The lifetime of a registration that says none (RFC 9176, 5).
    private static let usualLifetime: UInt64 = 90_000
    /// The longest that is believed, in seconds: a name that nobody has renewed for a month is free.
    private static let longestLifetime: UInt64 = 30 * 86_400

    /// Notes who registers a name, and tells whether a request concerns a registration of another address.
    mutating func noteRegistration(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ state: inout MessageState
    ) {
        guard message.mayHave(.uriPath), message.code != .get, message.code != .fetch, !state.isRetransmitted,
            let operation = message.directoryOperation(bytes).map({ "\($0)" }), operation != "simple"
        else { return }
        let client = hash.end(Endpoint(passage.address, 0)).low
        guard operation == "register" else {
            // An update or a removal: what lies under the path was registered before.
            guard
                let slot = exchanges.find(
                    hash.exchange(
                        client: passage.source, server: passage.destination, token: bytes.slice(message.token)))
            else { return }
            state.isForeignRegistration = isForeign(pathKey(slot, passage.destination), client, passage.time)
            return
        }
        var name: UInt64 = 0
        message.readDirectoryArgument("ep", bytes) { name = hash.hash(bytes.slice($0)) }
        guard name != 0 else { return }
        message.readDirectoryArgument("d", bytes) { name = hash.hash(bytes.slice($0), initial: name) }
        var seconds = Self.usualLifetime
        message.readDirectoryArgument("lt", bytes) { range in
            if let number = decimal(bytes.slice(range)) { seconds = min(UInt64(max(0, number)), Self.longestLifetime) }
        }
        let key = hash.key(.registration, passage.destination, passage.destination, name, 0)
        state.isForeignRegistration = isForeign(key, client, passage.time)
        registrations.store(
            Registration(owner: client, time: passage.time, lifetime: max(1, seconds) &* 1_000_000_000), for: key)
    }

    /// Notes where a registration lies that a server has made, tells whether one of another address was changed, and forgets
    /// one that was removed.
    mutating func noteRegistered(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ state: inout MessageState
    ) {
        guard message.code.class == .success, let slot = state.exchangeSlot, !state.isRetransmitted,
            exchanges[slot].method != .get, withPath(slot, { $0.starts(with: "/rd") })
        else { return }
        let client = passage.destinationHost
        guard message.code == .created, message.mayHave(.locationPath) else {
            let key = pathKey(slot, passage.source)
            state.isForeignRegistration = isForeign(key, client, passage.time)
            if message.code == .deleted, let known = registrations.find(key) { registrations.remove(known) }
            return
        }
        var path: [UInt8] = []
        var walk = CoAPOptionWalk(message.options)
        while case .option(let instance) = walk.next(bytes), path.count <= limits.pathBytes {
            guard instance.option == .locationPath else { continue }
            path.append(UInt8(ascii: "/"))
            path.append(copying: bytes.slice(instance.value))
        }
        let key = hash.key(.registrationPath, passage.source, passage.source, hash.hash(path.span.bytes), 0)
        registrations.store(
            Registration(owner: client, time: passage.time, lifetime: Self.usualLifetime &* 1_000_000_000), for: key)
    }

    private func pathKey(_ slot: Int, _ server: Hash128) -> Hash128 {
        let path = withPath(slot) { hash.hash($0) }
        return hash.key(.registrationPath, server, server, path, 0)
    }

    private func isForeign(_ key: Hash128, _ client: UInt64, _ now: Timestamp) -> Bool {
        guard let known = registrations.find(key), !registrations[known].isOver(now) else { return false }
        return registrations[known].owner != client
    }
}
