import Bytes
import Events
import FuzzSupport
import MQTT
import Network
import Payload
import Tables

/// A piece of what one side sends.
struct Step {
    let direction: Direction
    let bytes: [UInt8]
    /// Whether bytes of the session were lost before it.
    let isBehindGap: Bool
    /// Seconds since the piece before it.
    let pause: Int64

    init(_ script: inout Script) {
        let control = script.byte()
        direction = control & 1 == 0 ? .toServer : .toClient
        isBehindGap = control & 0xC0 == 0xC0
        pause = control & 0x30 == 0x30 ? 100 : 0
        bytes = script.take(Int(script.byte()))
    }
}

/// What came of a session: how many events, and a digest of their lines.
struct SessionOutcome: Equatable {
    var events = 0
    var fatal = 0
    var violations = 0
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
}

private let unused = EventCheck(
    registry: FieldRegistry(blocks: [CommonField.block, MQTTField.block, PayloadField.block, ViolationField.block]))

/// Frames what both sides send and has it dissected, with an analyzer that can remember little.
struct SessionListener: ~Copyable {
    private var analyzer: MQTTAnalyzer
    private let session: MQTTSessionID
    private var time = Timestamp(nanoseconds: 1_000_000_000)
    private var sides = [Side(), Side()]
    private var check = unused
    private let readsFields: Bool
    private(set) var outcome = SessionOutcome()

    private struct Side {
        /// The beginning of a packet that is not whole.
        var held: [UInt8] = []
        /// Bytes of a packet whose head was dissected.
        var skipped = 0
        /// Whether nobody can tell where the next packet begins.
        var isLost = false
    }

    /// A packet longer than this is dissected by its first `headLength` bytes.
    private static let longest = 1024
    private static let headLength = 512

    private static let client = Endpoint(IPAddress(v4: 0x0A00_0001), 50_000)
    private static let server = Endpoint(IPAddress(v4: 0x0A00_00FE), 1883)

    init(isFromStart: Bool, readsFields: Bool) {
        var limits = MQTTLimits()
        limits.sessions = 1
        limits.retainedTopics = 3
        limits.clientIDs = 2
        limits.identityBytes = 16
        limits.topicAliases = 3
        limits.topicAliasBytes = 32
        limits.pendingSubscribes = 2
        limits.pendingFilterBytes = 32
        limits.pendingFilters = 4
        analyzer = MQTTAnalyzer(limits: limits, hash: SeededHash(seed: 7))
        session = analyzer.openSession(
            client: Self.client, server: Self.server, at: time, isFromStart: isFromStart)
        self.readsFields = readsFields
    }

    /// Takes in a piece, so many bytes at a time.
    mutating func take(_ step: Step, pieces: Int) {
        if step.isBehindGap { analyzer.noteGap(session) }
        time = time.advanced(byNanoseconds: step.pause * 1_000_000_000 + 1_000_000)
        var rest = step.bytes[...]
        while !rest.isEmpty {
            take(rest.prefix(pieces), step.direction)
            rest = rest.dropFirst(pieces)
        }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, _ direction: Direction) {
        let side = direction == .toServer ? 0 : 1
        guard !sides[side].isLost else { return }
        let skipped = min(sides[side].skipped, bytes.count)
        sides[side].skipped -= skipped
        sides[side].held += bytes.dropFirst(skipped)
        while !sides[side].isLost, !sides[side].held.isEmpty {
            let held = sides[side].held
            switch MQTTFraming.frame(held.span.bytes) {
            case .message(let length) where length <= Self.longest:
                sides[side].held.removeFirst(length)
                dissect(Array(held.prefix(length)), length, direction)
            case .message(let length): takeHead(length, direction)
            case .incomplete(let total?) where total > Self.longest:
                guard held.count >= Self.headLength else { return }
                takeHead(total, direction)
            case .incomplete: return
            case .lost:
                sides[side].isLost = true
                // As far as the fixed header goes, however much of the packet came with it.
                dissect(Array(held.prefix(5)), 5, direction)
                analyzer.noteGap(session)
            }
        }
    }

    private mutating func takeHead(_ total: Int, _ direction: Direction) {
        let side = direction == .toServer ? 0 : 1
        let held = sides[side].held
        dissect(Array(held.prefix(Self.headLength)), total, direction)
        sides[side].skipped = max(0, total - held.count)
        sides[side].held.removeFirst(min(total, held.count))
    }

    private mutating func dissect(_ message: [UInt8], _ wholeLength: Int, _ direction: Direction) {
        let isToServer = direction == .toServer
        let context = EventContext(
            timestamp: time, frameNumber: 1, source: isToServer ? Self.client : Self.server,
            destination: isToServer ? Self.server : Self.client, transport: .tcp, direction: direction)
        analyzer.dissect(session, message: message.span.bytes, wholeLength: wholeLength, context: context)
        outcome.events += 1
        let counters = analyzer.counters
        require((0..<16).reduce(0) { $0 + counters.messages[$1] } == UInt64(outcome.events), "messages counted")
        require(analyzer.messageType == message[0] >> 4, "another type")
        require(!analyzer.isFatal || !analyzer.violations.isEmpty, "fatal without a violation")
        if analyzer.isFatal { outcome.fatal += 1 }
        outcome.violations += analyzer.violations.count
        guard readsFields else { return }
        check.values(analyzer, message: message.span.bytes)
        for byte in check.line(analyzer, context, message: message.span.bytes) {
            outcome.digest = (outcome.digest ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
    }
}
