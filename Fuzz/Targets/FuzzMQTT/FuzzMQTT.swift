import Bytes
import Events
import FuzzSupport
import MQTT
import Network
import Payload
import Tables

private let unused = EventCheck(
    registry: FieldRegistry(blocks: [CommonField.block, MQTTField.block, PayloadField.block, ViolationField.block]))

/// Messages of two sessions, a byte of the script before each: it says which session, which way, and what else happens.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    probe(script.rest)
    var listener = Listener(isFromStart: script.byte() & 1 == 0)
    while !script.isOver {
        let control = script.byte()
        let rest = script.rest
        switch MQTTFraming.frame(rest.span.bytes) {
        case .message(let length):
            require(length > 0 && length <= rest.count, "message of \(length) in \(rest.count)")
            listener.take(script.take(length), length, control)
        case .incomplete(let total):
            require(total.map { $0 > rest.count } ?? true, "incomplete, yet all of \(rest.count) is there")
            listener.take(script.take(rest.count), total ?? rest.count, control)
        case .lost:
            listener.take(script.take(rest.count), rest.count, control)
        }
    }
    return 0
}

/// What looks at bytes without a session.
private func probe(_ bytes: [UInt8]) {
    _ = MQTTProbe.verdict(bytes.span.bytes)
    for direction in [Direction.toServer, .toClient] {
        var boundary = MQTTBoundary(direction: direction)
        switch boundary.find(bytes.span.bytes, startsSegment: true, sequel: [.more, .lost, .nothing][bytes.count % 3]) {
        case .proven(let offset): require(offset < max(1, bytes.count), "boundary at \(offset) of \(bytes.count)")
        case .open(let offset): require(offset <= bytes.count, "open at \(offset) of \(bytes.count)")
        }
    }
}

/// An analyzer that can remember little.
private struct Listener: ~Copyable {
    var analyzer: MQTTAnalyzer
    var sessions: [MQTTSessionID] = []
    var time = Timestamp(nanoseconds: 1_000_000_000)
    var check = unused
    var messages: UInt64 = 0

    init(isFromStart: Bool) {
        var limits = MQTTLimits()
        limits.sessions = 2
        limits.retainedTopics = 3
        limits.clientIDs = 2
        limits.identityBytes = 16
        limits.topicAliases = 3
        limits.topicAliasBytes = 32
        limits.pendingSubscribes = 2
        limits.pendingFilterBytes = 32
        limits.pendingFilters = 4
        analyzer = MQTTAnalyzer(limits: limits, hash: SeededHash(seed: 7))
        for number in 0..<2 { sessions.append(open(number, isFromStart)) }
    }

    private static let server = Endpoint(IPAddress(v4: 0x0A00_00FE), 1883)

    private func client(_ number: Int) -> Endpoint { Endpoint(IPAddress(v4: 0x0A00_0001), UInt16(50_000 + number)) }

    private mutating func open(_ number: Int, _ isFromStart: Bool) -> MQTTSessionID {
        analyzer.openSession(client: client(number), server: Self.server, at: time, isFromStart: isFromStart)
    }

    mutating func take(_ message: [UInt8], _ wholeLength: Int, _ control: UInt8) {
        let number = Int(control >> 1 & 1)
        switch control >> 2 & 7 {
        case 1: analyzer.noteGap(sessions[number])
        case 2: analyzer.closeSession(sessions[number], at: time)
        case 3: sessions[number] = open(number, control & 0x80 == 0)
        case 4: time = time.advanced(byNanoseconds: 90_000_000_000)
        default: time = time.advanced(byNanoseconds: 1_000_000)
        }
        let isToServer = control & 1 == 0
        let context = EventContext(
            timestamp: time, frameNumber: 1, source: isToServer ? client(number) : Self.server,
            destination: isToServer ? Self.server : client(number), transport: .tcp,
            direction: isToServer ? .toServer : .toClient)
        // A head alone, as of a message too long to hold.
        let head = control & 0x60 == 0x60 ? message.count * 3 / 4 : message.count
        let bytes = Array(message.prefix(head))
        analyzer.dissect(sessions[number], message: bytes.span.bytes, wholeLength: wholeLength, context: context)
        messages += 1
        check.line(analyzer, context, message: bytes.span.bytes)
        check.values(analyzer, message: bytes.span.bytes)
        var violations = 0
        analyzer.forEachViolation { _ in violations += 1 }
        require(analyzer.violations.isEmpty == (violations == 0), "violations without a name")
        let counters = analyzer.counters
        require((0..<16).reduce(0) { $0 + counters.messages[$1] } == messages, "messages counted")
        require(analyzer.sessionCount <= 2, "sessions")
    }
}
