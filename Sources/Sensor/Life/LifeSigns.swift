import Capture
import Engine
import Events
import Network

/// Tells what keeps the sensor from seeing or telling what it should: counters in, signs out.
///
/// It asks no clock: time is that of the readings, the machine's for a live run, capture time for a replay. What is bad for
/// `tellAfter` is told once, what was told is over when it was good for `overAfter`; rates are those of whole windows of a
/// minute, and of a window with little traffic nothing is said.
public struct LifeSigns: Sendable {
    /// How long is long.
    public struct Options: Hashable, Sendable {
        /// How long no frame may come on an interface that had some, in nanoseconds; 0 for as long as it likes.
        public var quietAfter: Int64 = 300_000_000_000
        /// How long something has to be bad to be told, in nanoseconds.
        public var tellAfter: Int64 = 180_000_000_000
        /// How long it has to be good to be over, in nanoseconds.
        public var overAfter: Int64 = 600_000_000_000
        /// How long there must be traffic without a message, in nanoseconds.
        public var messagesAfter: Int64 = 600_000_000_000

        /// The defaults.
        public init() {}

        /// The window of a rate.
        var window: Int64 { max(1_000_000_000, min(60_000_000_000, tellAfter / 3)) }
    }

    /// What a sign is about, and how it has been.
    struct Subject: Hashable {
        var kind: SensorSign.Kind
        var interface: String?
        var server: IPAddress?
    }

    let options: Options
    /// How everything has been that is looked at.
    private var states: [Subject: Hysteresis] = [:]
    /// What the latest whole window says, by what it is about.
    var verdicts: [Subject: Verdict] = [:]
    var windowStart: LifeReading?
    private var lastOffset: Int64?
    private var firstTraffic: Int64?
    /// When the number of frames of an interface last grew, and what it was.
    private var lastFrames: [String: (count: UInt64, time: Int64)] = [:]
    var encryption = EncryptionShares()
    private var signs: [SensorSign] = []

    /// Signs that were told so far, by kind; what is over is not counted.
    public private(set) var told: [SensorSign.Kind: UInt64] = [:]

    /// How the traffic of a window was.
    struct Verdict: Sendable {
        var isBad: Bool
        var share: Double
        var count: UInt64
    }

    /// Nothing is known yet.
    public init(_ options: Options = Options()) { self.options = options }

    /// The kinds of what is told and not over.
    public var active: Set<SensorSign.Kind> { Set(states.filter(\.value.isTold).map(\.key.kind)) }

    /// Takes a reading; gives what is to be told now.
    public mutating func take(_ reading: LifeReading) -> [SensorSign] {
        signs.removeAll()
        takeClock(reading)
        takeInterfaces(reading)
        takeMessages(reading)
        if reading.interfaces.count > 0 || reading.lostAlerts > 0 || reading.spilledAlerts > 0 { takeStore(reading) }
        let start = windowStart ?? reading
        if windowStart == nil { windowStart = reading }
        if reading.time - start.time >= options.window {
            judge(from: start, to: reading)
            windowStart = reading
        }
        takeVerdicts(reading)
        return signs
    }

    /// Notes how something is; a sign comes of it where it is time to tell it.
    private mutating func note(
        _ subject: Subject, isBad: Bool?, at time: Int64, tellAfter: Int64? = nil, overAfter: Int64? = nil,
        _ numbers: (share: Double?, count: UInt64?, seconds: Int64?) = (nil, nil, nil)
    ) {
        let change = states[subject, default: Hysteresis()].note(
            isBad: isBad, at: time, tellAfter: tellAfter ?? options.tellAfter,
            overAfter: overAfter ?? options.overAfter)
        guard let change else { return }
        let isOver = change == .over
        if !isOver { told[subject.kind, default: 0] += 1 }
        signs.append(
            SensorSign(
                subject.kind, isOver: isOver, interface: subject.interface, server: subject.server,
                share: numbers.share, count: numbers.count, seconds: isOver ? nil : numbers.seconds))
    }

    /// A step is told at once, every time: it has no duration.
    private mutating func takeClock(_ reading: LifeReading) {
        guard let offset = reading.clockOffset else { return }
        defer { lastOffset = offset }
        let step = offset - (lastOffset ?? offset)
        guard abs(step) >= 1_000_000_000 else { return }
        told[.clockStepped, default: 0] += 1
        signs.append(SensorSign(.clockStepped, seconds: step / 1_000_000_000))
    }

    private mutating func takeInterfaces(_ reading: LifeReading) {
        for interface in reading.interfaces {
            let down = Subject(kind: .interfaceDown, interface: interface.name)
            let since = states[down]?.badSince ?? reading.time
            note(
                down, isBad: interface.state != .up, at: reading.time,
                (nil, nil, (reading.time - since) / 1_000_000_000))
            let last = lastFrames[interface.name] ?? (interface.frames, reading.time)
            let hasNew = interface.frames != last.count
            // One that is down is told as such, and then begins anew.
            let isWaiting = interface.state != .up
            lastFrames[interface.name] = hasNew || isWaiting ? (interface.frames, reading.time) : last
            guard options.quietAfter > 0, interface.frames > 0 else { continue }
            let quiet = hasNew || isWaiting ? 0 : reading.time - last.time
            note(
                Subject(kind: .noFrames, interface: interface.name),
                isBad: isWaiting ? nil : quiet >= options.quietAfter, at: reading.time, tellAfter: 0,
                (nil, nil, quiet / 1_000_000_000))
        }
    }

    private mutating func takeMessages(_ reading: LifeReading) {
        guard reading.packets > 0 else { return }
        let began = firstTraffic ?? reading.time
        firstTraffic = began
        let passed = reading.time - began
        // A few broadcasts are no traffic.
        let isBad = reading.messages == 0 && passed >= options.messagesAfter && reading.packets >= 100
        note(
            Subject(kind: .noMessages), isBad: isBad, at: reading.time, tellAfter: 0, overAfter: 0,
            (nil, reading.packets, passed / 1_000_000_000))
    }

    private mutating func takeStore(_ reading: LifeReading) {
        let lost = reading.lostAlerts - min(reading.lostAlerts, windowStart?.lostAlerts ?? 0)
        note(
            Subject(kind: .storeTrouble), isBad: lost > 0 || reading.spilledAlerts > 0, at: reading.time,
            (nil, reading.lostAlerts + reading.spilledAlerts, nil))
    }

    /// Whether windows of traffic tell how it is.
    private static func isOfWindows(_ kind: SensorSign.Kind) -> Bool {
        switch kind {
        case .oneDirection, .tagsOnOneSide, .wrongChecksums, .cutShort, .drops, .moreEncrypted: true
        case .interfaceDown, .noFrames, .noMessages, .storeTrouble, .clockStepped: false
        }
    }

    private mutating func takeVerdicts(_ reading: LifeReading) {
        // Time of which nobody can tell how it was counts for nothing.
        for subject in states.keys where Self.isOfWindows(subject.kind) && verdicts[subject] == nil {
            note(subject, isBad: nil, at: reading.time)
        }
        for (subject, verdict) in verdicts {
            // What a window says of a server holds at once: it took long enough to come.
            let isAtOnce = subject.kind == .moreEncrypted
            note(
                subject, isBad: verdict.isBad, at: reading.time, tellAfter: isAtOnce ? 0 : nil,
                (verdict.share, verdict.count, nil))
        }
    }
}
