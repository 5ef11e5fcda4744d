import Alerts
import Bytes
import CoAP
import Detection
import Events
import MQTT
import Network
import Packets
import Patterns
import Payload
import Sensor
import Sigma

/// Stages from the message to the store.
extension Stages {
    func mqtt(_ units: Int) throws -> UInt64 {
        var events: UInt64 = 0
        try play(units) { analyzer, _, _ in events &+= UInt64(analyzer.messageType) }
        return events
    }

    func fields(_ units: Int) throws -> UInt64 {
        let fields = Self.fields
        var values = FieldValues()
        var count: UInt64 = 0
        try play(units) { analyzer, _, bytes in
            for field in fields {
                values.removeAll()
                analyzer.read(field, message: bytes, into: &values)
                count &+= UInt64(values.count)
            }
        }
        return count
    }

    func coap(_ units: Int) throws -> UInt64 {
        let recorded = RecordedMessages(try CapturedFrames(path: path), of: CoAPAnalyzer.descriptor.category)
        check(units, of: recorded.messages.count, "messages")
        var analyzer = CoAPAnalyzer(limits: CoAPLimits(), hash: fixedHash)
        let all = recorded.bytes.span.bytes
        var events: UInt64 = 0
        for index in 0..<units {
            var context = recorded.messages[index].context
            if analyzer.dissect(datagram: all.extracting(recorded.messages[index].range), &context) {
                events &+= UInt64(analyzer.messageType)
            }
        }
        return events
    }

    func matcher(_ units: Int) throws -> UInt64 {
        // Patterns that an earlier run compiled are kept as the sensor keeps them: they would take longer than the rest.
        let known = PatternCacheFile.read(beside: storePath).patterns
        let all = try RuleSet.load(RuleSources(onlyRules: [rules]), withTests: false, patterns: known)
        if let patterns = all.patterns(otherThan: known) { _ = PatternCacheFile.write(patterns, beside: storePath) }
        let documents = all.documents.filter { document in
            if case .correlation = document { false } else { true }
        }
        return try evaluate(units, documents, lists: all.lists, patterns: known)
    }

    func correlator(_ units: Int) throws -> UInt64 {
        let reading = SigmaReader.readAll(text: Self.correlations, file: "correlations.yml", withTests: false)
        return try evaluate(units, reading.documents, lists: [:])
    }

    func store(_ units: Int) throws -> UInt64 {
        let frames = try CapturedFrames(path: path)
        check(units, of: frames.frames.count, "frames")
        var settings = AlertWriterSettings()
        // The clock must not decide how many transactions there are.
        settings.batchDelaySeconds = 3600
        settings.retention.intervalSeconds = 3600
        let writer = try AlertWriter(path: storePath, settings: settings)
        let start = RunStart(
            sensor: "bench", started: 0, source: "bench", sourceDigest: nil, version: "0", rulesDigest: "0")
        _ = try writer.beginRun(start)
        for index in 0..<units {
            writer.submit(.insert(Self.alert(index, frames)))
            // The queue is bounded, and whoever feeds it faster than it empties changes what it does.
            if index % 1000 == 999, !writer.flush() { stop("the store takes nothing") }
        }
        guard writer.endRun(RunSummary(status: .finished, ended: 0)) else { stop("the store takes nothing") }
        writer.close()
        return UInt64(writer.counters.committed)
    }

    private static let fields = Protocols.registry.fields(of: MQTTAnalyzer.descriptor.category)
        .filter { $0.category != nil }.map(\.id)

    /// Leads a dissector through the first messages of the capture.
    private func play(_ units: Int, _ body: (borrowing MQTTAnalyzer, EventContext, RawSpan) -> Void) throws {
        let recorded = RecordedMessages(try CapturedFrames(path: path), of: MQTTAnalyzer.descriptor.category)
        check(units, of: recorded.messages.count, "messages")
        var player = MQTTPlayer(sessions: recorded.sessions.count)
        let all = recorded.bytes.span.bytes
        for index in 0..<units {
            let message = recorded.messages[index]
            let bytes = all.extracting(message.range)
            if player.dissect(message, bytes, recorded.sessions[message.session]) {
                body(player.analyzer, message.context, bytes)
            }
            player.end(message)
        }
    }

