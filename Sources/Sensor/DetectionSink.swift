import Alerts
import Bytes
import Detection
import Events
import Network
import Packets
import Sigma

/// Holds events against the rules, and makes alerts of what matches.
public struct DetectionSink: EventSink, ~Copyable {
    /// The rules and their state.
    public private(set) var engine: DetectionEngine
    /// Alert rows by rule id.
    public private(set) var alertsByRule: [String: UInt64] = [:]
    /// Matches that only added to the count of a row, by rule.
    private var repetitions: [UInt64]
    private var earlierRepetitions: [String: UInt64] = [:]
    private let rules: CompiledRules
    private var json: EventJSON
    private var values = FieldValues()
    private let deliver: (AlertChange) -> Void

    /// A sink that gives each new or repeated alert to `deliver`.
    public init(
        rules: CompiledRules, limits: DetectionLimits, hash: SeededHash, deliver: @escaping (AlertChange) -> Void
    ) {
        engine = DetectionEngine(rules: rules, limits: limits, hash: hash)
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
        alertsByRule = old.alertsByRule
        earlierRepetitions = old.suppressedByRule
        self.rules = rules
        repetitions = Array(repeating: 0, count: rules.rules.count)
        json = old.json
        deliver = old.deliver
        engine = DetectionEngine(rules: rules, continuing: old.engine)
    }

    /// Goes on with other rules from the next event on.
    mutating func replaceRules(_ rules: CompiledRules) { self = DetectionSink(rules: rules, continuing: self) }

    public mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        engine.evaluate(event, context, message: message)
        var index = 0
        while index < engine.hits.count {
            let hit = engine.hits[index]
            index += 1
            if hit.isNew {
                alertsByRule[rules.rules[hit.rule].id, default: 0] += 1
                var alert = makeAlert(hit, event, context, message: message)
                // What is missed is not in this frame, which only moved the clock on.
                if hit.missed == nil {
                    let (kept, leftOut) = evidence(frames)
                    alert.evidence = kept
                    alert.evidenceLeftOut = leftOut > 0 ? leftOut : nil
                }
                deliver(.insert(alert))
            } else {
                repetitions[hit.rule] &+= 1
                // Few frames of a repetition are worth keeping; the store has the last word on how many.
                let isWorthIt = hit.missed == nil && hit.count <= Self.evidenceFrames
                let (kept, leftOut) = isWorthIt ? evidence(frames) : ([], 0)
                deliver(
                    .repeated(
                        serial: hit.alert, lastSeen: context.timestamp.microseconds, count: hit.count, evidence: kept,
                        leftOut: leftOut))
            }
        }
    }

    private static let evidenceFrames: Int64 = 10

    private func evidence(_ frames: MessageFrames) -> (frames: [EvidenceFrame], leftOut: Int) {
        var evidence: [EvidenceFrame] = []
        frames.forEach { frame, bytes in
            var copy: [UInt8] = []
            copy.append(copying: bytes)
            evidence.append(
                EvidenceFrame(
                    frameNumber: frame.number, timestampNanoseconds: frame.timestamp.nanoseconds,
                    linkType: frame.linkType.rawValue, originalLength: UInt32(clamping: frame.originalLength),
                    bytes: copy))
        }
        return (evidence, frames.leftOut)
    }

    private mutating func makeAlert(
        _ hit: Hit, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> Alert {
        let rule = rules.rules[hit.rule]
        var object: [UInt8] = []
        if hit.missed == nil {
            json.write(event, context, message: message, to: &object)
        } else {
            object = Array("{}".utf8)
        }
        let time = context.timestamp.microseconds
        let shown = engine.context(of: hit, context)
        return Alert(
            serial: hit.alert, firstSeen: time, lastSeen: time, count: hit.count, ruleID: rule.id,
            ruleTitle: rule.title, level: AlertLevel(rawValue: rule.level.rawValue) ?? .medium,
            category: (rule.category ?? event.category).name.description,
            summary: engine.summary(of: hit, event, context, message: message),
            sourceIP: shown.source.address, sourcePort: shown.source.port,
            destinationIP: shown.destination.address, destinationPort: shown.destination.port,
            transport: shown.transport, clientIP: shown.client.address, serverIP: shown.server.address,
            clientID: hit.missed == nil ? text(Protocols.clientID, event, message) : nil,
            communityID: communityID(shown), groupKey: engine.groupKey(of: hit, event, context, message: message),
            event: String(decoding: object, as: UTF8.self))
    }

    /// The first value of a text field, as text.
    private mutating func text(
        _ field: FieldID, _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan
    ) -> String? {
        values.removeAll()
        event.read(field, message: message, into: &values)
        guard case .bytes(let reference)? = values.values.first else { return nil }
        return values.withBytes(reference, message: message) { String(copying: $0) }
    }

    private func communityID(_ context: EventContext) -> String {
        var text: [UInt8] = []
        CommunityID(context.source, context.destination, context.transport).write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
