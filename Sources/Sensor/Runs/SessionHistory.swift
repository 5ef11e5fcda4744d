import Alerts
import Bytes
import Events
import Network
import Tables

/// The latest messages between each client and server, in a few bytes each: an alert takes along what led to it.
///
/// Bounded: the pair of ends that was silent longest makes room. In the steady state nothing is allocated.
struct SessionHistory: ~Copyable {
    /// Messages that are kept of a pair of ends.
    static let depth = 20
    /// Bytes that are kept of what a message is about.
    private static let textBytes = 46

    // Which of the places of a slot are taken: the next one to write, and how many are.
    private struct Ring {
        var next: UInt8 = 0
        var count: UInt8 = 0
    }

    // 16 bytes, and its text beside it.
    private struct Line {
        var time: Int64 = 0
        var frame: UInt32 = 0
        var type: UInt8 = 0
        /// The place of the protocol in the list of descriptors.
        var protocolPlace: UInt8 = 0
        var isFromClient = false
        var length: UInt8 = 0
    }

    // What a slot begins with, appended at once.
    private static let blankLines = Array(repeating: Line(), count: depth)
    private static let blankTexts = Array(repeating: UInt8(0), count: depth * textBytes)

    private let hash: SeededHash
    private var rings: LRUTable<UInt64, Ring>
    private var lines: [Line] = []
    private var texts: [UInt8] = []
    private var values = FieldValues()
    /// What messages are about: of those of a protocol the first that a message has.
    ///
    /// In one list, so that no list of a
    /// protocol's own is held and let go for each message.
    private let subjects = Protocols.descriptors.flatMap(\.subjectFields)
    /// Where those of each protocol end.
    private let subjectEnds = Protocols.descriptors.indices.map { last in
        Protocols.descriptors[...last].reduce(0) { $0 + $1.subjectFields.count }
    }
    private let categories = Protocols.descriptors.map(\.category)

    /// A history of about so many bytes.
    init(bytes: Int, hash: SeededHash) {
        self.hash = hash
        let each = Self.depth * (MemoryLayout<Line>.stride + Self.textBytes) + LRUTable<UInt64, Ring>.bytesPerEntry
        rings = LRUTable(limit: max(16, bytes / each))
    }

    /// Takes up a message.
    mutating func note(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        guard let place = categories.firstIndex(of: event.category) else { return }
        let key = key(of: context)
        let slot = rings.use(key) ?? begin(key)
        let ring = rings[slot]
        let index = slot * Self.depth + Int(ring.next)
        var line = Line(
            time: context.timestamp.microseconds, frame: UInt32(truncatingIfNeeded: context.frameNumber),
            type: event.messageType, protocolPlace: UInt8(truncatingIfNeeded: place),
            isFromClient: context.direction == .toServer)
        if values.isHalfFull { values.removeAll() }
        for place in (place > 0 ? subjectEnds[place - 1] : 0)..<subjectEnds[place] {
            let first = values.count
            event.read(subjects[place], message: message, into: &values)
            guard values.count > first, case .bytes(let reference) = values.values[first] else { continue }
            let start = index * Self.textBytes
            line.length = values.withBytes(reference, message: message) { bytes in
                let head = bytes.extracting(first: Self.textBytes)
                texts.overwrite(at: start, copying: head)
                return UInt8(head.byteCount)
            }
            break
        }
        lines[index] = line
        let next = ring.next &+ 1
        rings[slot] = Ring(
            next: next == UInt8(Self.depth) ? 0 : next, count: min(ring.count &+ 1, UInt8(Self.depth)))
    }

    /// The latest messages between the two ends of a message, oldest first.
    func entries(_ context: EventContext) -> [HistoryEntry] {
        guard let slot = rings.find(key(of: context)) else { return [] }
        let ring = rings[slot]
        return (0..<Int(ring.count)).map { step in
            let place = (Int(ring.next) + Self.depth - Int(ring.count) + step) % Self.depth
            let index = slot * Self.depth + place
            let line = lines[index]
            let start = index * Self.textBytes
            return HistoryEntry(
                time: line.time, frameNumber: UInt64(line.frame), isFromClient: line.isFromClient,
                type: Protocols.descriptors[Int(line.protocolPlace)].typeName(line.type),
                text: String(decoding: texts[start..<(start + Int(line.length))], as: UTF8.self))
        }
    }

    private mutating func begin(_ key: UInt64) -> Int {
        let slot = rings.insert(key, Ring())
        let needed = (slot + 1) * Self.depth
        while lines.count < needed {
            lines += Self.blankLines
            texts += Self.blankTexts
        }
        rings[slot] = Ring()
        return slot
    }

    private func key(of context: EventContext) -> UInt64 {
        let (client, server) = (context.client, context.server)
        return hash.hash(
            client.address.high ^ UInt64(client.port), client.address.low, server.address.high ^ UInt64(server.port),
            server.address.low, UInt64(context.transport.rawValue))
    }
}