    /// Holds events that were read beforehand against rules: all of them for any number of units, since that is no part of
    /// what is measured.
    private func evaluate(
        _ units: Int, _ documents: [SigmaDocument], lists: [String: [String]], patterns: PatternCache = PatternCache()
    ) throws -> UInt64 {
        let (rules, diagnostics) = RuleCompiler.compile(
            documents, placeholders: Placeholders(SiteLists.completed(lists)), registry: Protocols.registry,
            discriminators: Protocols.discriminators, rareFields: Protocols.rareFields, patterns: patterns)
        if let error = diagnostics.first(where: { $0.severity == .error }), rules.rules.isEmpty {
            stop("\(error.file): \(error.message)")
        }
        let recorded = RecordedMessages(try CapturedFrames(path: path), of: MQTTAnalyzer.descriptor.category)
        check(units, of: recorded.messages.count, "messages")
        var player = MQTTPlayer(sessions: recorded.sessions.count)
        var (events, scratch) = ([(event: FrozenEvent, message: Int)](), FieldValues())
        let all = recorded.bytes.span.bytes
        for (index, message) in recorded.messages.enumerated() {
            let bytes = all.extracting(message.range)
            if player.dissect(message, bytes, recorded.sessions[message.session]) {
                let event = FrozenEvent(player.analyzer, message: bytes, fields: Self.fields, &scratch)
                events.append((event, index))
            }
            player.end(message)
        }
        check(units, of: events.count, "events")
        var engine = DetectionEngine(rules: rules, limits: DetectionLimits(), hash: fixedHash)
        var sum: UInt64 = 0
        for index in 0..<units {
            let message = recorded.messages[events[index].message]
            engine.evaluate(events[index].event, message.context, message: all.extracting(message.range), token: 0)
            sum &+= UInt64(engine.hits.count)
        }
        return sum &+ engine.counters.evaluations
    }

    private static func alert(_ index: Int, _ frames: CapturedFrames) -> Alert {
        let (header, range) = frames.frames[index]
        let time = header.timestamp.nanoseconds
        let frame = EvidenceFrame(
            frameNumber: header.number, timestampNanoseconds: time, linkType: header.linkType.rawValue,
            originalLength: UInt32(header.originalLength), bytes: Array(frames.bytes[range]))
        return Alert(
            serial: UInt64(index + 1), firstSeen: time / 1000, lastSeen: time / 1000, ruleID: "rule \(index % 50)",
            ruleTitle: "A rule of fifty", level: .medium, category: "mqtt", summary: "client \(index) did something",
            sourceIP: IPAddress(v4: 0x0A00_0000 + UInt32(index % 4000)), sourcePort: 40_000,
            destinationIP: IPAddress(v4: 0xC612_000A), destinationPort: 1883, transport: .tcp,
            clientID: "dev-\(index % 4000)", groupKey: "client.ip=\(index % 4000)",
            event: #"{"mqtt.type":"PUBLISH","mqtt.topic":"site/1/line/2/dev/3"}"#, evidence: [frame])
    }

    /// Every event counts for each of them: of a client, of the topics of a server, of a client after another event.
    private static let correlations = """
        title: Any message
        id: 11111111-1111-4111-8111-111111111111
        name: any_message
        logsource: {product: earshot, category: mqtt}
        detection:
            selection:
                mqtt.type|exists: true
            condition: selection
        level: informational
        ---
        title: Messages of a client
        id: 22222222-2222-4222-8222-222222222222
        correlation:
            type: event_count
            rules: [any_message]
            group-by: [client.ip]
            timespan: 10s
            condition: {gte: 1000000}
        level: low
        ---
        title: Topics of a server
        id: 33333333-3333-4333-8333-333333333333
        correlation:
            type: value_count
            rules: [any_message]
            group-by: [server.ip]
            timespan: 60s
            condition: {gte: 1000000, field: mqtt.topic}
        level: low
        ---
        title: Clients of a server
        id: 44444444-4444-4444-8444-444444444444
        correlation:
            type: value_count
            rules: [any_message]
            group-by: [server.ip, server.port]
            timespan: 60s
            condition: {gte: 1000000, field: client.ip}
        level: low
        """
}
