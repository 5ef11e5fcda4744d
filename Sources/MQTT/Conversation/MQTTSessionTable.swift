import Network

/// The sessions of an analyzer: slots that are used again and keep the room of their buffers.
struct MQTTSessionTable {
    /// The slot at 0 is for messages whose session is not there; it never holds a session of its own.
    static let stray = 0
    var sessions: [MQTTSession] = [MQTTSession()]
    private var free: [UInt32] = []
    private var recency = RecencyList()
    private let limit: Int

    init(limit: Int) { self.limit = max(1, min(limit, 1 << 30)) }

    /// How many sessions are open.
    var count: Int { sessions.count - 1 - free.count }

    /// The session that must make room for another; `nil` while there is room.
    var victim: Int? { count >= limit ? recency.oldest : nil }

    /// Opens a session in a free slot.
    mutating func open(client: Endpoint, server: Endpoint, isFromStart: Bool) -> MQTTSessionID {
        let index: Int
        if let reused = free.popLast() {
            index = Int(reused)
        } else {
            index = sessions.count
            sessions.append(MQTTSession())
        }
        sessions[index].reset(client: client, server: server, isFromStart: isFromStart)
        recency.add(index)
        return id(index)
    }

    /// Closes the session in a slot.
    mutating func close(_ index: Int) {
        sessions[index].isOpen = false
        sessions[index].generation = (sessions[index].generation &+ 1) & 0x7FFF_FFFF
        recency.remove(index)
        free.append(UInt32(truncatingIfNeeded: index))
    }

    /// The slot of a session that is open.
    func index(of id: MQTTSessionID) -> Int? {
        let index = Int(id.index)
        guard index < sessions.count, sessions[index].isOpen, sessions[index].generation == id.generation else {
            return nil
        }
        return index
    }

    /// The name of the session in a slot.
    func id(_ index: Int) -> MQTTSessionID {
        MQTTSessionID(index: UInt32(truncatingIfNeeded: index), generation: sessions[index].generation)
    }

    /// Makes a session the one heard of last.
    mutating func touch(_ index: Int) { recency.touch(index) }
}
