import Bytes
import Engine
import Events
import Network
import Packets
import Sensor

/// The messages of a capture as the engine handed them on, to be dissected again without what lies below.
struct RecordedMessages {
    struct Message {
        var range: Range<Int>
        var context: EventContext
        /// The session it belongs to: the sessions are numbered as they came.
        var session: Int
        /// Whether the session has no more.
        var isLast = false
    }

    private(set) var bytes: [UInt8] = []
    private(set) var messages: [Message] = []
    /// The ends of each session: client, server.
    private(set) var sessions: [(client: Endpoint, server: Endpoint)] = []
    private var numbers: [[Endpoint]: Int] = [:]

    /// The events of one category.
    init(_ capture: CapturedFrames, of category: EventCategory) {
        var worker = SensorWorker(hash: fixedHash, sink: Recorder(category: category))
        capture.forEach(first: capture.frames.count) { worker.process($0, $1) }
        worker.finish()
        self = worker.sink.recorded
        for index in messages.indices.reversed() {
            if numbers.removeValue(forKey: Self.key(messages[index].context)) != nil { messages[index].isLast = true }
        }
    }

    private init() {}

    private static func key(_ context: EventContext) -> [Endpoint] {
        context.direction == .toServer ? [context.source, context.destination] : [context.destination, context.source]
    }

    fileprivate mutating func add(_ context: EventContext, _ message: RawSpan) {
        let key = Self.key(context)
        let session = numbers[key] ?? sessions.count
        if session == sessions.count {
            sessions.append((key[0], key[1]))
            numbers[key] = session
        }
        let start = bytes.count
        bytes.append(copying: message)
        messages.append(Message(range: start..<bytes.count, context: context, session: session))
    }

    private struct Recorder: EventSink {
        var recorded = RecordedMessages()
        let category: EventCategory
        let wantsPayloads = false

        mutating func receive(
            _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
            frames: MessageFrames
        ) {
            if event.category == category { recorded.add(context, message) }
        }

        mutating func receive(_ part: PayloadPart, _ bytes: RawSpan) {}
    }
}

/// One seed for all tables, so that a run does the same as the one before.
let fixedHash = SeededHash(seed: 1)
