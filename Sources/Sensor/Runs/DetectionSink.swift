import Alerts
import Bytes
import Detection
import Engine
import Events
import Inventory
import Network
import Packets
import Sigma

/// Holds events against the rules, and makes alerts of what matches.
public struct DetectionSink: EventSink, ~Copyable {
    /// The rules and their state.
    public private(set) var engine: DetectionEngine
    /// Alert rows by rule id.
    public private(set) var alertsByRule: [String: UInt64] = [:]
    /// Alert rows that each rule began or had a part in, by id: more than there are, where rules join the rows of others.
    public var rowsByRule: [String: UInt64] {
        var result: [String: UInt64] = [:]
        for (rule, count) in zip(rules.rules, engine.rowsByRule) where count > 0 {
            result[rule.id, default: 0] += count
        }
        return result
    }

    /// Matches that only added to the count of a row, by rule.
    private var repetitions: [UInt64]
    private var earlierRepetitions: [String: UInt64] = [:]
    private let rules: CompiledRules
    private var json: EventJSON
    /// Where the object of an event is written, used again for each alert.
    private var object: [UInt8] = []
    /// Who is there and what they say, where that is kept.
    var inventory: InventoryObserver?
    /// The number of the latest event.
    var token: UInt64 = 0
    /// The frames of events that came into a correlation.
    private var ring: EvidenceRing<FrameHeader>
    private var values = FieldValues()
    /// What the ends of an alert did before it.
    private var history: SessionHistory
    private let deliver: (AlertChange) -> Void
    /// Whether alerts carry the keys of their rows.
    private let keepsRowKeys: Bool
    /// Repetitions that are told once a second.
    private var waiting = WaitingRepetitions()
    private let gathersRepetitions: Bool
    /// What traffic is held against beside the rules; `nil` for nothing, which costs nothing.
    var policy: PolicyMonitor?
    /// The list of the site's machines that their ends are held against; `nil` for none.
    var site: SiteMonitor?
    /// The values of the row that is told next that were held back.
    private var heldValues = WaitingRepetitions.Values()
    /// The different values of rows of earlier runs.
    private var resumed = ResumedValues()

    /// A sink that gives each new or repeated alert to `deliver`.
    ///
    /// With `keepsRowKeys` alerts carry the keys of their rows, by which a later run with the same `hash` adds to them.
    public init(
        rules: CompiledRules, limits: DetectionLimits, hash: SeededHash, keepsRowKeys: Bool = false,
        gathersRepetitions: Bool = false,
        deliver: @escaping (AlertChange) -> Void
    ) {
        self.keepsRowKeys = keepsRowKeys
        self.gathersRepetitions = gathersRepetitions
        engine = DetectionEngine(rules: rules, limits: limits, hash: hash)
        ring = EvidenceRing(memory: limits.evidenceBytes)
        history = SessionHistory(bytes: limits.historyBytes, hash: hash)
        self.rules = rules
        repetitions = Array(repeating: 0, count: rules.rules.count)
        json = EventJSON(registry: Protocols.registry)
        self.deliver = deliver
    }

    /// Matches that raised no row of their own but added to the count of one, by rule id.
    public var suppressedByRule: [String: UInt64] {
        var result = earlierRepetitions
        for (rule, count) in zip(rules.rules, repetitions) where count > 0 { result[rule.id, default: 0] += count }
        return result
    }

    /// A sink for other rules that goes on where `old` stopped: windows, suppressions and serial numbers stay.
    private init(rules: CompiledRules, continuing old: consuming DetectionSink) {
        var old = old
        alertsByRule = old.alertsByRule
        keepsRowKeys = old.keepsRowKeys
        gathersRepetitions = old.gathersRepetitions
        earlierRepetitions = old.suppressedByRule
        self.rules = rules
        repetitions = Array(repeating: 0, count: rules.rules.count)
        json = old.json
        deliver = old.deliver
        token = old.token
        ring = old.ring
        history = old.history
        inventory = old.inventory.take()
        policy = old.policy.take()
        site = old.site.take()
        resumed = old.resumed
        engine = DetectionEngine(rules: rules, continuing: old.engine)
    }

    /// Goes on with other rules from the next event on.
    mutating func replaceRules(_ rules: CompiledRules) {
        tellRepetitions()
        self = DetectionSink(rules: rules, continuing: self)
    }

    /// Takes off what stays away the time in which nothing was captured.
    public mutating func noteHole(_ hole: CaptureHole) {
        engine.noteHole(hole)
        policy?.noteHole(hole)
    }

    /// Waits longer for what may have come in bytes that were lost.
    public mutating func noteLoss(client: Endpoint, server: Endpoint, at time: Timestamp) {
        engine.noteLoss(client: client.address, server: server.address, at: time)
        policy?.noteLoss(client: client, server: server, at: time)
    }

    /// Holds the rules against an event; hands on the alerts that come of it.
    public mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        token &+= 1
        if waiting.isTimeToLook(context.timestamp) { tellRepetitions(dueAt: context.timestamp) }
        WorkStage.history.begin()
        history.note(event, context, message: message)
        if inventory != nil {
            WorkStage.inventory.begin()
            inventory?.observe(event, context, message: message)
        }
        evaluate(event, context, message: message, frames: frames)
        guard policy != nil || site != nil else { return }
        WorkStage.policy.begin()
        policy?.receive(event, context, message: message)
        site?.receive(event, context, message: message)
        tellDeviations(frames)
    }

    /// Holds the rules against an event.
    mutating func evaluate(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        engine.evaluate(event, context, message: message, token: token)
        WorkStage.alerting.begin()
        if engine.cameIntoCorrelation { remember(frames) }
        if engine.wantsFrame { keepLast(of: frames) }
        var index = 0
        while index < engine.hits.count {
            let hit = engine.hits[index]
            index += 1
            heldValues = WaitingRepetitions.Values()
            if gathersRepetitions, hold(hit, event, context, message: message) { continue }
            // Few frames of a repetition are worth keeping; the store has the last word on how many.
            let isWorthIt = hit.isNew || hit.hasRisen || hit.count <= Self.evidenceFrames
            let evidence = isWorthIt ? evidence(of: hit, frames) : Evidence()
            if hit.isNew {
                alertsByRule[rules.shownRule(hit.step, of: hit.owner).id, default: 0] += 1
                var alert = makeAlert(hit, event, context, message: message)
                alert.firstSeen = min(alert.firstSeen, hit.earliest.microseconds)
                alert.lastSeen = max(alert.lastSeen, hit.latest.microseconds)
                alert.evidence = evidence.frames
                alert.evidenceLeftOut = evidence.leftOut > 0 ? evidence.leftOut : nil
                var tally = tally(hit, event, context, message: message)
                let latest = tally?.latest
                tally?.first = latest
                alert.tally = tally
                deliver(.insert(alert))
            } else {
                repetitions[hit.owner] &+= 1
                if hit.hasRisen { moveRow(hit) }
                deliver(
                    .repeated(
                        serial: hit.alert, firstSeen: hit.earliest.microseconds, lastSeen: hit.latest.microseconds,
                        count: hit.count, evidence: evidence.frames, leftOut: evidence.leftOut,
                        tally: tally(hit, event, context, message: message),
                        rise: hit.hasRisen ? makeAlert(hit, event, context, message: message) : nil))
            }
        }
    }

    /// Holds the rules against what the sensor says of itself, which came in no frame.
    mutating func receive(_ sign: SensorSign, at time: Timestamp) {
        let none: [UInt8] = []
        receive(sign, sign.context(at: time), message: none.span.bytes, frames: MessageFrames(FrameRef()))
    }

    /// Holds back a match that changes little of its row but the count.
    private mutating func hold(
        _ hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> Bool {
        let now = context.timestamp
        let isNews = hit.isNew || hit.hasRisen || hit.hasNewKind || hit.count <= Self.evidenceFrames
        // Different values that come one upon the other are told once a second.
        if isNews || hit.hasNewValue && !waiting.wasToldLately(hit.alert, now) {
            heldValues = waiting.noteTold(hit.alert, now)
            return false
        }
        repetitions[hit.owner] &+= 1
        if let other = waiting.hold(hit, newValue(of: hit, event, context, message: message)) { tell(other) }
        return true
    }

    /// Tells the repetitions that were held back.
    ///
    /// - Parameter now: only those that have waited long enough by then; `nil` for all.
    public mutating func tellRepetitions(dueAt now: Timestamp? = nil) {
        while let held = waiting.take(now) { tell(held) }
    }

    private func tell(_ held: WaitingRepetitions.Held) {
        let hit = held.hit
        var tally = counts(of: hit)
        if tally?.distinctName != nil { tally?.add(held.values) }
        deliver(
            .repeated(
                serial: hit.alert, firstSeen: hit.earliest.microseconds, lastSeen: hit.latest.microseconds,
                count: hit.count, evidence: [], leftOut: 0, tally: tally, rise: nil))
    }

    /// Keeps the frames of an event that came into a correlation: a later one may raise it.
    private mutating func remember(_ frames: MessageFrames) {
        guard ring.begin(token) else { return }
        frames.forEach { header, bytes in ring.add(header, bytes) }
    }

    /// Keeps the last frame of an event with the keys that are missed where none like it comes.
    private mutating func keepLast(of frames: MessageFrames) {
        var count = 0
        frames.forEach { _, _ in count += 1 }
        let leftOut = count - 1 + frames.leftOut
        frames.forEach { header, bytes in
            count -= 1
            guard count == 0 else { return }
            engine.keep(
                bytes,
                LastFrame.Place(
                    number: header.number, timestamp: header.timestamp, linkType: header.linkType.rawValue,
                    originalLength: header.originalLength, leftOut: leftOut))
        }
    }

    private static let evidenceFrames: Int64 = 10

    /// The frames that a match rests on, and how many there are besides.
    private struct Evidence {
        var frames: [EvidenceFrame] = []
        var leftOut = 0

        mutating func add(_ header: FrameHeader, _ bytes: RawSpan) {
            let isThere = frames.contains {
                $0.frameNumber == header.number && $0.timestampNanoseconds == header.timestamp.nanoseconds
            }
            if isThere { return }
            var copy: [UInt8] = []
            copy.append(copying: bytes)
            frames.append(
                EvidenceFrame(
                    frameNumber: header.number, timestampNanoseconds: header.timestamp.nanoseconds,
                    linkType: header.linkType.rawValue, originalLength: UInt32(clamping: header.originalLength),
                    bytes: copy))
        }
    }

    /// The evidence of a match: of a correlation the frames of all events that made it, as far as they are still known, of a
    /// key that is missed those of its last message; else those of the present message.
    private func evidence(of hit: Hit, _ frames: MessageFrames) -> Evidence {
        var evidence = Evidence()
        for index in hit.evidence where engine.evidenceTokens[index] != token {
            let earlier = engine.evidenceTokens[index]
            guard let count = ring.frameCount(of: earlier) else {
                evidence.leftOut += 1
                continue
            }
            for place in 0..<count { _ = ring.withFrame(place, of: earlier) { evidence.add($0, $1) } }
        }
        if let missed = hit.missed {
            guard evidence.frames.isEmpty, engine.missed.indices.contains(missed) else { return evidence }
            // The ring has forgotten it.
            let last = engine.missed[missed].lastFrame
            guard let place = last.place else { return evidence }
            let header = FrameHeader(
                timestamp: place.timestamp, number: place.number, originalLength: place.originalLength,
                linkType: LinkType(rawValue: place.linkType))
            evidence.add(header, last.bytes.span.bytes)
            evidence.leftOut = place.leftOut
            return evidence
        }
        frames.forEach { header, bytes in evidence.add(header, bytes) }
        evidence.leftOut += frames.leftOut
        return evidence
    }

    private mutating func makeAlert(
        _ hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> Alert {
        let owner = rules.rules[hit.owner]
        // A step that is a rule of its own tells more of the row than the rule it belongs to.
        let rule = rules.shownRule(hit.step, of: hit.owner)
        object.removeAll(keepingCapacity: true)
        if hit.missed == nil {
            json.write(event, context, message: message, to: &object)
        } else {
            object.append(text: "{}")
        }
        let time = context.timestamp.microseconds
        let shown = engine.context(of: hit, context)
        var alert = Alert(
            serial: hit.alert, firstSeen: time, lastSeen: time, count: hit.count, ruleID: rule.id,
            ruleTitle: owner.steps[hit.step].title,
            level: AlertLevel(rawValue: owner.steps[hit.step].level.rawValue) ?? .medium,
            category: (rule.category ?? event.category).name.description,
            summary: engine.summary(of: hit, event, context, message: message),
            groupKey: engine.groupKey(of: hit, event, context, message: message),
            event: String(decoding: object, as: UTF8.self), rowKey: keepsRowKeys ? hit.key.bytes : nil)
        // What the sensor says of itself went between no two ends; some of it is about a server.
        guard event.category != .sensor else {
            if shown.server.address != .unspecified { alert.serverIP = shown.server.address }
            return alert
        }
        (alert.sourceIP, alert.sourcePort) = (shown.source.address, shown.source.port)
        (alert.destinationIP, alert.destinationPort) = (shown.destination.address, shown.destination.port)
        alert.transport = shown.transport
        (alert.clientIP, alert.serverIP) = (shown.client.address, shown.server.address)
        alert.clientID = hit.missed == nil ? clientID(event, message) : nil
        alert.communityID = communityID(shown)
        alert.history = history.entries(shown)
        return alert
    }

    /// Counts a row that has risen by the rule that it is called by now.
    private mutating func moveRow(_ hit: Hit) {
        let (before, now) = (rules.shownRule(hit.earlierStep, of: hit.owner), rules.shownRule(hit.step, of: hit.owner))
        // A row of a run before this one was counted there.
        if let count = alertsByRule[before.id], count > 0, before.id != now.id {
            alertsByRule[before.id] = count > 1 ? count - 1 : nil
            alertsByRule[now.id, default: 0] += 1
        }
    }

    /// What the matches of a row come to; texts are only made of values that are new.
    private mutating func tally(
        _ hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> AlertTally? {
        // Whether a value is new counts.
        heldValues.add(newValue(of: hit, event, context, message: message))
        var tally = counts(of: hit) ?? (hit.hasNewKind ? AlertTally(isFolded: hit.isFolded) : nil)
        if tally?.distinctName != nil { tally?.add(heldValues) }
        if hit.hasNewKind { tally?.kinds = engine.kindNames(of: hit) }
        return tally
    }

    /// The value that a match brought to its row, where it is another one than all before.
    private mutating func newValue(
        of hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> WaitingRepetitions.Values {
        var values = WaitingRepetitions.Values()
        guard hit.hasNewValue, let text = engine.distinctText(of: hit, event, context, message: message) else {
            return values
        }
        if resumed.knows(text, of: hit.alert) { return values }
        values.latest = text
        if hit.values <= AlertTally.maximumValues { values.first = [text] }
        return values
    }

    /// What the matches of a row come to in numbers.
    private func counts(of hit: Hit) -> AlertTally? {
        // Field by field: copying a whole rule counts the references to all that it holds.
        let name = hit.isFolded ? "rows" : rules.rules[hit.owner].distinctName
        let countsBytes = rules.rules[hit.owner].countsBytes
        guard name != nil || countsBytes else { return nil }
        var tally = AlertTally(isFolded: hit.isFolded)
        if name != nil {
            let total = resumed.total(hit.values, isEstimate: hit.isValuesEstimate, of: hit.alert)
            (tally.distinct, tally.isEstimate) = (total.count, total.isEstimate)
            tally.distinctName = name
        }
        if countsBytes { tally.bytes = hit.bytes }
        return tally
    }

    /// What the inventory left out, by name.
    var leftOutOfInventory: [String: Int64] {
        switch inventory {
        case .some(let inventory): inventory.leftOut
        case .none: [:]
        }
    }

    /// Takes up alert rows of earlier runs.
    mutating func restore(_ rows: [StoredRow]) {
        resumed = ResumedValues(rows)
        engine.restore(rows.compactMap { OpenRow($0) })
    }

    /// The identifier of the client, as text; `nil` where there is none.
    private mutating func clientID(
        _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan
    ) -> String? {
        let known = event.category == .policy ? PolicyField.client.fieldID : Protocols.clientID(of: event.category)
        guard let field = known else { return nil }
        values.removeAll()
        event.read(field, message: message, into: &values)
        guard case .bytes(let reference)? = values.values.first else { return nil }
        return values.withBytes(reference, message: message) { String(copying: $0) }
    }

    private func communityID(_ context: EventContext) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(32)
        CommunityID(context.source, context.destination, context.transport).write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

extension OpenRow {
    /// A row of the store; `nil` for one whose key another version wrote.
    fileprivate init?(_ row: StoredRow) {
        guard let key = RowKey(bytes: row.key) else { return nil }
        self.init(
            key: key, alert: AlertSerial.stored(row.id), ruleID: row.ruleID, level: row.level.rawValue,
            begin: Timestamp(nanoseconds: row.firstSeen &* 1000), latest: Timestamp(nanoseconds: row.lastSeen &* 1000),
            count: row.count, bytes: row.tally?.bytes ?? 0)
    }
}

extension AlertTally {
    /// Takes up the values that matches brought.
    fileprivate mutating func add(_ new: WaitingRepetitions.Values) {
        latest = new.latest ?? latest
        if !new.first.isEmpty { values = new.first }
    }
}
